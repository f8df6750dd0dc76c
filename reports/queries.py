"""Reads of the reports' pages: jobs to show, versions, what the plan asks for, the latest signed report."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from accounts import clock
from accounts.models import User
from accounts.together import only_once, together
from pilots.models import Basis, Obligation, RecurringPeriod, ReportRequirement
from pilots.plan_memory import of_plan
from reports.kinds import KINDS
from reports.models import OPEN_JOB, FileFormat, JobState, Report, ReportFile, ReportJob, ReportState, ReportStep, Section, Snapshot
from reports.periods import period_at
from reports.services import state_words

DONE_STAYS = datetime.timedelta(hours=12)
COUNTY_FIRST = F("pilot__order").asc(nulls_first=True)
FAILED_STAYS = datetime.timedelta(days=7)


def reports_for(user: User) -> QuerySet[Report]:
    """The reports a person may see, with what every list shows: check code, files of the last generation, steps."""
    code = Snapshot.objects.filter(report=OuterRef("pk")).order_by("-id").values("sha256")[:1]
    files = ReportFile.objects.select_related(None).order_by("-id")
    return (
        Report.objects.visible_to(user)
        .select_related("pilot__unit", "corrects", "scan")
        .annotate(data_sha256=Subquery(code))
        .prefetch_related(Prefetch("files", queryset=files), Prefetch("steps", queryset=ReportStep.objects.order_by("id")))
    )


@dataclass(frozen=True)
class Version:
    """A row of 报告版本: the report and what is said about it."""

    report: Report
    words: str
    code: str
    dealt: str
    files: list[ReportFile]

    @property
    def signed(self) -> bool:
        return self.report.signed_on is not None

    def file(self, fmt: str) -> ReportFile | None:
        return next((file for file in self.files if file.format == fmt), None)

    @property
    def pdf(self) -> ReportFile | None:
        return self.file(FileFormat.PDF)


def version_row(report: Report) -> Version:
    """From a report of `reports_for`. Drafts offer Word first, final ones PDF first."""
    latest: list[ReportFile] = []
    rows = list(report.files.all())
    if rows:
        latest = [file for file in rows if file.job_id == rows[0].job_id]
    order = [FileFormat.PDF, FileFormat.WORD, FileFormat.EXCEL] if report.locked else [FileFormat.WORD, FileFormat.PDF, FileFormat.EXCEL]
    latest.sort(key=lambda file: order.index(file.format))
    sha256 = getattr(report, "data_sha256", None) or ""
    code = f"{sha256[:4]} {sha256[4:8]}" if sha256 else ""
    return Version(report, state_words(report), code, _dealt(report), latest)


def _dealt(report: Report) -> str:
    """办理情况 in one line."""
    steps = list(report.steps.all())
    last = steps[-1] if steps else None
    if report.state == ReportState.CORRECTED:
        return last.opinion.partition("：")[2] if last else ""
    if report.state == ReportState.SIGNED:
        return f"{report.signed_on.isoformat()}，{report.signer}" + ("，扫描件 1 份" if report.scan_id else "")
    if report.state == ReportState.FINAL:
        return f"{last.on.isoformat()} 定稿，待签发登记" if last else ""
    if report.state == ReportState.CHECKING:
        return f"{last.on.isoformat()} 送核稿，待核对" if last else ""
    if report.state == ReportState.VOID:
        return f"{last.on.isoformat()} 作废：{last.opinion}" if last else ""
    if report.corrects_id:
        return f"更正第{report.corrects.edition}版：{report.correction_reason}"
    return f"退回修改：{last.opinion}" if last and last.action == "return" else "正在编写"


def jobs_to_show() -> QuerySet[ReportJob]:
    """Open jobs, failures nobody has generated over, and what was finished lately; running ones first."""
    now = only_once("now", timezone.now)
    later = ReportJob.objects.filter(report=OuterRef("report"), id__gt=OuterRef("id"))
    shown = (
        Q(state__in=OPEN_JOB)
        | Q(state=JobState.FAILED, finished_at__gte=now - FAILED_STAYS)
        | Q(state=JobState.DONE, finished_at__gte=now - DONE_STAYS, report__state__in=(ReportState.DRAFT, ReportState.CHECKING))
    )
    rows = (
        ReportJob.objects.filter(shown)
        .exclude(report__state=ReportState.VOID)
        .filter(~Exists(later))
        .select_related("report__pilot__unit", "requested_by")
        .prefetch_related("files")
    )
    return sorted(rows.order_by("-id")[:12], key=lambda job: (job.state not in OPEN_JOB, job.state != JobState.FAILED, -job.pk))[:6]


@dataclass(frozen=True)
class JobView:
    """A job as the page shows it."""

    job: ReportJob
    steps: list[dict] = field(default_factory=list)

    @property
    def waiting_for_broker(self) -> bool:
        """Queued and not sent: the queue does not answer (or only just was asked)."""
        return self.job.state == JobState.QUEUED and self.job.sent_at is None

    @property
    def text(self) -> str:
        if self.job.state == JobState.QUEUED:
            return "任务队列暂时连不上，恢复后自动开始，不用再点" if self.waiting_for_broker else "排队中，马上开始"
        if self.job.state == JobState.RUNNING:
            return self.job.step
        return f"生成未成功：{self.job.error}" if self.job.state == JobState.FAILED else self.job.get_state_display()

    @property
    def seconds(self) -> int | None:
        if not self.job.started_at:
            return None
        return max(0, round(((self.job.finished_at or timezone.now()) - self.job.started_at).total_seconds()))

    @property
    def left(self) -> int | None:
        """Seconds still to go, guessed from the share done; None while there is too little to go by."""
        if self.job.state != JobState.RUNNING or self.job.percent < 10 or self.seconds is None:
            return None
        return max(1, round(self.seconds * (100 - self.job.percent) / self.job.percent))

    @property
    def pages(self) -> int | None:
        return next((file.pages for file in self.job.files.all() if file.pages), None)

    @property
    def size(self) -> int:
        return next((file.size for file in self.job.files.all() if file.format == FileFormat.PDF), 0)


STEP_NAMES = ("取数", "排版 PDF", "生成 Word", "生成 Excel", "核对")


def job_view(job: ReportJob) -> JobView:
    """The five steps with the one at work marked."""
    from reports.jobs import STEPS

    now = next((i for i, step in enumerate(STEPS) if job.step.startswith(step)), -1)
    if job.state != JobState.RUNNING:
        return JobView(job)
    steps = [
        {"text": job.step if i == now else name, "state": "done" if i < now else "now" if i == now else ""}
        for i, name in enumerate(STEP_NAMES)
    ]
    return JobView(job, steps)


# --- what the plan asks for ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Required:
    """A report the plan asks for: where it stands and what is missing (待完善事项)."""

    name: str
    note: str
    clauses: list[str]
    unit: str
    due: datetime.date | None
    basis: str
    state: str
    missing: str
    url: str = ""
    verb: str = ""
    urgent: bool = False
    finished: bool = False
    kept: bool = False

    @property
    def judged(self) -> bool:
        """Whether days left are shown: only for reports made here; a 建议节点 that has passed is never 逾期."""
        return self.kept and self.due is not None and (self.basis != Basis.PROPOSED.label or self.due >= clock.today())


UNITS = {"county": "领导小组办公室", "pilot": "六个试点", "county_and_pilot": "办公室、各试点"}


def with_unwritten(reports: QuerySet[Report]) -> QuerySet[Report]:
    """The reports with `unwritten`, how many of their sections are still empty."""
    empty = Section.objects.filter(report=OuterRef("pk"), paragraphs=[]).order_by().values("report").annotate(n=Count("pk"))
    return reports.annotate(unwritten=Coalesce(Subquery(empty.values("n")), 0))


def required_reports(user: User, *, today: datetime.date | None = None, known: Iterable[Report] | None = None) -> list[Required]:
    """The reports of the plan in order of their due dates; in a constant number of queries. `known`: the person's county reports where the
    caller has read them already (`with_unwritten`)."""
    today = today or clock.today()
    if known is None:
        own = with_unwritten(Report.objects.visible_to(user).filter(pilot__isnull=True))
        known, _ = together(lambda: list(own), plan_requirements)
    in_order = sorted(
        (report for report in known if report.state != ReportState.VOID),
        key=lambda report: (report.signed_on is not None, report.as_of, report.edition),
    )  # a signed one answers the plan
    newest = {(report.kind, report.period): report for report in in_order}
    answered_by = {code: kind for kind in KINDS.values() for code in kind.also_answers}
    rows = [_required(requirement, days, newest, answered_by, today) for requirement, days in plan_requirements()]
    return sorted(rows, key=lambda row: row.due or datetime.date.max)


def plan_requirements() -> list[tuple[ReportRequirement, list[datetime.date]]]:
    """What the plan asks to be written, each with the days its cadences fall due."""
    return of_plan("report requirements", _read_requirements)


def _read_requirements() -> list[tuple[ReportRequirement, list[datetime.date]]]:
    requirements, periods = together(
        lambda: list(ReportRequirement.objects.prefetch_related("obligations")),
        lambda: list(RecurringPeriod.objects.values_list("duty__obligation", "due")),
    )
    days = defaultdict(set)
    for obligation, due in periods:
        days[obligation].add(due)
    return [(row, sorted(set().union(*(days[obligation.pk] for obligation in row.obligations.all())))) for row in requirements]


def _required(
    requirement: ReportRequirement,
    days: list[datetime.date],
    newest: dict[tuple[str, str], Report],
    answered_by: dict,
    today: datetime.date,
) -> Required:
    obligations = list(requirement.obligations.all())
    due, basis = _due(requirement, obligations, days, today)
    kind = next((k for k in KINDS.values() if k.requirement == requirement.code), None)
    other = answered_by.get(requirement.code)
    period = period_at(due, kind.every) if kind and kind.every and due else None
    report = newest.get(((kind or other).code, period.code if period else "")) if (kind or other) else None
    note = kind.also if kind else f"用{other.name}，不另编" if other else ""
    if other and requirement.scope == "county_and_pilot":
        note += "；此处看县级一份，各试点报没报见督导日历"
    if report is None:
        state, missing = "未编制", "" if kind else f"随{other.name}办理" if other else "由办公室另行编制"
        verb, url = ("编制", f"{reverse('report_new')}?kind={kind.code}") if kind else ("", "")
        if kind and not kind.for_county:
            state, missing, verb = "按试点编制", "每个试点各编一份", "选试点编制"
        if period:
            url += f"&period={period.code}"
    else:
        state = state_words(report)
        missing = _missing(report) if kind else f"随{other.name}办理"
        verb = "续写" if kind and report.state == ReportState.DRAFT else "查看"
        url = reverse("report_edit" if report.state == ReportState.DRAFT else "report_detail", args=[report.pk])
    return Required(
        name=requirement.name,
        note=note,
        clauses=sorted({o.sentence for o in obligations}, key=[o.sentence for o in obligations].index),
        unit=UNITS.get(requirement.scope, "领导小组办公室"),
        due=due,
        basis=basis,
        state=state,
        missing=missing,
        url=url,
        verb=verb,
        urgent=bool(kind) and state == "草稿",
        finished=report is not None and report.signed_on is not None,
        kept=kind is not None or other is not None,
    )


def _missing(report: Report) -> str:
    if report.state == ReportState.DRAFT:
        return f"{report.unwritten} 段叙述未写" if report.unwritten else "叙述已写，待送核稿"
    if report.state == ReportState.CHECKING:
        return "待核稿"
    return "待签发登记" if report.state == ReportState.FINAL else "—"


def _due(
    requirement: ReportRequirement, obligations: list[Obligation], days: list[datetime.date], today: datetime.date
) -> tuple[datetime.date | None, str]:
    """The next due day and where it comes from: a period of a cadence (`days`), a suggested node, or the plan's own date."""
    if days and requirement.frequency != "once":
        return next((day for day in days if day >= today), days[-1]), Basis.DERIVED.label
    suggested = [o.suggested_due for o in obligations if o.suggested_due]
    if suggested:
        return max(suggested), Basis.PROPOSED.label
    dated = [(o.due, o.due_basis) for o in obligations]
    if not dated:
        return None, ""
    due, basis = max(dated)
    return due, Basis.DERIVED.label if basis == Basis.ASSUMED else Basis(basis).label


# --- for the leading group ----------------------------------------------------------------------------------------------------------


def signed_reports(user: User) -> list[Version]:
    """Signed reports a person may see, the newest signing first; a corrected edition stands below the one that replaced it."""
    rows = reports_for(user).filter(signed_on__isnull=False).order_by("-signed_on", COUNTY_FIRST, "-edition", "-id")
    return [version_row(report) for report in rows[:50]]


def latest_signed(user: User) -> Version | None:
    """The newest signed report that has not been corrected, with its files; None when there is none."""
    report = reports_for(user).filter(state=ReportState.SIGNED).order_by("-signed_on", "-as_of", COUNTY_FIRST, "-id").first()
    return version_row(report) if report else None


def of_code(user: User, code: str) -> list[Report]:
    """The reports a person may see that ever carried this check code (eight hexadecimal digits), newest first."""
    if len(code) != 8:
        return []
    bearing = Snapshot.objects.filter(report=OuterRef("pk"), sha256__startswith=code.lower())
    return list(reports_for(user).filter(Exists(bearing)).order_by("-edition", "-id")[:20])
