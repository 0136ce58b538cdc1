"""Halves of sessions that stand alone once readings were corrected or left out: a rating or minutes without the other.

Such a session counts and has no load, so that the load of its day is not known (docs/indices.md §2.2).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from client.biometrics.observations import Observation
from client.biometrics.sessions import REPORTED, Session, session_of
from client.biometrics.streams import Stream
from client.readings.listed import ListedReading
from client.vault.history.reading_states import ReadingState

_NAMES = {Stream.SESSION_RPE: "rating", Stream.SESSION_DURATION_MIN: "minutes"}


@dataclass(frozen=True, slots=True)
class HalfSession:
    """What still stands of a session whose load is not known any more. id: of that reading; day: the local one."""

    stream: Stream
    day: date
    id: str

    @property
    def text(self) -> str:
        """In words, without a value."""
        stand = "minutes still stand" if self.stream is Stream.SESSION_DURATION_MIN else "rating still stands"
        missing = next(name for stream, name in _NAMES.items() if stream is not self.stream)
        return (
            f"Of that session of {self.day.isoformat()} the {stand} without {missing}, so that the day's load is not "
            f"known; void what stands too if there was no such session ({self.id})."
        )

    def as_json(self) -> dict[str, str]:
        """Every field in plain JSON; no value is told."""
        return {"stream": self.stream.value, "local_day": self.day.isoformat(), "id": self.id}


def half_sessions(listed: Iterable[ListedReading], changed: Iterable[Observation]) -> list[HalfSession]:
    """Return the halves that stand alone of the sessions of these readings. listed: all that counts of the athlete.

    A rating of 0 is no half: "no effort" is a load of 0 however long it lasted.
    """
    sessions = {session_of(one) for one in changed if one.stream in REPORTED}
    found: dict[Session, dict[Stream, ListedReading]] = {session: {} for session in sessions}
    for one in listed:
        reading = one.stored.reading
        is_of_one = reading.stream in REPORTED and session_of(reading) in sessions
        if is_of_one and one.state == ReadingState.COUNTS.value:
            found[session_of(reading)][reading.stream] = one
    halves = [next(iter(held.values())) for _, held in sorted(found.items()) if len(held) == 1]
    return [
        HalfSession(one.stored.reading.stream, one.local_day, one.stored.id)
        for one in halves
        if one.stored.reading.stream in _NAMES and one.stored.reading.value != 0.0
    ]
