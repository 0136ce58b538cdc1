"""The one set-up of logging in every program: one handler on standard error, for our lines and those of libraries.

Handlers of others are neither closed nor changed. A library that prints its own lines, as flwr does, loses its handler
for that and keeps its logger, so that each line is written once and in our form.
"""

import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, Any, Final, TextIO

from chassis.operations.log_lines import OURS, LineFormatter, LogFormat, LogLevel, SaneLevels, is_ours
from chassis.operations.paced_lines import PacedLibraries

USUAL_LEVEL: Final = LogLevel.INFO
logger = logging.getLogger(__name__)


class ProgramLog(logging.StreamHandler[TextIO]):
    """The program's own handler. It writes to whatever standard error is at that moment."""

    def __init__(self, program: str, form: LogFormat, level: LogLevel) -> None:
        logging.Handler.__init__(self)
        self.level_of_program = level
        self.setFormatter(LineFormatter(program, form))
        self.addFilter(SaneLevels(level))
        self.addFilter(PacedLibraries())

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # the base class keeps one for good
        """Standard error as it is now."""
        return sys.stderr

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is the base class's
        """Say nothing: the usual report would print the record with all that it holds."""


@contextmanager
def logging_to_stderr(
    program: str, *, form: LogFormat = LogFormat.TEXT, level: LogLevel = USUAL_LEVEL
) -> Iterator[ProgramLog]:
    """Have every line of the process written in one form until the block ends; an inner block takes an outer's place.

    Call it once the libraries are imported that make handlers of their own.
    """
    root, handler = logging.getLogger(), ProgramLog(program, form, level)
    former = [one for one in root.handlers if isinstance(one, ProgramLog)]
    with ExitStack() as undo:
        for one in former:
            root.removeHandler(one)
            undo.callback(root.addHandler, one)
        root.addHandler(handler)
        undo.callback(root.removeHandler, handler)
        for name in OURS:
            _set_level(logging.getLogger(name), level.number, undo)
        _take_over_libraries(undo)
        _say_by_log(undo)
        yield handler


def _take_over_libraries(undo: ExitStack) -> None:
    """Have every library's lines come to the root's handlers, and no chatter be built that is dropped later."""
    for name, found in list(logging.root.manager.loggerDict.items()):
        if not isinstance(found, logging.Logger) or is_ours(name):
            continue
        for one in [one for one in found.handlers if _is_of_terminal(one)]:
            found.removeHandler(one)
            undo.callback(found.addHandler, one)
        if logging.NOTSET < found.level < logging.WARNING:
            _set_level(found, logging.WARNING, undo)


def _is_of_terminal(handler: logging.Handler) -> bool:
    stream: IO[str] | None = getattr(handler, "stream", None)
    return isinstance(handler, logging.StreamHandler) and stream in (sys.stderr, sys.stdout, sys.__stderr__)


def _set_level(one: logging.Logger, level: int, undo: ExitStack) -> None:
    undo.callback(one.setLevel, one.level)
    one.setLevel(level)


def _say_by_log(undo: ExitStack) -> None:
    """What Python itself would print with all that it holds becomes a line: faults of threads, and warnings."""
    threads, unraisable, warned = threading.excepthook, sys.unraisablehook, warnings.showwarning
    threading.excepthook = _thread_ended
    sys.unraisablehook = _not_raised
    warnings.showwarning = _warned
    undo.callback(setattr, warnings, "showwarning", warned)
    undo.callback(setattr, sys, "unraisablehook", unraisable)
    undo.callback(setattr, threading, "excepthook", threads)


def _thread_ended(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None and not isinstance(told.exc_value, SystemExit):
        logger.critical("a thread ended with an error", exc_info=told.exc_value)


def _not_raised(told: Any) -> None:
    logger.error("an error could not be raised", exc_info=told.exc_value)


def _warned(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, file: Any = None, line: Any = None
) -> None:
    logger.warning("a warning was given", extra={"kind": category.__name__})
