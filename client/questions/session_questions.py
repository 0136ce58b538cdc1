"""Sessions that may be one or two: what an import cannot tell is asked, and nothing is guessed (docs/ingest.md §7).

Until an answer both count. "Same" leaves one of the two out, as voided by hand; "different" is noted and asked no more.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import combinations
from operator import attrgetter
from typing import Final

from client.biometrics.observations import Observation
from client.biometrics.sessions import OF_SESSIONS, OWN_ANSWER, Session, has_only_a_date, session_of
from client.errors import CannotCorrect
from client.features.days.possible_repeats import PossibleRepeat
from client.features.days.session_reports import matched_reports
from client.vault.codec import natural_key
from client.vault.history.athlete_history import AthleteHistory
from client.vault.history.by_hand import CorrectionReason, HandReason, void_all
from client.vault.identity import is_placed, number_of_place
from client.vault.journal import imports
from client.vault.preferences.own_settings import source_priority
from client.vault.records.claims import fingerprint
from client.vault.seal import Seal
from client.vault.store import Vault
from policies.vocabulary import AthleteId

Readings = tuple[Observation, ...]
_IN_ORDER: Final = attrgetter("start", "end", "source.app", "source.device", "entry", "stream")


class SessionAnswer(StrEnum):
    """Whether two reports are of the same session."""

    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class SessionQuestion:
    """Two reports that may be of one session.

    kept: the readings of the report that counts in any case: of the better source, or the newer of one source.
    left_out: those of the other, which an answer leaves out.
    """

    id: str
    kept: Readings
    left_out: Readings

    @property
    def day(self) -> date:
        """The local day of the session."""
        return self.kept[0].day

    @property
    def pair(self) -> PossibleRepeat:
        """The two reports, as the daily table takes them."""
        return self.kept, self.left_out


@dataclass(frozen=True, slots=True)
class QuestionsOfAthlete:
    """The open questions of one athlete, and the ids of the readings they are about."""

    questions: tuple[SessionQuestion, ...]
    seal: Seal

    def id_of(self, reading: Observation) -> str:
        """Return the id of a reading, as lists of readings show it."""
        return fingerprint(self.seal, _key(self.seal, reading), reading).hex()


def open_questions(
    vault: Vault, athlete: AthleteId, readings: Iterable[Observation] | None = None
) -> QuestionsOfAthlete:
    """Return what is not answered yet, in order of time; but none before one that keeps what it would leave out.

    readings: all that count of the athlete, where they were read already.
    """
    counting = vault.read_in_any_order(athlete, sorted(OF_SESSIONS)) if readings is None else readings
    sessions = sorted((one for one in counting if one.stream in OF_SESSIONS), key=_IN_ORDER)
    seal = vault.seal_of(athlete)[2]
    pairs = [
        *_of_two_sources(sessions, source_priority(vault, athlete)),
        *_of_one_source(vault, athlete, sessions),
    ]
    if not pairs:
        return QuestionsOfAthlete((), seal)
    answered, found = _answered(vault, athlete), [SessionQuestion(_id(seal, *pair), *pair) for pair in pairs]
    asked = {one.id: one for one in found if one.id not in answered}
    in_time = sorted(asked.values(), key=lambda one: (one.kept[0].start, one.id))
    return QuestionsOfAthlete(tuple(_in_turn(in_time)), seal)


def _in_turn(questions: list[SessionQuestion]) -> Iterator[SessionQuestion]:
    """Of three reports that may be one, the weaker two are compared first: else the third is never asked about."""
    left = list(questions)
    while left:
        free = (one for one in left if not any(_keeps(other, one.left_out) for other in left))
        found = next(free, left[0])  # in a ring the first in time
        left.remove(found)
        yield found


def _keeps(question: SessionQuestion, report: Readings) -> bool:
    return not set(map(_report, question.kept)).isdisjoint(map(_report, report))


def _report(reading: Observation) -> tuple[str, Session]:
    return reading.stream, session_of(reading)


def waits_for(question: SessionQuestion, before: Iterable[SessionQuestion]) -> SessionQuestion | None:
    """Return that of the questions before this one which keeps what this one would leave out; it is answered first."""
    return next((one for one in before if _keeps(one, question.left_out)), None)


def _answered(vault: Vault, athlete: AthleteId) -> set[str]:
    database, number, _ = vault.seal_of(athlete)
    with database.reading() as connection:
        rows = connection.execute("SELECT key FROM answered_question WHERE athlete = ?", (number,)).fetchall()
    return {key.hex() for (key,) in rows}


def answer(vault: Vault, athlete: AthleteId, question_id: str, given: SessionAnswer, *, at: datetime, who: str) -> None:
    """Answer one question.

    Raises CannotCorrect where it is not open, and where the answer would leave out what a question before it keeps:
    that one would go unasked.
    """
    with vault.transaction():
        held = open_questions(vault, athlete)
        place = next((place for place, one in enumerate(held.questions) if one.id == question_id), None)
        if place is None:
            raise CannotCorrect("there is no open question of this id; see `homefield-node imports questions`")
        found = held.questions[place]
        if given is SessionAnswer.SAME:
            before = waits_for(found, held.questions[:place])
            if before is not None:
                raise CannotCorrect(f"a session of this question is in {before.id} too; answer that one first")
            why = HandReason(at, who, CorrectionReason.RECORDED_TWICE)
            void_all(vault, athlete, map(held.id_of, found.left_out), why)
            return
        database, number, _ = vault.seal_of(athlete)
        with database.transaction() as connection:
            row = (number, bytes.fromhex(found.id))
            connection.execute("INSERT OR IGNORE INTO answered_question (athlete, key) VALUES (?, ?)", row)


def _of_two_sources(sessions: Sequence[Observation], priority: Sequence[str]) -> Iterator[tuple[Readings, Readings]]:
    for report, beside in matched_reports(sessions, priority=priority).unclear:
        for one in beside:
            yield tuple(one.readings.values()), tuple(report.readings.values())


def _of_one_source(
    vault: Vault, athlete: AthleteId, sessions: Sequence[Observation]
) -> Iterator[tuple[Readings, Readings]]:
    """Yield rows of one day, of which one or both have no time of day, that no one file has both.

    The later may correct the earlier; of one with a time of day and one without, the first is told more exactly.
    """
    sessions = [one for one in sessions if one.source.app != OWN_ANSWER]  # the athlete said which training each is
    dated = {_day_of(one) for one in sessions if has_only_a_date(one)}
    days: dict[object, dict[Session, list[Observation]]] = defaultdict(lambda: defaultdict(list))
    for one in sessions if dated else ():
        if _day_of(one) in dated:
            days[_day_of(one)][session_of(one)].append(one)
    several = [rows for rows in days.values() if len(rows) > 1]
    if not several:  # what every file had is read for these alone
        return
    history = _history(vault, athlete)
    for rows in several:
        held = sorted(rows.values(), key=lambda row: (not has_only_a_date(row[0]), _place(row[0])))
        for earlier, later in combinations(held, 2):
            keys = _keys(history.seal, earlier), _keys(history.seal, later)
            if has_only_a_date(earlier[0]) and not history.have_one_file(*keys):
                yield tuple(later), tuple(earlier)


def _history(vault: Vault, athlete: AthleteId) -> AthleteHistory:
    database, number, seal = vault.seal_of(athlete)
    with database.reading() as connection:
        return AthleteHistory.read(connection, number, seal, imports(vault, athlete))


def _day_of(reading: Observation) -> object:
    return reading.day, reading.source.app, reading.source.device


def _place(reading: Observation) -> int:
    return number_of_place(reading.entry) if is_placed(reading) else 0


def _key(seal: Seal, reading: Observation) -> bytes:
    return seal.row_key(natural_key(reading))


def _keys(seal: Seal, readings: Sequence[Observation]) -> set[bytes]:
    return {_key(seal, one) for one in readings}


def _id(seal: Seal, kept: Readings, left_out: Readings) -> str:
    """Return 16 hexadecimal digits that stand for two sessions, whatever their values are."""
    keys = sorted(_keys(seal, kept) | _keys(seal, left_out))
    return seal.row_key(b"question\x1f" + b"".join(keys))[:8].hex()
