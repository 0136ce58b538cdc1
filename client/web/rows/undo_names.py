"""Which record of a morning may be taken back now, by the name that a form sends."""

from datetime import datetime

from client.coaching.check_in import can_undo
from client.coaching.daily_assessment import DailyAssessment


def undo_name(one: DailyAssessment, *, now: datetime) -> str:
    """Return the name of the newest record of the morning that may be taken back; "" without one.

    now: in the club's time zone.
    """
    if one.decision is not None:
        return f"decision:{one.decision.proposal_id}" if can_undo(one.decision.at, now=now) else ""
    if one.check_in is not None:
        return f"check-in:{one.check_in.number}" if can_undo(one.check_in.at, now=now) else ""
    return ""
