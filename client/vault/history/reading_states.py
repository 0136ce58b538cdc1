"""Every value that is stored of an athlete, with what became of it: the one query behind lists of readings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from client.biometrics.observations import Observation
from client.biometrics.streams import Stream
from client.vault.records.claims import fingerprint
from client.vault.records.counting import CountingReadings
from client.vault.records.former import ChangeKind, FormerReading, FormerReadings, ReadingChange
from client.vault.records.hand_acts import HandAct
from client.vault.seal import Seal
from client.vault.store import Vault
from policies.vocabulary import AthleteId


class ReadingState(StrEnum):
    """counts: in all figures. replaced: another value of its record counts. not_taken: another was stored before it.

    voided: a person, or a replacing import that had nothing of its record, took it out.
    """

    COUNTS = "counts"
    REPLACED = "replaced"
    NOT_TAKEN = "not_taken"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class StoredReading:
    """One stored value. id: 16 hexadecimal digits, of this value of this record (key: `record`).

    place: among the values of its record, in the order in which they were set aside; the one that counts is the last.
    replaced_by: id of the value that counts in its place; None where it counts, or nothing does. change: what set it
    aside; None where it counts. put: what a person did to put it there, told in the history of its record alone.
    """

    id: str
    record: bytes
    reading: Observation
    state: ReadingState
    place: int
    replaced_by: str | None = None
    change: ReadingChange | None = None
    put: HandAct | None = None


SHOWN_AS_READINGS = frozenset({ReadingState.COUNTS, ReadingState.REPLACED})
"""What lists of readings show: a value that was voided, or never taken, is shown in the history of its record alone."""


def stored_readings(
    vault: Vault,
    athlete: AthleteId,
    *,
    streams: Sequence[Stream] | None = None,
    states: Iterable[ReadingState] = SHOWN_AS_READINGS,
) -> list[StoredReading]:
    """Return an athlete's stored values with their states, in order of time, only of `streams` when given.

    Raises AthleteErased after erasure, SealBroken when any stored byte is not what was written.
    """
    wanted = None if streams is None else frozenset(streams)
    shown = frozenset(states)
    counting, former, seal = _held(vault, athlete)
    keys = counting.keys() | former.keys()
    found = [one for key in keys for one in values_of_record(key, counting.get(key), former.get(key, ()), seal)]
    chosen = [one for one in found if one.state in shown and (wanted is None or one.reading.stream in wanted)]
    return sorted(chosen, key=lambda one: (one.reading.start, one.reading.stream.value, one.reading.end, one.id))


def _held(vault: Vault, athlete: AthleteId) -> tuple[dict[bytes, Observation], dict[bytes, list[FormerReading]], Seal]:
    database, number, seal = vault.seal_of(athlete)
    with database.reading() as connection:
        counting = CountingReadings(connection, number, seal).all()
        return counting, FormerReadings(connection, number, seal).all(), seal


def values_of_record(
    key: bytes, counting: Observation | None, former: Sequence[FormerReading], seal: Seal
) -> list[StoredReading]:
    """Return the values of one record: the one that counts, then each other one once, as it was last set aside."""
    by = None if counting is None else fingerprint(seal, key, counting).hex()
    found = (
        {}
        if counting is None or by is None
        else {by: StoredReading(by, key, counting, ReadingState.COUNTS, len(former))}
    )
    last_void = max((n for n, one in enumerate(former) if one.change.kind is ChangeKind.VOIDED), default=-1)
    for place, one in reversed(list(enumerate(former))):
        name = fingerprint(seal, key, one.reading).hex()
        state = _state(one.change.kind, is_out=counting is None or place <= last_void)
        found.setdefault(name, StoredReading(name, key, one.reading, state, place, by, one.change))
    return list(found.values())


def _state(kind: ChangeKind, *, is_out: bool) -> ReadingState:
    if kind is ChangeKind.CONFLICT:
        return ReadingState.NOT_TAKEN
    return ReadingState.VOIDED if is_out else ReadingState.REPLACED
