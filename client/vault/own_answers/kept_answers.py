"""Answers in the vault: every one that was sent, sealed under the athlete's key and erased with it.

An answer that another replaced, or that the athlete took back, stays with when; free text is read by the athlete's own
pages, and by the one role that the athlete named for that answer.
"""

import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from client.biometrics.streams import Stream
from client.errors import SealBroken
from client.vault.seal import Seal
from client.vault.store import Vault
from policies.vocabulary import AthleteId, Category

_PLACE: Final = b"own-answer"


@dataclass(frozen=True, slots=True)
class AnsweredItem:
    """One answered question. value: a number, or codes of the body map. stream: None where no reading is made of it."""

    value: float | str
    category: Category
    stream: Stream | None


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """One answer as it was sent. start, offset_min: where its readings stand in time.

    note: free text, private. note_for: the role that the athlete shares this one note with, "" for nobody.
    note_category: how long the note is kept. withdrawn_at: the athlete took the answer back.
    is_logged: the public log has the athlete's newest act on it; without a league nothing is told.
    """

    id: str
    form: str
    version: int
    day: date
    part: int
    answered_at: datetime
    received_at: datetime
    start: datetime
    offset_min: int
    items: dict[str, AnsweredItem] = field(repr=False)
    note: str = field(default="", repr=False)
    note_for: str = ""
    note_category: Category = Category.WELLNESS
    withdrawn_at: datetime | None = None
    is_logged: bool = False

    @property
    def slot(self) -> tuple[str, date, int]:
        """What it answers: of two answers of one slot the later one counts."""
        return self.form, self.day, self.part

    @property
    def order(self) -> tuple[datetime, str]:
        """Answers of one slot in this order, whichever came first to the node."""
        return self.answered_at, self.id

    def says_the_same(self, other: "KeptAnswer") -> bool:
        """True for the same answer sent again: everything that the sender says of it is the same."""
        said = ("id", "form", "version", "day", "part", "items", "note", "note_for")
        return all(getattr(self, name) == getattr(other, name) for name in said)


class KeptAnswers:
    """The answers of one athlete; changes want a transaction of the vault around them."""

    def __init__(self, vault: Vault, athlete: AthleteId) -> None:
        self._database, self._athlete, self._seal = vault.seal_of(athlete)

    def find(self, answer_id: str) -> KeptAnswer | None:
        """Return the answer with this id."""
        key = _key(self._seal, answer_id)
        with self._database.reading() as connection:
            query = "SELECT sealed FROM own_answer WHERE athlete = ? AND key = ?"
            row = connection.execute(query, (self._athlete, key)).fetchone()
        return None if row is None else _opened(self._seal, key, row[0])

    def of_day(self, day: date) -> list[KeptAnswer]:
        """Return the answers for one day, in their order."""
        with self._database.reading() as connection:
            query = "SELECT key, sealed FROM own_answer WHERE athlete = ? AND day = ?"
            rows = connection.execute(query, (self._athlete, _day_key(self._seal, day))).fetchall()
        return sorted((_opened(self._seal, *row) for row in rows), key=lambda one: one.order)

    def of_days(self, first: date, last: date) -> list[KeptAnswer]:
        """Return the answers for the days from `first` to `last`."""
        days = (first + timedelta(days=step) for step in range((last - first).days + 1))
        return [one for day in days for one in self.of_day(day)]

    def all(self) -> list[KeptAnswer]:
        """Return every answer, by day."""
        with self._database.reading() as connection:
            query = "SELECT key, sealed FROM own_answer WHERE athlete = ?"
            rows = connection.execute(query, (self._athlete,)).fetchall()
        return sorted((_opened(self._seal, *row) for row in rows), key=lambda one: (one.day, one.order))

    def put(self, answer: KeptAnswer) -> None:
        """Store an answer, in place of the one with its id."""
        key = _key(self._seal, answer.id)
        sealed = self._seal.close(_encode(answer), _PLACE + key)
        with self._database.transaction() as connection:
            row = (self._athlete, key, _day_key(self._seal, answer.day), sealed)
            connection.execute("INSERT OR REPLACE INTO own_answer (athlete, key, day, sealed) VALUES (?, ?, ?, ?)", row)

    def delete(self, answer_id: str) -> None:
        """Delete one answer for good."""
        with self._database.transaction() as connection:
            row = (self._athlete, _key(self._seal, answer_id))
            connection.execute("DELETE FROM own_answer WHERE athlete = ? AND key = ?", row)


def _key(seal: Seal, answer_id: str) -> bytes:
    return seal.row_key(b"own-answer\x1f" + answer_id.encode())


def _day_key(seal: Seal, day: date) -> bytes:
    return seal.row_key(b"own-answer-day\x1f" + day.isoformat().encode())


def _encode(answer: KeptAnswer) -> bytes:
    return json.dumps(asdict(answer), default=_plain, separators=(",", ":")).encode()


def _plain(value: Any) -> str:
    return str(value.isoformat())


def _opened(seal: Seal, key: bytes, sealed: bytes) -> KeptAnswer:
    try:
        fields: dict[str, Any] = json.loads(seal.open(sealed, _PLACE + key))
        back = fields["withdrawn_at"]
        times = {
            **{name: datetime.fromisoformat(fields[name]) for name in ("answered_at", "received_at", "start")},
            "withdrawn_at": None if back is None else datetime.fromisoformat(back),
        }
        items = {name: _item(**one) for name, one in fields["items"].items()}
        category, day = Category(fields["note_category"]), date.fromisoformat(fields["day"])
        return KeptAnswer(**{**fields, **times, "items": items, "note_category": category, "day": day})
    except (ValueError, TypeError, KeyError) as error:
        raise SealBroken("a stored answer is not what this version writes") from error


def _item(value: float | str, category: str, stream: str | None) -> AnsweredItem:
    return AnsweredItem(value, Category(category), None if stream is None else Stream(stream))
