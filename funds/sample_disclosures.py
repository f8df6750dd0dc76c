"""The sample year's postings of money (资金公示): three quarters; one posted late, one without its second photo, one still owed at the end."""

import datetime

from accounts import clock, history
from accounts.models import Role, User
from communities.sample_photos import photo
from funds import disclosures
from funds.models import Disclosure
from pilots import files
from pilots.models import Pilot

Day = datetime.date
QUARTERS = (
    (2022, 3, Day(2022, 10, 8), Day(2022, 10, 14)),
    (2022, 4, Day(2022, 12, 26), Day(2022, 12, 30)),
    (2023, 1, Day(2023, 3, 20), Day(2023, 3, 24)),
)
"""Year, quarter, first and last day of posting: five working days each."""
LATE = {("P3", 4): (Day(2023, 1, 12), Day(2023, 1, 18))}
OWED = {("P6", 1)}
NO_SECOND_PHOTO = {("P5", 3)}


def load_disclosures() -> int:
    """What the clerks of street and town posted, through the deed people use; how many. Run again it adds nothing."""
    if Disclosure.objects.exists():
        return 0
    clerks = {person.unit_id: person for person in User.objects.select_related("unit").filter(sample=True, role=Role.TOWN_CLERK)}
    pilots = list(Pilot.objects.select_related("unit", "accountable").order_by("order"))
    for year, quarter, first, last in QUARTERS:
        for pilot in pilots:
            if (pilot.code, quarter) not in OWED:
                _post(pilot, clerks[pilot.accountable_id], year, quarter, *LATE.get((pilot.code, quarter), (first, last)))
    return Disclosure.objects.count()


def _post(pilot: Pilot, clerk: User, year: int, quarter: int, first: Day, last: Day) -> None:
    with (
        clock.at(clock.moment(first, 9, 10 + pilot.order)),
        history.acting_as(clerk),
        files.keeping(photo("board", first, "张贴"), by=clerk) as stored,
    ):
        row = disclosures.save_disclosure(
            None,
            by=clerk,
            pilot=pilot,
            year=year,
            quarter=quarter,
            posted_on=first,
            until=last,
            place=f"{pilot.unit.short_name}党群服务中心公示栏",
            telephone="0825-0000000（示例）",
            note="示例数据",
            stored={"start_photo": stored},
        )
    if (pilot.code, quarter) in NO_SECOND_PHOTO:
        return
    with (
        clock.at(clock.moment(last, 17, 10 + pilot.order)),
        history.acting_as(clerk),
        files.keeping(photo("board", last, "期满"), by=clerk) as stored,
    ):
        disclosures.save_disclosure(row, by=clerk, stored={"end_photo": stored})
