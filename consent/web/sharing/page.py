"""What is shared now, as the athlete reads it: a sentence, one card per recipient, and every cell of the matrix."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from chassis.text import counted, listed, long_date, sentence, short_date
from consent.grants.values import MatrixCell
from consent.releases.values import ReleaseView
from consent.web.sharing.freeze import frozen_lead
from consent.web.sharing.recipient_names import names_of
from consent.web.sharing.stopping import when_stopped
from consent.web.text import CATEGORIES, PURPOSES, RECIPIENTS, RecipientWords, granularity_words
from policies.grant import Recipient
from policies.vocabulary import Category, Granularity


class CellLook(StrEnum):
    """How one cell of the matrix is drawn. Held: on, and held back by a freeze."""

    ON = "on"
    HELD = "held"
    OFF = "off"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class CellView:
    """One drawn cell. label and until only while on; asked: address of an open request about this cell."""

    column: str
    look: CellLook
    label: str = ""
    until: str = ""
    asked: str = ""


@dataclass(frozen=True, slots=True)
class RowView:
    """One drawn row of the matrix. link: what can be done on its own page; empty if nothing can."""

    category: Category
    title: str
    hint: str
    cells: tuple[CellView, ...]
    link: str


@dataclass(frozen=True, slots=True)
class CardView:
    """One recipient that gets something. see: address of what they see. stop: where the stop form goes; stopping: what
    follows, "" for nothing to say.

    key: the recipient's name in forms; empty for a release of its own, which `stop` names already.
    """

    key: str
    title: str
    about: str
    gets: str
    purpose: str
    ends: str
    see: str
    stop: str
    stopping: str


@dataclass(frozen=True, slots=True)
class SharedView:
    """Everything the page "What is shared now" says. touchline: above what was let out."""

    lead: str
    touchline: str
    columns: tuple[str, ...]
    cards: tuple[CardView, ...]
    rows: tuple[RowView, ...]

    @property
    def heads(self) -> list[dict[str, object]]:
        """The heads of the table's columns."""
        columns: list[dict[str, object]] = [{"label": column} for column in ("What", *self.columns)]
        return [*columns, {"label": "Change", "hidden": True}]


def key_of(recipient: Recipient) -> str:
    """Return "org.role": how forms name a recipient (neither part can hold a dot)."""
    return f"{recipient.org}.{recipient.role.value}"


def granularity_of(cell: MatrixCell) -> Granularity:
    """Return how much of this cell goes over the line now."""
    if not cell.is_on:
        return Granularity.NONE
    return cell.grant.max_granularity if cell.grant else Granularity.BAND


def end_of(cell: MatrixCell, releases: Sequence[ReleaseView]) -> datetime | None:
    """Return when the cell ends by itself, or None while it is off."""
    if not cell.is_on:
        return None
    if cell.grant:
        return cell.grant.ends
    return next((r.until for r in releases if r.release_id == cell.release_id), None)


def shared_view(cells: Sequence[MatrixCell], releases: Sequence[ReleaseView], *, is_frozen: bool = False) -> SharedView:
    """Build the page from the matrix and the athlete's releases (open and answered)."""
    names = names_of(cells)
    apart = releases_apart(cells, releases)
    cards = _cards(names, cells, releases, apart, is_frozen=is_frozen)
    return SharedView(
        lead=frozen_lead(has_cards=bool(cards)) if is_frozen else lead(cells, {r.recipient for r in apart}),
        touchline="Held back by the freeze: what you let out" if is_frozen else "Over the line: what you let out",
        columns=tuple(words.column for words in names.values()),
        cards=cards,
        rows=_rows(names, cells, releases, is_frozen=is_frozen),
    )


def _cards(
    names: Mapping[Recipient, RecipientWords],
    cells: Sequence[MatrixCell],
    releases: Sequence[ReleaseView],
    apart: Sequence[ReleaseView],
    *,
    is_frozen: bool,
) -> tuple[CardView, ...]:
    shown = [
        _card(words, on, releases, is_frozen=is_frozen)
        for recipient, words in names.items()
        if (on := [c for c in cells if c.recipient == recipient and c.is_on])
    ]
    shown += [_card_apart(release, is_frozen=is_frozen) for release in apart]
    if is_frozen:
        shown = [replace(card, gets=f"Nothing while your data is frozen. Let out: {card.gets}") for card in shown]
    return tuple(shown)


def _rows(
    names: Mapping[Recipient, RecipientWords],
    cells: Sequence[MatrixCell],
    releases: Sequence[ReleaseView],
    *,
    is_frozen: bool,
) -> tuple[RowView, ...]:
    requests = {r.recipient: r for r in releases if r.is_open}
    by_category = {category: [c for c in cells if c.category is category] for category in (c.category for c in cells)}
    return tuple(
        RowView(
            category,
            CATEGORIES[category].title,
            CATEGORIES[category].hint,
            tuple(_cell(names, c, releases, requests, is_frozen=is_frozen) for c in row),
            _link(row, is_frozen=is_frozen),
        )
        for category, row in by_category.items()
    )


