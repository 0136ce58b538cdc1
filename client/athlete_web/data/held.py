"""Everything that is held of an athlete: by stream, with their own usual range, and as one value for a file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import numpy as np

from client.biometrics.stream_spec import Shape
from client.biometrics.streams import SPECS, Stream
from client.coaching.journal import CoachingJournal
from client.coaching.readiness import usual
from client.coaching.review import ReviewDecision
from client.readings.listed import ListedReading, listed_readings
from client.statements.answers import AthleteAnswers
from client.statements.records import Statements
from client.vault.history.reading_states import ReadingState
from client.vault.journal import imports
from client.vault.store import Vault
from policies.vocabulary import AthleteId

SCHEMA: Final = "homefield-athlete-data-1"
FROM_THE_FIRST: Final = date(1970, 1, 1)
COUNTS: Final = ReadingState.COUNTS.value


@dataclass(frozen=True, slots=True)
class HeldStream:
    """One stream of an athlete. readings: every value, in order of time, those that no longer count included.

    usual_range: median and robust spread of the last 28 days, None for texts and series and below 14 known days.
    """

    stream: Stream
    readings: Sequence[ListedReading]
    usual_range: tuple[float, float] | None

    @property
    def counting(self) -> list[ListedReading]:
        """The values that count."""
        return [one for one in self.readings if one.state == COUNTS]


def held_streams(vault: Vault, athlete: AthleteId, *, today: date) -> list[HeldStream]:
    """Return what is held, a stream at a time, in the order in which streams are defined."""
    by_stream: dict[Stream, list[ListedReading]] = {}
    for one in listed_readings(vault, athlete, states=frozenset(ReadingState)):
        by_stream.setdefault(one.stored.reading.stream, []).append(one)
    return [
        HeldStream(stream, by_stream[stream], _usual(stream, by_stream[stream], today))
        for stream in Stream
        if stream in by_stream
    ]


def _usual(stream: Stream, readings: Iterable[ListedReading], today: date) -> tuple[float, float] | None:
    """Return median and spread of the last 28 days before today, a day's value being the mean of its readings."""
    if SPECS[stream].shape is not Shape.NUMBER:
        return None
    days = np.full(28, np.nan)
    by_day: dict[int, list[float]] = {}
    for one in readings:
        back, value = (today - one.local_day).days, one.stored.reading.value
        if one.state == COUNTS and 1 <= back <= len(days) and isinstance(value, float):
            by_day.setdefault(len(days) - back, []).append(value)
    for place, values in by_day.items():
        days[place] = float(np.mean(values))
    return usual(days)


def everything(
    vault: Vault,
    athlete: AthleteId,
    *,
    journal: CoachingJournal,
    statements: Statements,
    answers: AthleteAnswers,
    at: datetime,
) -> dict[str, Any]:
    """Return all that the node holds of one athlete in plain JSON, for the athlete to take along."""
    one, since = vault.athlete(athlete), FROM_THE_FIRST
    return {
        "schema": SCHEMA,
        "written": at.isoformat(timespec="seconds"),
        "athlete": {
            "id": one.athlete,
            "name": one.name,
            "shirt_no": one.shirt_no,
            "is_minor": one.is_minor,
            "squad": one.squad,
        },
        "readings": [held.as_json() for held in listed_readings(vault, athlete, states=frozenset(ReadingState))],
        "imports": [
            {"number": held.number, "at": held.at.isoformat(), "file": held.file_name, "status": held.status}
            for held in imports(vault, athlete)
        ],
        "decisions": [
            _decision(decision) | {"taken_back": None if gone is None else gone.at.isoformat()}
            for decision, gone in journal.history(athlete, since=since)
        ],
        "told_to_staff": [
            {"day": held.day.isoformat(), "answer": held.answer.value, "note": held.note, "person": held.person}
            for held in journal.check_ins.all_of(athlete, since=since)
        ],
        "statements": [
            {
                "day": held.one.day.isoformat(),
                "said": held.one.kind.value,
                "note": held.one.note,
                "at": held.one.at.isoformat(),
                "taken_back": None if held.taken_back is None else held.taken_back.isoformat(),
                "read_by": ", ".join(sorted(held.read)),
            }
            for held in statements.history(athlete, since=since)
        ],
        "answers": [
            {"day": held.day.isoformat(), "answer": held.kind.value, "load_au": held.load_au, "at": held.at.isoformat()}
            for held in answers.of(athlete, since=since)
        ],
    }


def _decision(one: ReviewDecision) -> dict[str, Any]:
    return {
        "day": one.day.isoformat(),
        "answer": one.answer.value,
        "reason": one.reason.value if one.reason else None,
        "planned_au": one.planned_au,
        "proposed_au": one.proposed_au,
        "chosen_au": one.chosen_au,
        "person": one.person,
        "role": one.role.value,
        "at": one.at.isoformat(),
    }
