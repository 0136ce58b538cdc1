"""What a filled-in row asks for: read against the row as it is now, with every problem at once. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from chassis.text import long_date
from consent.grants.values import Change, MatrixCell
from consent.web.dates import end_of_day, latest_end
from consent.web.sharing.change_form import (
    OFF,
    ChangeProblem,
    ends_field,
    entered_end,
    give_field,
    in_words_now,
    word_of,
)
from consent.web.sharing.page import is_open, key_of
from consent.web.text import RECIPIENTS, granularity_words
from policies.vocabulary import Granularity


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One line of the check page."""

    key: str
    who: str
    wanted: str
    now: str


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """A valid form: what to change, in the words of the check page, and the fields that repeat it."""

    changes: tuple[Change, ...]
    lines: tuple[ChangeLine, ...]
    fields: tuple[tuple[str, str], ...]

    @property
    def gives(self) -> bool:
        """True if anything would be on after it; a form that only turns off is never refused."""
        return any(change.granularity is not Granularity.NONE for change in self.changes)


class BadEntry(Exception):
    """A form that asks for something that no choice can hold. Carries the problems; nothing was saved."""

    def __init__(self, problems: Sequence[ChangeProblem]) -> None:
        super().__init__("expected choices that the form offers")
        self.problems = tuple(problems)


def read_change_request(row: Sequence[MatrixCell], entered: Mapping[str, str], *, today: date) -> ChangeRequest:
    """Read a filled-in form against the row as it is now; raises BadEntry with every problem at once.

    A recipient whose field is absent stays as it is. A choice equal to what holds now changes nothing.
    """
    cells = {key_of(cell.recipient): cell for cell in row if is_open(cell)}
    problems = _strangers(cells, entered)
    found: list[tuple[str, Change]] = []
    for key, cell in cells.items():
        try:
            change = _read_change(cell, key, entered, today)
        except BadEntry as bad:
            problems.extend(bad.problems)
        else:
            found.extend([(key, change)] if change else [])
    if problems:
        raise BadEntry(problems)
    if not found:
        first = next(iter(cells), "")
        raise BadEntry([ChangeProblem(give_field(first), "Nothing would change. Choose something else, or go back.")])
    return _change(found, cells)


def _strangers(cells: Mapping[str, MatrixCell], entered: Mapping[str, str]) -> list[ChangeProblem]:
    """A choice for a recipient that this row does not offer is refused, never skipped in silence."""
    known = {field(key) for key in cells for field in (give_field, ends_field)}
    unknown = [name for name in entered if name.startswith(("give.", "ends.")) and name not in known]
    return [ChangeProblem("choices", "One choice is for a group that this page does not offer.")] if unknown else []


def _read_change(cell: MatrixCell, key: str, entered: Mapping[str, str], today: date) -> Change | None:
    if give_field(key) not in entered:
        return None
    granularity = _read_granularity(cell, key, entered[give_field(key)])
    if granularity is Granularity.NONE:
        return Change(cell.cell, Granularity.NONE) if cell.is_on else None
    day = _read_end(key, entered, today)
    if cell.grant and cell.is_on and (granularity, day) == (cell.grant.max_granularity, cell.grant.ends.date()):
        return None
    return Change(cell.cell, granularity, end_of_day(day))


def _read_granularity(cell: MatrixCell, key: str, word: str) -> Granularity:
    if word == OFF:
        return Granularity.NONE
    try:
        granularity = Granularity.from_word(word)
    except KeyError:
        granularity = Granularity.NONE
    if not Granularity.NONE < granularity <= cell.ceiling:
        title = RECIPIENTS[cell.recipient.role].title
        raise BadEntry([ChangeProblem(give_field(key), f"{title}: choose one of the lines below.")])
    return granularity


def _read_end(key: str, entered: Mapping[str, str], today: date) -> date:
    text = entered_end(entered, key)
    latest = latest_end(today)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        asked = f"Choose an end date up to {long_date(latest)}."
        raise BadEntry(
            [ChangeProblem(ends_field(key), asked if not text else f"“{text}” is not a date. {asked}")]
        ) from None
    if day > latest:
        raise BadEntry([ChangeProblem(ends_field(key), f"“{long_date(day)}” is later than {long_date(latest)}.")])
    if day <= today:
        raise BadEntry([ChangeProblem(ends_field(key), f"“{long_date(day)}” is not later than today.")])
    return day


def _change(found: Sequence[tuple[str, Change]], cells: Mapping[str, MatrixCell]) -> ChangeRequest:
    lines, fields = [], []
    for key, change in found:
        cell = cells[key]
        lines.append(ChangeLine(key, _who(cell), _in_words(cell, change), in_words_now(cell)))
        fields.append((give_field(key), word_of(change.granularity)))
        if change.ends:
            fields.append((ends_field(key), change.ends.date().isoformat()))
    return ChangeRequest(tuple(change for _, change in found), tuple(lines), tuple(fields))


def _in_words(cell: MatrixCell, change: Change) -> str:
    label = granularity_words(cell.category, change.granularity).label
    return f"{label}, until {long_date(change.ends)}" if change.ends else label


def _who(cell: MatrixCell) -> str:
    return f"{RECIPIENTS[cell.recipient.role].title}, {cell.recipient_name}"
