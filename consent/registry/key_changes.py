"""An organisation gets another signing key, with an overlap in which both count; or a former key ends before its time.

The operator adds a key that came to them by hand. An organisation asks by itself with a statement that its present key
and the new one have signed (`chassis.http.key_change`): one that came before, or names another key, changes nothing.
"""

from datetime import datetime, timedelta

from audit.entries.details.codes import SigningKeyStep
from audit.entries.details.organisations import SigningKeyChanged
from chassis.http.key_change import KeyChange, SignedKeyChange
from chassis.remote_time import outside
from consent.errors import Conflict, InvalidChange, NotAllowed
from consent.registry import org_keys, orgs
from consent.registry.values import LONGEST_OVERLAP_D, USUAL_OVERLAP_D, OrgKind
from consent.storage.log_journal import Draft
from consent.storage.rows import OrgRow
from consent.storage.transaction import Transaction
from policies.errors import PolicyError
from policies.signing import VerifyKey
from policies.vocabulary import OrgId

STATEMENT_LIFE = timedelta(days=7)  # ours: a program that was stopped makes a new one when it goes on


def add(tx: Transaction, org: OrgId, key: VerifyKey, *, overlap_d: int) -> datetime | None:
    """Have an organisation sign with `key` from now on; returns until when the key before counts, None if none does.

    One whose keys were revoked gets a new one like this. The same key again changes nothing. Raises NotFound,
    NotAllowed for the union, InvalidChange for an overlap out of bounds, or Conflict for a key of before.
    """
    row = _row(tx, org)
    if not 0 <= overlap_d <= LONGEST_OVERLAP_D:
        raise InvalidChange(f"expected an overlap of 0 to {LONGEST_OVERLAP_D} days, got {overlap_d}")
    return _change(tx, row, key, SigningKeyStep.ADDED, overlap_d)


def rotate(tx: Transaction, org: OrgId, signed: SignedKeyChange, *, service_key_id: str) -> datetime | None:
    """Do what an organisation's own statement asks; returns as `add` does.

    Asking again, because an answer was lost, changes nothing. Raises NotAllowed for a statement of another
    organisation, for another service, of another time or without both signatures, and Conflict for one that names
    another key.
    """
    row, change = _row(tx, org), signed.change
    if (change.organisation, change.service_key_id) != (org, service_key_id):
        raise NotAllowed("expected a statement of your own organisation, made for this service")
    if problem := _time_problem(tx, change):
        raise NotAllowed(problem)
    try:
        new = signed.verify_new()
        if new.text != row.key:
            signed.verify(_present(row, change.former_key_id))
    except PolicyError as error:
        raise NotAllowed("expected a statement signed with your present key and with the new one") from error
    return _change(tx, row, new, SigningKeyStep.ROTATED, USUAL_OVERLAP_D)


def retire(tx: Transaction, org: OrgId, key_id: str) -> None:
    """End the overlap of one former key now; raises NotFound, or Conflict unless it is a former one that counts."""
    _row(tx, org)
    org_keys.end_overlap(tx, org, key_id)
    tx.append([Draft.of_org(org, SigningKeyChanged(step=SigningKeyStep.RETIRED, key_id=key_id, former_until=None))])


def _time_problem(tx: Transaction, change: KeyChange) -> str | None:
    return outside(
        tx.now,
        begins=change.made,
        ends=change.made + STATEMENT_LIFE,
        what="the statement",
        own="the consent service's clock",
        other="the time at which it was made; make a new one with `rotate-key`",
    )


def _present(row: OrgRow, key_id: str) -> VerifyKey:
    """The present key, which the statement must name: one of before, within its overlap, makes no other key."""
    if row.key is None or row.key_id != key_id:
        raise Conflict("expected a statement that names your present key; nothing was changed")
    return VerifyKey.from_text(row.key)


def _change(tx: Transaction, row: OrgRow, key: VerifyKey, step: SigningKeyStep, overlap_d: int) -> datetime | None:
    org = OrgId(row.org_id)
    if key.text == row.key:
        tx.without_entry("this key signs already, nothing changes")
        return _counts_until(tx, org)
    org_keys.replace(tx, row, key, former_until=tx.now + timedelta(days=overlap_d))
    until = _counts_until(tx, org)
    tx.append([Draft.of_org(org, SigningKeyChanged(step=step, key_id=key.key_id, former_until=until))])
    return until


def _counts_until(tx: Transaction, org: OrgId) -> datetime | None:
    return max((former.until for former in org_keys.former(tx, org) if former.until > tx.now), default=None)


def _row(tx: Transaction, org: OrgId) -> OrgRow:
    row = tx.session.get(OrgRow, org)
    if row is None:
        raise orgs.not_registered(org)
    if row.kind == OrgKind.UNION.value:
        raise NotAllowed("expected another organisation; the union signs with the service's own key")
    return row
