"""The finished files on disk: which ones count, whether they are still the bytes that were made, what a download is called."""

import datetime
import hashlib
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from reports.assembly import TEMPLATE_VERSION
from reports.models import FileFormat, JobState, Report, ReportFile, Section, Snapshot
from reports.narrative import narrative_sha256
from reports.outline import places

FOLDER = "reports"
ORPHAN_AGE = datetime.timedelta(minutes=30)
CONTENT_TYPES = {
    FileFormat.PDF: "application/pdf",
    FileFormat.WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileFormat.EXCEL: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class FileDamaged(Exception):
    """The file on disk is missing or no longer the bytes that were made; the text is for the reader."""


def media_path(relative: str) -> Path:
    return Path(settings.MEDIA_ROOT) / relative


def verified_bytes(file: ReportFile) -> bytes:
    """The bytes of a file, checked against its SHA-256 at every download. Raises FileDamaged."""
    try:
        data = media_path(file.path).read_bytes()
    except OSError as fault:
        raise FileDamaged(f"{file.get_format_display()} 文件不在了") from fault
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise FileDamaged(f"{file.get_format_display()} 文件与生成时的校验值不一致")
    return data


def current_files(report: Report) -> dict[str, ReportFile]:
    """The files of the last finished generation by format; empty before the first."""
    job = report.jobs.filter(state=JobState.DONE).order_by("-finished_at", "-id").first()
    return {file.format: file for file in job.files.select_related("snapshot")} if job else {}


def written_sections(report: Report) -> dict[str, list]:
    """Paragraphs by section key."""
    return dict(Section.objects.filter(report=report).values_list("key", "paragraphs"))


def narrative_mark(report: Report, snapshot: Snapshot, written: dict[str, list]) -> str:
    """Fingerprint of what a person wrote, in the order of the outline."""
    from reports.kinds import KINDS

    ordered = [(place.key, written.get(place.key, [])) for place in places(KINDS[report.kind], snapshot.data) if place.writable]
    return narrative_sha256(ordered, dated=report.dated.isoformat(), edition=report.edition)


def files_match(report: Report) -> bool:
    """Whether the finished files are of exactly the last snapshot, the present text and the present template."""
    snapshot = report.snapshots.first()
    files = current_files(report)
    if snapshot is None or set(files) != set(FileFormat.values):
        return False
    mark = narrative_mark(report, snapshot, written_sections(report))
    wanted = (snapshot.pk, mark, TEMPLATE_VERSION)
    return all((file.snapshot_id, file.narrative_sha256, file.template_version) == wanted for file in files.values())


def download_name(file: ReportFile) -> str:
    """蓬溪县_中期评估报告_2022-11-30_第1版.pdf, with the pilot's name where it is of one pilot."""
    report = file.report
    facts = file.snapshot.data["facts"]
    place = facts["pilot_name"] or facts["county"]
    return f"{place}_{report.kind_name}{report.period_words}_{report.as_of.isoformat()}_第{report.edition}版.{file.format}"


def sweep_orphans(now: datetime.datetime | None = None) -> int:
    """Remove files of the reports' folder that belong to no row and are older than any job can be. Returns how many went."""
    root = media_path(FOLDER)
    if not root.is_dir():
        return 0
    limit = ((now or timezone.now()) - ORPHAN_AGE).timestamp()
    known = set(ReportFile.objects.values_list("path", flat=True))
    gone = 0
    for path in root.rglob("*"):
        relative = path.relative_to(settings.MEDIA_ROOT).as_posix()
        if path.is_file() and relative not in known and path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
