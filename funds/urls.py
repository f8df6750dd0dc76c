"""Addresses of money."""

from django.urls import path

from funds import views, views_apply, views_contracts, views_disclosures, views_payments, views_sources

_SOURCES = [
    path("funds/sources/", views_sources.fund_source_list, name="fund_source_list"),
    path("funds/sources/new/", views_sources.fund_source_new, name="fund_source_new"),
    path("funds/sources/<int:pk>/", views_sources.fund_source_detail, name="fund_source_detail"),
    path("funds/sources/<int:pk>/scan/", views_sources.fund_source_scan, name="fund_source_scan"),
    path("funds/sources/<int:pk>/reverse/", views_sources.fund_source_reverse, name="fund_source_reverse"),
    path("funds/sources/<int:pk>/allocate/", views_sources.allocation_new, name="allocation_new"),
    path("funds/allocations/<int:pk>/reverse/", views_sources.allocation_reverse, name="allocation_reverse"),
]
_CONTRACTS = [
    path("funds/budget/", views_contracts.budget_list, name="budget_list"),
    path("funds/budget/new/", views_contracts.budget_line_new, name="budget_line_new"),
    path("funds/budget/<int:pk>/", views_contracts.budget_line_detail, name="budget_line_detail"),
    path("funds/budget/<int:pk>/change/", views_contracts.budget_change, name="budget_change"),
    path("funds/contracts/", views_contracts.contract_list, name="contract_list"),
    path("funds/contracts/new/", views_contracts.contract_new, name="contract_new"),
    path("funds/contracts/<int:pk>/", views_contracts.contract_detail, name="contract_detail"),
    path("funds/contracts/<int:pk>/change/", views_contracts.contract_change, name="contract_change"),
    path("funds/contracts/<int:pk>/files/", views_contracts.contract_file_upload, name="contract_file_upload"),
    path("funds/contracts/<int:pk>/files/<int:file_pk>/", views_contracts.contract_file, name="contract_file"),
]
_PAYMENTS = [
    path("funds/payments/", views_payments.payment_list, name="payment_list"),
    path("funds/payments/new/", views_apply.payment_new, name="payment_new"),
    path("funds/payments/contract/", views_apply.payment_contract, name="payment_contract"),
    path("funds/payments/<int:pk>/", views_payments.payment_detail, name="payment_detail"),
    path("funds/payments/<int:pk>/edit/", views_apply.payment_edit, name="payment_edit"),
    path("funds/payments/<int:pk>/delete/", views_payments.payment_delete, name="payment_delete"),
    path("funds/payments/<int:pk>/withdraw/", views_payments.payment_withdraw, name="payment_withdraw"),
    path("funds/payments/<int:pk>/approve/", views_payments.payment_approve, name="payment_approve"),
    path("funds/payments/<int:pk>/return/", views_payments.payment_return, name="payment_return"),
    path("funds/payments/<int:pk>/reject/", views_payments.payment_reject, name="payment_reject"),
    path("funds/payments/<int:pk>/pay/", views_payments.payment_pay, name="payment_pay"),
    path("funds/payments/<int:pk>/register/", views_payments.payment_register, name="payment_register"),
    path("funds/payments/<int:pk>/reverse/", views_payments.payment_reverse, name="payment_reverse"),
    path("funds/payments/<int:pk>/refund/", views_payments.payment_refund, name="payment_refund"),
    path("funds/payments/<int:pk>/invoices/", views_payments.payment_invoice_new, name="payment_invoice_new"),
    path("funds/payments/<int:pk>/files/", views_apply.payment_file_upload, name="payment_file_upload"),
    path("funds/payments/<int:pk>/files/<int:file_pk>/", views_apply.payment_file, name="payment_file"),
    path("funds/payments/<int:pk>/files/<int:file_pk>/remove/", views_apply.payment_file_remove, name="payment_file_remove"),
]
_DISCLOSURES = [
    path("funds/disclosures/", views_disclosures.disclosure_list, name="disclosure_list"),
    path("funds/disclosures/new/", views_disclosures.disclosure_new, name="disclosure_new"),
    path("funds/disclosures/<int:pk>/", views_disclosures.disclosure_detail, name="disclosure_detail"),
    path("funds/disclosures/<int:pk>/edit/", views_disclosures.disclosure_edit, name="disclosure_edit"),
    path("funds/disclosures/<int:pk>/files/<slug:kind>/", views_disclosures.disclosure_file, name="disclosure_file"),
]
urlpatterns = [
    path("funds/", views.fund_overview, name="fund_overview"),
    path("funds/ledger/", views.fund_ledger, name="fund_ledger"),
    path("funds/rules/", views.fund_rules, name="fund_rules"),
    path("pilots/<slug:code>/funds/", views.pilot_funds, name="pilot_funds"),
    *_SOURCES,
    *_CONTRACTS,
    *_PAYMENTS,
    *_DISCLOSURES,
]
