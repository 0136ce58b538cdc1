"""The forms of these pages: what they sent, before it is believed, and what is to be put right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from client.biometrics.health_episodes import ProblemKind
from client.coaching.training_session import LARGEST_LOAD_AU
from client.errors import BadHealthRecord
from client.health.availability import ActivityLimit, Availability
from client.health.episodes import Episode, EpisodeSaid
from client.health.problem_words import PLACES, Onset, ProblemType, Setting
from client.health.statements import AvailabilityStatement
from policies.vocabulary import AthleteId, PersonId, Role

WHAT: Final[Mapping[str, tuple[str, ProblemKind, Onset, Setting]]] = {
    f"{setting.name}-{onset.name}": (
        f"Injury, {setting.value}, {onset.value}",
        ProblemKind.INJURY,
        onset,
        setting,
    )
    for setting in Setting
    for onset in Onset
} | {"ILLNESS": ("Illness", ProblemKind.ILLNESS, Onset.UNKNOWN, Setting.UNKNOWN)}
"""Kind, contact and setting as one choice, so that an entry takes five acts."""


@dataclass(frozen=True, slots=True)
class StatementAuthor:
    """Whose word a statement is."""

    person: PersonId
    role: Role


CAP_UNITS: Final = (("au", "AU a day"), ("percent", "% of the own usual day"))
FormProblems = Sequence[Mapping[str, str]]
_Text = Field(default="", max_length=60)


class EpisodeSent(BaseModel):
    """An episode as a form sent it."""

    model_config = ConfigDict(frozen=True)

    csrf: str = Field(max_length=100)
    athlete: str = Field(default="", max_length=64)
    record: str = Field(default="", max_length=64)
    what: str = _Text
    place: str = _Text
    type: str = _Text
    began: str = _Text
    ended: str = _Text


class StageSent(BaseModel):
    """A signature as a form sent it."""

    model_config = ConfigDict(frozen=True)

    csrf: str = Field(max_length=100)
    record: str = Field(default="", max_length=64)
    stage: str = Field(default="", max_length=4)
    met: list[str] = Field(default_factory=list, max_length=20)
    note: str = Field(default="", max_length=1000)


class AvailabilitySent(BaseModel):
    """A statement as a form sent it. cap: a whole number as it was typed; unit: of CAP_UNITS."""

    model_config = ConfigDict(frozen=True)

    csrf: str = Field(max_length=100)
    availability: str = _Text
    limits: list[str] = Field(default_factory=list, max_length=20)
    cap: str = _Text
    unit: str = Field(default="au", max_length=20)
    until: str = _Text
    percent: str = Field(default="", max_length=10)


class UndoStatementSent(BaseModel):
    """The form of taking a statement back. statement: its number."""

    model_config = ConfigDict(frozen=True)

    csrf: str = Field(max_length=100)
    statement: str = Field(default="", max_length=20)


def episode_problems(sent: EpisodeSent) -> list[dict[str, str]]:
    """Return what is to be put right, in the order of the fields."""
    lists = (
        ("what", WHAT, "Choose what it is."),
        ("place", PLACES, "Choose a body area."),
        ("type", [one.value for one in ProblemType], "Choose a type; “other” is one."),
    )
    wrong = [{"field": field, "text": text} for field, known, text in lists if getattr(sent, field) not in known]
    for field, text in (("began", sent.began), ("ended", sent.ended)):
        if (text or field == "began") and day_of(text) is None:
            wrong.append({"field": field, "text": f"Expected a day as 2026-11-24, got {_came(text)}."})
    return wrong


def episode_said(sent: EpisodeSent) -> EpisodeSaid:
    """Return what a form without problems says; raises BadEpisode for days that cannot be."""
    _, kind, onset, setting = WHAT[sent.what]
    began = day_of(sent.began)
    if began is None:
        raise BadHealthRecord("expected a day of onset")
    return EpisodeSaid(kind, began, sent.place, ProblemType(sent.type), onset, setting, day_of(sent.ended))


def episode_sent(one: Episode) -> EpisodeSent:
    """Return the form that says what an episode says now."""
    what = next((key for key, known in WHAT.items() if known[1:] == (one.kind, one.onset, one.setting)), "")
    return EpisodeSent(
        csrf="",
        record=one.record,
        what="ILLNESS" if one.kind is ProblemKind.ILLNESS else what,
        place=one.place if one.place in PLACES else "",
        type="" if one.type is None else one.type.value,
        began=one.began.isoformat(),
        ended="" if one.ended is None else one.ended.isoformat(),
    )


def statement_problems(sent: AvailabilitySent) -> list[dict[str, str]]:
    """Return what is to be put right about single fields."""
    wrong = []
    if sent.availability not in {one.value for one in Availability}:
        wrong.append({"field": "availability", "text": "Choose what is possible."})
    if not {one.value for one in ActivityLimit} >= set(sent.limits):
        wrong.append({"field": "availability", "text": "Expected limits of the list."})
    if sent.cap and cap_of_text(sent) is None:
        most = f"{LARGEST_LOAD_AU:,.0f} AU" if sent.unit == "au" else "100 %"
        wrong.append({"field": "cap", "text": f"Expected a whole number from 0 to {most}, got {_came(sent.cap)}."})
    if sent.until and day_of(sent.until) is None:
        wrong.append({"field": "until", "text": f"Expected a day as 2026-11-24, got {_came(sent.until)}."})
    return wrong


def statement_of(
    sent: AvailabilitySent, athlete: AthleteId, who: StatementAuthor, *, day: date, at: datetime
) -> AvailabilityStatement:
    """Return what a form without problems says, its cap in AU; raises BadHealthRecord for one that cannot be."""
    cap, share = cap_of_text(sent) if sent.cap else None, sent.percent
    return AvailabilityStatement(
        athlete=athlete,
        day=day,
        availability=Availability(sent.availability),
        limits=tuple(limit for limit in ActivityLimit if limit.value in sent.limits),
        cap_au=None if cap is None else float(cap),
        until=day_of(sent.until),
        person=who.person,
        role=who.role,
        at=at,
        percent=int(share) if share.isascii() and share.isdigit() and int(share) <= 100 else None,
    )


def cap_of_text(sent: AvailabilitySent) -> int | None:
    """Return the cap as a number in its unit; None for a text that is none, or too large."""
    text = sent.cap.strip().replace(",", "")
    most = LARGEST_LOAD_AU if sent.unit == "au" else 100.0
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 and int(text) <= most else None


def day_of(text: str) -> date | None:
    """Return a day as a date field sends it; None for anything else, and for nothing."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _came(text: str) -> str:
    return f"“{text.strip()[:40]}”" if text.strip() else "nothing"
