"""A community worker records an activity on her phone, in a real browser."""

import shutil

import pytest

from communities.models import Activity
from pilots.models import ReviewState
from tests.conftest import PASSWORD, fill_database
from tests.pilots.bad_uploads import jpeg

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def people(transactional_db, monkeypatch):
    """The plan and the people again, where an earlier test emptied the database; the browser's loop runs in the test's own thread."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    fill_database()


@pytest.fixture
def phone(people, live_server):
    """A page of 375 px, logged in as 广福; says afterwards what the console complained about."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        context = chromium.new_context(
            viewport={"width": 375, "height": 812}, is_mobile=True, has_touch=True, locale="zh-CN", base_url=live_server.url
        )
        page = context.new_page()
        page.complaints = []
        page.on("pageerror", lambda fault: page.complaints.append(str(fault)))
        page.on("console", lambda message: page.complaints.append(message.text) if "Content Security Policy" in message.text else None)
        page.goto("/login/")
        page.fill("input[name=username]", "guangfu")
        page.fill("input[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_load_state()
        yield page
        assert page.complaints == []
        chromium.close()


def picture(number):
    return {"name": f"IMG_{number}.jpg", "mimeType": "image/jpeg", "buffer": jpeg(2400, 1800)}


def fill(page):
    page.fill("#id_title", "社区文化墙共绘")
    page.select_option("#id_category", label="社区文化")
    page.locator("#tasks-field input:checked").wait_for(state="attached")
    page.fill("#id_day", "2022-11-29")
    page.fill("#id_place", "党群服务中心二楼")
    page.fill("#id_participants", "30")
    page.fill("#id_content", "居民一起布置社区阵地。")


def test_two_photos_and_handed_in(phone):
    from playwright.sync_api import expect

    phone.goto("/activities/new/")
    expect(phone.locator("[data-missing]")).to_contain_text("还差 5 项")
    fill(phone)
    phone.set_input_files("[data-album]", [picture(1), picture(2)])
    expect(phone.locator("[data-said]").nth(1)).to_contain_text("2/2 已保存", timeout=20_000)
    expect(phone.locator("[data-photo-count]")).to_have_text("照片已保存 2/2")
    expect(phone.locator("[data-missing]")).to_contain_text("填写齐全")
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    phone.click("button[value=submit]")
    expect(phone.locator(".flow")).to_contain_text("待普安街道审核", timeout=15_000)
    row = Activity.objects.get()
    assert row.state == ReviewState.SUBMITTED and row.photos.count() == 2
    assert max(row.photos.first().file.width, row.photos.first().file.height) == 1600


def test_a_dead_network_loses_nothing(phone):
    from playwright.sync_api import expect

    phone.goto("/activities/new/")
    fill(phone)
    phone.context.set_offline(True)
    phone.fill("#id_content", "断网时写下的内容。")
    phone.set_input_files("[data-album]", [picture(1)])
    expect(phone.locator("[data-offline]")).to_be_visible(timeout=15_000)
    expect(phone.locator("[data-said]").first).to_contain_text("等待网络")
    phone.context.set_offline(False)
    expect(phone.locator("[data-said]").first).to_contain_text("1/1 已保存", timeout=20_000)
    row = Activity.objects.get()
    assert row.content == "断网时写下的内容。" and row.photos.count() == 1


def test_what_was_typed_survives_an_expired_session(phone):
    from django.contrib.sessions.models import Session
    from playwright.sync_api import expect

    phone.goto("/activities/new/")
    fill(phone)
    Session.objects.all().delete()
    phone.fill("#id_content", "过期以后写下的内容。")
    phone.click("button[value=save]")
    expect(phone.locator("[data-expired]")).to_be_visible(timeout=15_000)
    phone.click("[data-login]")
    phone.fill("input[name=username]", "guangfu")
    phone.fill("input[name=password]", PASSWORD)
    phone.click("button[type=submit]")
    phone.wait_for_load_state()
    if not phone.locator("#id_content").input_value():
        phone.locator("[data-found-use]").click()
    expect(phone.locator("#id_content")).to_have_value("过期以后写下的内容。", timeout=10_000)
