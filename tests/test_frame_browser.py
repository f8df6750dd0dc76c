"""The frame's scripts in a real Chromium under the strict policy: keys, focus, menu, one record per press, nothing typed is lost.

Pages are rendered from the templates without a database and served by a small server that sends the same policy as the portal.
"""

import http.server
import shutil
import threading
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django import forms
from django.conf import settings
from django.template import Context, engines
from django.test import RequestFactory

from accounts.models import Role

pytestmark = pytest.mark.browser
POLICY = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
FLAGS = "--no-sandbox --disable-dev-shm-usage --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
FORM = """{% extends "base.html" %}{% block title %}记活动{% endblock %}{% block content %}{% include "parts/_reasons.html" %}
<form method="post" action="/sent" data-keep="try">{% for field in form %}{{ field.as_field_group }}{% endfor %}
<button class="btn btn-primary" type="submit">提交</button></form><span data-kept-at></span>
<div class="tabs"><a href="#a" class="on">甲</a><a href="#b">乙</a></div>{% endblock %}"""


class PlaceForm(forms.Form):
    place = forms.CharField(label="地点")
    story = forms.CharField(label="活动内容", max_length=20, widget=forms.Textarea, required=False)


class Portal(http.server.BaseHTTPRequestHandler):
    pages: dict[str, str] = {}
    posts: list[str] = []

    def do_GET(self):
        path = urlsplit(self.path).path
        if path.startswith("/static/"):
            file = settings.BASE_DIR / path.lstrip("/")
            kinds = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
            return self.answer(file.read_bytes(), kinds[file.suffix]) if file.is_file() else self.send_error(404)
        return self.answer(self.pages[path].encode(), "text/html; charset=utf-8") if path in self.pages else self.send_error(404)

    def do_POST(self):
        self.posts.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.answer(self.pages["/other"].encode(), "text/html; charset=utf-8")

    def answer(self, body: bytes, kind: str):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def page_of(form: forms.Form) -> str:
    request = RequestFactory().get("/form")
    unit = SimpleNamespace(short_name="领导小组办公室")
    request.user = SimpleNamespace(
        is_authenticated=True, pk=7, name="示例经办人", unit=unit, role=Role.OFFICE, get_role_display="办公室经办"
    )
    return engines["django"].from_string(FORM).template.render(Context({"request": request, "form": form, "sample_mode": True}))


@pytest.fixture(scope="module")
def address():
    refused = PlaceForm({"place": ""})
    Portal.pages = {
        "/form": page_of(PlaceForm()),
        "/refused": page_of(refused),
        "/other": page_of(PlaceForm()).replace("data-keep", "data-no-guard"),
    }
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api")
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium):
    """A fresh page; any refusal by the policy or script error fails the test."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield page
    context.close()
    assert [trouble for trouble in troubles if "favicon" not in trouble] == []


def focused(tab) -> str:
    return tab.evaluate("document.activeElement.id || document.activeElement.className")


def test_first_stop_is_the_skip_link_and_slash_searches(tab, address):
    tab.goto(f"{address}/form")
    tab.keyboard.press("Tab")
    assert "skip-link" in focused(tab)
    if tab.locator("[data-search]").count():
        tab.keyboard.press("/")
        assert focused(tab) == "q"


def test_arrows_move_between_tabs(tab, address):
    tab.goto(f"{address}/form")
    tab.locator(".tabs a").first.focus()
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate("document.activeElement.textContent") == "乙"


def test_after_a_refusal_the_reasons_have_the_focus_and_lead_to_the_field(tab, address):
    tab.goto(f"{address}/refused")
    assert tab.evaluate("document.activeElement.getAttribute('role')") == "alert"
    tab.locator(".al a[href='#id_place']").click()
    assert focused(tab) == "id_place"


def test_two_presses_make_one_record(tab, address):
    Portal.posts.clear()
    tab.goto(f"{address}/form")
    tab.fill("#id_place", "二楼")
    tab.evaluate("() => { const b = document.querySelector('button.btn-primary'); b.click(); b.click(); b.form.requestSubmit(); }")
    tab.wait_for_url("**/sent")
    assert len(Portal.posts) == 1


def test_typed_text_comes_back_and_goes_once_sent(tab, address):
    """An expired login or a closed page loses nothing; what was sent is not offered again."""
    tab.on("dialog", lambda dialog: dialog.accept())
    tab.goto(f"{address}/form")
    tab.fill("#id_place", "二楼")
    tab.locator("#id_place").blur()
    tab.goto(f"{address}/other")
    tab.goto(f"{address}/form")
    assert tab.input_value("#id_place") == "二楼"
    assert "已找回上次没有提交的内容" in tab.inner_text("main")
    tab.locator("button.btn-primary").click()
    tab.wait_for_url("**/sent")
    tab.goto(f"{address}/form")
    assert tab.input_value("#id_place") == ""


def test_remaining_characters_are_counted(tab, address):
    tab.goto(f"{address}/form")
    tab.fill("#id_story", "一二三")
    assert tab.inner_text("[data-left-over='id_story']") == "还可输入 17 字"
    tab.fill("#id_story", "")


@pytest.mark.parametrize("width", [375, 820])
def test_menu_opens_and_escape_gives_the_focus_back(tab, address, width):
    tab.set_viewport_size({"width": width, "height": 740})
    tab.goto(f"{address}/form")
    toggle = tab.locator("a.menu-toggle")
    toggle.click()
    assert toggle.get_attribute("aria-expanded") == "true"
    assert tab.locator("#menu").is_visible()
    tab.keyboard.press("Escape")
    assert toggle.get_attribute("aria-expanded") == "false"
    assert "menu-toggle" in focused(tab)


@pytest.mark.parametrize("width", [375, 820, 1366])
def test_nothing_sticks_out_at_any_width(tab, address, width):
    tab.set_viewport_size({"width": width, "height": 740})
    tab.goto(f"{address}/refused")
    assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_targets_on_the_phone_are_at_least_44(tab, address):
    tab.set_viewport_size({"width": 375, "height": 740})
    tab.goto(f"{address}/form")
    small = tab.evaluate(
        "Array.from(document.querySelectorAll('.topbar a, .topbar button, .bbar a, main .btn, main input, main select, .tabs a'))"
        ".filter(e => e.offsetParent && e.type !== 'hidden').filter(e => e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 80))"
    )
    assert small == []
