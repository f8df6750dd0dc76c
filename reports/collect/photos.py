"""Photos of counted activities for the annex."""

import hashlib
from pathlib import Path

from django.conf import settings

from communities import queries as activities
from communities.models import ActivityPhoto
from reports.collect.gathering import Gathering, day_words

PHOTOS_COUNTY, PHOTOS_PILOT = 2, 8


def add_photos(g: Gathering) -> None:
    """Photos of counted activities, one of each activity, the latest first; in pairs, grouped by pilot."""
    most = PHOTOS_PILOT if g.report.pilot_id else PHOTOS_COUNTY
    chosen: dict[int, dict[int, ActivityPhoto]] = {pilot.pk: {} for pilot in g.pilots}
    order = {ActivityPhoto.Kind.PROCESS: 0, ActivityPhoto.Kind.SCENE: 1}
    for photo in activities.photos_for_report(g.pilots, g.as_of):
        of_pilot = chosen[photo.activity.pilot_id]
        kept = of_pilot.get(photo.activity_id)
        if kept is None or order.get(photo.kind, 2) < order.get(kept.kind, 2):
            of_pilot[photo.activity_id] = photo
    groups = []
    for pilot in g.pilots:
        latest = sorted(chosen[pilot.pk].values(), key=lambda photo: (photo.activity.day, photo.activity_id), reverse=True)[:most]
        photos = [found for photo in reversed(latest) if (found := _photo(photo, g.report.sample))]
        if photos:
            groups.append({"title": f"{pilot.unit.short_name}活动现场", "photos": photos})
    g.found.photos = groups


def _photo(photo: ActivityPhoto, sample: bool) -> dict | None:
    """A photo by file and checksum; one whose file is missing is left out."""
    path = Path(settings.MEDIA_ROOT) / photo.file.path
    if not path.is_file():
        return None
    what = f"{photo.activity.title}，{day_words(photo.activity.day)}"
    return {
        "file": photo.file_id,
        "path": photo.file.path,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "caption": f"示例照片　{what}" if sample else what,
        "alt": f"{photo.activity.pilot.unit.short_name}{photo.activity.title}的{photo.get_kind_display()}照片",
    }
