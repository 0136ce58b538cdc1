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
    mean of a weekday is never above it. After four weeks without training there is no own day to go back to: nothing is
    lowered, and a person chooses.
    """
    planned = plan.session
    if plan.source is not PlanSource.SET or planned is None or largest_au is None or planned.load_au <= largest_au:
        return None
    return Proposal(
        athlete=athlete,
        day=day,
        level=Level.AS_PLANNED,
        planned=planned,
        adjusted=shortened_to(planned, largest_au) if largest_au > 0 else planned,
        because=_because(planned, largest_au),
        counterfactual=_counterfactual(largest_au),
        drivers=(),
        made=now,
        expires=now + LIFE,
        inputs_hash=_inputs_hash(athlete, day, planned, largest_au),
        rule=RULE,
        proposal_only=plan.match_day,
        review=largest_au <= 0,
        cap_au=plan.cap_au,
    )


def _because(planned: TrainingSession, largest_au: float) -> str:
    plan = f"The plan of {planned.load_au:,.0f} AU"
    if largest_au <= 0:
        return f"{plan} comes after four weeks in which no known day had training."
    return f"{plan} is above every own day of the last four weeks; the largest was {largest_au:,.0f} AU."


def _counterfactual(largest_au: float) -> str:
    if largest_au <= 0:
        return "Without a load in the plan nothing would be asked."
    return f"With a plan of at most {largest_au:,.0f} AU nothing would be proposed."


def _inputs_hash(athlete: AthleteId, day: date, planned: TrainingSession, largest_au: float) -> str:
    plan = [planned.load_au, planned.rpe, planned.minutes]
    body = {"rule": RULE, "athlete": athlete, "day": day.isoformat(), "plan": plan, "largest": round(largest_au, 9)}
    return sha256_hex(canonical_bytes(body))
