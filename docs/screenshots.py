"""Takes the pictures of 用户手册.md from a running portal with sample data: `bin/screenshots ADDRESS PASSWORD`."""

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).resolve().parent / "images"
CHROMIUM = "--no-sandbox --disable-dev-shm-usage --disable-gpu --disable-quic --no-first-run --disable-background-networking".split()
PC, PHONE = (1366, 768), (375, 800)
PICTURES = (
    ("login", "", "/login/", PC, ""),
    ("home-community-phone", "guangfu", "/", PHONE, ""),
    ("activity-phone", "guangfu", "/activities/new/", PHONE, ""),
    ("payment-form", "guangfu", "/funds/payments/new/", PC, ""),
    ("evidence", "guangfu", "/evidence/", PC, ""),
    ("review", "puan", "/reviews/", PC, ""),
    ("payment", "puan2", "/funds/payments/?waiting=mine", PC, "table tbody a"),
    ("home-office", "office", "/", PC, ""),
    ("funds", "office", "/funds/", PC, ""),
    ("visit", "office", "/supervision/visits/", PC, "table a"),
    ("findings", "office", "/supervision/findings/", PC, ""),
    ("task", "office", "/tasks/", PC, "table a.b"),
    ("pilot", "office", "/pilots/P4/", PC, ""),
    ("reports", "office", "/reports/", PC, ""),
    ("report-edit", "office", "/reports/", PC, "text=续写"),
    ("leader", "leader", "/", PC, ""),
    ("people", "sysadmin", "/people/", PC, ""),
)
"""Name, account, address, size, and what is pressed first."""


def logged_in(browser: Browser, base: str, account: str, password: str, size: tuple[int, int]) -> Page:
    phone = size == PHONE
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN", is_mobile=phone, has_touch=phone)
    page = context.new_page()
    if account:
        page.goto(f"{base}/login/")
        page.fill("input[name=username]", account)
        page.fill("input[name=password]", password)
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url(lambda address: "/login/" not in address)
    return page


def kept(picture: bytes, target: Path) -> None:
    """A PNG of 128 colours: a third of the size, and nobody sees it."""
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(128).save(target, optimize=True)


def main() -> None:
    base, password = sys.argv[1].rstrip("/"), sys.argv[2]
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        for name, account, address, size, press in PICTURES:
            page = logged_in(browser, base, account, password, size)
            page.goto(base + address)
            if press:
                page.locator(press).first.click()
                page.wait_for_load_state("load")
            page.wait_for_timeout(400)
            kept(page.screenshot(), IMAGES / f"{name}.png")
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
