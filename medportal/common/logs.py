"""Log lines as JSON, of keys on a list, without what exceptions and libraries say about data.

A database error quotes the row it refused, so no exception is ever written by its text: its class,
SQLSTATE, constraint and stack tell an operator enough. Of a library's message the words that its
author wrote are kept, and of its arguments only numbers. What a client sent (a host's name, a
look-up) stays out even where a library wrote it into its words.
"""

from __future__ import annotations

import json
import logging
import os
import re
import traceback
from collections.abc import MutableMapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import structlog

ALLOWED_KEYS = frozenset(
    {
        "act", "attempt", "code", "constraint", "count", "duration_ms", "errors", "explanation",
        "method", "outcome", "prediction", "queue", "reason", "request_id", "role", "route",
        "seconds", "service", "sqlstate", "state", "status", "task", "task_id", "version", "worker",
    }
)  # fmt: skip
SECURITY = "django.security."
"""Its words are those of an exception, and hold what was sent; its name says what happened."""
SENT = re.compile(r"""'[^']*'|"[^"]*"|«[^»]*»|`[^`]*`""")
OURS = ("medportal", "accounts", "diagnosis")
PLACEHOLDER = re.compile(r"%\((\w+)\)[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]|%[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]")
LONGEST = 400


class SafeFormatter(logging.Formatter):
    """Every handler's formatter, for our records and for those of libraries."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "role": os.environ.get("MEDPORTAL_ROLE", "command"),
            "event": _event(record),
        }
        line |= _of_the_request(record) | _allowed(record)
        if record.exc_info and record.exc_info[1] is not None:
            where = record.exc_info[2] if record.levelno >= logging.ERROR else None
            line |= describe(record.exc_info[1], where)  # of a refusal the stack says nothing new
        return json.dumps(line, ensure_ascii=False, default=_only_the_type)


def describe(error: BaseException, stack: TracebackType | None = None) -> dict[str, Any]:
    """What may be written about ``error``: never what it says."""
    found: dict[str, Any] = {"exception": _class_name(error)}
    cause: BaseException | None = error
    while cause is not None:
        sqlstate = getattr(cause, "sqlstate", None)
        if sqlstate:
            diagnosis = getattr(cause, "diag", None)
            found |= {
                "sqlstate": sqlstate,
                "constraint": getattr(diagnosis, "constraint_name", None),
            }
            break
        cause = cause.__cause__ or cause.__context__
    if stack is not None:
        frames = traceback.extract_tb(stack)
        found["stack"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return found


def _event(record: logging.LogRecord) -> str:
    if isinstance(record.msg, dict):  # structlog hands over its event dictionary
        return _first_line(str(record.msg.get("event", "")))
    if isinstance(record.msg, BaseException):
        return _class_name(record.msg)
    if record.name.startswith(SECURITY):
        return record.name.removeprefix(SECURITY)
    nameless = "answered" if hasattr(record, "status_code") else f"{record.name}.{record.funcName}"
    return _first_line(_words(record)) or nameless


def _words(record: logging.LogRecord) -> str:
    """The author's own; nothing where they are mere places for what stays out."""
    words = str(record.msg)
    error = record.exc_info[1] if record.exc_info else None
    if error is not None and words == str(error):
        return _class_name(error)
    if record.args:
        if not re.search(r"[^\W\d_]", PLACEHOLDER.sub("", words)):
            return ""
        return _filled(words, record.args)
    return words if record.name.split(".", 1)[0] in OURS else SENT.sub("…", words)


def _of_the_request(record: logging.LogRecord) -> dict[str, Any]:
    """Which of our addresses, by its name: the address itself may hold anything."""
    request = getattr(record, "request", None)
    match = getattr(request, "resolver_match", None)
    found = {"method": getattr(request, "method", None), "route": getattr(match, "view_name", None)}
    found["status"] = getattr(record, "status_code", None)
    return {key: value for key, value in found.items() if value and record.name != "django.server"}


def _filled(words: str, args: Any) -> str:
    """The author's words with the numbers among the arguments; the rest stays out."""
    rest = [] if isinstance(args, dict) else list(args)

    def value(match: re.Match[str]) -> str:
        found = args.get(match[1]) if isinstance(args, dict) else rest.pop(0) if rest else None
        if isinstance(found, bool | int | float):
            return str(found)
        return f"<{_class_name(found)}>" if isinstance(found, BaseException) else "…"

    return PLACEHOLDER.sub(value, words)


def _first_line(words: str) -> str:
    return words.split("\n", 1)[0].split("DETAIL:", 1)[0].strip()[:LONGEST]


def _allowed(record: logging.LogRecord) -> dict[str, Any]:
    found = dict(structlog.contextvars.get_contextvars())
    if isinstance(record.msg, dict):
        found |= record.msg
    elif record.name.split(".", 1)[0] in OURS:
        found |= record.__dict__
    return {key: found[key] for key in sorted(ALLOWED_KEYS & found.keys())}


def _class_name(value: object) -> str:
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def _only_the_type(value: object) -> str:
    return str(value) if type(value).__name__ in {"UUID", "Decimal"} else _class_name(value)


def _hand_over(_: Any, __: str, event: MutableMapping[str, Any]) -> tuple[Any, ...]:
    """structlog's last step: the dictionary becomes the record's message, exceptions stay apart."""
    error = event.pop("exc_info", None)
    return (dict(event),), {"exc_info": error} if error else {}


def configure_structlog() -> None:
    """Our own loggers are structlog's; their events go through the same formatter."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, _hand_over],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
