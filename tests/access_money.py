"""Money for the table of accesses: one application at each desk, the rows it stands on, and what each account may do with them."""

from tests.access_world import BUSINESS, CHICHENG, COMMUNITIES, COUNTY, OFFICE, PUAN, World, photo, scan

GUANGFU = frozenset({"guangfu"})
READERS = COUNTY | PUAN | GUANGFU
ISSUERS = OFFICE | {"finance"}
BUYERS = OFFICE | {"puan"}
LISTING = GUANGFU | {"puan"}
"""Who keeps the projects and postings of the pilot P2: its community and the clerk of its street."""
MARK, DRAFT, STREET, OTHER = "广福记号甲", "广福草稿记号乙", "街道记号丁", "下河街记号戊"
OWN_DEEDS = {
    "finance": {"fund_source_new", "fund_source_reverse", "allocation_new", "allocation_reverse"},
    "puan_finance": {"payment_approve", "payment_return", "payment_pay", "payment_reverse", "payment_refund", "payment_file_upload"},
    "chicheng_finance": {"payment_approve", "payment_return"},
}
"""The deeds of the finance people, who otherwise only read."""


def add_money(world: World) -> None:
    """Rows of P2 with the mark of 广福, of P1 with that of the street, of P4 with that of 下河街."""
    from funds.contracts import attach_contract_file
    from funds.disclosures import save_disclosure
    from funds.models import Payment, PaymentState
    from funds.payments import return_payment
    from pilots import files, projects
    from pilots.models import Pilot, StoredFile
    from tests.conftest import TODAY
    from tests.funds import records

    state = PaymentState
    made: dict[str, object] = {}
    for name, code, mark in (("", "P2", MARK), ("_street", "P1", STREET), ("_xiahejie", "P4", OTHER)):
        pilot = Pilot.objects.select_related("unit", "accountable").get(code=code)
        kept = files.store_upload(scan(), by=world.people["office"], kinds=frozenset(StoredFile.Kind))
        source = records.issued(scan=kept, note=f"说明 {mark}") if name == "" else records.issued()
        made[f"source{name}"], made[f"allocation{name}"] = source, records.given(pilot, source=source)
        line = records.line_of(pilot, name=f"项目 {mark}")
        contract = records.contract_on(line, name=f"合同 {mark}", contractor=f"承接 {mark}")
        made[f"line{name}"], made[f"contract{name}"], made[f"project{name}"] = line, contract, line.project
        row = records.drafted(pilot, "900", contract=contract, purpose=f"用途 {mark}")
        made[f"payment{name}"] = records.advance(row, state.TOWN_REVIEW)
        if name:
            continue
        for number, (key, desk) in enumerate(
            (("check", state.FINANCE_CHECK), ("head", state.HEAD_APPROVAL), ("to_pay", state.TO_PAY), ("paid", state.PAID))
        ):
            row = records.drafted(pilot, str(1000 + number), contract=contract, purpose=f"用途 {mark}")
            made[f"payment_{key}"] = records.advance(row, desk)
        row = records.advance(records.drafted(pilot, "2000", contract=contract, purpose=f"用途 {mark}"), state.TOWN_REVIEW)
        return_payment(row, by=world.people["puan2"], opinion=f"请补 {mark}")
        made["payment_returned"] = row
        made["payment_draft"] = records.drafted(pilot, "3000", contract=contract, purpose=f"用途 {DRAFT}")
    pilot = Pilot.objects.get(code="P2")
    made["project_new_one"] = records.project_of(pilot, name=f"另一项目 {MARK}")
    milestone = projects.add_milestone(made["project_new_one"], by=world.people["guangfu"], name=f"节点 {MARK}", due=TODAY)
    kinds = frozenset(StoredFile.Kind)
    paper = attach_contract_file(
        made["contract"],
        by=world.people["puan"],
        kind="contract",
        file=files.store_upload(scan(f"合同{MARK}.pdf"), by=world.people["puan"], kinds=kinds),
    )
    posting = save_disclosure(
        None, by=world.people["guangfu"], pilot=pilot, year=2022, quarter=3, posted_on=TODAY.replace(month=10, day=10),
        until=TODAY.replace(month=10, day=14), place=f"公示栏 {MARK}", telephone="0825",
        stored={"start_photo": files.store_upload(photo(), by=world.people["guangfu"], kinds=files.PHOTOS)},
    )  # fmt: skip
    made["disclosure"] = posting
    for name, row in made.items():
        row.refresh_from_db()
        world.rows[f"money_{name}"], world.args[f"money_{name}"] = row, (row.pk,)
    from funds.payments import attach_payment_file

    for key, name in (("payment", "file_of_payment"), ("payment_draft", "file_of_draft")):
        own = Payment.objects.get(pk=made[key].pk)
        kept = files.store_upload(scan(), by=world.people["guangfu"], kinds=kinds)
        row = attach_payment_file(own, by=world.people["guangfu"], kind="other", file=kept)
        world.args[f"money_{name}"] = (own.pk, row.pk)
    world.args["money_file_of_contract"] = (made["contract"].pk, paper.pk)
    world.args["money_milestone"] = (made["project_new_one"].pk, milestone.pk)
    world.args["money_photo"] = (posting.pk, "start")


