"""Evidence: figures and TB7."""

from pilots.queries import Completeness
from reports.collect.gathering import Gathering
from reports.document import Column, Group, Table
from reports.snapshot import figure_text

DEFINITIONS = {
    "required": "每项任务要求的每类佐证材料各计一类；不含办公室自办和县级以外程序",
    "evidence": "齐全率＝已通过÷应有类数；待审核的不计入已通过",
}


def add_evidence(g: Gathering) -> None:
    """Figures of evidence and TB7."""
    _evidence_figures(g)
    g.found.tables["TB7"] = _tb7(g)


def _evidence_figures(g: Gathering) -> None:
    total = sum(g.evidence.values(), Completeness())
    rows = {"page": "evidence_list", "query": {"pilot": g.pilots[0].code} if g.report.pilot_id else {}}
    for part, words, value, said in (
        ("required", "应有材料类数", total.required, ("应有佐证材料", "应有")),
        ("approved", "已通过材料类数", total.approved, ("已通过",)),
        ("pending", "待审材料类数", total.waiting, ("待审",)),
        ("missing", "缺项材料类数", total.missing, ("缺项",)),
    ):
        definition = DEFINITIONS["required"] if part == "required" else DEFINITIONS["evidence"]
        g.found.figure(f"evidence.{part}", words, value, "int", "类", definition=definition, count=value, words=said, **rows)
    g.found.figure(
        "evidence.rate",
        "档案资料齐全率",
        total.rate,
        "percent",
        definition=DEFINITIONS["evidence"],
        count=total.approved,
        words=("齐全率",),
        **rows,
    )
    rated = [(c.rate, p) for p in g.pilots if (c := g.evidence[p.pk]).rate is not None]
    g.found.facts["evidence_weakest"] = len({rate for rate, _ in rated}) > 1
    if g.found.facts["evidence_weakest"]:
        lowest = min(rate for rate, _ in rated)
        names = "、".join(p.unit.short_name for rate, p in rated if rate == lowest)
        g.found.figure(
            "evidence.weakest",
            "齐全率最低的试点",
            f"{names}（{figure_text(lowest, 'percent')}）",
            "text",
            definition=DEFINITIONS["evidence"],
        )


def _tb7(g: Gathering) -> Table:
    """档案齐全情况表."""

    def cells(c: Completeness) -> tuple:
        return (c.required, c.approved, c.waiting, c.missing, c.rate)

    rows = tuple((i, p.unit.short_name, *cells(g.evidence[p.pk])) for i, p in enumerate(g.pilots, 1))
    return Table(
        code="TB7",
        number="",
        title="档案资料齐全情况表",
        unit="单位：类",
        columns=(
            Column("序号", "code", 14),
            Column("试点单位", "text", 42),
            Column("应有类数", "int", 20),
            Column("已通过", "int", 20),
            Column("待审", "int", 20),
            Column("缺项", "int", 20),
            Column("齐全率", "percent", 20),
        ),
        groups=(Group("", rows),),
        total=(None, None, *cells(sum(g.evidence.values(), Completeness()))) if len(g.pilots) > 1 else None,
        notes=("齐全率＝已通过÷应有类数，待审的佐证材料不计入已通过。",),
    )
