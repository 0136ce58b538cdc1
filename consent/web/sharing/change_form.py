"""Changing one row of the matrix: what the form offers for each recipient. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from chassis.text import long_date
from consent.grants.values import MatrixCell
from consent.web.dates import proposed_end
from consent.web.sharing.page import granularity_of, is_open, key_of
from consent.web.sharing.recipient_names import names_of
from consent.web.text import PURPOSES, RecipientWords, granularity_words
from policies.vocabulary import Granularity

OFF = "off"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a recipient: its id on the page, its form value, its words, and whether it is chosen now."""

    html_id: str
    value: str
    label: str
    shown: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ChangeProblem:
    """One thing to put right: the form field it stands at, and what was expected and came."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What the form offers for one recipient, with what was entered or holds now."""

    key: str
    title: str
    org: str
    purpose: str
    now: str
    options: tuple[Option, ...]
    ends: str
    problems: tuple[ChangeProblem, ...] = ()

    @property
    def field(self) -> str:
        """Name of the choice's form field."""
        return give_field(self.key)

    @property
    def ends_field(self) -> str:
        """Name of the end date's form field."""
        return ends_field(self.key)

    @property
    def wrong_choice(self) -> str:
        """What is to be put right about the choice; empty if nothing is."""
        return self._wrong(self.field)

    @property
    def wrong_end(self) -> str:
        """What is to be put right about the end date; empty if nothing is."""
        return self._wrong(self.ends_field)

    def _wrong(self, field: str) -> str:
        return next((problem.text for problem in self.problems if problem.field == field), "")


def give_field(key: str) -> str:
    """Return the name of the choice field of recipient `key` ("org.role")."""
    return f"give.{key}"


def ends_field(key: str) -> str:
    """Return the name of the end-date field of recipient `key`."""
    return f"ends.{key}"


def offers(
    row: Sequence[MatrixCell], *, today: date, entered: Mapping[str, str], problems: Sequence[ChangeProblem] = ()
) -> list[Offer]:
    """Return what the form shows for each cell that can be changed; `entered` wins over what holds now."""
    names = names_of(row)
    return [_offer(cell, names[cell.recipient], today, entered, problems) for cell in row if is_open(cell)]


def _offer(
    cell: MatrixCell,
    words: RecipientWords,
    today: date,
    entered: Mapping[str, str],
    problems: Sequence[ChangeProblem],
) -> Offer:
    key = key_of(cell.recipient)
    chosen = entered.get(give_field(key), word_of(granularity_of(cell)))
    day = cell.grant.ends.date() if cell.is_on and cell.grant else proposed_end(today)
    fields = (give_field(key), ends_field(key))
    return Offer(
        key=key,
        title=words.title,
        org=cell.recipient_name,
        purpose=PURPOSES[cell.purpose],
        now=in_words_now(cell),
        options=_options(cell, give_field(key), chosen),
        ends=entered_end(entered, key) or day.isoformat(),
        problems=tuple(p for p in problems if p.field in fields),
    )


def _options(cell: MatrixCell, field: str, chosen: str) -> tuple[Option, ...]:
    """Return the choices; the first one has the field's own name as its id, so that a problem leads to it."""
    options = []
    for place, granularity in enumerate(offered(cell)):
        word, said = word_of(granularity), granularity_words(cell.category, granularity)
        options.append(Option(f"{field}.{word}" if place else field, word, said.label, said.shown, word == chosen))
    return tuple(options)


def offered(cell: MatrixCell) -> list[Granularity]:
    """Return the levels the form lists, least exposing first: off, one figure and finer, up to the ceiling.

    A protected sum about one person means nothing to a person, so it is listed only where it is the ceiling;
    anything at most the ceiling is accepted when sent by a program.
    """
    levels = [g for g in Granularity if Granularity.INDEX <= g <= cell.ceiling] or [cell.ceiling]
    now = granularity_of(cell)
    return sorted({Granularity.NONE, *levels, now})


def entered_end(entered: Mapping[str, str], key: str) -> str:
    """Return the end date entered for recipient `key`: its own field, else the one for the whole row."""
    return entered.get(ends_field(key), entered.get("ends", ""))[:20]


def in_words_now(cell: MatrixCell) -> str:
    """Say what holds in this cell now."""
    label = granularity_words(cell.category, granularity_of(cell)).label
    return f"{label}, until {long_date(cell.grant.ends)}" if cell.is_on and cell.grant else label


def word_of(granularity: Granularity) -> str:
    """Return the form value of a granularity."""
    return granularity.word if granularity > Granularity.NONE else OFF
