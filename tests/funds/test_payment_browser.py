"""A community fills in 用款申请 in a real browser: the draft keeps itself beside what the person presses."""

import pytest

from funds.models import Payment
from tests.browsing import logged_in, slowly
from tests.conftest import TODAY, fill_database

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


PRESS = """() => setTimeout(() => {
  document.getElementById("id_purpose").value += "，预付款";
  document.querySelector("button[name=deed][value=save]").click();
}, 1900)"""
"""A last word and 暂存, by the page's own clock 0.4 s after the draft began to keep itself."""


@pytest.fixture
def application(transactional_db, monkeypatch, settings, live_server):
    """An empty application, opened by 广福; says afterwards what the console complained about.

    Not named `page`: pytest-playwright would then run these tests before the others, and they empty the database when they end."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the browser's loop runs in the test's own thread
    settings.PENXI_TODAY = TODAY  # the server's thread knows no pinned clock
    fill_database()
    with logged_in(live_server.url, "guangfu") as page:
        page.goto("/funds/payments/new/")
        yield page


def pressed(response):
    return response.request.method == "POST" and "json" not in response.request.headers.get("accept", "")


@pytest.mark.parametrize("begun", [False, True], ids=["first save", "later save"])
def test_a_press_while_the_draft_keeps_itself_makes_one_draft(application, begun):
    """暂存 while a save is under way is no conflict with oneself and no second draft."""
    from playwright.sync_api import expect

    if begun:
        application.fill("#id_purpose", "第一期")
        expect(application.locator("[data-saved]")).to_contain_text("已自动保存", timeout=15_000)
    application.route("**/funds/payments/**", slowly)
    application.fill("#id_purpose", "第一期款")
    with application.expect_response(pressed):
        application.evaluate(PRESS)
    application.wait_for_load_state()
    expect(application.locator("#id_purpose")).to_have_value("第一期款，预付款")
    assert "已被修改" not in application.content()
    assert Payment.objects.get().purpose == "第一期款，预付款"
