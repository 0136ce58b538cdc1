"""The whole story of one record: every value in the order in which it stood, what set it aside and who put it there."""

from collections.abc import Sequence
from dataclasses import replace

from client.biometrics.observations import BY_HAND
from client.vault.history.fold import RecordState
from client.vault.history.reading_states import ReadingState, StoredReading, values_of_record
from client.vault.records.claims import fingerprint
from client.vault.records.former import ChangeKind, FormerReading
from client.vault.seal import Seal

_STATES = {ChangeKind.VOIDED: ReadingState.VOIDED, ChangeKind.CONFLICT: ReadingState.NOT_TAKEN}


def record_history(record: bytes, state: RecordState, seal: Seal) -> list[StoredReading]:
    """Return every value of a record in order, the one that counts, if one does, last.

    A value that was set aside and counts again is listed each time that it stood, so that nothing that was done to it
    is left out.
    """
    last = {one.place: one for one in values_of_record(record, state.counting, state.former, seal)}
    by = None if state.counting is None else fingerprint(seal, record, state.counting).hex()
    found = [
        last.get(place) or _earlier(fingerprint(seal, record, one.reading).hex(), record, one, place, by)
        for place, one in enumerate(state.former)
    ]
    found += [] if state.counting is None else [last[len(state.former)]]
    return _with_acts(found, state)


def _earlier(name: str, record: bytes, one: FormerReading, place: int, by: str | None) -> StoredReading:
    """Return a value as it stood before it came again."""
    state = _STATES.get(one.change.kind, ReadingState.REPLACED)
    return StoredReading(name, record, one.reading, state, place, None if by == name else by, one.change)


def _with_acts(values: Sequence[StoredReading], state: RecordState) -> list[StoredReading]:
    """Note who put a value in its place by hand, when and why.

    Acts and values have one order; it is followed from the newest back, for the oldest values may be gone already.
    """
    acts = [act for act in state.acts if act.corrected is not None]
    found: list[StoredReading] = []
    for one in reversed(values):
        is_put = BY_HAND in one.reading.quality and bool(acts)
        found.append(replace(one, put=acts.pop()) if is_put else one)
    return found[::-1]
