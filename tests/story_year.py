"""The deeds of money and supervision that the story tells over HTTP: each fills in a form of a page and sends it, as a browser would."""

import re

from pilots.sample_documents import sheet_pdf
from tests.conftest import TODAY
from tests.pilots.bad_uploads import jpeg

PAID, ASKED_TOO_MUCH = "4,800.00", "96000"
PAYEE, PURPOSE, PROJECT, PROBLEM = "示例社工服务中心", "第一期：文化墙共绘服务", "楼道文化墙共建", "公示栏未张贴便民服务清单"


def paper(field, title):
    return (field, f"{title}.pdf", sheet_pdf(title, "广福社区", TODAY), "application/pdf")


def chosen(form, name, words):
    """The value of the first real option, or of the one that says `words`."""
    return next(value for said, value in form.options[name].items() if value and words in said)


def issue_money(story):
    """The office registers what the province issued and gives part of it to 广福社区."""
    page = story.office.get("/funds/sources/new/")
    form = page.form()
    page = story.office.send(
        page, form, level=chosen(form, "level", "省级"), document_number="示例省财文〔2022〕99号", name="关于下达试点补助资金的通知",
        issued_on=story.portal.day, amount="100,000.00", note="",
    )  # fmt: skip
    assert re.fullmatch(r"/funds/sources/\d+/", page.path), page.words[:800]
    form = page.form("/allocate/")
    page = story.office.send(
        page, form, pilot=chosen(form, "pilot", "广福社区"), amount="50000", allocated_on=story.portal.day, document_number="", note=""
    )
    assert "50,000.00" in page.words, page.words[:800]


def plan_project(story):
    """A community's project with its task, then its budget line by the office and the contract by the street's clerk."""
    page = story.guangfu.get("/projects/new/")
    form = page.form()
    tasks = re.findall(r'name="tasks"[^>]*value="(\d+)"', page.text)
    page = story.guangfu.send(page, form, name=PROJECT, kind=chosen(form, "kind", "服务"), tasks=tasks[:1])
    assert re.fullmatch(r"/projects/\d+/", page.path), page.words[:800]
    page = story.office.get("/funds/budget/new/")
    form = page.form()
    category = next(value for value in form.options["category"].values() if value)
    page = story.office.send(page, form, project=chosen(form, "project", PROJECT), category=category, amount="30000")
    assert "30,000.00" in page.words and "/funds/budget/" in page.path, page.words[:800]
    page = story.puan.get("/funds/contracts/new/")
    form = page.form()
    page = story.puan.send(
        page, form, line=chosen(form, "line", PROJECT), number="HT-STORY-001", name=PROJECT, contractor=PAYEE,
        party=chosen(form, "party", "登记的社会组织"), method=chosen(form, "method", "比选"), awarded_on=story.portal.day,
        signed_on=story.portal.day, amount="12000", prepayment_percent="0", bank="示例银行", account_tail="0217",
    )  # fmt: skip
    assert re.fullmatch(r"/funds/contracts/\d+/", page.path), page.words[:800]


def apply_for_payment(story):
    """First more than there is: refused with the balance in words, nothing lost; then what the invoice says. Answers its address."""
    page = story.guangfu.get("/funds/payments/new/")
    form = page.form()
    values = {
        "contract": chosen(form, "contract", "HT-STORY-001"), "purpose": PURPOSE, "witness": "示例证明人", "invoices": "05100012345",
        "amount": ASKED_TOO_MUCH, "deed": "submit",
    }  # fmt: skip
    files = [paper("file_acceptance", "验收单"), paper("file_invoice", "发票")]
    page = story.guangfu.send(page, form, files, **values)
    assert page.status == 422 and "96,000.00" in page.words and "12,000.00" in page.words, page.words[:1200]
    page = story.guangfu.send(page, page.form(), amount="4800", deed="submit")
    assert re.fullmatch(r"/funds/payments/\d+/", page.path) and "提交成功" in page.words, page.words[:1200]
    return page.path


