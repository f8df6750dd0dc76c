"""The business clock: Asia/Shanghai whatever the machine's zone, pinned where asked, apart from the clock of the machinery."""

import datetime
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.utils import timezone

from accounts import clock

LAST_SECOND = datetime.datetime(2022, 9, 30, 15, 59, 59, tzinfo=datetime.UTC)
FIRST_SECOND = datetime.datetime(2022, 9, 30, 16, 0, 0, tzinfo=datetime.UTC)


def test_month_turns_at_midnight_in_shanghai():
    with clock.at(LAST_SECOND):
        assert clock.today() == datetime.date(2022, 9, 30)
        assert clock.now().isoformat() == "2022-09-30T23:59:59+08:00"
    with clock.at(FIRST_SECOND):
        assert clock.today() == datetime.date(2022, 10, 1)


def test_a_bare_day_stands_at_nine():
    with clock.at(datetime.date(2023, 2, 28)):
        assert clock.now() == clock.moment(datetime.date(2023, 2, 28), 9)


def test_pins_nest_and_end(today):
    with clock.at(datetime.date(2022, 8, 1)):
        with clock.at(datetime.date(2022, 8, 2)):
            assert clock.today() == datetime.date(2022, 8, 2)
        assert clock.today() == datetime.date(2022, 8, 1)
    assert clock.today() == today


def test_pin_ends_after_an_error(today):
    with pytest.raises(ZeroDivisionError), clock.at(datetime.date(2022, 8, 1)):
        1 / 0  # noqa: B018
    assert clock.today() == today


def test_machinery_keeps_its_own_clock():
    with clock.at(datetime.date(2022, 8, 1)):
        assert timezone.now().year >= 2024


PROGRAM = """
import datetime, django
django.setup()
from accounts import clock
from accounts.templatetags.penxi import iso, iso_minute
last = datetime.datetime(2022, 9, 30, 15, 59, 59, tzinfo=datetime.UTC)
for moment in (last, last + datetime.timedelta(seconds=1), datetime.datetime(2024, 2, 28, 16, tzinfo=datetime.UTC)):
    with clock.at(moment):
        print(clock.today(), clock.now().isoformat(), iso(moment), iso_minute(moment))
print(clock.today())
"""


def test_zone_of_the_process_makes_no_difference(tmp_path):
    answers = set()
    for zone in ("UTC", "America/New_York", "Asia/Shanghai"):
        env = {
            **os.environ,
            "TZ": zone,
            "PENXI_VAR": str(tmp_path),
            "PENXI_TODAY": "2022-09-30",
            "DJANGO_SETTINGS_MODULE": "penxi_pilot.settings",
        }
        done = subprocess.run([sys.executable, "-c", PROGRAM], env=env, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
        answers.add(done.stdout)
    assert len(answers) == 1
    lines = answers.pop().splitlines()
    assert lines[0] == "2022-09-30 2022-09-30T23:59:59+08:00 2022-09-30 2022-09-30 23:59"
    assert lines[1] == "2022-10-01 2022-10-01T00:00:00+08:00 2022-10-01 2022-10-01 00:00"
    assert lines[2].startswith("2024-02-29 ")
    assert lines[3] == "2022-09-30"
