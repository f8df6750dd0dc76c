"""An inspector fills in the visit sheet in a real browser: by keyboard on the PC, item by item on the phone; nothing is lost."""

import shutil
import time

import pytest

from supervision.models import Answer, Finding, Visit
from tests.conftest import PASSWORD, TODAY, fill_database
from tests.pilots.bad_uploads import jpeg
from tests.supervision.records import open_visit

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
PC = {"viewport": {"width": 1366, "height": 768}}
PHONE = {"viewport": {"width": 375, "height": 812}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def people(transactional_db, monkeypatch, settings):
    """The plan and the people again, where an earlier test emptied the database; the browser's loop runs in the test's own thread."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    settings.PENXI_TODAY = TODAY  # the server's thread knows no pinned clock
    fill_database()


@pytest.fixture
def inspector(people, live_server):
    """`inspector(PC)` → a page logged in as the office; says afterwards what the console complained about."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        complaints = []

        def start(device, username="office"):
            page = chromium.new_context(locale="zh-CN", base_url=live_server.url, **device).new_page()
            page.on("pageerror", lambda fault: complaints.append(str(fault)))
            page.on("console", lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None)
            page.goto("/login/")
            page.fill("input[name=username]", username)
            page.fill("input[name=password]", PASSWORD)
            page.click("button[type=submit]")
            page.wait_for_load_state()
            return page

        yield start
        assert complaints == []
        chromium.close()


def answers():
    return {answer.code: answer for answer in Visit.objects.get().answers.all()}


def focused(page):
    return page.evaluate("(document.activeElement.closest('[data-item]') || {}).id")


def test_the_sheet_by_keyboard(inspector):
    from playwright.sync_api import expect

    visit = open_visit(on="2022-11-30")
    page = inspector(PC)
    page.goto(visit.get_absolute_url())
    codes = [item.get_attribute("id") for item in page.locator("[data-item]").all()]
    page.locator(f"#{codes[0]} [data-answers] input").first.focus()
    page.keyboard.press("3")
    problem = page.locator(f"#{codes[0]} [data-problem]")
    expect(problem).to_be_visible()
    expect(problem.locator("[data-deadline]")).to_have_value("2022-12-15")  # 一般, 15 days
    page.keyboard.press("Enter")
    assert focused(page) == codes[1]
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    page.keyboard.press("0")
    problem.locator("textarea").fill("值班表3天无人签到，1")  # figures in a text are text
    problem.locator("[data-severity] label", has_text="较重").click()
    expect(problem.locator("[data-deadline]")).to_have_value("2022-12-12")
    expect(problem.locator("[data-deadline-said]")).to_contain_text("12月10日是周六，顺延到12月12日（周一）")
    expect(page.locator("[data-saved-at]").first).to_contain_text("已自动保存", timeout=15_000)
    page.wait_for_timeout(2_500)
    stored = answers()
    shown = [stored[code.removeprefix("ck-")].answer for code in codes[:4]]
    assert shown == [Answer.NO, Answer.YES, Answer.PARTLY, Answer.NA]
    assert stored[codes[0].removeprefix("ck-")].problem == "值班表3天无人签到，1"
    page.reload()
    expect(page.locator(f"#{codes[0]} [data-problem]")).to_be_visible()
    for code in codes[4:]:
        page.locator(f"#{code} [data-answers] input").first.focus()
        page.keyboard.press("1")
    expect(page.locator("[data-left-hint]")).to_contain_text("已全部填写")
    page.click("[data-hand-in]")
    page.click("dialog[open] button[type=submit]")
    expect(page.locator("main")).to_contain_text("登记了 1 个问题", timeout=15_000)
    assert Finding.objects.get().description == "值班表3天无人签到，1"


def test_item_by_item_on_the_phone(inspector):
    from playwright.sync_api import expect

    visit = open_visit(on="2022-11-30")
    page = inspector(PHONE)
    page.goto(visit.get_absolute_url())
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    expect(page.locator("[data-part]:visible")).to_have_count(1)
    items = page.locator("[data-item]")
    first = items.nth(0)
    first.locator("[data-answers] label", has_text="不符合").click()
    picture = {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": jpeg(2400, 1800)}
    first.locator("[data-shoot]").set_input_files(picture)
    expect(first.locator("[data-shots-said]")).to_contain_text("1/1 已保存", timeout=20_000)
    assert max(Visit.objects.get().answers.get(code=first.get_attribute("id").removeprefix("ck-")).photos.get().file.width, 0) == 1600
    small = page.evaluate(
        "Array.from(document.querySelectorAll('.ck:first-of-type .seg span, .stick .btn, .aspects a'))"
        ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 80))"
    )
    assert small == []
    for _ in range(items.count() - 1):
        page.click("[data-next]")
    assert focused(page) == items.last.get_attribute("id")
    expect(page.locator("[data-last]")).to_be_visible()
    page.click("[data-prev]")
    expect(page.locator("[data-next]")).to_be_visible()
    page.click("[data-next]")
    page.click("[data-last]")
    page.click("dialog[open] button[type=submit]")
    expect(page.locator("[data-reasons]")).to_be_visible(timeout=15_000)
    page.locator("[data-reasons] a").last.click()  # an item of another part: that part opens
    expect(page.locator("[data-part]:visible")).to_have_attribute(
        "data-part", items.last.evaluate("e => e.closest('[data-part]').dataset.part")
    )
    for group in page.locator("[data-answers]").all():
        group.locator("input[value=yes]").evaluate("e => e.click()")
    page.locator("[data-part-tab]").first.click()
    expect(page.locator("[data-left]")).to_have_text("已全部填写")
    expect(page.locator("[data-last]")).to_be_visible()  # also away from the last item


def test_what_was_typed_survives_a_dead_network(inspector):
    from playwright.sync_api import expect

    visit = open_visit(on="2022-11-30")
    page = inspector(PC)
    page.goto(visit.get_absolute_url())
    page.context.set_offline(True)
    item = page.locator("[data-item]").first
    code = item.get_attribute("id").removeprefix("ck-")
    item.locator("[data-answers] label", has_text="基本符合").click()
    expect(page.locator("[data-offline]")).to_be_visible(timeout=10_000)
    page.goto("about:blank")  # the page is closed while the network is gone
    page.context.set_offline(False)
    page.goto(visit.get_absolute_url())
    expect(item.locator("input[value=partly]")).to_be_checked()
    late = time.monotonic() + 30  # it goes out with the closing of the first page or from the second, whichever meets the network
    while answers()[code].answer != Answer.PARTLY and time.monotonic() < late:
        page.wait_for_timeout(200)
    assert answers()[code].answer == Answer.PARTLY


def test_a_finding_opens_beside_the_list_and_the_urging_text_is_copied(inspector):
    from playwright.sync_api import expect

    from tests.supervision.records import register

    first, second = register("P2", title="第一个问题"), register("P5", title="第二个问题")
    page = inspector(PC)
    page.goto("/supervision/findings/")
    panel = page.locator("#finding-panel")
    expect(panel).to_contain_text(first.number)
    page.click("text=第二个问题")
    expect(panel).to_contain_text(second.number)
    assert f"open={second.pk}" in page.url
    page.go_back()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/supervision/findings/?open={second.pk}")
    panel.locator("[data-copy]").click()
    expect(page.locator("[data-toasts]")).to_contain_text("已复制")
    assert "【督导催办】东街社区" in page.evaluate("navigator.clipboard.readText()")
