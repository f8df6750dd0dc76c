"""A real Chromium for the tests of pages that save themselves: how it starts, who is logged in, a server that answers late."""

import contextlib
import shutil
import time
from collections.abc import Iterator

from tests.conftest import PASSWORD

ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@contextlib.contextmanager
def logged_in(base_url: str, username: str) -> Iterator:
    """A page of 1366 px after the login; afterwards no script may have failed."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        page = chromium.new_context(locale="zh-CN", base_url=base_url, viewport={"width": 1366, "height": 768}).new_page()
        complaints = []
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        page.goto("/login/")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_load_state()
        yield page
        assert complaints == []
        chromium.close()


def slowly(route) -> None:
    """For `page.route`: the server saves at once, its answer to the page's own save comes a second later."""
    if "json" not in route.request.headers.get("accept", ""):
        route.continue_()
        return
    answer = route.fetch()
    time.sleep(1)
    route.fulfill(response=answer)
