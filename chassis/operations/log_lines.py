"""How a log line reads, as text for people or as one JSON object (RFC 8259) a line for programs.

A line holds the time in UTC, the level, the program, the logger, a constant message, and declared fields. What a
message would be filled in with is never printed, and of an exception its class and where it was raised, not what it
says. A library's message may be built from anything, so that of its lines only place, level and class are printed.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from chassis.hidden_characters import cleaned
from chassis.operations.log_fields import LOG_FIELDS, shown_field

OURS: Final = frozenset({"audit", "chassis", "client", "consent", "deploy", "models", "policies", "server"})
"""The packages whose loggers keep to our rules; whatever else logs is a library."""
OF_A_LIBRARY: Final = "a library reported something"
MOST_FRAMES: Final = 8


class LogFormat(StrEnum):
    """How lines are written."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """The least severe lines that are written; of libraries warnings and worse at most."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def number(self) -> int:
        """The level as `logging` counts it."""
        return int(getattr(logging, self.name))


class LineFormatter(logging.Formatter):
    """Writes a record as one line of the program's log."""

    def __init__(self, program: str, form: LogFormat) -> None:
        super().__init__()
        self._program = program
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without a line break in it."""
        values = {
            "time": _time(record.created),
            "level": record.levelname.lower(),
            "program": self._program,
            "logger": record.name,
            "message": str(record.msg) if is_ours(record.name) else OF_A_LIBRARY,
        }
        fields = _fields(record)
        if self._form is LogFormat.JSON:
            return json.dumps({**values, **fields})
        told = " ".join(f"{name}={_as_text(value)}" for name, value in fields.items())
        head = f"{values['time']} {values['level']} {self._program} {record.name}: {values['message']}"
        return cleaned(f"{head} {told}" if told else head)


class SaneLevels(logging.Filter):
    """Passes our lines from the chosen level on, and those of libraries from warning on at least."""

    def __init__(self, level: LogLevel) -> None:
        super().__init__()
        self._least = level.number

    def filter(self, record: logging.LogRecord) -> bool:
        """True for a line that is written."""
        least = self._least if is_ours(record.name) else max(self._least, logging.WARNING)
        return record.levelno >= least


def is_ours(logger: str) -> bool:
    """True for the logger of a module of ours."""
    return logger.partition(".")[0] in OURS


def _fields(record: logging.LogRecord) -> dict[str, int | float | str]:
    """The declared fields that the record holds, in the order of the list, and what can be said of an exception."""
    given = {name: record.__dict__[name] for name in LOG_FIELDS if name in record.__dict__}
    if not is_ours(record.name):
        given = {"at": f"{Path(record.pathname).name}:{record.lineno}"}
    error = record.exc_info[1] if record.exc_info else None
    shown = {name: shown_field(name, value) for name, value in given.items()}
    left_out = record.__dict__.get("left_out")  # set by `PacedLibraries`
    if not is_ours(record.name) and isinstance(left_out, int) and left_out > 0:
        shown["left_out"] = left_out
    if error is not None:
        shown |= {"error": shown_field("error", type(error).__name__), "frames": _frames(error)}
        cause = error.__cause__ or error.__context__
        if cause is not None:
            shown["cause"] = shown_field("error", type(cause).__name__)
    return shown


def _frames(error: BaseException) -> str:
    """Where an exception was raised, the innermost last."""
    frames = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
    return ">".join(f"{Path(one.filename).name}:{one.lineno}" for one in frames)


def _as_text(value: float | str) -> str:
    """A value without a blank in it stands as it is, a sentence in quotation marks."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) and " " in value else str(value)


def _time(created: float) -> str:
    return datetime.fromtimestamp(created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
