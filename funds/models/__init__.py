"""The rows of money: sources, allocations, budgets, contracts, applications and the ledger of what was paid."""

from funds.models.contracts import BudgetEntry, BudgetLine, Contract, ContractChange, ContractFile, UseCategory
from funds.models.disclosures import Disclosure
from funds.models.entries import Booked, Entry
from funds.models.payments import (
    EDITABLE,
    IN_TRANSIT,
    PAID_STATES,
    LedgerEntry,
    NumberCounter,
    Payment,
    PaymentAction,
    PaymentFile,
    PaymentInvoice,
    PaymentQuerySet,
    PaymentState,
    PaymentStep,
)
from funds.models.sources import Allocation, FundSource, Level, MatchedFund, OfPilotQuerySet

__all__ = [
    "EDITABLE",
    "IN_TRANSIT",
    "PAID_STATES",
    "Allocation",
    "Booked",
    "BudgetEntry",
    "BudgetLine",
    "Contract",
    "ContractChange",
    "ContractFile",
    "Disclosure",
    "Entry",
    "FundSource",
    "LedgerEntry",
    "Level",
    "MatchedFund",
    "NumberCounter",
    "OfPilotQuerySet",
    "Payment",
    "PaymentAction",
    "PaymentFile",
    "PaymentInvoice",
    "PaymentQuerySet",
    "PaymentState",
    "PaymentStep",
    "UseCategory",
]
