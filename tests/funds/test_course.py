"""Any order of deeds: issue, allocate, plan, contract, apply, approve, return, pay, reverse, refund. After every step the page, the workbook
and sums taken in plain SQL agree to the 分 with a ledger kept by the test itself; what must be refused is refused, nothing else is.

The ordinary suite runs a few short courses; `HYPOTHESIS_PROFILE=full`, with `-o faulthandler_timeout=0`, runs 200 of 50 steps.
"""

import contextlib
import io
import os
import re
from decimal import Decimal

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from accounts import clock
from accounts.models import User
from funds import chain
from funds.contracts import change_line, end_contract
from funds.models import IN_TRANSIT, PAID_STATES, LedgerEntry, Payment, PaymentState
from funds.payments import refund_payment, return_payment, reverse_payment, submit_payment
from funds.sources import reverse_allocation, reverse_source
from pilots import record_memory
from pilots.models import Pilot
from tests.conftest import TODAY
from tests.funds import records

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
COMMON = {"deadline": None, "suppress_health_check": list(HealthCheck), "phases": (Phase.explicit, Phase.generate, Phase.shrink)}
settings.register_profile("full", max_examples=200, stateful_step_count=50, **COMMON)
settings.register_profile("ordinary", max_examples=4, stateful_step_count=15, derandomize=True, database=None, **COMMON)
PROFILE = settings.get_profile("full" if os.environ.get("HYPOTHESIS_PROFILE") == "full" else "ordinary")

AMOUNTS = st.one_of(
    st.integers(1, 500_000).map(lambda fen: Decimal(fen) / 100),
    st.sampled_from([Decimal("0.01"), Decimal("49999.99"), Decimal("50000"), Decimal("99999999.99"), Decimal("0.1"), Decimal("0.2")]),
    st.integers(1, 20).map(lambda n: Decimal(n) * 10_000),
)
PICK = st.integers(0, 10**6)
CODES = st.sampled_from(["P2", "P4"])
ROW = re.compile(r'<a class="fw5" href="[^"]*">([^<]+)</a></td>(.*?)</tr>', re.DOTALL)
AMOUNT = re.compile(r'data-label="(下达额度|合同|支付|结余)"[^>]*>(?:<a[^>]*>)?(-?[\d,]+\.\d\d)')


@contextlib.contextmanager
def refused_when(expected: bool):
    """The deed inside is refused with a sentence exactly when expected."""
    try:
        with transaction.atomic():
            yield
    except ValidationError:
        assert expected, "refused what was right"
    else:
        assert not expected, "let pass what had to be refused"


