"""The form of a decision: what it sent, what is to be put right, and what the page that asks for a reason says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from client.coaching.proposal import Proposal
from client.coaching.review import ReviewAnswer, ReviewReason
from client.coaching.training_session import LARGEST_LOAD_AU, above_cap

MOST_DIGITS = 5


class Sent(BaseModel):
    """What the form said, before it is believed."""

    model_config = ConfigDict(frozen=True)

    csrf: str = Field(max_length=100)
    proposal: str = Field(max_length=100)
    answer: str = Field(max_length=100)
    reason: str = Field(default="", max_length=40)
    load: str = Field(default="", max_length=40)


@dataclass(frozen=True, slots=True)
class FormField:
    """The line under a field's label: what to enter, or what is to be put right."""

    hint: str
    is_wrong: bool


@dataclass(frozen=True, slots=True)
class ReasonForm:
    """What the page that asks for a reason says; `load` is None where the load is not asked for."""

    planned: str
    proposed: str
    question: str
    rule: str
    load: FormField | None
    reason: FormField


def reason_form(proposal: Proposal, answer: ReviewAnswer, problems: Sequence[Mapping[str, str]]) -> ReasonForm:
    """Return the page's words for this answer."""
    wrong = {problem["field"]: problem["text"] for problem in problems}
    is_modify = answer is ReviewAnswer.MODIFY
    most = f"Effort 0 to 10 times minutes; a whole number from 0 to {proposal.planned.load_au:.0f}."
    return ReasonForm(
        planned=f"{proposal.planned.load_au:,.0f} AU",
        proposed=f"{proposal.adjusted.load_au:,.0f} AU",
        question="Which load today, and why?" if is_modify else "Why keep the plan?",
        rule="The load may be anything up to the plan." if is_modify else "The plan stays as it is.",
        load=_field(wrong, "load", most) if is_modify else None,
        reason=_field(wrong, "reason", "Health details belong in the medical record, not here."),
    )


def _field(wrong: Mapping[str, str], name: str, hint: str) -> FormField:
    return FormField(wrong.get(name, hint), name in wrong)


def problems_of(proposal: Proposal, sent: Sent) -> list[dict[str, str]]:
    """Return what is to be put right: a form field and a sentence each."""
    return [*_reason_problems(proposal, sent), *_load_problems(proposal, sent)]


def _reason_problems(proposal: Proposal, sent: Sent) -> list[dict[str, str]]:
    is_accept = sent.answer == ReviewAnswer.ACCEPT.value
    if sent.answer not in {a.value for a in ReviewAnswer} or (proposal.review and is_accept):
        return [{"field": "reason", "text": "Expected one of the answers."}]
    if not is_accept and sent.reason not in {r.value for r in ReviewReason}:
        return [{"field": "reason", "text": "Choose a reason. It stands in the record beside the decision."}]
    return []


def _load_problems(proposal: Proposal, sent: Sent) -> list[dict[str, str]]:
    planned_au = proposal.planned.load_au
    if sent.answer != ReviewAnswer.MODIFY.value or load_of(sent.load, planned_au) is not None:
        return []
    above = load_of(sent.load, LARGEST_LOAD_AU)
    if proposal.cap_au is not None and above is not None and above > proposal.cap_au:
        return [{"field": "load", "text": f"{above_cap(above, proposal.cap_au)}."}]
    came = f"“{sent.load}”" if sent.load.strip() else "nothing"
    return [{"field": "load", "text": f"Expected a whole number from 0 to {planned_au:.0f} AU, got {came}."}]


def load_of(text: str, planned_au: float) -> float | None:
    """Return the load in arbitrary units, or None if the text is no whole number from 0 to the planned load."""
    cleaned = text.strip().replace(",", "")
    if not cleaned.isascii() or not cleaned.isdigit() or len(cleaned) > MOST_DIGITS or int(cleaned) > planned_au:
        return None
    return float(int(cleaned))
