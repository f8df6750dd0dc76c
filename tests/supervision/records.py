"""Short ways to a visit and a finding, through the services people use, on days of the test's choice."""

import datetime

from accounts import clock
from accounts.models import User
from pilots.models import Pilot
from supervision import findings, visits
from supervision.models import Answer, Aspect, Finding, FindingAction, Severity, Visit

OFFICE, SECOND = "office", "office2"
DEEDS = {
    FindingAction.ASSIGN: findings.assign_finding,
    FindingAction.START: findings.start_rectifying,
    FindingAction.RECTIFY: findings.rectify_finding,
    FindingAction.CLOSE: findings.close_finding,
    FindingAction.RETURN: findings.send_back,
    FindingAction.ASK: findings.ask_extension,
    FindingAction.GRANT: findings.grant_extension,
    FindingAction.REFUSE: findings.refuse_extension,
    FindingAction.REOPEN: findings.reopen_finding,
}


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def who(username: str) -> User:
    return User.objects.select_related("unit").get(username=username)


def pilot_of(code: str) -> Pilot:
    return Pilot.objects.select_related("unit", "accountable", "programme").get(code=code)


def open_visit(code: str = "P2", on: str = "2022-11-23", **more) -> Visit:
    with clock.at(day(on)):
        return visits.open_visit(by=who(OFFICE), pilot=pilot_of(code), visited_on=day(on), inspectors="示例督导一", **more)


def fill(visit: Visit, *, wrong: dict[str, dict] | None = None) -> Visit:
    """Every item 符合, those in `wrong` 不符合 with their draft."""
    wrong = wrong or {}
    given = {answer.code: {"value": Answer.YES} for answer in visit.answers.all()}
    for code, more in wrong.items():
        given[code] = {"value": Answer.NO, "drafted": {"problem": "现场核实不符", "severity": Severity.MINOR} | more}
    return visits.answer_items(visit, by=who(OFFICE), given=given)


def submit(code: str = "P2", on: str = "2022-11-23", *, wrong: dict[str, dict] | None = None, assign: bool = True) -> list[Finding]:
    """A whole visit of one day; the findings it opened."""
    visit = open_visit(code, on)
    with clock.at(day(on)):
        fill(visit, wrong=wrong)
        return visits.submit_visit(visit, by=who(OFFICE), assign=assign)


def register(code: str = "P2", on: str = "2022-11-01", **more) -> Finding:
    values = {"aspect": Aspect.WORK, "severity": Severity.MINOR, "title": "值班表无人签到", "description": "互助站值班表无人签到。"} | more
    with clock.at(day(on)):
        return findings.register_finding(by=who(OFFICE), pilot=pilot_of(code), **values)


def do(finding: Finding, action: FindingAction, on: str | None = None, *, by: str | User | None = None, **more) -> Finding:
    """One deed on a day, by whom it usually is; words where the deed asks for them."""
    if by is None:
        by = User.objects.filter(unit=finding.unit, role__in=("community", "town_clerk")).first() if action in findings.OF_UNIT else OFFICE
    person = who(by) if isinstance(by, str) else by
    if action not in (FindingAction.START, FindingAction.ASSIGN):
        more.setdefault("text", "已办理")
    if action == FindingAction.ASK:
        more.setdefault("until", finding.deadline + datetime.timedelta(days=10))
    with clock.at(day(on)) if on else clock.at(clock.now()):
        return DEEDS[action](finding, by=person, **more)


def bring_to(finding: Finding, *actions: FindingAction, on: str | None = None) -> Finding:
    for action in actions:
        finding = do(finding, action, on)
    return finding