class Course(RuleBasedStateMachine):
    """`self.…` is the test's own ledger in Decimal; nothing of it is read from the portal's sums."""

    def __init__(self):
        super().__init__()
        record_memory.forget()  # the course before was rolled back: its numbers come again with other sums
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.day = clock.at(TODAY)
        self.day.__enter__()
        self.pilots = {pilot.code: pilot for pilot in Pilot.objects.select_related("unit", "accountable")}
        self.people = {user.username: user for user in User.objects.select_related("unit")}
        self.sources, self.allocations, self.contracts, self.payments = [], [], [], []
        self.lines, self.planned = {}, {"P2": Decimal(0), "P4": Decimal(0)}
        self.given = {"P2": Decimal(0), "P4": Decimal(0)}
        self.client = Client()
        self.client.force_login(self.people["office"], backend="accounts.auth.AccountBackend")

    def teardown(self):
        self.day.__exit__(None, None, None)
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    # --- the test's own sums ----------------------------------------------------------------------------------------------------------

    def held(self, *, code=None, contract=None, direct=None, states=(*IN_TRANSIT, *PAID_STATES)):
        """What applications hold of a limit: on their way with their amount, paid with what was not refunded."""
        found = Decimal(0)
        for row in self.payments:
            if row["state"] in states and row["code"] == (code or row["code"]):
                if contract is not None and row["contract"] is not contract:
                    continue
                if direct and row["contract"] is not None:
                    continue
                found += row["amount"] - row["back"]
        return found

    def contracted(self, code):
        return sum((c["amount"] for c in self.contracts if c["code"] == code), Decimal(0))

    def free(self, code):
        """What of the pilot's one line nothing has bound."""
        return self.planned[code] - self.contracted(code) - self.held(code=code, direct=True)

    # --- deeds ------------------------------------------------------------------------------------------------------------------------

    @initialize()
    def begin(self):
        self.sources.append({"row": records.issued("1000000"), "amount": Decimal(1000000), "given": Decimal(0)})
        self.allocate(0, "P4", Decimal(300000))
        self.plan("P4", Decimal(200000))

    @rule(amount=AMOUNTS)
    def issue(self, amount):
        self.sources.append({"row": records.issued(str(amount)), "amount": amount, "given": Decimal(0)})

    @rule(pick=PICK)
    def take_back_source(self, pick):
        source = self.sources[pick % len(self.sources)]
        expected = bool(source["given"]) or not source["amount"]
        with refused_when(expected):
            reverse_source(source["row"], by=self.people["finance"], reason="金额有误")
        if not expected:
            source["amount"] = Decimal(0)

    @rule(pick=PICK, code=CODES, amount=AMOUNTS)
    def allocate(self, pick, code, amount):
        source = self.sources[pick % len(self.sources)]
        expected = amount > source["amount"] - source["given"]
        made = []
        with refused_when(expected):
            made.append(records.given(self.pilots[code], str(amount), source["row"]))
        if not expected:
            source["given"] += amount
            self.given[code] += amount
            self.allocations.append({"row": made[0], "code": code, "amount": amount, "source": source, "back": False})

    @precondition(lambda self: self.allocations)
    @rule(pick=PICK)
    def take_back_allocation(self, pick):
        found = self.allocations[pick % len(self.allocations)]
        expected = found["back"] or self.planned[found["code"]] > self.given[found["code"]] - found["amount"]
        with refused_when(expected):
            reverse_allocation(found["row"], by=self.people["office"], reason="对象有误")
        if not expected:
            found["back"] = True
            found["source"]["given"] -= found["amount"]
            self.given[found["code"]] -= found["amount"]

    @rule(code=CODES, amount=AMOUNTS)
    def plan(self, code, amount):
        expected = amount > self.given[code] - self.planned[code]
        with refused_when(expected):
            if code in self.lines:
                change_line(self.lines[code], by=self.people["office"], amount=amount, sign=1, reason="增加")
            else:
                line = records.line_of(self.pilots[code], str(amount))
        if not expected:
            self.lines.setdefault(code, line if code not in self.lines else None)
            self.planned[code] += amount

    @precondition(lambda self: self.lines)
    @rule(code=CODES, amount=AMOUNTS)
    def cut(self, code, amount):
        if code in self.lines:
            expected = amount > self.free(code)
            with refused_when(expected):
                change_line(self.lines[code], by=self.people["office"], amount=amount, sign=-1, reason="减少")
            if not expected:
                self.planned[code] -= amount

    @precondition(lambda self: self.lines)
    @rule(code=CODES, amount=AMOUNTS)
    def contract(self, code, amount):
        if code in self.lines:
            expected, made = amount > self.free(code), []
            with refused_when(expected):
                made.append(records.contract_on(self.lines[code], str(amount)))
            if not expected:
                self.contracts.append({"row": made[0], "code": code, "amount": amount, "ended": False})

    @precondition(lambda self: self.contracts)
    @rule(pick=PICK)
    def end(self, pick):
        found = self.contracts[pick % len(self.contracts)]
        waiting = self.held(contract=found, states=IN_TRANSIT)
        left = found["amount"] - self.held(contract=found)
        expected = found["ended"] or waiting > 0 or left <= 0
        with refused_when(expected):
            end_contract(found["row"], by=self.people["office"], reason="提前终止")
        if not expected:
            found["ended"], found["amount"] = True, found["amount"] - left

    @precondition(lambda self: self.lines)
    @rule(code=CODES, pick=PICK, direct=st.booleans(), amount=AMOUNTS)
    def apply(self, code, pick, direct, amount):
        if code not in self.lines:
            return
        own = [c for c in self.contracts if c["code"] == code]
        found = None if direct or not own else own[pick % len(own)]
        left = self.free(code) if found is None else found["amount"] - self.held(contract=found)
        target = {"line": self.lines[code]} if found is None else {"contract": found["row"]}
        row = records.drafted(self.pilots[code], str(amount), explanation="已核对", **target)
        expected = amount > left
        with refused_when(expected):
            submit_payment(row, by=records.applicant_of(self.pilots[code]))
        state = PaymentState.DRAFT if expected else chain.first_state()
        self.payments.append({"row": row, "code": code, "contract": found, "amount": amount, "back": Decimal(0), "state": state})

    def waiting(self):
        return [row for row in self.payments if row["state"] in IN_TRANSIT]

    @precondition(lambda self: self.waiting())
    @rule(pick=PICK)
    def approve_or_pay(self, pick):
        """The next desk; at 支付登记 that is the payment."""
        own = self.waiting()
        found = own[pick % len(own)]
        records.advance(found["row"], chain.state_after(found["state"]))
        found["state"] = chain.state_after(found["state"])

    @precondition(lambda self: self.waiting())
    @rule(pick=PICK)
    def send_back(self, pick):
        own = self.waiting()
        found = own[pick % len(own)]
        payment = Payment.objects.get(pk=found["row"].pk)
        return_payment(payment, by=records.actor_at(payment), opinion="请补正")
        found["state"] = PaymentState.RETURNED

    def paid(self):
        return [row for row in self.payments if row["state"] in PAID_STATES]

    def finance_of(self, found):
        return self.people["puan_finance" if found["code"] == "P2" else "chicheng_finance"]

    @precondition(lambda self: self.paid())
    @rule(pick=PICK)
    def reverse(self, pick):
        own = self.paid()
        found = own[pick % len(own)]
        expected = found["back"] > 0
        with refused_when(expected):
            reverse_payment(found["row"], by=self.finance_of(found), reason="账户有误", voucher_no=f"冲{len(LedgerEntry.objects.all())}")
        if not expected:
            found["state"] = PaymentState.REVERSED

    @precondition(lambda self: self.paid())
    @rule(pick=PICK, amount=AMOUNTS)
    def refund(self, pick, amount):
        own = self.paid()
        found = own[pick % len(own)]
        expected = amount > found["amount"] - found["back"]
        with refused_when(expected):
            refund_payment(
                found["row"],
                by=self.finance_of(found),
                amount=amount,
                reason="多付退回",
                voucher_no=f"退{len(LedgerEntry.objects.all())}",
            )
        if not expected:
            found["back"] += amount

    # --- what must always be so ---------------------------------------------------------------------------------------------------------

    @invariant()
    def everybody_says_the_same(self):
        expected = {}
        for code in ("P2", "P4"):
            paid = self.held(code=code, states=PAID_STATES)
            given = self.given[code]
            expected[self.pilots[code].unit.short_name] = (given, self.contracted(code), paid, given - paid)
        assert self.in_sql() == expected
        assert self.on_page() == expected
        assert self.in_excel() == expected
        for given, contracted, paid, left in expected.values():
            assert paid <= contracted + self.held(direct=True) and paid <= given and left >= 0

    def in_sql(self):
        """Whole 分 added up by the database, with none of the portal's queries."""
        found = {}
        with connection.cursor() as cursor:
            for code in ("P2", "P4"):
                sums = []
                for statement in (
                    "SELECT SUM(sign * amount) FROM funds_allocation WHERE pilot_id = %s",
                    "SELECT SUM(amount) FROM funds_contract WHERE pilot_id = %s",
                    "SELECT SUM(x.sign * x.amount) FROM funds_contractchange x, funds_contract c WHERE c.id = x.contract_id AND c.pilot_id = %s",
                    "SELECT SUM(g.sign * g.amount) FROM funds_ledgerentry g, funds_payment p WHERE p.id = g.payment_id AND p.pilot_id = %s",
                ):
                    cursor.execute(statement, [self.pilots[code].pk])
                    sums.append(Decimal(int(cursor.fetchone()[0] or 0)).scaleb(-2))
                given, first, changed, paid = sums
                found[self.pilots[code].unit.short_name] = (given, first + changed, paid, given - paid)
        return found

    def on_page(self):
        text = self.client.get("/funds/").content.decode()
        found = {name: [Decimal(v.replace(",", "")) for _, v in AMOUNT.findall(row)] for name, row in ROW.findall(text)}
        return {name: tuple(found[name]) for name in (self.pilots[code].unit.short_name for code in ("P2", "P4"))}

    def in_excel(self):
        answer = self.client.get("/funds/?export=xlsx")
        sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)), read_only=True).active
        names = {self.pilots[code].unit.short_name for code in ("P2", "P4")}
        found = {}
        for row in sheet.iter_rows(values_only=True):
            if len(row) > 6 and row[1] in names:
                cents = [Decimal(str(row[n])).quantize(Decimal("0.01")) for n in (2, 4, 5, 6)]
                found[row[1]] = tuple(cents)
        return found


def test_any_order_of_deeds_adds_up():
    run_state_machine_as_test(Course, settings=PROFILE)
