"""A plan above everything that an athlete did in four weeks is put before a person (docs/indices.md §7.7).

The evidence of the morning may be as usual: it says how an athlete is, not what they are used to. The proposal is the
largest own day; it lowers load alone, ends within 24 hours, and the machine of recovery counts it as no reduction.
"""

from datetime import date, datetime
from typing import Final

from client.coaching.proposal import LIFE, Proposal
from client.coaching.regression import Level
from client.coaching.training_session import PlanSource, SessionPlan, TrainingSession, shortened_to
from policies.canonical import canonical_bytes, sha256_hex
from policies.vocabulary import AthleteId

RULE: Final = "own-largest-day-1"


def propose_own_largest(
    athlete: AthleteId, day: date, *, plan: SessionPlan, largest_au: float | None, now: datetime
) -> Proposal | None:
    """Return the proposal to train no more than the largest own day of four weeks, or None.

    largest_au: that day's load; None where too little is known. Only a plan that a person set is compared: the own
    mean of a weekday is never above it.
    """
    planned = plan.session
    if plan.source is not PlanSource.SET or planned is None or largest_au is None or planned.load_au <= largest_au:
        return None
    return Proposal(
        athlete=athlete,
        day=day,
        level=Level.AS_PLANNED,
        planned=planned,
        adjusted=shortened_to(planned, largest_au),
        because=(
            f"The plan of {planned.load_au:,.0f} AU is above every own day of the last four weeks; "
            f"the largest was {largest_au:,.0f} AU."
        ),
        counterfactual=f"With a plan of at most {largest_au:,.0f} AU nothing would be proposed.",
        drivers=(),
        made=now,
        expires=now + LIFE,
        inputs_hash=_inputs_hash(athlete, day, planned, largest_au),
        rule=RULE,
        proposal_only=plan.match_day,
    )


def _inputs_hash(athlete: AthleteId, day: date, planned: TrainingSession, largest_au: float) -> str:
    plan = [planned.load_au, planned.rpe, planned.minutes]
    body = {"rule": RULE, "athlete": athlete, "day": day.isoformat(), "plan": plan, "largest": round(largest_au, 9)}
    return sha256_hex(canonical_bytes(body))
