"""Correcting and voiding one reading by hand: the value that was read stays sealed, with who, when and why."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from client.biometrics.observations import BY_HAND, PARTIAL_FILE, Observation, Value
from client.biometrics.stream_spec import Shape
from client.biometrics.streams import SPECS
from client.errors import CannotCorrect
from client.vault.history.athlete_history import AthleteHistory
from client.vault.history.fold import act_on, last_value
from client.vault.history.reading_states import ReadingState, StoredReading, stored_readings
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


def find_reading(vault: Vault, athlete: AthleteId, reading_id: str) -> StoredReading:
    """Return the stored value with this id, whatever became of it. reading_id: 16 digits, or the first 8 or more.

    Raises CannotCorrect where there is none, or several.
    """
    every = stored_readings(vault, athlete, states=ReadingState)
    found = [one for one in every if len(reading_id) >= SHORTEST_ID and one.id.startswith(reading_id)]
    if len(found) > 1:
        raise CannotCorrect("several readings have an id that begins so; name all 16 digits of it")
    if not found:
        raise CannotCorrect("this athlete has no reading of this id; see `homefield-node readings --all`")
    return found[0]


def history_of(vault: Vault, athlete: AthleteId, reading_id: str) -> list[StoredReading]:
    """Return every value of a reading's record in order, the one that counts, if one does, last (`record_history`)."""
    return record_history(vault, athlete, find_reading(vault, athlete, reading_id).record)


def void(vault: Vault, athlete: AthleteId, reading_id: str, why: HandReason) -> None:
    """Leave a reading out of everything; raises CannotCorrect where it does not count already."""
    with vault.transaction():
        named = _NamedRecord(vault, athlete, reading_id)
        if named.state.counting is None:
            raise CannotCorrect("this reading does not count already; see `homefield-node reading history`")
        named.act(None, why)


def correct(vault: Vault, athlete: AthleteId, reading_id: str, value: Value | None, why: HandReason) -> None:
    """Put another value in a reading's place. Its time, source and everything else stay.

    value: in the stream's unit; None for the value as it was read, of a reading that was voided. Raises CannotCorrect
    for a value that does not fit the reading's state, BadObservation for one that its stream does not allow.
    """
    with vault.transaction():
        named = _NamedRecord(vault, athlete, reading_id)
        read = named.value
        if value is not None and SPECS[read.stream].shape is Shape.SERIES:
            raise CannotCorrect(f"{read.stream.value} is a series; it can be voided, and imported again")
        if named.state.counting is not None and value in (None, read.value):
            raise CannotCorrect("this reading counts with this value already")
        kept = tuple(code for code in read.quality if code not in (PARTIAL_FILE, BY_HAND))
        named.act(replace(read, value=read.value if value is None else value, quality=(*kept, BY_HAND)), why)


class _NamedRecord:
    """The record that a person names by its newest value; inside a transaction."""

    def __init__(self, vault: Vault, athlete: AthleteId, reading_id: str) -> None:
        self._key = find_reading(vault, athlete, reading_id).record
        self._database, self._row, self._seal = vault.seal_of(athlete)
        journal = imports(vault, athlete)
        self._newest = max((record.number for record in journal), default=0)
        with self._database.reading() as connection:
            self.state = AthleteHistory.read(connection, self._row, self._seal, journal).state(self._key)
        newest = last_value(self.state)
        self._id = b"" if newest is None else fingerprint(self._seal, self._key, newest)
        if newest is None or not self._id.hex().startswith(reading_id):
            raise CannotCorrect(f"another value has taken this one's place; name that one: {self._id.hex()}")
        self.value: Observation = newest

    def act(self, corrected: Observation | None, why: HandReason) -> None:
        """Do it, and store the record."""
        said = (why.at, why.who, why.reason.value, self._newest, why.text)
        act_on(self.state, HandAct(self._id, *said, corrected))
        with self._database.transaction() as connection:
            RecordWriter(connection, self._row, self._seal).write(self._key, self.state)
