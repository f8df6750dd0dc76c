"""Files that need no page and no login."""

from django.test import Client


def test_the_icon_a_browser_asks_for_by_itself():
    """Beside a PDF or a picture opened alone there is no page to name it. No `db` fixture: a query here would be an error."""
    answer = Client().get("/favicon.ico")
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).startswith(b"\x00\x00\x01\x00")
