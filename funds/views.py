"""资金总览, 资金台账, 资金规则 and the money tab of a pilot."""

import datetime
import re
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.access import COUNTY, Action, may, requires
from accounts.amounts import capital, wan
from accounts.spreadsheet import Col
from accounts.together import together
from funds import chain, charts, payments, queries, rules
from funds.models import UseCategory
from funds.pages import AUXILIARY, PAGE_SIZE, asked_words, export, number_of, visible_pilots
from funds.queries import FundChain, PilotFunds
from pilots.models import Pilot
from pilots.money import yuan
from pilots.queries import implementation_phase, time_progress
from pilots.record_memory import remembered
from pilots.views import pilot_page

PILOTS_SHOWN = 30
MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


# --- the ledger with its filter -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """The filter of 支出明细; unknown or malformed values are as if they were not asked."""

    pilot: str
    month: str
    category: str
    papers: str
    text: str
    contract: int | None
    day: datetime.date
    """What was entered up to this day."""

    @property
    def any(self) -> bool:
        return bool(self.pilot or self.month or self.category or self.papers or self.text or self.contract)

    @property
    def month_day(self) -> datetime.date | None:
        return datetime.date(int(self.month[:4]), int(self.month[5:]), 1) if self.month else None

    def words(self, pilots: list[Pilot]) -> str:
        """The conditions as a line of the workbook."""
        found = [f"试点：{pilot.unit.short_name}" for pilot in pilots if pilot.code == self.pilot]
        found += [f"登记月份：{self.month}"] if self.month else []
        found += [f"用途类别：{self.category}"] if self.category else []
        found += ["资料不全的"] if self.papers else []
        found += [f"含“{self.text}”"] if self.text else []
        return "；".join(found)


def asked_of(request: HttpRequest, pilots: list[Pilot], day: datetime.date) -> Asked:
    words = asked_words(request.GET, "pilot", "month", "category", "papers", "q", "contract")
    return Asked(
        pilot=words["pilot"] if any(pilot.code == words["pilot"] for pilot in pilots) else "",
        month=words["month"] if MONTH.fullmatch(words["month"]) else "",
        category=words["category"],
        papers="missing" if words["papers"] == "missing" else "",
        text=words["q"],
        contract=number_of(words["contract"]),
        day=day,
    )


def _ledger(pilots: list[Pilot], asked: Asked):
    lacking = bool(asked.papers)
    narrowed = {"month": asked.month, "pilot": asked.pilot, "category": asked.category, "contract": asked.contract}
    return queries.ledger(pilots, asked.day, text=asked.text, lacking=lacking, **narrowed)


def _with_papers(page: Page) -> Page:
    page.object_list = list(page.object_list)
    for row in page.object_list:
        papers = queries.papers_of(row)
        row.papers_state, row.papers_word = "ok" if papers.complete else "late", papers.words
    return page


def _ledger_context(request: HttpRequest, pilots: list[Pilot], asked: Asked, *, address: str) -> dict:
    rows = _ledger(pilots, asked)
    key = ("ledger_total", tuple(pilot.pk for pilot in pilots), asked)
    summed = remembered(key, lambda: queries.ledger_total(rows))
    paginator = Paginator(rows, PAGE_SIZE)
    paginator.count = summed.rows  # counted with the sum: a long ledger is read once, not twice
    return {
        "page": _with_papers(paginator.get_page(request.GET.get("page"))),
        "asked": {"pilot": asked.pilot, "month": asked.month_day, "category": asked.category, "papers": asked.papers, "text": asked.text},
        "filtered": asked.any,
        "total": summed.amount,
        "total_words": _words_of(summed.amount),
        "filter_url": address,
        "pilots": pilots,
        "several": len(pilots) > 1,
        "months": _months(asked.day),
    }


def _words_of(amount: Decimal) -> str:
    return capital(amount) if amount >= 0 else f"负{capital(-amount)}"


