"""What the plan says: names, basis, the office; and which groups the pilots fall into."""

from accounts.models import Unit, UnitKind
from pilots.queries import Completeness
from reports.collect.gathering import FAR_BEHIND, Gathering, day_words
from reports.outline import numeral
from reports.snapshot import figure_text


def names(g: Gathering) -> dict:
    """What every report says of the programme and of whom it speaks."""
    programme = g.programme
    office = Unit.objects.filter(kind=UnitKind.OFFICE).order_by("order", "id").first()
    newest = programme.basis_documents[-1] if programme.basis_documents else {}
    return {
        "programme": programme.name,
        "plan_title": programme.title,
        "county": programme.county,
        "batch": programme.batch,
        "issuer": f"{programme.county}{programme.short_name}工作{office.name if office else '领导小组办公室'}",
        "basis_number": newest.get("number") or "",
        "coordination": "县级统筹、部门协同、镇级主抓、社区配合",
        "pilot_name": "" if g.whole else g.pilots[0].unit.short_name,
    }


def add_day(g: Gathering) -> None:
    """The day of the figures, the end of the programme and the number of pilots."""
    g.found.figure("as_of", "数据截止日期", g.as_of, "day", definition="报告里的数字都算到这一天")
    g.found.figure("due", "试点期限", g.programme.due, "day", definition="方案二、四（三）")
    count = numeral(len(g.pilots)) if len(g.pilots) <= 10 else str(len(g.pilots))
    g.found.figure("pilots.count", "试点单位数", count, "text", "个", definition="方案三，普安街道和五个社区")


def add_facts(g: Gathering) -> None:
    """What the plan says, how each pilot stands, and which groups the pilots fall into."""
    near = [p for p in g.pilots if 0 < g.behind(g.progress[p.pk]) < FAR_BEHIND]
    focus = [p for p in g.pilots if g.behind(g.progress[p.pk]) >= FAR_BEHIND]
    ahead = [p for p in g.pilots if g.behind(g.progress[p.pk]) <= 0]
    g.found.facts |= names(g) | {
        "time_sentence": time_sentence(g),
        "late": g.total.late,
        "behind": g.behind(g.total) > 0,
        "activities": sum(t.sessions for t in g.tallies.values()),
        "evidence_missing": sum(g.evidence.values(), Completeness()).missing,
        "groups": {name: [p.code for p in group] for name, group in (("ahead", ahead), ("near", near), ("focus", focus))},
        "pilots": [
            {
                "code": p.code,
                "name": p.unit.short_name,
                "type": p.type.name,
                "parent": p.unit.parent.short_name if p.unit.parent_id else "",
                "activities": g.tally(p).sessions,
                "open": len(g.open_titles(p)),
            }
            for p in g.pilots
        ],
    }
    add_day(g)
    for key, group, words in (("ahead", ahead, "进度较快的试点"), ("near", near, "需加快的试点"), ("focus", focus, "需重点推进的试点")):
        if group and g.whole:
            definition = f"按任务完成率与序时进度 {g.time}% 比较，滞后 {FAR_BEHIND} 个百分点以上为需重点推进"
            g.found.figure(f"pilots.{key}", words, "、".join(p.unit.short_name for p in group), "text", definition=definition)
            rates = "、".join(f"{p.unit.short_name}（{figure_text(g.progress[p.pk].rate, 'percent')}）" for p in group)
            g.found.figure(f"pilots.{key}.rates", f"{words}及完成率", rates, "text", definition=definition)


def time_sentence(g: Gathering) -> str:
    """具体实施阶段 with its days, as of the day of the figures."""
    if g.phase is None or g.phase.start is None:
        return "数据截至报告所载日期"
    days = (g.phase.due - g.phase.start).days + 1
    gone = min(max((g.as_of - g.phase.start).days + 1, 0), days)
    return f"{g.phase.name}自{day_words(g.phase.start)}起算，至{day_words(g.phase.due)}止，共{days}天，已过{gone}天"
