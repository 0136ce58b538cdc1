"""Freezing an account and lifting that: while it is frozen, nothing of the athlete is read, trained or released.

Grants and releases stay as they are, and stopping works. What organisations get looks like data that is not shared.
Each cause is lifted only by whom it belongs to: the operator's by the operator, the athlete's own by the athlete, and
that of a service put back from a backup by the athlete as well, who confirms what was ended then.
"""

from collections.abc import Set

from audit.entries.details.athletes import AccountFrozen, AccountUnfrozen
from audit.entries.details.codes import FreezeCause
from consent.errors import Conflict, NotAllowed
from consent.registry import members
from consent.registry.values import Member
from consent.storage.log_journal import Draft
from consent.storage.rows import MemberRow
from consent.storage.transaction import Transaction
from policies.vocabulary import AthleteId


def freeze(tx: Transaction, athlete: AthleteId, cause: FreezeCause) -> Member:
    """Freeze an account; raises NotFound, or Conflict if this cause holds already."""
    tx.append([mark_frozen(tx, athlete, cause)])
    return members.get(tx, athlete)


def mark_frozen(tx: Transaction, athlete: AthleteId, cause: FreezeCause) -> Draft:
    """Do what `freeze` does, and return the entry that the caller appends."""
    row = members.locked_one(tx, athlete)
    held = members.member_of(row).frozen
    if cause in held:
        raise Conflict("expected an account that is not frozen for this cause already; nothing was changed")
    _keep(tx, row, held | {cause})
    return Draft.about(athlete, tx.union, AccountFrozen(cause=cause, epoch=row.epoch))


def unfreeze(tx: Transaction, athlete: AthleteId, cause: FreezeCause) -> Member:
    """Lift one cause; raises NotFound, Conflict if the account is not frozen, NotAllowed if only for other causes."""
    row = members.locked_one(tx, athlete)
    held = members.member_of(row).frozen
    if not held:
        raise Conflict("expected an account that is frozen; nothing was changed")
    if cause not in held:
        raise NotAllowed("expected the cause for which this account is frozen; who froze it lifts that")
    _keep(tx, row, held - {cause})
    details = AccountUnfrozen(cause=cause, is_frozen=bool(row.frozen), epoch=row.epoch)
    tx.append([Draft.about(athlete, tx.union, details)])
    return members.member_of(row)


def _keep(tx: Transaction, row: MemberRow, causes: Set[FreezeCause]) -> None:
    """Whatever was decided under the former state counts no longer."""
    tx.touched.add(AthleteId(row.athlete))
    row.frozen = " ".join(sorted(causes))
    row.epoch += 1
