"""What became of each row of a file: kept, dropped with a reason, or known already; the three add up to the rows."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from client.biometrics.file_rows import MOST_PLACED, NOWHERE, RowPlace, RowPlaces, RowsByReason, first_rows
from client.biometrics.interruption import check_interruption

MISSING = "missing"
NO_READING = "no_reading"
STORED_DIFFERENTLY = "stored_differently"
_CLOCK = "clock:"
_PLACED = ("dropped:", "left_out:", _CLOCK)
_NOTHING = (0, NO_READING)
_NOT_MISSING = ("row_left_out", "imputed")
_WHOLE_ROW = tuple(f"dropped:{word}" for word in ("time", "row", "beats", "sleep", "activity", "not_a_number_rr"))


@dataclass(frozen=True, slots=True)
class RowAccount:
    """Rows of one file, or of one athlete's part of it. A row is a line, a FIT message with data, an XML record.

    kept: rows that gave a reading. dropped: rows that gave none, by reason; STORED_DIFFERENTLY: none was taken, as
    another value is stored. duplicates: rows whose readings were all stored before.
    rows = kept + all dropped + duplicates. where: of a table, the first rows that were dropped for each reason, that
    have a cell which was refused for it, or whose time was repaired or doubtful ("clock:…"). given: the first that gave
    a reading, stored before or not.
    """

    kept: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    duplicates: int = 0
    where: RowsByReason = field(default_factory=dict, compare=False)
    given: tuple[RowPlace, ...] = field(default=(), compare=False)

    @property
    def rows(self) -> int:
        """All rows."""
        return self.kept + sum(self.dropped.values()) + self.duplicates

    def plus(self, other: "RowAccount") -> "RowAccount":
        """Return both together."""
        dropped = dict(Counter(self.dropped) + Counter(other.dropped))
        where, given = first_rows(self.where, other.where), first_rows({"": self.given}, {"": other.given})[""]
        return RowAccount(self.kept + other.kept, dropped, self.duplicates + other.duplicates, where, given)

    def left_out(self, reason: str) -> "RowAccount":
        """Return the account of the same rows where none of their readings is taken."""
        dropped = Counter(self.dropped)
        dropped[reason] += self.kept + self.duplicates
        return RowAccount(
            dropped=dict(+dropped), where=first_rows(self.where, {reason: self.given} if self.given else {})
        )


class _ReasonByRow:
    """How much was said of each row, and the word: two bytes a row, as a large table has millions of them."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[int, str], int] = {_NOTHING: 0}
        self._by_number = [_NOTHING]
        self._rows = array("H")

    def of(self, row: int) -> tuple[int, str]:
        return self._by_number[self._rows[row]] if row < len(self._rows) else _NOTHING

    def set(self, row: int, found: tuple[int, str]) -> None:
        number = self._kinds.setdefault(found, len(self._by_number))
        if number == len(self._by_number):
            self._by_number.append(found)
        missing = row + 1 - len(self._rows)
        if missing > 0:
            self._rows.frombytes(bytes(missing * self._rows.itemsize))
        self._rows[row] = number

    def followed_by(self, other: "_ReasonByRow", *, after: int) -> "_ReasonByRow":
        """Return both, the rows of the other counted on from `after`."""
        found = _ReasonByRow()
        for first, one in ((0, self), (after, other)):
            for row, number in enumerate(one._rows):
                if number:
                    found.set(first + row, one._by_number[number])
        return found

    def worst(self) -> tuple[int, str]:
        return max(self._by_number)


