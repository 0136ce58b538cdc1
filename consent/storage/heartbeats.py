"""The entry that every publication of the log holds, so that none is empty and few can be counted in any."""

from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from audit.entries.disclosure import SecretFields, commit
from audit.entries.events import Entry, EventKind
from audit.entries.pseudonyms import pseudonym
from consent.storage.rows import OrgRow
from policies.enforcer import Enforcer
from policies.vocabulary import OrgId


class Heartbeats:
    """Makes heartbeats under the union's name in the log. They commit to nothing that anyone could open."""

    def __init__(self, engine: Engine, *, union: OrgId, pseudonym_key: bytes, rules: Enforcer) -> None:
        self._engine = engine
        self._union = union
        self._pseudonym_key = pseudonym_key
        self._rules = rules
        self._cover = ""  # never changes

    def __call__(self, now: datetime) -> bytes:
        """Return the leaf of one heartbeat."""
        self._cover = self._cover or self._find_cover()
        fields = SecretFields.of_org({}), SecretFields.of_subject(subject=None, rest=None)  # the secrets are dropped
        commitment, _ = commit(*fields)
        return Entry(EventKind.HEARTBEAT, self._cover, now.date(), self._rules.policy_hash, commitment).leaf()

    def _find_cover(self) -> str:
        with Session(self._engine) as session:
            row = session.get(OrgRow, self._union)
        # Before the union is registered, which a start does first of all, no name is taken.
        return pseudonym(self._union, self._pseudonym_key, taken=set()) if row is None else row.cover