def money_lines(get, post, both) -> list:
    """The lines of money in the table."""
    reason, opinion = {"reason": "登记有误"}, {"opinion": "请补"}
    change = {"kind": "change", "sign": "1", "amount": "100", "signed_on": "2022-11-30", "reason": "增加"}
    approval = {"approver": "示例主要负责人", "approved_on": "2022-11-30"}
    paying = {"paid_on": "2022-11-30", "voucher_no": "记-8001"}
    source = {"level": "county", "document_number": "示例〔2022〕88号", "name": "示例", "issued_on": "2022-11-01", "amount": "1000"}
    posting = {"posted_on": "2022-10-10", "until": "2022-10-14", "place": "公示栏", "telephone": "0825", "version": "1"}
    return [
        *(get(name, BUSINESS) for name in ("fund_overview", "fund_ledger", "fund_rules", "payment_list", "contract_list", "budget_list")),
        *(get(name, BUSINESS) for name in ("fund_source_list", "disclosure_list", "project_list")),
        get("pilot_funds", READERS, "P2"),
        get("pilot_funds", COUNTY | PUAN, "P1"),
        # projects
        both("project_new", COMMUNITIES | {"puan", "chicheng"}, by=()),
        get("project_tasks", COMMUNITIES | {"puan", "chicheng"}),
        get("project_detail", READERS, "money_project"),
        get("project_detail", COUNTY | PUAN, "money_project_street"),
        get("project_detail", COUNTY | CHICHENG | {"xiahejie"}, "money_project_xiahejie"),
        both("project_edit", LISTING, "money_project", by=(), name="别名"),
        post("project_step", LISTING, "money_project_new_one", kind="started", day="2022-11-20"),
        post("milestone_new", LISTING, "money_project_new_one", name="完工", due="2022-12-20"),
        post("milestone_done", LISTING, "money_milestone", done_on="2022-11-20"),
        post("project_cancel", LISTING, "money_project_new_one", reason="并入"),
        post("project_cancel", LISTING, "money_project", by=(), reason="并入"),
        # sources, budgets, contracts
        both("fund_source_new", ISSUERS, **source),
        get("fund_source_detail", READERS, "money_source"),
        get("fund_source_detail", COUNTY | CHICHENG | {"xiahejie"}, "money_source_xiahejie"),
        get("fund_source_scan", COUNTY, "money_source"),
        post("fund_source_reverse", ISSUERS, "money_source", by=(), **reason),
        post("allocation_new", ISSUERS, "money_source", by=(), amount="1000"),
        both("allocation_reverse", ISSUERS, "money_allocation", by=(), **reason),
        both("budget_line_new", OFFICE, by=()),
        get("budget_line_detail", READERS, "money_line"),
        get("budget_line_detail", COUNTY | CHICHENG | {"xiahejie"}, "money_line_xiahejie"),
        post("budget_change", OFFICE, "money_line", sign="-1", amount="1", reason="调减"),
        both("contract_new", OFFICE | {"puan", "chicheng"}, by=()),
        get("contract_detail", READERS, "money_contract"),
        get("contract_detail", COUNTY | PUAN, "money_contract_street"),
        get("contract_detail", COUNTY | CHICHENG | {"xiahejie"}, "money_contract_xiahejie"),
        both("contract_change", BUYERS, "money_contract", **change),
        post("contract_file_upload", BUYERS, "money_contract", kind="other"),
        get("contract_file", READERS, "money_file_of_contract"),
        # applications
        both("payment_new", COMMUNITIES | {"puan"}, purpose="新的", deed="save"),
        get("payment_contract", COMMUNITIES | {"puan"}),
        get("payment_detail", READERS, "money_payment"),
        get("payment_form_print", READERS, "money_payment"),
        get("payment_detail", GUANGFU, "money_payment_draft"),
        get("payment_detail", COUNTY | PUAN, "money_payment_street"),
        get("payment_detail", COUNTY | CHICHENG | {"xiahejie"}, "money_payment_xiahejie"),
        both("payment_edit", GUANGFU, "money_payment_draft", purpose="别名", deed="save"),
        both("payment_edit", GUANGFU, "money_payment_returned", by=(), purpose="别名", deed="save"),
        both("payment_edit", GUANGFU, "money_payment", by=(), purpose="别名", deed="save"),
        post("payment_delete", GUANGFU, "money_payment_draft"),
        post("payment_delete", GUANGFU, "money_payment", by=()),
        post("payment_withdraw", LISTING, "money_payment", by=GUANGFU),
        post("payment_withdraw", {"puan"}, "money_payment_street"),
        post("payment_approve", PUAN, "money_payment", by={"puan2"}),
        post("payment_approve", PUAN, "money_payment_check", by={"puan_finance"}),
        post("payment_approve", PUAN, "money_payment_head", by={"puan", "puan2"}, **approval),
        post("payment_approve", PUAN, "money_payment_paid", by=()),
        post("payment_approve", CHICHENG, "money_payment_xiahejie", by={"chicheng2"}),
        post("payment_return", PUAN, "money_payment", by={"puan2"}, **opinion),
        post("payment_return", PUAN, "money_payment_to_pay", by={"puan_finance"}, **opinion),
        post("payment_return", CHICHENG, "money_payment_xiahejie", by={"chicheng2"}, **opinion),
        post("payment_reject", {"puan", "puan2"}, "money_payment", by={"puan2"}, **opinion),
        post("payment_pay", {"puan_finance"}, "money_payment_to_pay", **paying),
        post("payment_pay", {"puan_finance"}, "money_payment", by=(), **paying),
        post("payment_register", OFFICE, "money_payment_paid"),
        post("payment_register", OFFICE, "money_payment", by=()),
        post("payment_reverse", {"puan_finance"}, "money_payment_paid", voucher_no="记-8002", **reason),
        post("payment_refund", {"puan_finance"}, "money_payment_paid", amount="1", **paying, **reason),
        post("payment_invoice_new", GUANGFU, "money_payment", number="09990001"),
        post("payment_file_upload", GUANGFU | PUAN, "money_payment", kind="other"),
        post("payment_file_upload", GUANGFU, "money_payment_draft", kind="other"),
        get("payment_file", READERS, "money_file_of_payment"),
        get("payment_file", GUANGFU, "money_file_of_draft"),
        post("payment_file_remove", GUANGFU, "money_file_of_draft"),
        post("payment_file_remove", GUANGFU, "money_file_of_payment", by=()),
        # disclosures
        both("disclosure_new", COMMUNITIES | {"puan", "chicheng"}, by=()),
        get("disclosure_detail", READERS, "money_disclosure"),
        both("disclosure_edit", LISTING, "money_disclosure", **posting),
        get("disclosure_file", READERS, "money_photo"),
    ]


UPLOADS = {"contract_file_upload", "payment_file_upload"}