class RowLedger:
    """Reasons by row, collected while a reader works. rows: those begun; lost: those left out before that."""

    def __init__(self) -> None:
        self.rows = 0
        self._one_by_one = True
        self._lost: Counter[str] = Counter()
        self.lost = 0
        self._reasons = _ReasonByRow()
        self._whole_rows: Counter[str] = Counter()
        self.places = RowPlaces()
        self._where: dict[str, tuple[RowPlace, ...]] = {}

    def followed_by(self, other: "RowLedger") -> "RowLedger":
        """Return the account of both, the rows of the other counted on from those of this one."""
        found = RowLedger()
        found.rows, found.lost = self.rows + other.rows, self.lost + other.lost
        found._one_by_one = self._one_by_one and other._one_by_one
        found._lost, found._whole_rows = self._lost + other._lost, self._whole_rows + other._whole_rows
        found._reasons = self._reasons.followed_by(other._reasons, after=self.rows)
        found.places = self.places.followed_by(other.places, after=self.rows)
        found._where = first_rows(self._where, other._where)
        return found

    def stand_at(self, place: RowPlace) -> None:
        """Say where in the file what comes next stands."""
        self.places.now = place

    def take_places(self, other: "RowLedger") -> None:
        """Take where the rows stand that another ledger counted, and this one loses."""
        self._where = first_rows(self._where, other._where)

    @property
    def shares_rows(self) -> bool:
        """True for rows that share their readings: points of a recording, of which only summaries are kept."""
        return not self._one_by_one

    def advance(self, rows: int) -> None:
        """Begin the next row, or take the number of all rows at once; where reading was interrupted it ends here."""
        check_interruption()
        self._one_by_one &= rows in (self.rows, self.rows + 1)
        self.rows = rows
        self.places.begin(rows)

    def lose(self, code: str, number: int) -> None:
        """Take rows that no reading can come from."""
        self.lost += number
        self._lost[_reason(code)[1]] += number

    def note(self, code: str, number: int) -> None:
        """Take a count of the present row; the worst one becomes the reason where the row gives no reading."""
        found = _reason(code)
        if found > self._reasons.of(self.rows):
            self._reasons.set(self.rows, found)
        if code.startswith(_WHOLE_ROW):
            self._whole_rows[found[1]] += number
        if self.places.now is not NOWHERE and code.startswith(_PLACED):
            self._place(code if code.startswith(_CLOCK) else found[1])

    def _place(self, reason: str) -> None:
        """Note that the present row is one of those of a reason, if it is among the first."""
        held = self._where.get(reason, ())
        if len(held) < MOST_PLACED and self.places.now not in held:
            self._where[reason] = (*held, self.places.now)

    def reason_of(self, row: int) -> str:
        """Return the worst that was counted of a row, for one that gives no reading."""
        return self._reasons.of(row)[1]

    def account(self, rows_of: Sequence[int], known: Collection[int], differing: Collection[int] = ()) -> RowAccount:
        """Close the ledger.

        rows_of: the row of each reading, as `rows` said when it was taken. known: places in it of readings that were
        stored before. differing: those of them of which another value is stored.
        """
        stored = frozenset(known)
        fresh = {row for place, row in enumerate(rows_of) if place not in stored}
        repeated = set(rows_of) - fresh
        is_apart = (
            self._one_by_one and 0 not in rows_of
        )  # 0: taken before the rows were counted, also where that is one
        found = self._row_by_row(fresh, repeated) if is_apart else self._together(fresh, repeated)
        others = sorted({rows_of[place] for place in differing} & repeated)
        found = _not_taken(found, len(others) if is_apart else min(len(others), 1) * found.duplicates)
        where = {STORED_DIFFERENTLY: self.places.first(others)} if others else {}
        given = self.places.first(sorted(fresh | repeated))
        return found.plus(RowAccount(dropped=dict(self._lost), where=first_rows(self._where, where), given=given))

    def _row_by_row(self, fresh: set[int], repeated: set[int]) -> RowAccount:
        empty = (row for row in range(1, self.rows + 1) if row not in fresh and row not in repeated)
        of_reason: dict[str, array[int]] = defaultdict(lambda: array("I"))
        for row in empty:
            of_reason[self.reason_of(row)].append(row)
        dropped = {reason: len(rows) for reason, rows in of_reason.items()}
        where = {reason: found for reason, rows in of_reason.items() if (found := self.places.first(rows))}
        return RowAccount(self.rows - sum(dropped.values()) - len(repeated), dropped, len(repeated), where)

    def _together(self, fresh: set[int], repeated: set[int]) -> RowAccount:
        """Account for rows that share their readings, such as the beats of one series."""
        if not fresh and not repeated:
            reason = self._reasons.worst()[1]
            return RowAccount(dropped={reason: self.rows} if self.rows else {})
        dropped: dict[str, int] = {}
        left = self.rows - 1  # at least one row gave the readings
        for reason, number in self._whole_rows.items():
            dropped[reason] = min(number, left)
            left -= dropped[reason]
        rest = self.rows - sum(dropped.values())
        dropped = {reason: number for reason, number in dropped.items() if number}
        return RowAccount(rest, dropped) if fresh else RowAccount(0, dropped, rest)


def _not_taken(account: RowAccount, rows: int) -> RowAccount:
    """Return the account with so many of its known rows as rows of which another value is stored."""
    if not rows:
        return account
    dropped = {**account.dropped, STORED_DIFFERENTLY: rows}
    return replace(account, dropped=dropped, duplicates=account.duplicates - rows)


def _reason(code: str) -> tuple[int, str]:
    """Return how much a code says about an empty row, and the reason's word."""
    kind, _, word = code.partition(":")
    if kind in ("dropped", "left_out"):
        return 3, word
    if kind == "sentinel":
        return (2, word) if word in _NOT_MISSING else (1, MISSING)
    return (1, MISSING) if kind == MISSING else (0, NO_READING)
