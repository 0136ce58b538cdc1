"""What became of a file's rows: the report that stands beside every import."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from client.biometrics.file_rows import RowPlace
from client.biometrics.row_account import RowLedger

MOST_NAMED: Final = 5  # ours: sessions named in a note
_FURTHER = "they are taken as further ones, see `imports questions`"
_MOVED = "they count as they are told now, and what was stored of them was set aside"
_COUNTED = ("dropped", "sentinel", "duplicate", "unit", "clock")


@dataclass(frozen=True, slots=True)
class QualityReport:
    """Counts over one file.

    rows: records read. kept: observations taken. dropped: values refused (range, no time, no number).
    sentinel: values that stand for "missing". duplicate: rows that repeat a row or a day.
    unit: values converted to the stream's unit. clock: times repaired or doubtful.
    details: counts by code, such as `sentinel:mood` or `duplicate:stored`. notes: sentences for a person;
    like everything here they hold no values.
    """

    rows: int = 0
    kept: int = 0
    dropped: int = 0
    sentinel: int = 0
    duplicate: int = 0
    unit: int = 0
    clock: int = 0
    details: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def plus(self, other: "QualityReport") -> "QualityReport":
        """Return the counts of both, and each note once."""
        both = {name: getattr(self, name) + getattr(other, name) for name in ("rows", "kept", *_COUNTED)}
        details = Counter(self.details) + Counter(other.details)
        notes = tuple(dict.fromkeys((*self.notes, *other.notes)))
        return QualityReport(**both, details=dict(sorted(details.items())), notes=notes)

    def with_stored(
        self,
        *,
        added: int,
        duplicate: int,
        conflicting: int,
        corrected: Mapping[datetime, int] = MappingProxyType({}),
        unclear: int = 0,
        answered_again: int = 0,
        moved: int = 0,
        left: int = 0,
        replaces: bool = False,
    ) -> "QualityReport":
        """Return the report after storing: rows that the vault already held count as duplicates.

        corrected: by local start, how many readings of a session gave way to new ones. unclear: sessions that may be
        corrections and were taken as further ones. answered_again: answers in whose place a later one of the file
        counts. moved: rows that were stored at other times, which was set aside. left: other rows that the file gave
        before and does not give now. replaces: whether the file's values take the place of stored ones, except of what
        was done by hand.
        """
        details = Counter(self.details)
        details.update({"duplicate:day": answered_again})
        details.update({"added": added, "duplicate:stored": duplicate, "conflict:stored": conflicting})
        details.update({"corrected:session": len(corrected), "unclear:session": unclear})
        kept = conflicting - sum(corrected.values())
        notes = self.notes
        if kept > 0:
            notes += (_differing(kept, replaces=replaces),)
        if corrected:
            notes += (_corrections(sorted(corrected)),)
        if unclear:
            notes += (f"sessions beside stored ones of the same day: {unclear}; {_FURTHER}",)
        details.update({"moved:stored": moved, "left:stored": left})
        notes += _of_other_times(moved, left)
        if answered_again:
            notes += (f"answers that were given again for the same time: {answered_again}; the last one counts",)
        repeated = self.duplicate + duplicate + answered_again
        return replace(self, duplicate=repeated, details=dict(+details), notes=notes)


def _of_other_times(moved: int, left: int) -> tuple[str, ...]:
    found: tuple[str, ...] = ()
    if moved:
        found += (f"rows that were stored at another time, such as their day alone: {moved}; {_MOVED}",)
    if left:
        found += (
            f"rows that this file gave before and does not give as it is read now: {left}; they go on counting, and "
            "--replace sets them aside",
        )
    return found


def _differing(number: int, *, replaces: bool) -> str:
    if replaces:
        called = "reading was" if number == 1 else "readings were"
        return f"{number} {called} called wrong by hand before; what counts now is kept"
    differ, kept = ("reading differs", "one is") if number == 1 else ("readings differ", "ones are")
    kept = f"{number} {differ} from what is stored; the stored {kept} kept"
    return f"{kept}; if the file is right, --replace takes its values"


def _corrections(starts: Sequence[datetime]) -> str:
    named = ", ".join(f"{start:%Y-%m-%d %H:%M}" for start in starts[:MOST_NAMED])
    more = f" and {len(starts) - MOST_NAMED} more" if len(starts) > MOST_NAMED else ""
    return f"a session that differs from the stored one takes its place: {named}{more}; the former values stay apart"


class QualityCounters:
    """Collects the counts while a reader works; `report()` freezes them.

    A reader that goes row by row adds 1 to `rows` before it counts anything of a row, so that `ledger` knows what
    became of each; one that sets all rows at once has them accounted for together.
    """

    def __init__(self) -> None:
        self.kept = 0
        self.ledger = RowLedger()
        self._codes: Counter[str] = Counter()
        self._notes: list[str] = []

    @property
    def rows(self) -> int:
        """Rows so far."""
        return self.ledger.rows

    @rows.setter
    def rows(self, number: int) -> None:
        self.ledger.advance(number)

    def stand_at(self, place: RowPlace) -> None:
        """Say where in the file the next row stands."""
        self.ledger.stand_at(place)

    def begin_row(self, like: "QualityCounters") -> None:
        """Begin a row of one athlete, that stands where another's counters of the whole file are."""
        self.ledger.stand_at(like.ledger.places.now)
        self.rows += 1

    def count(self, code: str, number: int = 1) -> None:
        """Count under a code; the word before the colon decides which total it adds to."""
        self._codes[code] += number
        self.ledger.note(code, number)

    def lose_rows(self, code: str, number: int) -> None:
        """Count rows that were left out before they could be told apart."""
        self._codes[code] += number
        self.ledger.lose(code, number)

    def note(self, sentence: str) -> None:
        """Keep one sentence for a person, once; it must hold no value and no name."""
        if sentence not in self._notes:
            self._notes.append(sentence)

    def report(self) -> QualityReport:
        """Return the frozen report."""
        totals = dict.fromkeys(_COUNTED, 0)
        for code, number in self._codes.items():
            kind = code.partition(":")[0]
            if kind in totals:
                totals[kind] += number
        return QualityReport(
            rows=self.rows + self.ledger.lost,
            kept=self.kept,
            **totals,
            details=dict(sorted(self._codes.items())),
            notes=tuple(self._notes),
        )
