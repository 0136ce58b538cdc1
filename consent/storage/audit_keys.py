"""Audit keys: one random key for each organisation, under which the eight fields of its own entries are sealed.

An audit key opens what the organisation did, to nobody in particular. It outlives every athlete's erasure.
"""

import secrets

from sqlalchemy import bindparam, select
from sqlmodel import col

from consent.errors import KeyDestroyed
from consent.storage.column_statement import ColumnStatement
from consent.storage.columns import ColumnStatements
from consent.storage.rows import AuditKeyRow
from consent.storage.sealing import KEY_SIZE, open_bytes, seal_bytes
from policies.vocabulary import OrgId

_WRAPPED = ColumnStatement(select(col(AuditKeyRow.wrapped)).where(col(AuditKeyRow.org_id) == bindparam("org")))


class AuditKeys:
    """Unwraps each audit key once. Made anew for every transaction."""

    def __init__(self, columns: ColumnStatements, wrapping: bytes) -> None:
        self._columns = columns
        self._wrapping = wrapping
        self._held: dict[str, bytes] = {}

    def of(self, org: str) -> bytes:
        """Return an organisation's key; raises KeyDestroyed where there is none."""
        if org not in self._held:
            wrapped = self._columns.rows(_WRAPPED, org=org)
            if not wrapped:
                raise KeyDestroyed("this organisation has no audit key here")
            self._hold(org, wrapped[0][0])
        return self._held[org]

    def hold_or_create(self, org: OrgId, wrapped: bytes | None) -> None:
        """Take a key as it is stored, or give an organisation that has none its own. The caller writes alone."""
        if wrapped is not None:
            self._hold(org, wrapped)
            return
        self._held[org] = key = secrets.token_bytes(KEY_SIZE)
        self._columns.session.add(AuditKeyRow(org_id=org, wrapped=seal_bytes(self._wrapping, key, about=_about(org))))
        self._columns.session.flush()

    def _hold(self, org: str, wrapped: bytes) -> None:
        self._held[org] = open_bytes(self._wrapping, wrapped, about=_about(org))


def _about(org: str) -> str:
    return f"audit key of {org}"