def at_the_desk(visitor, where, deed, files=(), **values):
    page = visitor.get(where)
    return visitor.send(page, page.form(f"/{deed}/"), files, **values)


def pay_and_file(story, where):
    """分管领导 → 财政所 → 主要负责人 (registered) → 支付 → 备案; who applied cannot approve."""
    assert story.guangfu.get(where).status == 200 and "审核通过" not in story.guangfu.get(where).words
    assert "已办理" in at_the_desk(story.puan2, where, "approve", opinion="情况属实").words
    assert "已办理" in at_the_desk(story.puan_finance, where, "approve", opinion="已核对").words
    page = at_the_desk(story.puan, where, "approve", approver="示例主要负责人", approved_on=story.portal.day, opinion="同意支付")
    assert "已办理" in page.words, page.words[:800]
    voucher = [paper("voucher_file", "银行付款凭证")]
    page = at_the_desk(story.puan_finance, where, "pay", voucher, paid_on=story.portal.day, voucher_no="记-0001")
    assert "已支付" in page.words, page.words[:800]
    assert "备案" in story.office.get("/").words
    page = story.office.get(where)
    form = next(form for form in page.forms() if re.search(r"/(register|file|approve)/$", form.action))
    assert "已备案" in story.office.send(page, form).words


def visit_the_pilot(story):
    """The sheet on a phone: every item answered, one 不符合. Answers the address of the finding it opens."""
    page = story.office.get("/supervision/visits/new/")
    form = page.form()
    page = story.office.send(
        page, form, pilot=chosen(form, "pilot", "广福社区"), kind="monthly", visited_on=story.portal.day, visited_at="",
        inspectors="示例督导一、示例督导二",
    )  # fmt: skip
    assert re.fullmatch(r"/supervision/visits/\d+/", page.path), page.words[:800]
    keys = list(dict.fromkeys(re.findall(r'name="(a\d+)-answer"', page.text)))
    assert len(keys) >= 8
    answers = {f"{key}-answer": "yes" for key in keys}
    wrong = keys[0]
    answers |= {
        f"{wrong}-answer": "no", f"{wrong}-problem_title": PROBLEM, f"{wrong}-problem": "公示栏未见清单", f"{wrong}-severity": "minor",
        f"{wrong}-requirement": "三日内张贴",
    }  # fmt: skip
    page = story.office.send(page, page.form(), deed="submit", **answers)
    number = re.search(r"登记并交办 1 个问题：(WT-[\d-]+)", page.words)
    assert number, page.words[:1200]
    listed = story.guangfu.get("/supervision/findings/?tab=open")
    assert number[1] in listed.words
    return f"/supervision/findings/{re.search(r'(?:open=|findings/)([0-9]+)', listed.text)[1]}/"


def rectify(story, where):
    """Returned once with a reason, then closed by the office."""
    assert "整改" in story.guangfu.get("/").words
    photos = [("rectify-photos", "整改后.jpg", jpeg(331, 240), "image/jpeg"), ("photos", "整改后2.jpg", jpeg(332, 240), "image/jpeg")]
    page = at_the_desk(story.guangfu, where, "rectify", photos, **{"rectify-text": "已制作清单，当天张贴。"})
    assert "等待领导小组办公室复核" in page.words, page.words[:800]
    page = story.office.get(where)
    form = page.form("/close/")
    form.action = where + "return/"
    page = story.office.send(page, form, **{"close-text": "照片看不清日期，请重拍。"})
    assert "已退回" in page.words, page.words[:800]
    assert "照片看不清日期" in story.guangfu.get("/").words
    page = at_the_desk(story.guangfu, where, "rectify", photos, **{"rectify-text": "已重拍，能看清日期。"})
    assert "等待领导小组办公室复核" in page.words, page.words[:800]
    page = at_the_desk(story.office, where, "close", **{"close-text": "现场核实，已张贴。"})
    assert "已销号" in page.words, page.words[:800]
