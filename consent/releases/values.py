"""Releases as values: plain, frozen values, never database rows."""

from dataclasses import dataclass
from datetime import datetime

from policies.grant import Recipient
from policies.release import OfficeIndex, OwnView
from policies.vocabulary import AthleteId, ConsentState, Lineage, Purpose


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """A proposed or answered release as the athlete sees it.

    exact_bytes: what the recipient would receive, unchanged, and bytes_sha256 their hash. whole: the canonical release
    with these bytes in it; sha256 is over it and comes back with the answer. covers_whole: False for what was approved
    in an earlier version, over the bytes alone; sha256 is then theirs. open_until: when the request closes by itself.
    publishes_at: the next publication after now, when a yes would become visible, together with everyone else's.
    """

    release_id: str
    athlete: AthleteId
    recipient: Recipient
    recipient_name: str
    purpose: Purpose
    exact_bytes: bytes
    bytes_sha256: str
    whole: bytes
    sha256: str
    covers_whole: bool
    index: OfficeIndex
    own_view: OwnView
    lineage: tuple[Lineage, ...]
    state: ConsentState
    proposed_at: datetime
    open_until: datetime
    until: datetime
    publishes_at: datetime
    answered_at: datetime | None

    @property
    def is_open(self) -> bool:
        """True while the athlete may still answer."""
        return self.state in (ConsentState.REQUESTED, ConsentState.DEFERRED)


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """One line of the squad list; band and interval are None for every reason alike."""

    no: int
    name: str
    band: str | None
    interval: str | None


@dataclass(frozen=True, slots=True)
class OfficePage:
    """The squad page: the last publication time, one row per player of the public squad list, and the audit event."""

    club_name: str
    published: str
    rows: tuple[OfficeRow, ...]
    event: str
