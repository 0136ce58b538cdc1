"""What answers make of the athlete's readings: the newest of a slot counts, the others stand behind it.

A record of the vault is worked out anew from all answers of its slot, in the order in which they were given. So it is
the same whichever of them the node had first, and however often each was sent.
"""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import partial
from typing import Final

from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.sessions import OF_SESSIONS, OWN_ANSWER
from client.biometrics.streams import Stream
from client.vault.codec import natural_key
from client.vault.history.fold import Fingerprint, RecordState, act_on, last_value
from client.vault.history.writing import RecordWriter
from client.vault.own_answers.kept_answers import KeptAnswer
from client.vault.records.claims import fingerprint
from client.vault.records.former import ChangeKind, FormerReading, ReadingChange
from client.vault.records.hand_acts import HandAct, HandActs
from client.vault.seal import Seal

ATHLETE: Final = "athlete"
"""Who replaces an own answer."""
_SOURCE: Final = ReadingSource("", OWN_ANSWER, "")


def placed(answered_at: datetime, day: date, zone: tzinfo) -> tuple[datetime, int]:
    """Return where the readings of an answer stand in time: at its moment, else at the last second of its day."""
    local = answered_at.astimezone(zone)
    if local.date() != day:
        local = datetime.combine(day, time(23, 59, 59), zone)
    return local.astimezone(UTC), _offset_min(local)


def write_readings(connection: sqlite3.Connection, athlete: int, seal: Seal, answers: Sequence[KeptAnswer]) -> None:
    """Store the records that all answers of one slot make. answers: in their order, those taken back among them."""
    writer, acts = RecordWriter(connection, athlete, seal), HandActs(connection, athlete, seal)
    streams = dict.fromkeys(item.stream for one in answers for item in one.items.values() if item.stream is not None)
    for stream in streams:
        first = next(found for one in answers if (found := reading_of(one, stream)) is not None)
        key = seal.row_key(natural_key(first))
        writer.write(key, _state(stream, answers, acts.of(key), partial(fingerprint, seal, key)))


def reading_of(answer: KeptAnswer, stream: Stream) -> Observation | None:
    """Return the reading that an answer is of a stream; None where that item is left open."""
    value = next((item.value for item in answer.items.values() if item.stream is stream), None)
    if value is None:
        return None
    start = _midnight(answer) if stream in OF_SESSIONS else answer.start
    entry = f"{answer.form} {answer.day.isoformat()} {answer.part}"
    made = observe(stream, start, value, _SOURCE, offset_min=answer.offset_min)
    return Observation(
        made.stream, made.start, made.end, made.offset_min, made.value, made.unit, made.source, (), entry
    )


def _state(stream: Stream, answers: Sequence[KeptAnswer], acts: list[HandAct], named: Fingerprint) -> RecordState:
    """Fold answers and acts by hand; an act is done where the value that it is about stands."""
    state, waiting = RecordState(), list(acts)
    for answer in answers:
        reading = reading_of(answer, stream)
        if answer.withdrawn_at is None:
            kind = ChangeKind.REPLACED if reading is None else ChangeKind.NEWER_REPORT
            _set_aside(state, ReadingChange(kind, answer.answered_at, ATHLETE))
            state.counting = reading
        elif reading is not None:
            state.former.append(
                FormerReading(reading, ReadingChange(ChangeKind.REPLACED, answer.withdrawn_at, ATHLETE))
            )
        while (value := last_value(state)) is not None and (act := _about(waiting, named(value))) is not None:
            waiting.remove(act)
            act_on(state, act)
    return state


def _set_aside(state: RecordState, change: ReadingChange) -> None:
    if state.counting is not None:
        state.former.append(FormerReading(state.counting, change))
        state.counting = None


def _about(acts: Sequence[HandAct], target: bytes) -> HandAct | None:
    return next((act for act in acts if act.target == target), None)


def _midnight(answer: KeptAnswer) -> datetime:
    """A training is rated without its time of day: local midnight, at the offset of the answer."""
    return datetime.combine(answer.day, time(0), UTC) - timedelta(minutes=answer.offset_min)


def _offset_min(local: datetime) -> int:
    return round((local.utcoffset() or timedelta(0)).total_seconds() / 60)
