"""A log that cannot be reached: for a while nothing is known about it, and beyond the longest silence it is an alarm.

Otherwise whoever runs the log could end every alarm by taking it off the net.
"""

from datetime import datetime

from audit.monitor.alarms import Alarm, AlarmKind
from audit.monitor.monitor import Check
from audit.monitor.state import MonitorState


def silent_since_s(state: MonitorState | None, began: datetime) -> int:
    """Return since when nothing new was seen, POSIX time; began: when the watch did, if nothing was ever verified."""
    return int(began.timestamp()) if state is None else state.alive_at_s


def out_of_reach(
    reason: str, *, at: datetime, state: MonitorState | None, began: datetime, max_age_s: int
) -> Check | None:
    """Return the check of a log that could not be reached just now, or None while it may be away for a moment."""
    silent_s = int(at.timestamp()) - silent_since_s(state, began)
    if silent_s <= max_age_s:
        return None
    evidence = {"kept.note": state.note} if state else {}
    alarm = Alarm(AlarmKind.OUT_OF_REACH, f"nothing new for {silent_s} s; {reason}", evidence)
    return Check(at, None, state, is_first=state is None, alarms=(alarm,))
