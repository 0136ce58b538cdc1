"""Consent choices and records as values: plain, frozen values, never database rows."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from policies.grant import Cell, Grant, Recipient
from policies.vocabulary import AthleteId, Category, ConsentState, Granularity, Purpose


class ConsentMethod(StrEnum):
    """How an athlete's answer was given; stands in the receipt and in the sealed log details."""

    PORTAL = "portal"
    DEMO = "demo"
    ISSUER = "desk"


class ConsentAnswer(StrEnum):
    """An athlete's answer to one request."""

    YES = "yes"
    NO = "no"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One cell of the athlete's matrix, with what may be chosen there.

    never_rule: the id of the rule that forbids the cell whatever the athlete answers, or None.
    ceiling: the most exposing granularity that the rules would honour; NONE where never_rule is set.
    grant: the live grant, or None. by_release: this cell opens only by approving one release at a
    time (the durability band for the front office); release_id names the live one.
    """

    athlete: AthleteId
    category: Category
    recipient: Recipient
    recipient_name: str
    purpose: Purpose
    state: ConsentState
    never_rule: str | None
    grant: Grant | None
    ceiling: Granularity
    by_release: bool = False
    release_id: str | None = None

    @property
    def cell(self) -> Cell:
        """The cell as the rules name it."""
        return Cell(self.athlete, self.category, self.purpose, self.recipient)

    @property
    def is_on(self) -> bool:
        """True while something in this cell goes over the line."""
        return self.state.is_valid_for_processing


@dataclass(frozen=True, slots=True)
class Change:
    """One wished change: NONE turns the cell off; anything else shares up to that, until `ends`."""

    cell: Cell
    granularity: Granularity
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReceiptRecord:
    """One receipt in short; `ConsentStore.receipt` gives the whole signed record.

    changes: every cell that it covers, as it stands since (NONE: stopped). release_id: the release that
    it is about, if it is about one. leaf_hash: its entry in the public log, in hexadecimal digits. log_index: the
    entry's place there; None while it waits for its publication.
    """

    receipt_id: str
    athlete: AthleteId
    at: datetime
    status: ConsentState
    changes: tuple[Change, ...]
    leaf_hash: str
    log_index: int | None = None
    release_id: str | None = None
