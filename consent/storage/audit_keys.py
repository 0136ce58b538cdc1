"""Audit keys: one random key for each organisation, under which the eight fields of its own entries are sealed.

An audit key opens what the organisation did, to nobody in particular. It outlives every athlete's erasure.
"""

import secrets

from sqlmodel import Session

from consent.errors import KeyDestroyed
from consent.storage.rows import AuditKeyRow
from consent.storage.sealing import KEY_SIZE, open_bytes, seal_bytes
from policies.vocabulary import OrgId


class AuditKeys:
    """Unwraps each audit key once. Made anew for every transaction."""

    def __init__(self, session: Session, wrapping: bytes) -> None:
        self._session = session
        self._wrapping = wrapping
        self._held: dict[str, bytes] = {}

    def of(self, org: str) -> bytes:
        """Return an organisation's key; raises KeyDestroyed where there is none."""
        if org not in self._held:
            row = self._session.get(AuditKeyRow, org)
            if row is None:
                raise KeyDestroyed("this organisation has no audit key here")
            self._held[org] = open_bytes(self._wrapping, row.wrapped, about=_about(org))
        return self._held[org]

    def create(self, org: OrgId) -> None:
        """Give an organisation a key unless it has one. The caller holds the writing lock."""
        if self._session.get(AuditKeyRow, org) is None:
            wrapped = seal_bytes(self._wrapping, secrets.token_bytes(KEY_SIZE), about=_about(org))
            self._session.add(AuditKeyRow(org_id=org, wrapped=wrapped))
            self._session.flush()


def _about(org: str) -> str:
    return f"audit key of {org}"