def _months(as_of: datetime.date) -> list[datetime.date]:
    """The months of the last year and a half, newest first."""
    place = as_of.year * 12 + as_of.month - 1
    return [datetime.date(n // 12, n % 12 + 1, 1) for n in range(place, place - 18, -1)]


@require_GET
@requires(Action.VIEW_FUNDS)
def fund_ledger(request: HttpRequest) -> HttpResponse:
    pilots = visible_pilots(request)
    asked = asked_of(request, pilots, request.records_day)
    if request.GET.get("export") == "xlsx" and may(request.user, Action.EXPORT):
        return export_ledger(request, pilots, asked)
    context = _ledger_context(request, pilots, asked, address=reverse("fund_ledger"))
    context["categories"] = UseCategory.objects.filter(allowed=True)
    return render(request, "funds/fund_ledger.html", context)


def export_ledger(request: HttpRequest, pilots: list[Pilot], asked: Asked, *, title: str = "资金支出明细") -> HttpResponse:
    """TB6: exactly the rows that are filtered, reversals among them, with 合计 and 大写. Filters and figures go by 登记日期, the day a row counts from."""
    rows = _ledger(pilots, asked)
    summed = queries.ledger_total(rows)
    columns = [
        *(Col("序号", "int"), Col("登记日期", "date"), Col("付款日期", "date"), Col("试点"), Col("项目"), Col("用途类别")),
        *(
            Col("期次与用途"),
            Col("收款单位"),
            Col("金额", "yuan"),
            Col("凭证号", "code"),
            Col("合同号", "code"),
            Col("用款编号", "code"),
            Col("附件齐否", "mark"),
            Col("类别", "mark"),
        ),
        Col("原因"),
    ]
    cells = (
        (
            number,
            row.on,
            row.paid_on,
            row.payment.pilot.unit.short_name,
            row.payment.project.name,
            str(row.payment.line.category),
            row.payment.purpose,
            row.payment.payee,
            row.signed_amount,
            row.voucher_no,
            row.payment.contract.number if row.payment.contract else None,
            row.payment.number,
            queries.papers_of(row).words if row.kind == "payment" else "—",
            row.get_kind_display(),
            row.reason,
        )
        for number, row in enumerate(rows.iterator(chunk_size=1000), 1)
    )
    sums = (*[""] * 8, summed.amount, *[""] * 6)
    notes = [f"合计大写：{_words_of(summed.amount)}"]
    return export(
        request, title, columns, cells, count=summed.rows, conditions=asked.words(pilots), total=sums, notes=notes, as_of=asked.day
    )


# --- 资金总览 -----------------------------------------------------------------------------------------------------------------------


@require_GET
@requires(Action.VIEW_FUNDS)
def fund_overview(request: HttpRequest) -> HttpResponse:
    pilots = visible_pilots(request)
    asked = asked_of(request, pilots, request.as_of)
    whole = request.user.role in COUNTY
    found, months, ledger = together(
        lambda: _kept_chain(pilots, request.as_of, whole=whole),
        lambda: _paid_by_month(request, pilots),
        lambda: _ledger_context(request, pilots, asked, address=reverse("fund_overview")),
    )
    if request.GET.get("export") == "xlsx" and may(request.user, Action.EXPORT):
        return export_overview(request, found)
    context = {
        "one_pilot": pilots[0] if len(pilots) == 1 else None,
        "chain": _chain(found, whole=whole),
        "pilot_page": Paginator([_pilot_row(row) for row in found.rows], PILOTS_SHOWN).get_page(request.GET.get("pilots")),
        "whole": _pilot_row(found.total),
        "unallocated": _short(found.unallocated) if whole and found.unallocated else "",
        "share": found.time_rate,
        "may_apply": request.as_of_is_default and any(payments.may_apply(request.user, pilot) for pilot in pilots),
        "may_register": request.as_of_is_default and may(request.user, Action.ISSUE_FUNDS),
        **_charts(request, months, found),
        **ledger,
    }
    return render(request, "funds/fund_overview.html", context)


def _kept_chain(pilots: list[Pilot], as_of: datetime.date, *, whole: bool) -> FundChain:
    """The chain of some pilots, read again when a record has changed."""
    key = ("fund_chain", tuple(pilot.pk for pilot in pilots), as_of, whole)
    return remembered(key, lambda: queries.fund_chain(pilots, as_of, whole=whole))


def _chain(found: FundChain, *, whole: bool) -> list[dict]:
    """下达 → 分配 → 合同 → 支付 → 结余, each with the page that holds its rows."""
    total, sources = found.total, reverse("fund_source_list")
    levels = "、".join(f"{level} {_short(amount)} 万" for level, amount in found.by_level) or "还没有登记下达文件"
    share = f"占下达额度 {total.contract_rate}%，{total.contracts} 份" if total.contract_rate is not None else f"{total.contracts} 份"
    rate = f"执行率 {total.rate}%，{total.payments} 笔" if total.rate is not None else f"{total.payments} 笔"
    spent = [
        {"name": "合同", "amount": total.contracted, "note": share, "url": reverse("contract_list")},
        {"name": "支付", "amount": total.paid, "note": rate, "url": reverse("fund_ledger")},
    ]
    if not whole:
        given = {"name": "下达额度", "amount": total.allocated, "note": "下达到试点", "url": f"{sources}#allocations"}
        planned = {
            "name": "预算",
            "amount": total.budgeted,
            "note": f"未安排 {_short(total.allocated - total.budgeted)} 万",
            "url": reverse("budget_list"),
        }
        return [given, planned, *spent, {"name": "结余", "amount": total.balance, "note": "下达额度减支付", "url": reverse("budget_list")}]
    given = f"下达到试点，未分 {_short(found.unallocated)} 万" if found.unallocated else "已全部下达到试点"
    return [
        {"name": "下达", "amount": found.issued, "note": levels, "url": sources},
        {"name": "分配", "amount": total.allocated, "note": given, "url": f"{sources}#allocations"},
        *spent,
        {"name": "结余", "amount": found.balance, "note": "下达减支付", "url": reverse("budget_list")},
    ]


def _short(amount: Decimal) -> str:
    """万元 without needless zeros: 2800000 → 280, 152300 → 15.23."""
    text = f"{wan(amount):,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _pilot_row(row: PilotFunds) -> dict:
    """One line of 各试点资金, every number with the page of its rows."""
    code = row.pilot.code if row.pilot else ""
    query = f"?pilot={code}" if code else ""
    return {
        "name": row.pilot.unit.short_name if row.pilot else "合计",
        "url": reverse("pilot_funds", args=[code]) if code else "",
        "allocated": row.allocated,
        "allocated_url": f"{reverse('fund_source_list')}{query}#allocations",
        "contracted": row.contracted,
        "contracted_url": f"{reverse('contract_list')}{query}",
        "paid": row.paid,
        "paid_url": f"{reverse('fund_ledger')}{query}",
        "rest": row.balance,
        "rest_url": f"{reverse('budget_list')}{query}",
        "rate": row.rate,
        "light": row.light,
        "word": row.light_words,
        "said": f"执行率 {row.rate}%，序时进度 {row.time_rate}%",
    }


def _charts(request: HttpRequest, done: list[queries.Month], found: FundChain) -> dict:
    rows = [(row.pilot.unit.short_name, row.rate, str(row.light.value), row.light_words) for row in found.rows]
    chart = charts.rate_chart(rows, found.time_rate, settings.FUNDS_WARN_POINTS)
    months = _course(request, done, found)
    return {
        "rate_rows": rows,
        "rate_chart": chart,
        "rate_finding": charts.rate_finding(chart, rows),
        "course": charts.course_chart(months),
        "course_months": months,
        "course_finding": charts.course_finding(months),
    }


def _paid_by_month(request: HttpRequest, pilots: list[Pilot]) -> list[queries.Month]:
    key = ("fund_months", tuple(pilot.pk for pilot in pilots), request.as_of)
    return remembered(key, lambda: queries.by_month(pilots, request.as_of))


def _course(request: HttpRequest, done: list[queries.Month], found: FundChain) -> list[charts.Month]:
    """The months up to the as-of day as they were, then 按序时应支付 to the end of the phase."""
    months = [charts.Month(_last_of(row.year, row.month), row.paid, row.so_far, row.planned) for row in done]
    phase = implementation_phase(request.programme) if request.programme else None
    end = phase.due if phase else request.as_of
    while months and len(months) < 36 and (months[-1].end.year, months[-1].end.month) < (end.year, end.month):
        after = months[-1].end + datetime.timedelta(days=1)
        last = _last_of(after.year, after.month)
        planned = (found.total.allocated * time_progress(phase, last) / 100).quantize(Decimal("0.01"))
        months.append(charts.Month(last, None, None, planned))
    return months or [charts.Month(request.as_of, None, None, Decimal(0))]


def _last_of(year: int, month: int) -> datetime.date:
    return datetime.date(year + month // 12, month % 12 + 1, 1) - datetime.timedelta(days=1)


def export_overview(request: HttpRequest, found: FundChain) -> HttpResponse:
    """TB5: 各试点 with 合计."""
    columns = [
        *(Col("序号", "int"), Col("试点"), Col("下达额度", "yuan"), Col("预算", "yuan"), Col("合同", "yuan"), Col("支付", "yuan")),
        *(Col("结余", "yuan"), Col("执行率", "percent"), Col("序时进度", "percent"), Col("亮灯", "mark")),
    ]
    cells = [(number, row.pilot.unit.short_name, *_sums(row)) for number, row in enumerate(found.rows, 1)]
    notes = ["执行率＝支付÷下达到试点的额度；结余＝下达额度−支付。", f"下达 {yuan(found.issued)} 元，未分配 {yuan(found.unallocated)} 元。"]
    return export(
        request, "资金使用情况汇总", columns, cells, count=len(cells), total=("", "", *_sums(found.total)), notes=notes, as_of=request.as_of
    )


def _sums(row: PilotFunds) -> tuple:
    return row.allocated, row.budgeted, row.contracted, row.paid, row.balance, row.rate, row.time_rate, row.light_words


# --- 资金规则 -----------------------------------------------------------------------------------------------------------------------


@require_GET
@requires(Action.VIEW_FUNDS)
def fund_rules(request: HttpRequest) -> HttpResponse:
    """The register of rules with their basis, the use categories, the chain and its limits."""
    context = {
        "rules": [_rule_row(rule) for rule in rules.REGISTER],
        "categories": UseCategory.objects.all(),
        "desks": chain.desks(),
        "limits": [
            ("大额资金集体研究", f"{yuan(settings.FUNDS_LARGE_SUM)} 元及以上", "建议"),
            ("预付款一般不超过合同的", f"{settings.FUNDS_PREPAYMENT_PERCENT}%", "建议"),
            ("合同变更不超过原合同的", f"{settings.FUNDS_CONTRACT_CHANGE_PERCENT}%", ""),
            ("重复支付核对", f"{settings.FUNDS_DUPLICATE_DAYS} 日内", "建议"),
            ("执行率预警", f"滞后于序时进度 {settings.FUNDS_WARN_POINTS} 个百分点", "建议"),
            ("执行率严重滞后", f"滞后于序时进度 {settings.FUNDS_LATE_POINTS} 个百分点", "建议"),
            ("政府采购限额标准", "需县财政局核定", ""),
        ],
    }
    return render(request, "funds/fund_rules.html", context)


def _rule_row(rule: rules.Rule) -> dict:
    tones = {rules.Level.BLOCK: "late", rules.Level.WARN: "warn", rules.Level.ISSUE: "go"}
    return {
        "code": rule.code,
        "title": rule.title,
        "about": rule.about.value,
        "level_word": rule.level_words,
        "level_tone": tones[rule.level],
        "basis": rule.basis,
        "proposed": rule.proposed,
    }


# --- a pilot's tab ------------------------------------------------------------------------------------------------------------------


@require_GET
@requires(Action.VIEW_FUNDS)
def pilot_funds(request: HttpRequest, code: str) -> HttpResponse:
    """资金 of one pilot: its chain, its budget by use, what was paid last."""
    return render(request, "funds/pilot_funds.html", pilot_page(request, code, "funds", lambda pilot: _funds_of(request, pilot)))


def _funds_of(request: HttpRequest, pilot: Pilot) -> dict:
    lines = pilot.budget_lines.select_related("project", "category").order_by("project__code", "category__order")
    rows = queries.ledger([pilot], request.as_of)
    found, held, waiting, ledger = together(
        lambda: _kept_chain([pilot], request.as_of, whole=False),
        lambda: remembered(("line_funds", pilot.pk, request.as_of), lambda: list(queries.line_funds(lines, request.as_of))),
        lambda: queries.in_transit([pilot], request.as_of),
        lambda: _with_papers(Paginator(rows, 8).get_page(1)),
    )
    return {
        "chain": _chain_of_pilot(found, pilot),
        "funds": found.rows[0],
        "waiting": waiting.get(pilot.pk),
        "lines": held,
        "budget_left": found.rows[0].budgeted - found.rows[0].paid,
        "ledger": ledger,
        "auxiliary": AUXILIARY,
        "may_apply": request.as_of_is_default and payments.may_apply(request.user, pilot),
    }


def _chain_of_pilot(found: FundChain, pilot: Pilot) -> list[dict]:
    """The chain with the addresses narrowed to one pilot."""
    links = _chain(found, whole=False)
    for link in links:
        base, hash_sign, place = link["url"].partition("#")
        link["url"] = f"{base}?pilot={pilot.code}{hash_sign}{place}"
    return links
