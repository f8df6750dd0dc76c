"""What reaches a log file: no secrets, no personal numbers, no forged lines, times in +08:00."""

import json
import logging
import logging.config
import re

import pytest
import structlog

from penxi_pilot.errors import new_reference
from penxi_pilot.logs import cleaned, logging_config, one_line


@pytest.fixture
def lines(tmp_path):
    """`lines(production=True)` configures logging to a folder and returns a function that reads what was written."""
    before = logging.getLogger().handlers[:], logging.getLogger().level

    def configure(*, production):
        config = logging_config(production=production, folder=tmp_path, process="web")
        config["handlers"].pop("stdout")
        config["root"]["handlers"] = ["file"]
        logging.config.dictConfig(config)
        return lambda: (tmp_path / "web.log").read_text("utf8").splitlines()

    yield configure
    for handler in logging.getLogger().handlers:
        handler.close()
    logging.getLogger().handlers, logging.getLogger().level = before[0], before[1]


@pytest.mark.parametrize(
    "text",
    [
        "postgres://penxi:Geheim4711@db/penxi is away",
        "password=Geheim4711 refused",
        "{'password': 'Geheim4711', 'username': 'a'}",
        '{"sessionid": "Geheim4711"}',
        "Authorization: Geheim4711",
        "csrfmiddlewaretoken=Geheim4711&next=/",
    ],
)
def test_credentials_are_masked(text):
    assert "Geheim4711" not in cleaned(text)


@pytest.mark.parametrize(("number", "shown"), [("13812345678", "138****5678"), ("51092119620304123X", "5109**********123X")])
def test_personal_numbers_are_masked(number, shown):
    assert cleaned(f"联系人 {number}。") == f"联系人 {shown}。"


def test_other_numbers_stay():
    assert cleaned("0.023213912345678962 秒, 20221130, 99999999.99") == "0.023213912345678962 秒, 20221130, 99999999.99"


@pytest.mark.parametrize("evil", ["\r\n2026 INFO forged", "\x1b[2J", "\u2028x", "\x00", "\x85x"])
def test_control_characters_are_written_out(evil):
    assert re.fullmatch(r"[^\x00-\x1f\x7f\x85\u2028\u2029]+", one_line("a" + evil))


@pytest.mark.parametrize("production", [True, False])
def test_a_visitor_cannot_forge_a_line(lines, production):
    read = lines(production=production)
    logging.getLogger("x").warning("not found: %s", "/a\r\n2026-01-01T00:00:00+08:00 INFO forged")
    structlog.get_logger("y").warning("path", path="/b\nforged", password="Geheim4711", token="Geheim4711")
    assert len(read()) == 2
    assert "Geheim4711" not in "".join(read())


def test_production_writes_json_with_local_time(lines):
    read = lines(production=True)
    structlog.get_logger("y").info("saved", status=200)
    row = json.loads(read()[0])
    assert (row["event"], row["status"], row["level"], row["logger"]) == ("saved", 200, "info", "y")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00", row["at"])


@pytest.mark.parametrize("production", [True, False])
def test_a_traceback_is_kept_without_secrets_and_cannot_look_like_a_line(lines, production):
    read = lines(production=production)
    try:
        raise ValueError("password=Geheim4711\n2026-01-01 INFO forged")
    except ValueError:
        logging.getLogger("x").exception("broken")
    text = "\n".join(read())
    assert "ValueError" in text
    assert "Geheim4711" not in text
    assert not any(line.startswith("2026-01-01") for line in read())


def test_reference_numbers_can_be_read_aloud():
    assert all(re.fullmatch(r"\d{4}-[2-9a-hj-km-z]{4}", new_reference()) for _ in range(50))


def test_every_answer_carries_its_reference_into_the_log(client, db, caplog):
    with caplog.at_level(logging.INFO, logger="penxi_pilot.request"):
        client.get("/login/")
    assert any("answered" in str(record.msg) for record in caplog.records)
