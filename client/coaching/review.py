"""A person's decision on a proposal: accept, modify or reject, never above the plan, with a reason when it differs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from client.coaching.proposal import Proposal
from client.coaching.regression import Level
from client.coaching.training_session import above_cap
from client.errors import ClientError
from policies.vocabulary import AthleteId, PersonId, Role


class RefusedDecision(ClientError, ValueError):
    """A decision that may not be taken: above the plan, after the end, or without a reason."""


class ReviewAnswer(StrEnum):
    """The three answers; they weigh the same."""

    ACCEPT = "accept"
    MODIFY = "modify"
    REJECT = "reject"


class ReviewReason(StrEnum):
    """Why a person decided otherwise: a closed list, so that no health detail is typed into a record."""

    FEELS_WELL = "feels_well"
    READING_DOUBTFUL = "reading_doubtful"
    ALREADY_LIGHT = "already_light"
    MEDICAL_ADVICE = "medical_advice"
    MATCH_PREPARATION = "match_preparation"
    TALKED = "talked"
    OTHER = "other"


REASON_TEXT: Mapping[ReviewReason, str] = {
    ReviewReason.FEELS_WELL: "The athlete feels well",
    ReviewReason.READING_DOUBTFUL: "A reading is doubtful",
    ReviewReason.ALREADY_LIGHT: "The session is already light for this athlete",
    ReviewReason.MEDICAL_ADVICE: "Advice of the medical team",
    ReviewReason.MATCH_PREPARATION: "Preparation for the match",
    ReviewReason.TALKED: "Agreed with the athlete",
    ReviewReason.OTHER: "Another reason",
}


@dataclass(frozen=True, slots=True)
class ReviewDecision:
    """What was decided, by whom, when. Loads in AU. Raises RefusedDecision if the load is above the plan."""

    proposal_id: str
    athlete: AthleteId
    day: date
    level: Level
    answer: ReviewAnswer
    reason: ReviewReason | None
    planned_au: float
    proposed_au: float
    chosen_au: float
    review: bool
    person: PersonId
    role: Role
    at: datetime

    def __post_init__(self) -> None:
        if not 0 <= self.chosen_au <= self.planned_au:
            raise RefusedDecision(f"expected a load from 0 to the planned {self.planned_au:.0f} AU")
        if self.answer is not ReviewAnswer.ACCEPT and self.reason is None:
            raise RefusedDecision("expected a reason for choosing otherwise")

    @property
    def is_override(self) -> bool:
        """True if the person chose otherwise than proposed."""
        return self.answer is not ReviewAnswer.ACCEPT

    @property
    def is_lower(self) -> bool:
        """True if the load chosen is below the plan."""
        return self.chosen_au < self.planned_au


def decide(
    proposal: Proposal,
    answer: ReviewAnswer,
    *,
    person: PersonId,
    role: Role,
    now: datetime,
    reason: ReviewReason | None = None,
    chosen_au: float | None = None,
) -> ReviewDecision:
    """Return the decision on `proposal`; raises RefusedDecision if it has ended or the load is above the plan.

    chosen_au is read only for modify: accept takes the proposed load, reject keeps the planned one.
    """
    if now >= proposal.expires:
        raise RefusedDecision("this proposal has ended; the plan stands")
    if proposal.told_not_ok and answer is not ReviewAnswer.ACCEPT and role is not Role.MEDICAL:
        raise RefusedDecision("the athlete is not OK: rest, or another decision by the medical team")
    if answer is ReviewAnswer.MODIFY and chosen_au is None:
        raise RefusedDecision("expected a load to choose")
    if chosen_au is not None and proposal.cap_au is not None and chosen_au > proposal.cap_au:
        raise RefusedDecision(above_cap(chosen_au, proposal.cap_au))
    loads = {ReviewAnswer.ACCEPT: proposal.adjusted.load_au, ReviewAnswer.REJECT: proposal.planned.load_au}
    return ReviewDecision(
        proposal_id=proposal.proposal_id,
        athlete=proposal.athlete,
        day=proposal.day,
        level=proposal.level,
        answer=answer,
        reason=None if answer is ReviewAnswer.ACCEPT else reason,
        planned_au=proposal.planned.load_au,
        proposed_au=proposal.adjusted.load_au,
        chosen_au=loads.get(answer, chosen_au if chosen_au is not None else 0.0),
        review=proposal.review,
        person=person,
        role=role,
        at=now,
    )


def override_rate(decisions: Iterable[ReviewDecision]) -> float | None:
    """Return the share of decisions that differ from the proposal, None when there is none."""
    taken = list(decisions)
    return sum(d.is_override for d in taken) / len(taken) if taken else None
