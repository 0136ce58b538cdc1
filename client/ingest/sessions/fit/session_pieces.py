"""What of a part of a FIT file belongs to each of its sessions: the points in its time, the laps that began in it."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from client.ingest.sessions.fit.container import FitContent, FitFields
from client.ingest.sessions.track import Track, TrackInOrder

_SLACK_S = 2.0  # ours: the first lap is written a moment before its session


class SessionPieces:
    """The laps and points of one part, looked up by session: a file may hold thousands of them. sessions: of the part.

    The points of a part with one session are all that session's.
    """

    def __init__(self, part: FitContent, sessions: Sequence[FitFields]) -> None:
        self._track = part.track
        self._in_order = None if len(sessions) == 1 else TrackInOrder(part.track)
        self._starts = sorted(posix(one["start_time"]) for one in sessions)
        self._laps = sorted(part.of("lap"), key=_start)
        self._lap_starts = [_start(lap) for lap in self._laps]

    def track_of(self, began: float, seconds: float) -> Track:
        """Return the points of the session that began then and lasted so long."""
        return self._track if self._in_order is None else self._in_order.between(began, began + seconds)

    def laps_of(self, began: float) -> list[FitFields]:
        """Return the laps that began in the session that began then and in none after it, in order of time."""
        place = bisect_right(self._starts, began)
        later = self._starts[place] if place < len(self._starts) else math.inf
        first = bisect_left(self._lap_starts, began - _SLACK_S)
        return self._laps[first : bisect_left(self._lap_starts, later)]


def posix(time: Any) -> float:
    """Return a time as seconds since 1970, or of a clock that was never set."""
    return time.timestamp() if isinstance(time, datetime) else float(time) if isinstance(time, int) else 0.0


def _start(lap: FitFields) -> float:
    return posix(lap.get("start_time"))
