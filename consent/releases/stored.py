"""Stored releases as values: state at this moment, what the rules say, the opened figures."""

from enum import StrEnum

from consent.grants import event_chain
from consent.registry import orgs
from consent.registry.facts import facts_about, facts_of_self
from consent.registry.values import Member
from consent.releases.values import ReleaseView
from consent.storage.rows import ReleaseRow
from consent.storage.transaction import Transaction
from policies.canonical import sha256_hex
from policies.decision import Request
from policies.grant import Cell, Recipient
from policies.release import OfficeIndex, OwnView, canonical_release
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

OPEN = (ConsentState.REQUESTED, ConsentState.DEFERRED)


class Covers(StrEnum):
    """What the fingerprint of a stored release is over."""

    WHOLE = "whole"
    BYTES = "bytes"


def view(tx: Transaction, row: ReleaseRow, *, figures: tuple[OfficeIndex, OwnView] | None = None) -> ReleaseView:
    """Return the release as its athlete sees it. figures: what is sealed in it, where the caller brought it."""
    index, own_view = figures or open_figures(tx, row)
    recipient, state, whole = recipient_of(row), state_of(tx, row), whole_release(row, index)
    # What still waits is answered over the whole, whatever its fingerprint was when it was proposed.
    covers_whole = row.covers == Covers.WHOLE or state in OPEN
    return ReleaseView(
        release_id=row.release_id,
        athlete=AthleteId(row.athlete),
        recipient=recipient,
        recipient_name=orgs.get(tx, recipient.org).name,
        purpose=Purpose(row.purpose),
        exact_bytes=index.canonical(),
        bytes_sha256=row.bytes_sha256,
        whole=whole,
        sha256=sha256_hex(whole) if covers_whole else row.sha256,
        covers_whole=covers_whole,
        index=index,
        own_view=own_view,
        lineage=lineage_of(row),
        state=state,
        proposed_at=row.proposed,
        open_until=row.open_until,
        until=row.until,
        publishes_at=tx.context.publication.next(tx.now),
        answered_at=row.answered,
    )


def open_figures(tx: Transaction, row: ReleaseRow) -> tuple[OfficeIndex, OwnView]:
    """Open the exact bytes and the athlete's own view; raises KeyDestroyed after erasure."""
    keys = tx.context.journal.owner_keys(tx.session, row.athlete)
    figures = keys.open(row.sealed, about=f"release {row.release_id}")
    return OfficeIndex.model_validate(figures["index"]), OwnView.model_validate(figures["own_view"])


def whole_release(row: ReleaseRow, index: OfficeIndex) -> bytes:
    """Return the canonical release of a stored one whose exact bytes are opened."""
    return canonical_release(
        AthleteId(row.athlete),
        recipient_of(row),
        Purpose(row.purpose),
        index,
        lineage=lineage_of(row),
        until=row.until,
    )


def state_of(tx: Transaction, row: ReleaseRow, folded: ConsentState | None = None) -> ConsentState:
    """Return the state now. folded: the fold of its events, where the caller has it already."""
    if folded is None:
        folded = event_chain.states(tx, [row.release_id]).get(row.release_id, ConsentState.UNKNOWN)
    ends = row.until if folded.is_valid_for_processing else row.open_until
    return event_chain.state_now(folded, ends=ends, now=tx.now)


def rules_allow(tx: Transaction, member: Member, row: ReleaseRow) -> bool:
    """True if the rules would let this release be seen once it is approved."""
    return tx.context.enforcer.decide(request(tx, member, row)).allowed


def may_approve(tx: Transaction, member: Member, row: ReleaseRow) -> bool:
    """True if the rules let the athlete say yes to this release now."""
    facts = facts_of_self(member, rules=tx.context.enforcer.bundle, sources=frozenset(lineage_of(row)))
    question = Request(Category.DURABILITY, Granularity.BAND, Action.APPROVE, Purpose(row.purpose), facts)
    return tx.context.enforcer.decide(question).allowed


def request(tx: Transaction, member: Member, row: ReleaseRow) -> Request:
    """The question whether the recipient may see this release's band, which is approved."""
    facts = facts_about(
        member,
        recipient_of(row),
        rules=tx.context.enforcer.bundle,
        sources=frozenset(lineage_of(row)),
        consent=False,
        release=True,
    )
    return Request(Category.DURABILITY, Granularity.BAND, Action.READ, Purpose(row.purpose), facts)


def lineage_of(row: ReleaseRow) -> tuple[Lineage, ...]:
    """The sources that the release states."""
    return tuple(Lineage(word) for word in row.lineage.split("|"))


def recipient_of(row: ReleaseRow) -> Recipient:
    """Who would see it."""
    return Recipient(OrgId(row.recipient_org), Role(row.recipient_role))


def cell_of(row: ReleaseRow) -> Cell:
    """The matrix cell it belongs to."""
    return Cell(AthleteId(row.athlete), Category.DURABILITY, Purpose(row.purpose), recipient_of(row))
