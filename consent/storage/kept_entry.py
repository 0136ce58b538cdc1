"""One entry of an athlete as the service keeps it: its details, and what proves them against the public leaf."""

from dataclasses import dataclass, field

from audit.entries import commitments, disclosure
from audit.entries.commitments import KeyedOpening
from audit.entries.disclosure import FIELDS, Opening, SecretFields, open_fields
from audit.entries.events import parse_leaf
from audit.entries.opened_details import OpenedDetails


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An opened entry. known: both parts (version 2), or key and details (version 1).

    None where the transaction of the entry never committed, so that what the leaf commits to is not known.
    """

    opened: OpenedDetails
    known: tuple[SecretFields, SecretFields] | KeyedOpening | None = field(repr=False)
    digests: tuple[bytes, ...] = ()

    def opening(self, leaf: bytes) -> Opening | KeyedOpening | None:
        """Return what opens all of it to whoever has its leaf; verifies nothing."""
        if self.known is None or isinstance(self.known, KeyedOpening):
            return self.known
        return open_fields(FIELDS, self.known, digests=self.digests, leaf=leaf)

    def verify(self, leaf: bytes) -> None:
        """Return if the leaf commits to exactly this, as far as that is known; raises a child of AuditError."""
        opening = self.opening(leaf)
        if isinstance(opening, KeyedOpening):
            commitments.verify_opening(parse_leaf(leaf).commitment, opening.key, opening.details)
        elif opening is not None:
            disclosure.verify_opening(opening, leaf)
