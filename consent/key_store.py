"""The keys of organisations in the consent store: every method is one transaction, as in `consent.store`."""

from datetime import datetime

from chassis.http.key_change import SignedKeyChange
from consent.registry import key_changes, org_keys, orgs
from consent.registry.values import ListedOrg
from consent.releases import revoking
from consent.storage.transaction import Transactions
from policies.signing import VerifyKey
from policies.vocabulary import OrgId


class OrganisationKeyStore:
    """Which keys of organisations count: listed, added, rotated, retired and revoked."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def listed(self) -> list[ListedOrg]:
        """Return every organisation with its former keys, by identifier."""
        with self._transactions.read() as tx:
            return [ListedOrg(org, org_keys.former(tx, org.org_id)) for org in orgs.every(tx)]

    def add(self, org: OrgId, key: VerifyKey, *, overlap_d: int) -> datetime | None:
        """Have an organisation sign with another key; returns until when the one before counts beside it."""
        with self._transactions.write() as tx:
            return key_changes.add(tx, org, key, overlap_d=overlap_d)

    def rotate(self, org: OrgId, signed: SignedKeyChange) -> datetime | None:
        """Change an organisation's key by its own statement; returns until when the one before counts beside it."""
        service = self._transactions.context.keys.service.verify_key.key_id
        with self._transactions.write() as tx:
            return key_changes.rotate(tx, org, signed, service_key_id=service)

    def retire(self, org: OrgId, key_id: str) -> None:
        """End one former key of an organisation before its time."""
        with self._transactions.write() as tx:
            key_changes.retire(tx, org, key_id)

    def revoke(self, org: OrgId) -> int:
        """End every key of an organisation at once, and what it had begun; returns how many athletes are told."""
        with self._transactions.write(urgent=True) as tx:
            return revoking.revoke(tx, org)
