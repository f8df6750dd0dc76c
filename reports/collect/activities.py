"""Activities: figures and TB11."""

from communities import queries as activities
from reports.collect.gathering import Gathering
from reports.document import Column, Group, Table

DEFINITION = "截至数据日期已举办并审核通过的活动，一场只计一次"


def add_activities(g: Gathering) -> None:
    """Figures of activities, and TB11 where there are any."""
    _activity_figures(g)
    if g.tallies:
        g.found.tables["TB11"] = _tb11(g)


def _activity_figures(g: Gathering) -> None:
    total = sum(g.tallies.values(), activities.Tally())
    _tally_figures(g, "", "", total)
    for pilot in g.pilots:
        if not g.report.pilot_id:
            _tally_figures(g, f"{pilot.code}.", f"{pilot.unit.short_name}·", g.tally(pilot), pilot.code)
        kinds = g.kinds_of(pilot)
        if kinds:
            name = f"{pilot.unit.short_name}·主要活动类别"
            definition = "按场次由多到少，列前四类"
            g.found.figure(f"{pilot.code}.activities.kinds", name, "、".join(kinds[:4]), "text", definition=definition, pilot=pilot.code)


def _tally_figures(g: Gathering, key: str, name: str, tally: activities.Tally, pilot: str = "") -> None:
    query = {"counted": "1", "as_of": g.as_of.isoformat()}
    if pilot or g.report.pilot_id:
        query["pilot"] = pilot or g.pilots[0].code
    more = {"definition": DEFINITION, "page": "activity_list", "query": query, "count": tally.sessions, "pilot": pilot}
    g.found.figure(f"{key}activities.count", f"{name}活动场次", tally.sessions, "int", "场", words=("开展活动", "活动"), **more)
    g.found.figure(f"{key}activities.participants", f"{name}活动参加人次", tally.participants, "int", "人次", words=("参加",), **more)
    g.found.figure(
        f"{key}activities.volunteers", f"{name}志愿者服务人次", tally.volunteers, "int", "人次", words=("志愿者服务", "志愿者"), **more
    )


def _tb11(g: Gathering) -> Table:
    """活动与服务统计表: a row per pilot with what it mostly does; in the report of one pilot a row per category."""
    if g.whole:
        columns = (Column("试点单位", "text", 28), Column("主要活动类别", "text", 56))
        rows = [(p.unit.short_name, _mostly(g.kinds_of(p)), g.tally(p)) for p in g.pilots]
    else:
        columns = (Column("活动类别", "text", 84),)
        ordered = sorted(g.tallies.items(), key=lambda item: (-item[1].sessions, item[0][1]))
        rows = [(g.categories[code], tally) for (_, code), tally in ordered]
    total = sum(g.tallies.values(), activities.Tally())
    return Table(
        code="TB11",
        number="",
        title="活动与服务统计表",
        unit="单位：场、人次",
        columns=(
            Column("序号", "code", 12),
            *columns,
            Column("活动场次", "int", 18),
            Column("参加人次", "int", 20),
            Column("志愿者人次", "int", 22),
        ),
        groups=(Group("", tuple((i, *words, *_counts(tally)) for i, (*words, tally) in enumerate(rows, 1))),),
        total=(None, *(None for _ in columns), *_counts(total)),
        notes=("只统计截至数据日期已举办并审核通过的活动，一场只计一次。",),
    )


def _counts(tally: activities.Tally) -> tuple[int, int, int]:
    return (tally.sessions, tally.participants, tally.volunteers)


def _mostly(kinds: list[str]) -> str | None:
    """居民活动、议事协商、志愿服务等5类."""
    return "、".join(kinds[:3]) + (f"等{len(kinds)}类" if len(kinds) > 3 else "") if kinds else None
