"""The list of an athlete's readings: each with its day, its origin, and whether it counts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from client.biometrics.observations import Observation
from client.biometrics.sessions import OF_SESSIONS
from client.biometrics.streams import Stream
from client.features.days.nights import nights_of
from client.features.days.session_reports import matched_reports
from client.vault.history.reading_states import SHOWN_AS_READINGS, ReadingState, StoredReading, stored_readings
from client.vault.preferences.own_settings import source_priority
from client.vault.store import Vault
from policies.vocabulary import AthleteId

WITNESS = "witness"
"""State of a session's reading that does not count because another source's report of the session does, or the whole
file of one that was cut off."""


@dataclass(frozen=True, slots=True)
class ListedReading:
    """One stored reading. local_day: the day that it belongs to (docs/indices.md §1.2, §4.5).

    state: `counts`, `replaced` or `witness`. replaced_by: id of the value that counts in its place; None where it
    counts, or where the report that counts has no such value.
    """

    stored: StoredReading
    local_day: date
    state: str
    replaced_by: str | None

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
        }


def listed_readings(
    vault: Vault,
    athlete: AthleteId,
    *,
    streams: Sequence[Stream] = (),
    first: date | None = None,
    last: date | None = None,
    states: Iterable[ReadingState] = SHOWN_AS_READINGS,
) -> Iterator[ListedReading]:
    """Return the readings of these streams (all without any) and days, in order of time; they are read at once.

    Raises UnknownAthlete or AthleteErased. states: values that were voided or never taken are listed where asked for.
    """
    every = _every(stored_readings(vault, athlete, states=states), source_priority(vault, athlete))
    return (
        one
        for one in every
        if (not streams or one.stored.reading.stream in streams)
        and (first is None or one.local_day >= first)
        and (last is None or one.local_day <= last)
    )


def _every(held: Sequence[StoredReading], priority: Sequence[str]) -> Iterator[ListedReading]:
    counting = [one.reading for one in held if one.state is ReadingState.COUNTS]
    nights = nights_of(counting, priority=priority)
    witnesses = _witnesses(held, counting, priority)
    for one in held:
        is_witness = one.id in witnesses
        by = witnesses[one.id] if is_witness else one.replaced_by
        yield ListedReading(one, nights.day_of(one.reading), WITNESS if is_witness else one.state.value, by)


def _witnesses(
    held: Sequence[StoredReading], counting: Sequence[Observation], priority: Sequence[str]
) -> Mapping[str, str | None]:
    """By id of a session's reading that does not count, the id of the same stream's reading that does."""
    ids = {id(one.reading): one.id for one in held if one.state is ReadingState.COUNTS}
    matched = matched_reports([one for one in counting if one.stream in OF_SESSIONS], priority=priority)
    counted = {id(one) for one in matched.counted}
    found: dict[str, str | None] = {}
    for witness, same in (*matched.witnesses, *matched.completed):
        for stream, reading in witness.readings.items():
            if id(reading) not in counted:
                stand_in = next((one.readings[stream] for one in same if stream in one.readings), None)
                found[ids[id(reading)]] = None if stand_in is None else ids[id(stand_in)]
    return found


def _rfc3339(moment: datetime, offset_min: int) -> str:
    return moment.astimezone(timezone(timedelta(minutes=offset_min))).isoformat()
