"""What a reservation or round costs of which only kind and day are known: the dearest manifest of that day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import select

from audit.entries.events import EventKind
from consent.ledger import campaigns
from consent.storage.reconcile import UnknownEntry
from consent.storage.rows import CampaignRow
from consent.storage.transaction import Transaction
from policies.budget import LIFETIME_CAP, campaign_cost
from policies.campaign import CampaignManifest

PAID_KINDS = frozenset({EventKind.BUDGET_RESERVED, EventKind.ROUND_COMMITTED})


@dataclass(frozen=True, slots=True)
class Prices:
    """The manifests that the database knows of, and the first day from which the log has opened others."""

    manifests: tuple[CampaignManifest, ...]
    unknown_from: date | None

    @classmethod
    def read(cls, tx: Transaction, unknown: Sequence[UnknownEntry]) -> "Prices":
        """Read every registered campaign; `unknown` may hold the opening of campaigns that nobody here knows."""
        known = tuple(campaigns.of_row(row).manifest for row in tx.session.exec(select(CampaignRow)).all())
        opened = [entry.day for entry in unknown if entry.kind is EventKind.CAMPAIGN_OPENED]
        return cls(known, min(opened, default=None))

    def of(self, entry: UnknownEntry) -> int:
        """Return the micro-rho that one entry can have cost at most; a whole life's budget where nobody can know.

        A reservation sets the whole campaign aside; a round was set aside before it, perhaps in another unknown entry,
        so both together cost more than the truth and never less.
        """
        if entry.kind not in PAID_KINDS:
            return 0
        of_day = [one for one in self.manifests if one.opens.date() <= entry.day <= one.expires.date()]
        if not of_day or (self.unknown_from is not None and entry.day >= self.unknown_from):
            return LIFETIME_CAP
        return max(campaign_cost(one.noise_multiplier, self._rounds(entry, one)) for one in of_day)

    @staticmethod
    def _rounds(entry: UnknownEntry, manifest: CampaignManifest) -> int:
        return manifest.rounds if entry.kind is EventKind.BUDGET_RESERVED else 1
