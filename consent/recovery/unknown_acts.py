"""What is done about entries of the log whose transactions the database does not know.

It goes by what a public leaf and its tag tell, since what a lost transaction sealed can never be opened: whose entry it
is, its kind and its day. Everything is taken at its worst: whoever decided something is frozen with all grants and
releases ended until they confirm them, every reservation and round costs what the dearest campaign of its day costs,
refunds are not credited, a club that noted an answer gets no further one in any round that it has paid for, an erasure
is carried out again, and an organisation whose key changed is cut off until it is given one anew.
"""

from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass

from sqlmodel import col, select

from audit.entries.details.codes import FreezeCause, OrganisationType
from audit.entries.details.organisations import OrganisationRevoked
from audit.entries.events import EventKind
from consent.athlete import change_consent, erasure
from consent.athlete.freezing import mark_frozen
from consent.grants.lifecycle import ActorKind
from consent.grants.values import ConsentMethod
from consent.ledger import answers, ledger
from consent.ledger.refunds import refund_withdrawn
from consent.recovery.prices import Prices
from consent.registry import members, org_keys, orgs
from consent.registry.values import Org
from consent.storage.log_journal import Draft
from consent.storage.reconcile import UnknownEntry
from consent.storage.rows import MemberRow, OrgRow
from consent.storage.transaction import Transaction, Transactions
from policies.budget import LIFETIME_CAP
from policies.vocabulary import AthleteId, OrgId

DECIDES = frozenset({EventKind.CONSENT_DECISION, EventKind.RELEASE_ANSWERED, EventKind.MEMBER_ENROLLED})
"""Kinds behind which an athlete's choices, age group or account can have changed."""
ERASES = frozenset({EventKind.ERASED})
CHANGES_KEYS = frozenset({EventKind.ORG_REGISTERED, EventKind.ORG_KEY_CHANGED, EventKind.ORG_REVOKED})
"""Kinds behind which a key can have stopped to count that the database still takes for good."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was done, in counts. charged_micro_rho: over all athletes. cut_off: organisations that need a key anew."""

    entries: int = 0
    frozen: int = 0
    erased: int = 0
    charged: int = 0
    charged_micro_rho: int = 0
    cut_off: tuple[Org, ...] = ()


def recover(transactions: Transactions, *, recovers: bool = False) -> Recovered:
    """Take note of every entry without a transaction and do what follows from it, all in one transaction.

    recovers: the log's private state may be lost as well, and is made again.
    """
    return transactions.adopt(settle, recovers=recovers)


def settle(tx: Transaction, unknown: Sequence[UnknownEntry]) -> Recovered:
    """Do what follows from `unknown`, which the journal has numbered already, and record it in one act."""
    by_athlete = _by_athlete(tx, unknown)
    prices = Prices.read(tx, unknown)
    members.locked(tx, by_athlete)
    charged = {athlete: _charge(tx, athlete, own, prices) for athlete, own in by_athlete.items()}
    _note_unattributed(tx, [entry for entry in unknown if entry.owner is None], prices)
    erased = [athlete for athlete, own in by_athlete.items() if _count(own, ERASES)]
    frozen = [athlete for athlete, own in by_athlete.items() if _count(own, DECIDES) and athlete not in erased]
    drafts = [draft for athlete in frozen for draft in _freeze(tx, athlete, _count(by_athlete[athlete], DECIDES))]
    drafts += [draft for athlete in erased for draft in erasure.end(tx, athlete)]
    answers.close_paid(tx, {entry.org for entry in unknown if entry.kind is EventKind.ROUND_ANSWERED})
    cut_off, revoked = _cut_off(tx, {entry.org for entry in unknown if entry.kind in CHANGES_KEYS})
    drafts += revoked
    if drafts:
        tx.append(drafts)
    else:
        tx.without_entry("nothing that anybody decided is unknown")
    for athlete in erased:
        erasure.destroy(tx, athlete)
    paid = [micro_rho for micro_rho in charged.values() if micro_rho]
    return Recovered(len(unknown), len(frozen), len(erased), len(paid), sum(paid), cut_off)


def _by_athlete(tx: Transaction, unknown: Sequence[UnknownEntry]) -> dict[AthleteId, list[UnknownEntry]]:
    """The unknown entries of each athlete; dummies and what organisations did are nobody's."""
    athletes = set(tx.session.exec(select(MemberRow.athlete)).all())
    found: dict[AthleteId, list[UnknownEntry]] = defaultdict(list)
    for entry in unknown:
        if entry.owner is not None and entry.owner in athletes:
            found[AthleteId(entry.owner)].append(entry)
    return dict(sorted(found.items()))


def _count(entries: Sequence[UnknownEntry], kinds: Set[EventKind]) -> int:
    return sum(entry.kind in kinds for entry in entries)


def _charge(tx: Transaction, athlete: AthleteId, entries: Sequence[UnknownEntry], prices: Prices) -> int:
    cost = sum(prices.of(entry) for entry in entries)
    return ledger.charge(tx, athlete, cost) if cost else 0


def _note_unattributed(tx: Transaction, entries: Sequence[UnknownEntry], prices: Prices) -> None:
    """Note at each club that enrolled somebody unknown here what those people may have spent, all of it at each."""
    cost = sum(prices.of(entry) for entry in entries if entry.is_tagged)
    enrolling = {entry.org for entry in entries if entry.kind is EventKind.MEMBER_ENROLLED and entry.is_tagged}
    if cost:
        for club in tx.session.exec(select(OrgRow).where(col(OrgRow.cover).in_(sorted(enrolling)))).all():
            club.unattributed = min(LIFETIME_CAP, club.unattributed + cost)


def _cut_off(tx: Transaction, pseudonyms: Set[str]) -> tuple[tuple[Org, ...], list[Draft]]:
    """End every key of these organisations; which of them count is not known. The union has none."""
    cut_off, drafts = [], []
    query = select(OrgRow).where(col(OrgRow.cover).in_(sorted(pseudonyms))).order_by(col(OrgRow.org_id))
    for row in tx.session.exec(query).all():
        if org_keys.end_all(tx, row):
            details = OrganisationRevoked(revoked=row.org_id, organisation_type=OrganisationType(row.kind))
            drafts.append(Draft.of_org(OrgId(row.org_id), details))
            cut_off.append(orgs.of_row(row))
    return tuple(cut_off), drafts


def _freeze(tx: Transaction, athlete: AthleteId, decided: int) -> list[Draft]:
    """End all that is shared, and freeze the account until the athlete confirms; what a recovery froze stays so."""
    change_consent.end_where(tx, athlete, recipient=None, method=ConsentMethod.ISSUER, by=ActorKind.CONTROLLER)
    refund_withdrawn(tx, athlete)
    # Each unknown decision has raised the epoch by one at most.
    members.locked_one(tx, athlete, even_erased=True).epoch += decided
    if FreezeCause.RECOVERY in members.get(tx, athlete).frozen:
        return []
    return [mark_frozen(tx, athlete, FreezeCause.RECOVERY)]