def is_open(cell: MatrixCell) -> bool:
    """True if the form of the row can change this cell: no rule forbids it and no approval is needed."""
    return cell.never_rule is None and not cell.by_release


def _link(row: Sequence[MatrixCell], *, is_frozen: bool) -> str:
    """Name what the row's own page is good for; empty if nothing can be chosen, stopped or answered there."""
    if not is_frozen and any(is_open(cell) for cell in row):
        return "Change"
    if any(cell.is_on for cell in row):
        return "Stop"
    return "Read" if any(cell.by_release and not cell.never_rule for cell in row) else ""


def releases_apart(cells: Sequence[MatrixCell], releases: Sequence[ReleaseView]) -> list[ReleaseView]:
    """Return the approved releases that no cell shows: those for a purpose beside the recipient's usual one."""
    in_cells = {c.release_id for c in cells if c.is_on}
    return [r for r in releases if r.state.is_valid_for_processing and r.release_id not in in_cells]


def lead(cells: Sequence[MatrixCell], apart: Collection[Recipient] = ()) -> str:
    """Say in words how many groups get something and which get nothing. apart: those with a release of its own."""
    off_first = _off_first(cells)
    live = {c.recipient for c in cells if c.is_on} | set(apart)
    without = [words for recipient, words in names_of(cells).items() if recipient not in live]
    if not live:
        return f"Nobody gets anything from you. {off_first}"
    groups = f"{sentence(counted(len(live), 'group gets', 'groups get'))} something from you."
    if not without:
        return f"{groups} {off_first}"
    verb = "get" if len(without) > 1 or without[0].are_many else "gets"
    return f"{groups} {sentence(listed([words.phrase for words in without]))} {verb} nothing. {off_first}"


def _off_first(cells: Sequence[MatrixCell]) -> str:
    """Say who turns something on: the athlete, or nobody where a rule closes every cell."""
    if any(c.never_rule is None for c in cells):
        return "Everything starts off, and only you can turn something on."
    return "A rule keeps everything at home, so nothing can be turned on."


def gets(on: Sequence[MatrixCell]) -> str:
    """Say in one sentence what a recipient with these live cells gets."""
    if all(granularity_of(c) is Granularity.COHORT for c in on):
        return granularity_words(on[0].category, Granularity.COHORT).shown
    phrases = [CATEGORIES[c.category].phrase for c in on]
    return f"Your {listed(phrases)}."


def _card(
    words: RecipientWords, on: Sequence[MatrixCell], releases: Sequence[ReleaseView], *, is_frozen: bool
) -> CardView:
    return CardView(
        key=key_of(on[0].recipient),
        title=words.title,
        about=f"{on[0].recipient_name}, {words.who}",
        gets=gets(on),
        purpose=PURPOSES[on[0].purpose],
        ends=_ends(on, releases),
        see=f"/shared/preview/{on[0].recipient.org}/{on[0].recipient.role.value}",
        stop="/shared/stop",
        stopping=when_stopped(on[0].recipient.role, {c.category for c in on}, is_frozen=is_frozen),
    )


def _card_apart(release: ReleaseView, *, is_frozen: bool) -> CardView:
    words = RECIPIENTS[release.recipient.role]
    return CardView(
        key="",
        title=words.title,
        about=f"{release.recipient_name}, {words.who}",
        gets="Your durability band, by a release of its own.",
        purpose=PURPOSES[release.purpose],
        ends=long_date(release.until),
        see=f"/asked/{release.release_id}",
        stop=f"/asked/{release.release_id}/stop",
        stopping=when_stopped(release.recipient.role, {Category.DURABILITY}, is_frozen=is_frozen),
    )


def _ends(on: Sequence[MatrixCell], releases: Sequence[ReleaseView]) -> str:
    days = sorted({end.date() for c in on if (end := end_of(c, releases))})
    if not days:
        return "By itself"
    if len(days) == 1:
        return long_date(days[0])
    return f"Between {long_date(days[0])} and {long_date(days[-1])}"


def _cell(
    names: Mapping[Recipient, RecipientWords],
    cell: MatrixCell,
    releases: Sequence[ReleaseView],
    requests: Mapping[Recipient, ReleaseView],
    *,
    is_frozen: bool,
) -> CellView:
    column = names[cell.recipient].column
    if cell.is_on:
        end = end_of(cell, releases)
        label = granularity_words(cell.category, granularity_of(cell)).label
        look = CellLook.HELD if is_frozen else CellLook.ON
        return CellView(column, look, label, f"to {short_date(end)}" if end else "")
    if cell.never_rule:
        return CellView(column, CellLook.NEVER)
    request = requests.get(cell.recipient) if cell.by_release else None
    return CellView(column, CellLook.OFF, asked=f"/asked/{request.release_id}" if request else "")
