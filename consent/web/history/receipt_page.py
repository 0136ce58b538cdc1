"""A receipt in words: what holds now, when it was recorded, and what the log says about it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.text import listed, long_date, moment
from consent.grants.lifecycle import COOL_DOWN
from consent.grants.matrix import is_by_release
from consent.grants.values import Change, ReceiptRecord
from consent.web.sharing.stopping import BAND_BACK, BAND_NOTICED
from consent.web.text import CATEGORIES, RECIPIENTS, granularity_words
from policies.vocabulary import ConsentState, Granularity, OrgId

_TITLES = {
    ConsentState.GIVEN: "Your choice is recorded",
    ConsentState.RENEWED: "Your choice is recorded",
    ConsentState.REFUSED: "Your no is recorded",
    ConsentState.DEFERRED: "Your answer is recorded: later",
    ConsentState.WITHDRAWN: "Sharing has stopped",
}
_AFTER = {
    ConsentState.GIVEN: "You can stop at any time under “Shared now”.",
    ConsentState.RENEWED: "You can stop at any time under “Shared now”.",
    ConsentState.REFUSED: (
        "They see “not available”, the same text as when there is not enough data. "
        f"Your club cannot ask you again for the same purpose within {COOL_DOWN.days} days."
    ),
    ConsentState.DEFERRED: (
        "They see “not available”. The request stays under “Asked of me” until it closes. We do not remind you."
    ),
    ConsentState.WITHDRAWN: (
        "It holds from the next page that anyone opens and the next round of league learning. "
        "Sharing again is a new choice under “Shared now”."
    ),
}


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """What was decided for one recipient, and for which rows."""

    who: str
    decided: str
    what: str


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """What the page of one receipt says. log_index: its entry's place in the public log, once it has one."""

    receipt_id: str
    title: str
    after: str
    lines: tuple[ReceiptLine, ...]
    at: str
    leaf_hash: str
    log_index: int | None

    @property
    def place(self) -> str:
        """Where its entry stands in the public log."""
        return "Not published yet" if self.log_index is None else f"Entry {self.log_index:,}"

    @property
    def in_words(self) -> str:
        """All that was decided, as sentences."""
        return " ".join(f"{line.who}: {line.what}. {line.decided}." for line in self.lines)


def receipt_page(record: ReceiptRecord, names: Mapping[OrgId, str]) -> ReceiptPage:
    """Say in words what `record` covers. names: names of the organisations."""
    return ReceiptPage(
        receipt_id=record.receipt_id,
        title=_title(record),
        after=_after(record),
        lines=_lines(record, names),
        at=moment(record.at),
        leaf_hash=record.leaf_hash,
        log_index=record.log_index,
    )


def _title(record: ReceiptRecord) -> str:
    """What was decided; one that stopped only some of it says which, because the rest may still be shared."""
    title = _TITLES.get(record.status, "A change is recorded")
    categories = list(dict.fromkeys(change.cell.category for change in record.changes))
    recipients = list(dict.fromkeys(change.cell.recipient for change in record.changes))
    if record.status is not ConsentState.WITHDRAWN or (len(categories) > 1 and len(recipients) > 1):
        return title
    what = f" your {CATEGORIES[categories[0]].phrase}" if len(categories) == 1 else ""
    groups = listed(list(dict.fromkeys(RECIPIENTS[recipient.role].phrase for recipient in recipients)))
    return f"Sharing{what} with {groups} has stopped" if groups else title


def _after(record: ReceiptRecord) -> str:
    """What follows; of a band that was taken back another thing than of what the athlete turns on alone."""
    cells = [change.cell for change in record.changes]
    bands = {is_by_release(cell.category, cell.recipient.role) for cell in cells}
    if record.status is not ConsentState.WITHDRAWN or True not in bands:
        return _AFTER.get(record.status, "")
    band = f"{BAND_NOTICED} {BAND_BACK}"
    if False not in bands:
        return f"It holds from the next page that anyone opens. {band}"
    return f"{_AFTER[ConsentState.WITHDRAWN]} Of the durability band: {band[0].lower()}{band[1:]}"


def _lines(record: ReceiptRecord, names: Mapping[OrgId, str]) -> tuple[ReceiptLine, ...]:
    rows: dict[tuple[str, str], list[str]] = {}
    for change in record.changes:
        recipient = change.cell.recipient
        who = f"{RECIPIENTS[recipient.role].title}, {names.get(recipient.org, recipient.org)}"
        rows.setdefault((who, _decided(change, record.status)), []).append(CATEGORIES[change.cell.category].title)
    return tuple(ReceiptLine(who, decided, ", ".join(titles)) for (who, decided), titles in rows.items())


def _decided(change: Change, status: ConsentState) -> str:
    if status is ConsentState.DEFERRED:
        return "Later"
    if status is ConsentState.REFUSED:
        return "No"
    label = granularity_words(change.cell.category, change.granularity).label
    if change.granularity is Granularity.NONE or change.ends is None:
        return label
    return f"{label}, until {long_date(change.ends)}"
