"""The sample year holds what the pages have to show, and is the same each time."""

import collections

import pytest

from communities import sample
from communities.models import Activity, ActivityPhoto
from communities.sample import END, load_activities
from pilots.models import ActivityCategory, Pilot, ReviewAction, ReviewState, ReviewStep

pytestmark = pytest.mark.django_db


def test_the_year():
    load_activities()
    per_pilot = collections.Counter(Activity.objects.values_list("pilot__code", flat=True))
    assert set(per_pilot) == {"P1", "P2", "P3", "P4", "P5", "P6"} and all(20 <= number <= 45 for number in per_pilot.values())
    states = set(Activity.objects.values_list("state", flat=True))
    assert states == set(ReviewState.values)
    assert set(ReviewStep.objects.values_list("action", flat=True)) == set(ReviewAction.values)
    days = list(Activity.objects.values_list("day", flat=True))
    assert min(days).isoformat() < "2022-08-12" and max(days) <= END
    assert not ReviewStep.objects.filter(on__gt=END).exists()
    assert not Activity.objects.filter(sample=False).exists()
    assert not ActivityPhoto.objects.exclude(file__original_name__startswith="示例照片").exists()
    titles = " ".join(Activity.objects.values_list("title", flat=True))
    assert all(f"我们的节日·{name}" in titles for name in ("中秋", "重阳", "春节", "元宵"))


def test_the_same_year_every_time():
    categories = {category.code: category for category in ActivityCategory.objects.all()}
    for pilot in Pilot.objects.all():
        first, second = (sample._plans(sample._cast(pilot, categories)) for _ in range(2))
        assert first == second
