"""What a line of the audit log is about is said in Chinese, whatever record a room names."""

import pytest
from django.apps import apps

ROOMS = ("accounts", "pilots", "communities", "funds", "supervision", "reports")
MACHINERY = {"LoginFailure", "SpentForm", "Heartbeat", "DatabaseStamp", "NumberCounter", "FindingCounter"}
READ_WITH_THEIR_OWNER = {"PilotType", "RecurringDuty", "RecurringPeriod", "ReportRequirement", "TaskRole", "Snapshot", "Section"} | {
    "ReportJob",
    "ReportStep",
    "Download",
}
"""Never the subject of a line: what is done to them is a deed on the plan or the report."""


@pytest.mark.parametrize("room", ROOMS)
def test_every_record_has_a_chinese_name(room):
    models = [model for model in apps.get_app_config(room).get_models() if not model.__name__.startswith("Historical")]
    english = {model.__name__ for model in models if str(model._meta.verbose_name).isascii()}
    assert not english - MACHINERY - READ_WITH_THEIR_OWNER
