"""What the consent store takes and returns: plain, frozen values; never database rows."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from policies.grant import Cell, Grant, Recipient
from policies.release import OfficeIndex, OwnView
from policies.signing import VerifyKey
from policies.vocabulary import (
    Action,
    AthleteId,
    Category,
    ConsentState,
    Granularity,
    Lineage,
    OrgId,
    Purpose,
    Role,
)


class OrgKind(StrEnum):
    """What an organisation is to the league."""

    CLUB = "club"
    LEAGUE = "league"
    GOVERNING_BODY = "governing_body"
    UNION = "union"


class Method(StrEnum):
    """How an athlete's answer was given; stands in the receipt and in the sealed log details."""

    PORTAL = "portal"
    DEMO = "demo"
    DESK = "desk"


class Answer(StrEnum):
    """An athlete's answer to one request."""

    YES = "yes"
    NO = "no"
    LATER = "later"


class ProofState(StrEnum):
    """What the log says about one of the athlete's own entries; waiting: recorded, and not published yet."""

    PROVEN = "proven"
    WAITING = "waiting"
    NOT_PROVEN = "not_proven"


class Outcome(StrEnum):
    """What is known of a look after it was recorded and allowed: whether the answer was handed out."""

    OPENED = "opened"
    NOT_OPENED = "not_opened"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class Org:
    """One registered organisation; `key` signs its requests (the union itself has none)."""

    org_id: OrgId
    name: str
    kind: OrgKind
    key: VerifyKey | None


@dataclass(frozen=True, slots=True)
class Member:
    """One athlete of one club. `epoch` rises with every change of what is shared, except by a release."""

    athlete: AthleteId
    club: OrgId
    name: str
    shirt_no: int
    is_minor: bool
    epoch: int


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


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """A proposed or answered release as the athlete sees it.

    exact_bytes: what the recipient would receive, unchanged; sha256 is over these bytes and comes
    back with the answer. open_until: when the request closes by itself. publishes_at: the next
    publication after now, when a yes would become visible, together with everyone else's.
    """

    release_id: str
    athlete: AthleteId
    recipient: Recipient
    recipient_name: str
    purpose: Purpose
    exact_bytes: bytes
    sha256: str
    index: OfficeIndex
    own_view: OwnView
    lineage: tuple[Lineage, ...]
    state: ConsentState
    proposed_at: datetime
    open_until: datetime
    until: datetime
    publishes_at: datetime
    answered_at: datetime | None

    @property
    def is_open(self) -> bool:
        """True while the athlete may still answer."""
        return self.state in (ConsentState.REQUESTED, ConsentState.DEFERRED)


@dataclass(frozen=True, slots=True)
class Look:
    """One entry of the athlete's own part of the log, opened with the athlete's key.

    number: the athlete's own consecutive number from 1. leaf_hash: the entry in the public log, in hexadecimal digits.
    index: its place there; None while it waits. kind: an `EventKind` value. because: why it was allowed or
    refused, in words. outcome: for allowed looks, whether the page opened. For entries that are no look (answers,
    rounds) the fields that do not apply are None.
    """

    number: int
    leaf_hash: str
    index: int | None
    kind: str
    day: date
    at: datetime
    org: OrgId
    org_name: str
    person: str | None
    role: Role | None
    action: Action | None
    purpose: Purpose | None
    category: Category | None
    granularity: Granularity | None
    allowed: bool
    because: str
    proof: ProofState
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Looks:
    """The newest entries first, and the counts that prove that none is missing.

    total: all entries of the athlete; proven: how many of them the log holds under the athlete's own tag, recomputed
    and proved now; waiting: how many wait for the next publication. Nothing is missing exactly when the two make up
    the total.
    """

    entries: tuple[Look, ...]
    total: int
    proven: int
    waiting: int = 0

    @property
    def is_whole(self) -> bool:
        """True if every numbered entry is proven or waits."""
        return self.total == self.proven + self.waiting


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One campaign in the athlete's ledger; state is "used" or "set aside"."""

    campaign_id: str
    model: str
    rounds: str
    micro_rho: int
    state: str


@dataclass(frozen=True, slots=True)
class BudgetView:
    """The athlete's lifetime privacy budget, in integer micro-rho and as epsilon at `delta`."""

    spent_micro_rho: int
    reserved_micro_rho: int
    cap_micro_rho: int
    epsilon_spent: float
    epsilon_cap: float
    delta: float
    lines: tuple[BudgetLine, ...]

    @property
    def left_micro_rho(self) -> int:
        """What no campaign has used or set aside yet."""
        return self.cap_micro_rho - self.spent_micro_rho - self.reserved_micro_rho


@dataclass(frozen=True, slots=True)
class Actor:
    """The person at an organisation who asks, in one role."""

    person: str
    role: Role


@dataclass(frozen=True, slots=True)
class DecisionItem:
    """One asked item of a batch."""

    athlete: AthleteId
    category: Category
    granularity: Granularity
