"""When something in a FIT file happened: UTC from the device, with the local time that the file gives beside it."""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

from client.ingest.clock import Moment
from client.ingest.collector import Collector
from client.ingest.sessions.fit.container import FitContent, FitFields

OFFSET_STEP_MIN = 15  # offsets from UTC are multiples of a quarter of an hour
OFFSET_SLACK_S = 120  # ours: devices write both times a moment apart
LONGEST_OFFSET_MIN = 14 * 60


class ActivityEnds:
    """The messages that close the activities of a file, or of a part of one: each says what the local time was."""

    def __init__(self, content: FitContent) -> None:
        found = content.of("activity")
        dated = [(one["timestamp"], one) for one in found if isinstance(one.get("timestamp"), datetime)]
        dated.sort(key=itemgetter(0))
        self._first: FitFields = found[0] if found else {}
        self._times, self._messages = [time for time, _ in dated], [one for _, one in dated]

    def after(self, start: Any) -> FitFields:
        """Return the message that closes a session of this start; {} where the file has none."""
        place = bisect_left(self._times, start) if isinstance(start, datetime) else len(self._times)
        return self._messages[place] if place < len(self._messages) else self._first


def placed(out: Collector, start: Any, ends: ActivityEnds) -> Moment | None:
    """Place a start: UTC from the device, or its relative clock anchored on the local time it also gives."""
    activity = ends.after(start)
    local, stamp = activity.get("local_timestamp"), activity.get("timestamp")
    if isinstance(start, datetime):
        offset = offset_min(out, local, stamp)
        if not (isinstance(local, datetime) and isinstance(stamp, datetime)):
            return out.clock.placed(start.astimezone(UTC), out.counters)
        found = out.clock.at(start.astimezone(UTC), out.counters)
        return found if found is None or offset is None else Moment(found.utc, offset)
    if isinstance(start, int) and isinstance(stamp, int) and isinstance(local, datetime):
        out.counters.count("clock:relative")
        out.counters.note("the device's clock was not set; times were anchored on its local time")
        return out.clock.local(local.replace(tzinfo=None) - timedelta(seconds=stamp - start), out.counters)
    out.counters.count("dropped:time_relative")
    return None


def offset_min(out: Collector, local: Any, stamp: Any) -> int | None:
    """Return local time minus UTC in minutes, or None (and counted) where it can be none."""
    if not isinstance(local, datetime) or not isinstance(stamp, datetime):
        return None
    seconds = (local - stamp).total_seconds()
    steps = round(seconds / 60 / OFFSET_STEP_MIN) * OFFSET_STEP_MIN
    if abs(steps) <= LONGEST_OFFSET_MIN and abs(seconds - steps * 60) <= OFFSET_SLACK_S:
        return steps
    out.counters.count("clock:offset_implausible")
    return None
