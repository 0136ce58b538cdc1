"""The pace of what libraries report: a stranger who makes one report an error with each request cannot fill a log."""

import logging
import threading
from typing import Final

from chassis.operations.log_lines import is_ours

PAUSE_S: Final = 60.0  # ours
LEFT_OUT: Final = "left_out"
"""The field of a line that says how many of its place were left out before it."""


class PacedLibraries(logging.Filter):
    """Passes one line a minute from each place of a library, with the number of those left out; all lines of ours."""

    def __init__(self, pause_s: float = PAUSE_S) -> None:
        super().__init__()
        self._pause_s = pause_s
        self._lock = threading.Lock()
        self._passed: dict[tuple[str, int, int], float] = {}  # places in installed code: as many as there are
        self._left_out: dict[tuple[str, int, int], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """True for a line that is written; it then carries the count."""
        if is_ours(record.name):
            return True
        place = (record.pathname, record.lineno, record.levelno)
        with self._lock:
            passed = self._passed.get(place)
            if passed is not None and passed <= record.created < passed + self._pause_s:
                self._left_out[place] = self._left_out.get(place, 0) + 1
                return False
            self._passed[place] = record.created
            record.__dict__[LEFT_OUT] = self._left_out.pop(place, 0)
            return True
