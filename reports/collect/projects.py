"""Projects: figures and TB3 (annex), from the 项目清单 and the contracts."""

from collections import defaultdict
from collections.abc import Iterable

from funds.models import Contract
from funds.queries import contracts_on
from pilots.metrics import Figure
from pilots.models import Project, ProjectStep
from pilots.money import ZERO
from pilots.project_figures import DONE, project_rows, projects_of
from pilots.states import percent
from reports.collect.gathering import Gathering
from reports.document import Column, Group, Table

DEFINITIONS = {
    "count": "项目清单里的项目，截至数据日期已取消的不计",
    "started": "截至数据日期登记了启动的项目",
    "completed": "截至数据日期登记了完工或验收的项目",
    "milestones": "计划日期在数据日期以前的节点；按期＝完成日期不晚于计划日期",
    "procurement": "截至数据日期有合同的项目；采购方式合规的标准见资金规则，县级限额待核定的不判",
}


def add_projects(g: Gathering) -> None:
    """Figures of projects and TB3, where there are projects."""
    rows = project_rows(g.pilots, g.as_of)
    g.found.facts["projects"] = len(rows)
    if not rows:
        return
    query = {"as_of": g.as_of.isoformat()} | ({} if g.whole else {"pilot": g.pilots[0].code})
    more = {"page": "project_list", "query": query}
    started, completed = sum(bool(row.step) for row in rows), sum(row.step in DONE for row in rows)
    found = g.found
    found.figure("projects.count", "项目数", len(rows), unit="个", definition=DEFINITIONS["count"], words=("共确定项目",), **more)
    found.figure("projects.started", "已启动项目数", started, unit="个", definition=DEFINITIONS["started"], words=("已启动",), **more)
    rate = percent(started, len(rows))
    found.figure("projects.started_rate", "项目启动率", rate, "percent", definition=DEFINITIONS["started"], words=("启动率",), **more)
    found.figure("projects.completed", "已完成项目数", completed, unit="个", definition=DEFINITIONS["completed"], **more)
    rate = percent(completed, len(rows))
    found.figure("projects.completed_rate", "项目完成率", rate, "percent", definition=DEFINITIONS["completed"], **more)
    _share(g, "milestones", "milestone_on_time_rate", ("应到节点数", "按期节点数", "节点按期率"))
    _share(g, "procurement", "procurement_compliance_rate", ("应履行采购程序的项目数", "采购方式合规的项目数", "采购合规率"))
    found.tables["TB3"] = _tb3(g)


def _share(g: Gathering, key: str, metric: str, names: tuple[str, str, str]) -> None:
    """What was due, what was met and the rate of a metric, summed over the pilots from its numerators and denominators."""
    whole, part = summed(g.measure.figures(metric).values())
    g.found.facts[key] = {"due": whole, "missed": whole - part}
    if whole:
        more = {"definition": DEFINITIONS[key]}
        g.found.figure(f"{key}.due", names[0], whole, unit="个", **more)
        g.found.figure(f"{key}.met", names[1], part, unit="个", **more)
        g.found.figure(f"{key}.missed", f"不{names[1]}" if key == "procurement" else "未按期节点数", whole - part, unit="个", **more)
        g.found.figure(f"{key}.rate", names[2], percent(part, whole), "percent", words=(names[2],), **more)


def summed(figures: Iterable[Figure]) -> tuple[int, int]:
    """(denominators, numerators) of rates, added up."""
    known = [f for f in figures if f.denominator]
    return sum(int(f.denominator) for f in known), sum(int(f.numerator or 0) for f in known)


def _tb3(g: Gathering) -> Table:
    """项目实施情况表: a row per project with its contracts, its days and how far it is."""
    projects = list(projects_of(g.pilots, g.as_of).with_progress(g.as_of).select_related("pilot__unit").order_by("pilot__order", "code"))
    contracts: dict[int, list[Contract]] = defaultdict(list)
    for contract in contracts_on(Contract.objects.filter(pilot__in=g.pilots), g.as_of).select_related("line").order_by("pk"):
        contracts[contract.line.project_id].append(contract)
    steps = ProjectStep.objects.filter(project__in=projects, on__lte=g.as_of).order_by("id")
    days = {(step.project_id, step.kind): step.day for step in steps}
    rows = []
    for i, project in enumerate(projects, 1):
        own = contracts[project.pk]
        place = (project.pilot.unit.short_name,) if g.whole else ()
        rows.append((i, *place, project.name, project.get_kind_display(), *_bought(own), *_done(project, days)))
    total = sum((contract.total_on for own in contracts.values() for contract in own), ZERO)
    return Table(
        code="TB3",
        number="",
        title="项目实施情况表",
        unit="单位：元",
        columns=(
            Column("序号", "code", 10),
            *((Column("试点单位", "text", 22),) if g.whole else ()),
            Column("项目", "text", 40),
            Column("类别", "code", 11),
            Column("采购方式", "text", 29),
            Column("承接单位", "text", 33),
            Column("合同金额", "yuan", 22),
            Column("开工", "date", 19),
            Column("完工", "date", 19),
            Column("形象进度", "percent", 20),
        ),
        groups=(Group("", tuple(rows)),),
        total=(None, *((None,) if g.whole else ()), None, None, None, None, total, None, None, None),
        notes=("合同金额含截至数据日期的变更；开工、完工为登记的发生日期。",),
        landscape=True,
        dense=True,
    )


def _bought(contracts: list[Contract]) -> tuple:
    """采购方式, 承接单位, 合同金额 of a project's contracts; nothing where it has none."""
    methods = dict.fromkeys(contract.get_method_display().partition("（")[0] for contract in contracts)
    parties = dict.fromkeys(contract.contractor for contract in contracts)
    amount = sum((contract.total_on for contract in contracts), ZERO) if contracts else None
    return ("、".join(methods) or None, "、".join(parties) or None, amount)


def _done(project: Project, days: dict) -> tuple:
    return (
        days.get((project.pk, ProjectStep.Kind.STARTED)),
        days.get((project.pk, ProjectStep.Kind.COMPLETED)),
        project.percent_on if project.step_on else 0,
    )
