"""Correcting and voiding one reading by hand: the value that was read stays sealed, with who, when and why."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from client.biometrics.observations import BY_HAND, PARTIAL_FILE, Observation, Value
from client.biometrics.stream_spec import Shape
from client.biometrics.streams import SPECS
from client.errors import CannotCorrect
from client.vault.history.athlete_history import AthleteHistory
from client.vault.history.fold import RecordState, act_on, last_value
from client.vault.history.reading_states import StoredReading, values_of_record
from client.vault.history.record_history import record_history
from client.vault.history.writing import RecordWriter
from client.vault.journal import imports
from client.vault.records.claims import fingerprint
from client.vault.records.hand_acts import HandAct
from client.vault.store import Vault
from policies.vocabulary import AthleteId

MOST_TEXT = 400  # ours: as much as a text stream holds

SHORTEST_ID = 8
"""Digits by which a reading may be named, as its table shows them; two readings share them once in millions."""


class CorrectionReason(StrEnum):
    """Why a person corrects or voids a reading; what else they say stands sealed beside it."""

    SENSOR_FAULT = "sensor_fault"
    WRONG_UNIT = "wrong_unit"
    TYPING_ERROR = "typing_error"
    WRONG_TIME = "wrong_time"
    WRONG_PERSON = "wrong_person"
    RECORDED_TWICE = "recorded_twice"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class HandReason:
    """Who acts, when and why. text: what they write beside the reason, at most 400 characters."""

    at: datetime
    who: str
    reason: CorrectionReason
    text: str = ""

    def __post_init__(self) -> None:
        if len(self.text) > MOST_TEXT:
            raise CannotCorrect(f"expected a note of at most {MOST_TEXT} characters")


class RecordsByHand:
    """The records of one athlete as a person names them by ids; read once, whatever is then done to how many.

    Changes want a transaction around it that began before it was made.
    """

    def __init__(self, vault: Vault, athlete: AthleteId) -> None:
        self._database, self._row, self._seal = vault.seal_of(athlete)
        with self._database.reading() as connection:
            self._history = AthleteHistory.read(connection, self._row, self._seal, imports(vault, athlete))
        self._changed: dict[bytes, RecordState] = {}

    def find(self, reading_id: str) -> StoredReading:
        """Return the stored value with this id, whatever became of it. reading_id: 16 digits, or the first 8 or more.

        Raises CannotCorrect where there is none, or several.
        """
        found = [one for one in self._values if len(reading_id) >= SHORTEST_ID and one.id.startswith(reading_id)]
        if len(found) > 1:
            raise CannotCorrect("several readings have an id that begins so; name all 16 digits of it")
        if not found:
            raise CannotCorrect("this athlete has no reading of this id; see `homefield-node readings --all`")
        return found[0]

    def history(self, reading_id: str) -> list[StoredReading]:
        """Return every value of a reading's record in order, the one that counts, if one does, last."""
        key = self.find(reading_id).record
        return record_history(key, self._state(key), self._seal)

    def void(self, reading_id: str, why: HandReason) -> None:
        """Leave a reading out of everything; raises CannotCorrect where it does not count already."""
        key, state, _ = self._named(reading_id)
        if state.counting is None:
            raise CannotCorrect("this reading does not count already; see `homefield-node reading history`")
        self._act(key, state, None, why)

    def correct(self, reading_id: str, value: Value | None, why: HandReason) -> None:
        """Put another value in a reading's place, as `correct` does."""
        key, state, read = self._named(reading_id)
        if value is not None and SPECS[read.stream].shape is Shape.SERIES:
            raise CannotCorrect(f"{read.stream.value} is a series; it can be voided, and imported again")
        if state.counting is not None and value in (None, read.value):
            raise CannotCorrect("this reading counts with this value already")
        kept = tuple(code for code in read.quality if code not in (PARTIAL_FILE, BY_HAND))
        put = replace(read, value=read.value if value is None else value, quality=(*kept, BY_HAND))
        self._act(key, state, put, why)

    @cached_property
    def _values(self) -> list[StoredReading]:
        held = self._history
        former = held.former
        return [
            one
            for key in held.keys
            for one in values_of_record(key, held.counting.get(key), former.get(key, ()), self._seal)
        ]

    def _state(self, key: bytes) -> RecordState:
        return self._changed.get(key) or self._history.state(key)

    def _named(self, reading_id: str) -> tuple[bytes, RecordState, Observation]:
        """Return the record that a person names by its newest value, and that value."""
        key = self.find(reading_id).record
        state = self._state(key)
        newest = last_value(state)
        name = "" if newest is None else fingerprint(self._seal, key, newest).hex()
        if newest is None or not name.startswith(reading_id):
            raise CannotCorrect(f"another value has taken this one's place; name that one: {name}")
        return key, state, newest

    def _act(self, key: bytes, state: RecordState, corrected: Observation | None, why: HandReason) -> None:
        """Do it, and store the record."""
        target = fingerprint(self._seal, key, state.values[-1])
        newest = max(self._history.imports, default=0)
        act_on(state, HandAct(target, why.at, why.who, why.reason.value, newest, why.text, corrected))
        self._changed[key] = state
        with self._database.transaction() as connection:
            RecordWriter(connection, self._row, self._seal).write(key, state)


def histories_of(vault: Vault, athlete: AthleteId, reading_ids: Iterable[str]) -> list[list[StoredReading]]:
    """Return the history of each reading's record (`RecordsByHand.history`); raises AthleteErased after erasure."""
    records = RecordsByHand(vault, athlete)
    return [records.history(reading_id) for reading_id in reading_ids]


def history_of(vault: Vault, athlete: AthleteId, reading_id: str) -> list[StoredReading]:
    """Return the history of one reading's record."""
    return histories_of(vault, athlete, [reading_id])[0]


def void_all(vault: Vault, athlete: AthleteId, reading_ids: Iterable[str], why: HandReason) -> None:
    """Leave readings out of everything, all or none; raises CannotCorrect where one does not count already."""
    with vault.transaction():
        records = RecordsByHand(vault, athlete)
        for reading_id in reading_ids:
            records.void(reading_id, why)


def void(vault: Vault, athlete: AthleteId, reading_id: str, why: HandReason) -> None:
    """Leave one reading out of everything; raises CannotCorrect where it does not count already."""
    void_all(vault, athlete, [reading_id], why)


def correct(vault: Vault, athlete: AthleteId, reading_id: str, value: Value | None, why: HandReason) -> None:
    """Put another value in a reading's place. Its time, source and everything else stay.

    value: in the stream's unit; None for the value as it was read, of a reading that was voided. Raises CannotCorrect
    for a value that does not fit the reading's state, BadObservation for one that its stream does not allow.
    """
    with vault.transaction():
        RecordsByHand(vault, athlete).correct(reading_id, value, why)
