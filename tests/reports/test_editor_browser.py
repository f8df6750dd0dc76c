"""The office writes a section of a report in a real browser."""

import datetime

import pytest

from pilots.models import Pilot
from reports import services
from reports.models import Section
from reports.snapshot import collect_data
from tests.browsing import logged_in, slowly
from tests.conftest import TODAY, fill_database

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = "一是居民参与面扩大，二是制度上墙。"


@pytest.fixture
def draft(transactional_db, monkeypatch, settings):
    """A draft of 广福社区 with its figures and suggested words; the browser's loop runs in the test's own thread."""
    from accounts.models import User

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    settings.PENXI_TODAY = TODAY  # the server's thread knows no pinned clock
    fill_database()
    office = User.objects.get(username="office")
    report = services.start_report("summary", by=office, pilot=Pilot.objects.get(code="P2"), as_of=datetime.date(2022, 11, 30))
    services.store_snapshot(report, collect_data(report), by=office)
    return report


@pytest.fixture
def editor(draft, live_server):
    """The editor's first empty section, opened by the office; says afterwards what the console complained about.

    Not named `page`: pytest-playwright would then run these tests before the others, and they empty the database when they end."""
    with logged_in(live_server.url, "office") as page:
        page.goto(f"/reports/{draft.pk}/edit/?section=experience")
        yield page


def stored(report):
    return str(Section.objects.get(report=report, key="experience").paragraphs)


def test_save_pressed_while_the_text_saves_itself_is_no_conflict(editor, draft):
    """Leaving the text for the button begins a save of its own: nobody is told that somebody else changed the section."""
    from playwright.sync_api import expect

    editor.route("**/sections/experience/", slowly)
    editor.locator("[contenteditable=true]").first.click()
    editor.keyboard.type(WORDS)
    editor.locator("button[form=section-form]:visible").click()
    expect(editor.locator("[data-toasts], .al").filter(has_text="保存成功").first).to_be_visible(timeout=15_000)
    assert "已被修改" not in editor.content()
    assert WORDS in stored(draft) and WORDS in editor.locator("[contenteditable=true]").first.inner_text()
    assert Section.objects.get(report=draft, key="experience").version >= 2
