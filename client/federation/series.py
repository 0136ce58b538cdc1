"""From the vault to what a model learns from: one series per athlete, built once per campaign."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from client.errors import AthleteErased, RoundRefused, UnknownAthlete
from client.features.daily import DailyTable, build
from client.vault.store import Vault
from models import recovery, risk
from models.features import AthleteSeries
from models.holdout import learn_days
from policies.campaign import CampaignManifest
from policies.vocabulary import AthleteId


def series_of(table: DailyTable, model: str) -> AthleteSeries:
    """Return what `model` learns from one athlete's days: the newest are held back for this node's own gate.

    Raises RoundRefused for a model without a recipe here.
    """
    return _design(table, model).restricted(learn_days(len(table.dates)))


def _design(table: DailyTable, model: str) -> AthleteSeries:
    if model == "recovery-linear-1":
        weekday = np.array([day.weekday() for day in table.dates], dtype=np.int64)
        return recovery.design(table.column("readiness"), weekday)
    if model == "risk-logistic-1":
        return risk.design({name: table.column(name) for name in risk.INPUTS})
    raise RoundRefused("this node has no recipe for that model")


@dataclass(slots=True)
class SeriesSource:
    """Reads athletes' days for a campaign. `open_vault` opens the vault anew, so that an erased athlete is gone.

    One campaign's series are kept in memory while it runs: every round learns from the same days.
    """

    open_vault: Callable[[], Vault]
    _campaign: str = ""
    _kept: dict[AthleteId, AthleteSeries] = field(default_factory=dict)

    def athletes(self) -> tuple[AthleteId, ...]:
        """Athletes whose vault can still be opened."""
        with self.open_vault() as vault:
            return tuple(athlete.athlete for athlete in vault.athletes())

    def series(self, manifest: CampaignManifest, athletes: Iterable[AthleteId]) -> tuple[AthleteSeries, ...]:
        """Return the series of these athletes; whoever is erased or without days is left out."""
        wanted = sorted(athletes)
        if self._campaign != manifest.sha256:
            self._campaign, self._kept = manifest.sha256, {}
        held = set(self.athletes())
        self._kept = {athlete: kept for athlete, kept in self._kept.items() if athlete in held}
        missing = [athlete for athlete in wanted if athlete in held and athlete not in self._kept]
        if missing:
            with self.open_vault() as vault:
                self._kept |= {athlete: self._built(vault, manifest.model, athlete) for athlete in missing}
        return tuple(self._kept[athlete] for athlete in wanted if athlete in self._kept)

    def _built(self, vault: Vault, model: str, athlete: AthleteId) -> AthleteSeries:
        try:
            table = build(vault.read(athlete))
        except (UnknownAthlete, AthleteErased):
            table = DailyTable((), {})
        return series_of(table, model)
