"""One entry of an athlete as the service keeps it: its details, and what proves them against the public leaf."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time

from audit.entries import commitments, disclosure
from audit.entries.commitments import KeyedOpening
from audit.entries.disclosure import FIELDS, Opening, SecretFields, open_fields
from audit.entries.events import Entry, parse_leaf
from audit.entries.opened_details import OpenedDetails, read_opened

ENDED = b""
"""What stands in place of sealed details that have ended by the service's retention."""


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An opened entry. known: both parts (version 2), or key and details (version 1).

    None where the transaction of the entry never committed, so that what the leaf commits to is not known, and where
    the details have ended: is_ended then, and what is opened says no more than the public leaf.
    """

    opened: OpenedDetails
    known: tuple[SecretFields, SecretFields] | KeyedOpening | None = field(repr=False)
    digests: tuple[bytes, ...] = ()
    is_ended: bool = False

    @classmethod
    def ended(cls, leaf: bytes, number: int | None) -> "KeptEntry":
        """Return what is left of an entry whose details have ended: kind and day, from its leaf."""
        entry = parse_leaf(leaf)
        at = datetime.combine(entry.day, time(), UTC).isoformat()
        return cls(read_opened({"kind": entry.kind.value, "at": at, "number": number}), None, is_ended=True)

    def opening(self, leaf: bytes) -> Opening | KeyedOpening | None:
        """Return what opens all of it to whoever has its leaf; verifies nothing."""
        if self.known is None or isinstance(self.known, KeyedOpening):
            return self.known
        return open_fields(FIELDS, self.known, digests=self.digests, leaf=leaf)

    def verify(self, entry: Entry) -> None:
        """Return if the entry commits to exactly this, as far as that is known; raises a child of AuditError."""
        if isinstance(self.known, KeyedOpening):
            commitments.verify_opening(entry.commitment, self.known.key, self.known.details)
        elif self.known is not None:
            disclosure.verify_whole(*self.known, entry)
