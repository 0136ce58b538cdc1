"""The list of an athlete's readings: each with its day, its origin, and whether it counts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from client.biometrics.stream_spec import Aggregation
from client.biometrics.streams import SPECS, Stream
from client.features.day_sources import Source, name_of, source_of
from client.features.days.days_of_readings import DaysOfReadings
from client.features.days.nights import Nights
from client.features.days.outranked import outranked_of
from client.questions.session_questions import QuestionsOfAthlete, open_questions
from client.vault.history.imports_of_readings import ImportsOfReadings
from client.vault.history.reading_states import SHOWN_AS_READINGS, ReadingState, StoredReading, stored_readings
from client.vault.preferences.own_settings import source_priority
from client.vault.store import Vault
from policies.vocabulary import AthleteId

ONE_A_DAY = frozenset(stream for stream, spec in SPECS.items() if spec.aggregation is Aggregation.LAST)
"""Streams of which a source's last reading of a day is the day's value."""
WITNESS = "witness"
"""State of a session's reading that does not count because another source's report of the session does, or the whole
file of one that was cut off."""
NOT_USED = "not_used"
"""State of a reading that the figures of no day use, of its own or a later one: another source of its day is first."""


@dataclass(frozen=True, slots=True)
class ListedReading:
    """One stored reading. local_day: the day that it belongs to (docs/indices.md §1.2, §4.5).

    state: `counts`, `replaced` (also by a later answer of its source on the same day), `witness` or `not_used`.
    replaced_by: id of the value that counts in its place; None where it counts, or where the report that counts has no
    such value. import_number: of the import that brought it, as `imports list` shows it; None where none did.
    used_instead: the source that comes first where it is not used; None elsewhere. questions: ids of the open questions
    whether its session is another's too: both count, so that its day may count one session twice.
    """

    stored: StoredReading
    local_day: date
    state: str
    replaced_by: str | None
    import_number: int | None = None
    used_instead: Source | None = None
    questions: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Every field in plain JSON; what is not known is null. Times are RFC 3339 with the offset of the place."""
        reading = self.stored.reading
        source = reading.source
        return {
            "id": self.stored.id,
            "stream": reading.stream.value,
            "value": list(reading.value) if isinstance(reading.value, tuple) else reading.value,
            "unit": reading.unit,
            "start": _rfc3339(reading.start, reading.offset_min),
            "end": _rfc3339(reading.end, reading.offset_min),
            "local_day": self.local_day.isoformat(),
            "source": source.app or None,
            "device": source.device or None,
            "file": source.file_sha256 or None,
            "quality": list(reading.quality),
            "state": self.state,
            "replaced_by": self.replaced_by,
            "import": self.import_number,
            "used_instead": None if self.used_instead is None else name_of(self.used_instead),
            "questions": list(self.questions),
        }


def listed_readings(
    vault: Vault,
    athlete: AthleteId,
    *,
    streams: Sequence[Stream] = (),
    first: date | None = None,
    last: date | None = None,
    states: Iterable[ReadingState] = SHOWN_AS_READINGS,
    is_explained: bool = False,
) -> Iterator[ListedReading]:
    """Return the readings of these streams (all without any) and days, in order of time; they are read at once.

    Raises UnknownAthlete or AthleteErased. states: values that were voided or never taken are listed where asked for.
    is_explained: what no figure uses is told as such, and counts otherwise; so is each open question about sessions.
    """
    held, days = _read(vault, athlete, states)
    every = _every(held, days)
    if is_explained:
        every = _with_unused(every, _unused(days))
        every = _with_questions(every, open_questions(vault, athlete, days.readings))
    brought = ImportsOfReadings.read(vault, athlete)
    return (
        replace(one, import_number=brought.of(one.stored))
        for one in every
        if (not streams or one.stored.reading.stream in streams)
        and (first is None or one.local_day >= first)
        and (last is None or one.local_day <= last)
    )


def listed_days(vault: Vault, athlete: AthleteId) -> tuple[list[ListedReading], DaysOfReadings]:
    """Return all readings of an athlete as they are listed, and the days of those that count."""
    held, days = _read(vault, athlete, SHOWN_AS_READINGS)
    return list(_every(held, days)), days


def _read(
    vault: Vault, athlete: AthleteId, states: Iterable[ReadingState]
) -> tuple[Sequence[StoredReading], DaysOfReadings]:
    held = stored_readings(vault, athlete, states=states)
    counting = (one.reading for one in held if one.state is ReadingState.COUNTS)
    return held, DaysOfReadings(counting, source_priority(vault, athlete))


def _every(held: Sequence[StoredReading], days: DaysOfReadings) -> Iterator[ListedReading]:
    nights, witnesses = days.nights, _witnesses(held, days)
    answered = _answered_again(held, nights)
    for one in held:
        day = nights.day_of(one.reading)
        if one.id in witnesses:
            yield ListedReading(one, day, WITNESS, witnesses[one.id])
        elif one.id in answered:
            yield ListedReading(one, day, ReadingState.REPLACED.value, answered[one.id])
        else:
            yield ListedReading(one, day, one.state.value, one.replaced_by)


def _unused(days: DaysOfReadings) -> Mapping[int, Source]:
    """By identity of a reading that no figure uses, the source that comes first."""
    return {id(one.reading): one.by for one in outranked_of(days) if not one.is_used_in_part}


def _with_unused(every: Iterable[ListedReading], unused: Mapping[int, Source]) -> Iterator[ListedReading]:
    for one in every:
        by = unused.get(id(one.stored.reading))
        is_unused = by is not None and one.state == ReadingState.COUNTS.value
        yield replace(one, state=NOT_USED, used_instead=by) if is_unused else one


def _with_questions(every: Iterable[ListedReading], held: QuestionsOfAthlete) -> Iterator[ListedReading]:
    asked: dict[str, list[str]] = defaultdict(list)
    for question in held.questions:
        for reading in (*question.kept, *question.left_out):
            asked[held.id_of(reading)].append(question.id)
    for one in every:
        yield replace(one, questions=tuple(asked[one.stored.id])) if one.stored.id in asked else one


def _answered_again(held: Sequence[StoredReading], nights: Nights) -> Mapping[str, str]:
    """By id of a counting reading of which only the last of a day makes the day's value, the id of that one."""
    found: dict[str, str] = {}
    later: dict[object, str] = {}
    for one in reversed(held):  # in order of time
        reading = one.reading
        if reading.stream in ONE_A_DAY and one.state is ReadingState.COUNTS and nights.counts(reading):
            last = later.setdefault((reading.stream, source_of(reading), nights.day_of(reading)), one.id)
            if last != one.id:
                found[one.id] = last
    return found


def _witnesses(held: Sequence[StoredReading], days: DaysOfReadings) -> Mapping[str, str | None]:
    """By id of a session's reading that does not count, the id of the same stream's reading that does."""
    ids = {id(one.reading): one.id for one in held if one.state is ReadingState.COUNTS}
    counted = {id(one) for one in days.matched.counted}
    found: dict[str, str | None] = {}
    for witness, same in (*days.matched.witnesses, *days.matched.completed):
        for stream, reading in witness.readings.items():
            if id(reading) not in counted:
                stand_in = next((one.readings[stream] for one in same if stream in one.readings), None)
                found[ids[id(reading)]] = None if stand_in is None else ids[id(stand_in)]
    return found


def _rfc3339(moment: datetime, offset_min: int) -> str:
    return moment.astimezone(timezone(timedelta(minutes=offset_min))).isoformat()
