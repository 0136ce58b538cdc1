"""From the vault to what a model learns from, or is judged on: one series per athlete, built once per campaign."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from client.errors import AthleteErased, RoundRefused, UnknownAthlete
from client.features.athlete_days import athlete_days
from client.features.daily import DailyTable
from client.vault.store import Vault
from models import recovery, risk
from models.evaluation.holdout import judge_days, learn_days
from models.features import READINESS_MODELS, SCHEMAS, AthleteSeries
from models.privacy.packed_series import PackedSeries
from policies.campaign import CampaignManifest
from policies.vocabulary import AthleteId

MOST_CAMPAIGNS = 8  # ours: more are never open at one club, and a season of a squad takes about two megabytes


def series_of(table: DailyTable, model: str) -> AthleteSeries:
    """Return what `model` learns from one athlete's days: the newest are held back for this node's own gate.

    Raises RoundRefused for a model without a recipe here.
    """
    return _design(table, model).restricted(learn_days(len(table.dates)))


def series_to_judge(table: DailyTable, model: str) -> AthleteSeries:
    """Return all days of one athlete for evidence on `model`; none is left to count where no day is held back.

    Raises RoundRefused for a model without a recipe here.
    """
    whole = _design(table, model)
    held_back = judge_days(len(table.dates), gap_d=risk.HORIZON_D)
    return whole if (whole.mask & held_back).any() else whole.restricted(held_back)


def _design(table: DailyTable, model: str) -> AthleteSeries:
    if model in READINESS_MODELS:
        weekday = np.array([day.weekday() for day in table.dates], dtype=np.int64)
        return recovery.design(table.column("readiness"), weekday, schema=SCHEMAS[model])
    if model == "risk-logistic-1":
        return risk.design({name: table.column(name) for name in risk.INPUTS})
    raise RoundRefused("this node has no recipe for that model")


@dataclass(slots=True)
class _Kept:
    """What is kept of one campaign: athletes' series, and those packed who took part last."""

    series: dict[AthleteId, AthleteSeries]
    packed: PackedSeries = field(default_factory=lambda: PackedSeries(()))

    def weighing(self, athlete: AthleteId, sixteenths: int) -> AthleteSeries:
        """The series of an athlete with this weight, the same object as long as the weight is the same."""
        one = self.series[athlete]
        if one.sixteenths != sixteenths:
            one = self.series[athlete] = replace(one, sixteenths=sixteenths)
        return one


@dataclass(slots=True)
class SeriesSource:
    """Reads athletes' days for campaigns. `open_vault` opens the vault anew, so that an erased athlete is gone.

    A campaign's series are kept in memory once they were asked for: every round learns from the same days, whatever
    else is reserved or trained meanwhile. Of an athlete without a day to learn from nothing is kept, so that days
    which arrive later still count. They are packed for those who take part, and anew only where others do. `_lock`
    guards what is kept: tokens are reserved in one thread, rounds are answered in another.
    """

    open_vault: Callable[[], Vault]
    _kept: dict[str, _Kept] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def athletes(self) -> tuple[AthleteId, ...]:
        """Athletes whose vault can still be opened."""
        with self.open_vault() as vault:
            return tuple(athlete.athlete for athlete in vault.athletes())

    def learnable(self, manifest: CampaignManifest, athletes: Iterable[AthleteId]) -> frozenset[AthleteId]:
        """Return those of `athletes` with at least one day that the campaign's model can learn from."""
        wanted = frozenset(athletes)
        with self._lock:
            return wanted & frozenset(self._read(manifest, wanted).series)

    def series(self, manifest: CampaignManifest, athletes: Mapping[AthleteId, int]) -> PackedSeries:
        """Return the series of these athletes; whoever is erased or without a day to learn from is left out.

        athletes: each with the weight in sixteenths that the series carries, the same throughout a campaign.
        """
        wanted = frozenset(athletes)
        with self._lock:
            kept = self._read(manifest, wanted)
            found = tuple(kept.weighing(one, athletes[one]) for one in sorted(wanted & frozenset(kept.series)))
            if [*map(id, found)] != [*map(id, kept.packed)]:
                kept.packed = PackedSeries(found)
            return kept.packed

    def _read(self, manifest: CampaignManifest, wanted: frozenset[AthleteId]) -> _Kept:
        """What is kept of a campaign, with the series of those wanted who are held and have a day to learn from."""
        before = self._kept.get(manifest.sha256, _Kept({}))
        with self.open_vault() as vault:
            held = {athlete.athlete for athlete in vault.athletes()}
            is_whole = held.issuperset(before.series)
            kept = before if is_whole else _Kept({one: before.series[one] for one in held & set(before.series)})
            for athlete in sorted((wanted & held) - set(kept.series)):
                series = _built(vault, manifest, athlete)
                if series.n_valid:
                    kept.series[athlete] = series
        self._keep(manifest.sha256, kept)
        return kept

    def _keep(self, campaign: str, kept: _Kept) -> None:
        """Keep the campaigns used last; the one just used is the newest."""
        self._kept.pop(campaign, None)
        self._kept[campaign] = kept
        while len(self._kept) > MOST_CAMPAIGNS:
            del self._kept[next(iter(self._kept))]


def _built(vault: Vault, manifest: CampaignManifest, athlete: AthleteId) -> AthleteSeries:
    """One athlete's series for a campaign that teaches, or for one that judges."""
    try:
        table = athlete_days(vault, athlete)
    except (UnknownAthlete, AthleteErased):
        table = DailyTable((), {})
    return (series_of if manifest.evidence is None else series_to_judge)(table, manifest.model)
