"""Which record of a morning may be taken back now, by the name that a form sends."""

from datetime import datetime

from client.coaching.check_in import CheckIn, can_undo
from client.coaching.daily_assessment import DailyAssessment
from policies.vocabulary import Role


def undo_name(one: DailyAssessment, *, role: Role, now: datetime) -> str:
    """Return the name of the newest record of the morning that this role may take back; "" without one.

    What the medical team decided or noted, it alone takes back. now: in the club's time zone.
    """
    newest = one.decision or one.check_in
    if newest is None or (newest.role is Role.MEDICAL and role is not Role.MEDICAL):
        return ""
    name = f"check-in:{newest.number}" if isinstance(newest, CheckIn) else f"decision:{newest.proposal_id}"
    starts = one.plan.starts if one.decision is not None else None  # a wrong answer of an athlete is always put right
    return name if can_undo(newest.at, now=now, starts=starts) else ""
