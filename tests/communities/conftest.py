"""Activities ready made, through the services people use."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import clock
from communities import activities, queries
from pilots import review
from pilots.models import ActivityCategory
from tests.pilots.bad_uploads import jpeg


@pytest.fixture
def category(db):
    return lambda code: ActivityCategory.objects.get(code=code)


@pytest.fixture
def photo_file():
    def make(number=1):
        return SimpleUploadedFile(f"现场{number}.jpg", jpeg(320, 240), content_type="image/jpeg")

    return make


@pytest.fixture
def recorded(person, category, photo_file):
    """`recorded("guangfu", photos=2, day=…)` → a draft of that person; everything filled in unless given."""

    def make(username="guangfu", *, code="community_culture", photos=2, **values):
        by = person(username)
        full = {
            "title": "社区文化墙共绘",
            "day": clock.today() - datetime.timedelta(days=1),
            "place": "党群服务中心二楼",
            "organiser": "社区居民委员会",
            "start_time": datetime.time(9, 30),
            "participants": 30,
            "volunteers": 5,
            "content": "居民一起布置社区阵地。",
            "category": category(code),
        } | values
        row = activities.save_activity(None, by=by, values=full, tasks=queries.brought_tasks(activities.pilot_of(by), full["category"]))
        for number in range(photos):
            activities.add_photo(row, photo_file(number), by=by)
        return row

    return make


@pytest.fixture
def submitted(recorded, person):
    def make(username="guangfu", **values):
        row = recorded(username, **values)
        activities.submit_activity(row, by=person(username))
        row.refresh_from_db()
        return row

    return make


@pytest.fixture
def approved(submitted, person):
    """`approved("guangfu", on=day)`: approved on that business day by the unit above."""

    def make(username="guangfu", *, on=None, by=None, **values):
        on = on or clock.today()
        with clock.at(on):
            row = submitted(username, **({"day": on} | values))
            reviewer = person(by or {"puan": "office"}.get(username, "puan" if username in ("guangfu", "zhulinqiao") else "chicheng"))
            review.approve(row, by=reviewer)
        row.refresh_from_db()
        return row

    return make
