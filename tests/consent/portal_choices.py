"""An athlete's choices as the portal carries them out: each with the mark of what a page of this moment shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.entries.details.codes import FreezeCause
from consent.athlete.shown_choices import ShownChoices, ShownState
from consent.grants.values import Change, ConsentAnswer, ConsentMethod, ReceiptRecord
from consent.ledger.values import BudgetView
from consent.registry.values import Member
from consent.store import ConsentStore
from policies.grant import Cell
from policies.vocabulary import AthleteId, Granularity

SECRET = "the secret of a session"


@dataclass(frozen=True, slots=True)
class PortalChoices:
    """One athlete after another opens a page and sends its form at once."""

    choices: ShownChoices

    def change(self, athlete: AthleteId, changes: Sequence[Change], *, method: ConsentMethod) -> ReceiptRecord:
        """Carry out several choices of one form."""
        return self.choices.change(athlete, changes, method=method, shown=self._shown(athlete))

    def give(
        self, athlete: AthleteId, cell: Cell, *, granularity: Granularity, ends: datetime, method: ConsentMethod
    ) -> ReceiptRecord:
        """Share one cell up to `granularity` until `ends`."""
        return self.change(athlete, [Change(cell, granularity, ends)], method=method)

    def answer_release(
        self, athlete: AthleteId, release_id: str, answer: ConsentAnswer, *, sha256: str, method: ConsentMethod
    ) -> ReceiptRecord:
        """Answer one request."""
        shown = self._shown(athlete, release_id)
        return self.choices.answer_release(athlete, release_id, answer, sha256=sha256, method=method, shown=shown)

    def unfreeze(self, athlete: AthleteId, by: FreezeCause) -> Member:
        """Lift a freeze for this cause."""
        return self.choices.unfreeze(athlete, by, shown=self._shown(athlete))

    def lower_cap(self, athlete: AthleteId, micro_rho: int) -> BudgetView:
        """Lower the lifetime cap."""
        mark = self.choices.mark_of_cap(athlete, secret=SECRET)
        return self.choices.lower_cap(athlete, micro_rho, shown=ShownState(SECRET, mark))

    def _shown(self, athlete: AthleteId, release_id: str = "") -> ShownState:
        return ShownState(SECRET, self.choices.mark(athlete, secret=SECRET, release_id=release_id))


def portal(store: ConsentStore) -> PortalChoices:
    """The choices that go to this store."""
    return PortalChoices(ShownChoices(store.transactions))
