"""Logging: one line per event, JSON in production and readable in the embedded default, times in +08:00, nothing secret, nothing forged.

Every process writes to standard output and to PENXI_VAR/logs/<web|worker|beat|command>.log. Files are reopened when a log rotation moves them.
"""

import datetime
import logging
import re
import zoneinfo
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
Event = MutableMapping[str, Any]

SECRET_KEY_NAME = re.compile(r"passw|secret|token|cookie|session|authori[sz]ation|csrf|credential", re.IGNORECASE)
SECRET_PAIR = re.compile(
    r"""((?:password|passwd|secret|token|sessionid|csrf\w*|authorization)["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s&,;"']+)""", re.IGNORECASE
)
URL_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]*@")
# Identity numbers (GB 11643) before mobile numbers: the shorter pattern may lie inside the longer.
IDENTITY_NUMBER = re.compile(r"(?<![\d.])(\d{4})\d{10}(\d{3}[\dXx])(?![\dXx])")
MOBILE_NUMBER = re.compile(r"(?<![\d.])(1[3-9]\d)\d{4}(\d{4})(?!\d)")
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


def cleaned(text: str) -> str:
    """`text` without credentials and personal numbers. Line breaks stay; the renderers make them harmless."""
    text = URL_CREDENTIALS.sub("***@", text)
    text = SECRET_PAIR.sub(r"\1***", text)
    text = IDENTITY_NUMBER.sub(r"\1**********\2", text)
    return MOBILE_NUMBER.sub(r"\1****\2", text)


def one_line(text: str) -> str:
    """Control characters written out, so that what a visitor types cannot start a line of its own."""
    return CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


def stamp_time(_logger: Any, _method: str, event: Event) -> Event:
    event["at"] = datetime.datetime.now(SHANGHAI).isoformat(timespec="milliseconds")
    return event


def hide_secrets(_logger: Any, _method: str, event: Event) -> Event:
    """Mask values under telling names, and credentials or personal numbers inside any text."""
    for key, value in event.items():
        if key.startswith("_"):
            continue
        if SECRET_KEY_NAME.search(key):
            event[key] = "***"
        elif isinstance(value, str):
            event[key] = cleaned(value)
        elif not isinstance(value, int | None):
            event[key] = cleaned(str(value))
    return event


def readable(_logger: Any, _method: str, event: Event) -> str:
    """`time level event key=value …`; the lines of a traceback follow indented."""
    at, level, name = event.pop("at", ""), event.pop("level", "info"), event.pop("logger", "")
    message, trace = event.pop("event", ""), event.pop("exception", "")
    extra = "".join(f" {key}={value}" for key, value in event.items() if not key.startswith("_"))
    line = one_line(f"{at} {level.upper():<7} {name}: {message}{extra}")
    return line + "".join(f"\n    | {one_line(row)}" for row in str(trace).split("\n") if row)


def drop_request(_logger: Any, _method: str, event: Event) -> Event:
    """The request object that Django attaches: its text would repeat the address, its dump would hold cookies."""
    for key in ("request", "color_message", "server_time", "data"):
        event.pop(key, None)
    return event


SHARED = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.stdlib.ExtraAdder(),
    stamp_time,
    structlog.processors.format_exc_info,
    drop_request,
    hide_secrets,
]


def configure_structlog() -> None:
    """Send `structlog.get_logger()` through the standard library, so that both kinds of call come out alike."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *[processor for processor in SHARED if not isinstance(processor, structlog.stdlib.ExtraAdder)],
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def not_a_silent_client(record: logging.LogRecord) -> bool:
    """A client that went silent in the middle of a request is cut off by the socket's time limit; gunicorn would write a traceback for each."""
    return not (record.exc_info and isinstance(record.exc_info[1], BlockingIOError))


def logging_config(*, production: bool, folder: Path, process: str) -> dict[str, Any]:
    """A `logging.config.dictConfig` for one process: standard output and `folder`/`process`.log.

    The terminal of the embedded default shows warnings only; the file has everything from INFO.
    """
    lines = structlog.processors.JSONRenderer(ensure_ascii=False) if production else readable
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": SHARED,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, lines],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "filters": {"not_a_silent_client": {"()": lambda: not_a_silent_client}},
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "line",
                "level": "INFO" if production else "WARNING",
            },
            "file": {
                "class": "logging.handlers.WatchedFileHandler",
                "filename": str(folder / f"{process}.log"),
                "encoding": "utf8",
                "delay": True,
                "formatter": "line",
            },
        },
        "root": {"handlers": ["stdout", "file"], "level": "INFO"},
        "loggers": {
            # Own lines of the two servers go through the root like everything else.
            "gunicorn.error": {"handlers": [], "propagate": True, "level": "INFO", "filters": ["not_a_silent_client"]},
            "gunicorn.access": {"handlers": [], "propagate": False, "level": "CRITICAL"},
            "django": {"handlers": [], "propagate": True, "level": "INFO"},
            "django.server": {"handlers": [], "propagate": True, "level": "INFO"},
            # Font subsetting reports each table of each face.
            "fontTools": {"level": "WARNING"},
            "weasyprint": {"level": "ERROR"},
            "celery.worker.strategy": {"level": "WARNING"},
        },
    }
