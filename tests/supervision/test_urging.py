"""催办: words ready for the group."""

import pytest

from supervision.models import Finding, FindingAction
from supervision.urging import urging_text, urging_text_of
from tests.supervision.records import day, do, register

pytestmark = pytest.mark.django_db


def test_one_finding():
    finding = register("P3", "2022-11-10", title="两处无托管协议", requirement="签订托管协议。")
    assert urging_text(finding, day("2022-11-30")) == (
        "【督导催办】竹林桥社区：WT-2022-11-001“两处无托管协议”，整改时限 11月25日，已逾期 5 天，现在是“待整改”。"
        "整改要求：签订托管协议。请抓紧整改，完成后在平台提交整改情况和照片。"
    )
    assert "今天到期" in urging_text(finding, day("2022-11-25")) and "还剩 3 天" in urging_text(finding, day("2022-11-22"))


def test_several_findings_without_those_handed_in():
    register("P3", "2022-11-10", title="甲")
    register("P2", "2022-11-14", title="乙")
    do(register("P4", "2022-11-10", title="丙"), FindingAction.RECTIFY, "2022-11-11")
    text = urging_text_of(Finding.objects.select_related("unit"), day("2022-11-26"))
    assert text.splitlines() == [
        "【督导催办】截至 11月26日，以下 2 个问题待整改：",
        "1. 竹林桥社区　WT-2022-11-001　甲（时限 11月25日，已逾期 1 天）",
        "2. 广福社区　WT-2022-11-002　乙（时限 11月29日，还剩 3 天）",
        "请抓紧整改，完成后在平台提交整改情况和照片。",
    ]
    assert urging_text_of([], day("2022-11-26")) == ""
