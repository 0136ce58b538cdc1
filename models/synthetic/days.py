"""Day by day: training load, wellness, readiness, heart, injuries and gaps of one simulated squad.

The athletes of many squads step through the days together, so that a league of thousands takes seconds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats

DayColumns = dict[str, Floats]

ITEMS = ("fatigue", "mood", "sleep_quality", "soreness", "stress")  # 1 to 5, 5 is best
ITEM_MEAN = np.array([2.71, 3.20, 3.02, 2.83, 2.91])  # docs/indices.md §12.1
ITEM_BETWEEN = np.array([0.22, 0.32, 0.24, 0.15, 0.30])  # docs/indices.md §12.1
ITEM_WITHIN = np.array([0.66, 0.55, 0.71, 0.59, 0.65])  # docs/indices.md §12.1
ITEM_PHI = np.array([0.18, 0.16, 0.16, 0.28, 0.36])  # docs/indices.md §12.1, raised for what rounding takes away
# docs/indices.md §12.1, raised for what rounding takes away; fatigue and mood: ours
_PAIRS = {("fatigue", "mood"): 0.25, ("fatigue", "sleep_quality"): 0.46, ("mood", "stress"): 0.52}
FATIGUE_READINESS = 0.78  # docs/indices.md §12.1: .50 is measured, after rounding and beside the slow part
SORENESS_LOAD = 0.30  # docs/indices.md §12.1: -.27 is measured (5 is good)
WEEK_TEMPLATE = np.array([0.15, 0.90, 0.70, 0.90, 0.40, 0.95, 0.10])  # ours: chance of a session, Monday first
WEEK_INTENSITY = np.array([0.8, 1.05, 0.95, 1.1, 0.8, 1.25, 0.8])  # ours: match on Saturday
DURATION_MEAN, DURATION_SIGMA = 59.0, 0.42  # docs/indices.md §12.3: 61 min, SD 33 with the template
RPE_MEAN, RPE_SD = 5.5, 1.3  # docs/indices.md §12.3: 5.7 and 1.75 with the template
MEDIAN_DAYS_LOST, DAYS_LOST_SIGMA = 7.0, 1.25  # ours: mean near the 18 days of docs/indices.md §8.2
RECENT_DAYS = 42  # ours: window of raised risk after return
TOGETHER = 1_000  # ours: athletes who are played together; bounds memory, changes no result


@dataclass(frozen=True, slots=True)
class World:
    """What may differ between simulated worlds; the defaults are the calibrated one.

    slow_share: share of readiness variance that moves over weeks rather than days. signal_sd: SD of the
    log-odds that load and wellness explain within an athlete (docs/indices.md §12.3; 0 switches it off).
    ratio_effect: planted effect of the acute:chronic ratio, 0 by default.
    """

    readiness_mean: float = 6.8
    readiness_between: float = 0.78
    readiness_within: float = 1.2
    readiness_phi: float = 0.18
    readiness_phi_spread: float = 0.2
    slow_share: float = 0.38
    slow_phi: float = 0.985
    dip_rate: float = 0.03  # ours: single bad days; gives the heavy lower tail of docs/indices.md §12.2
    late_share: float = 0.15  # ours: athletes who join after the first day; docs/indices.md §12.2
    injury_rate: float = 0.007  # per available day; gives about 2.1 a year; docs/indices.md §12.3
    frailty_shape: float = 1.2  # docs/indices.md §12.3: negative binomial k
    signal_sd: float = 0.30
    ratio_effect: float = 0.0
    recurrence: float = 2.0  # docs/indices.md §12.3
    missing_a: float = 1.1  # Beta with median .27; docs/indices.md §12.2
    missing_b: float = 2.5
    missing_run_d: float = 4.0  # ours: mean length of a run of missing questionnaires


def simulate(
    rngs: Sequence[np.random.Generator], world: World, athletes: int, weekday: NDArray[np.int64]
) -> Iterator[DayColumns]:
    """Yield for each squad daily columns (athletes, days) named as in the node's daily table; NaN where unrecorded.

    rngs: one for each squad, so that none depends on those beside it. They step through the days together.
    """
    for first in range(0, len(rngs), max(TOGETHER // athletes, 1)):
        some = rngs[first : first + max(TOGETHER // athletes, 1)]
        drawn = [_Drawn.from_generator(rng, world, athletes, len(weekday)) for rng in some]
        whole = _Squads(world, drawn).played(weekday)
        for place, (rng, own) in enumerate(zip(some, drawn, strict=True)):
            rows = slice(place * athletes, (place + 1) * athletes)
            yield _recorded(rng, world, own, {name: values[rows] for name, values in whole.items()})


def _recorded(rng: np.random.Generator, world: World, drawn: "_Drawn", truth: DayColumns) -> DayColumns:
    """What one squad's questionnaires, watches and sheets tell of what happened."""
    athletes, days = truth["load"].shape
    _add_load_to_soreness(drawn.items, truth["load"])
    columns = _questionnaire(rng, world, drawn.items, drawn.drive)
    columns |= _heart(rng, drawn.drive)
    columns = _with_gaps(rng, world, columns, truth)
    columns["time_loss"], columns["injury_onset"] = truth["lost"], truth["onset"]
    late = rng.random(athletes) < world.late_share
    first = np.where(late, rng.integers(0, max(int(0.8 * days), 1), athletes), 0)
    absent = np.arange(days) < first[:, None]
    return {name: np.where(absent, np.nan, values) for name, values in columns.items()}


@dataclass(frozen=True, slots=True)
class _Drawn:
    """All that chance decides for one squad before its days are played, drawn in the order of the days.

    items: (athletes, days, items), as in `_wellness`; drive: (athletes, days). frailty, volume, zeal: (athletes,).
    by_day: (days, 5, athletes): who trains, how hard, how long, who is hurt, and for how many days.
    """

    items: Floats
    drive: Floats
    frailty: Floats
    volume: Floats
    zeal: Floats
    by_day: Floats

    @classmethod
    def from_generator(cls, rng: np.random.Generator, world: World, athletes: int, days: int) -> "_Drawn":
        items, drive = _wellness(rng, athletes, days)
        shape = world.frailty_shape
        frailty = np.log(np.maximum(rng.gamma(shape, 1.0 / shape, athletes), 1e-3))
        volume = np.exp(rng.normal(0.0, 0.2, athletes))
        zeal = rng.uniform(0.6, 1.1, athletes)
        by_day = np.empty((days, 5, athletes))
        for trains, hardness, duration, hurt, length in by_day:
            rng.random(out=trains)
            rng.standard_normal(out=hardness)
            duration[:] = rng.normal(-0.5 * DURATION_SIGMA**2, DURATION_SIGMA, athletes)
            rng.random(out=hurt)
            length[:] = rng.lognormal(np.log(MEDIAN_DAYS_LOST), DAYS_LOST_SIGMA, athletes)
        return cls(items, drive, frailty, volume, zeal, by_day)


class _Squads:
    """Load and injuries of squads of one size as they step through the days."""

    def __init__(self, world: World, drawn: Sequence[_Drawn]) -> None:
        self.world = world
        self.frailty = np.concatenate([one.frailty for one in drawn])
        self.volume = np.concatenate([one.volume for one in drawn])
        self.zeal = np.concatenate([one.zeal for one in drawn])
        self.strain = -np.concatenate([one.items[:, :, [0, 3]].mean(axis=2) for one in drawn]).T
        self.by_day = np.concatenate([one.by_day for one in drawn], axis=2)
        size = self.zeal.size
        self.days_left = np.zeros(size)
        self.since_return = np.full(size, 10_000)
        self.acute = np.full(size, 250.0) * self.volume
        self.chronic = self.acute.copy()
        self.tired = np.zeros(size)

    def played(self, weekday: NDArray[np.int64]) -> DayColumns:
        """Return what happened, (athletes, days), all squads one after the other."""
        shape = len(weekday) + 1, self.zeal.size  # an injury shows on the day after, and so once beyond the last
        truth = {name: np.zeros(shape) for name in ("load", "rpe", "duration", "lost", "onset")}
        for day, of_week in enumerate(weekday.tolist()):
            self._step(day, of_week, truth)
        return {name: np.ascontiguousarray(values[:-1].T) for name, values in truth.items()}

    def _step(self, day: int, weekday: int, truth: DayColumns) -> None:
        """Play one day: train unless injured, then perhaps get injured tomorrow."""
        lost = self.days_left > 0
        self._train(day, weekday, lost, truth)
        truth["lost"][day] = lost
        self.since_return = np.where(lost, 0, self.since_return + 1)
        self.days_left = np.maximum(self.days_left - 1, 0)
        hurt = ~lost & (self.by_day[day, 3] < self._hazard(day))
        self.days_left = np.where(hurt, np.minimum(np.ceil(self.by_day[day, 4]), 250.0), self.days_left)
        truth["onset"][day + 1] = hurt

    def _train(self, day: int, weekday: int, lost: NDArray[np.bool_], truth: DayColumns) -> None:
        trains, hard, long = self.by_day[day, :3]
        plays = ~lost & (trains < np.minimum(WEEK_TEMPLATE[weekday] * self.zeal, 0.98))
        hardness = WEEK_INTENSITY[weekday] * np.where(self.since_return < 7, 0.6, 1.0)
        rpe = _within(np.rint(RPE_MEAN * hardness + RPE_SD * hard), 1, 10)
        duration = _within(np.rint(DURATION_MEAN * hardness * self.volume * np.exp(long)), 10, 240)
        for name, value in (("rpe", rpe), ("duration", duration), ("load", rpe * duration)):
            truth[name][day] = np.where(plays, value, 0.0)
        self.acute += (truth["load"][day] - self.acute) / 7.0
        self.chronic += (truth["load"][day] - self.chronic) / 28.0

    def _hazard(self, day: int) -> Floats:
        world = self.world
        self.tired += (self.strain[day] - self.tired) / 5.0
        ratio = np.log(np.maximum(self.acute, 20.0) / np.maximum(self.chronic, 20.0))
        # 0.25 and 0.30 are the stationary spreads of the two parts: together they give one unit of SD.
        signal = 0.7 * self.tired / 0.25 + 0.7 * (self.chronic / (250.0 * self.volume) - 1.0) / 0.30
        logit = np.log(world.injury_rate / (1.0 - world.injury_rate)) + self.frailty
        logit += world.signal_sd * _within(signal, -3, 3) + world.ratio_effect * ratio
        logit += np.log(world.recurrence) * (self.since_return < RECENT_DAYS)
        chance: Floats = 1.0 / (1.0 + np.exp(-logit))
        return chance


def _within(values: Floats, low: float, high: float) -> Floats:
    """As `np.clip`, which takes twice as long on the few numbers of a squad."""
    return np.minimum(np.maximum(values, low), high)


def _ar(shocks: Floats, phi: Floats) -> Floats:
    """Stationary AR(1) of unit variance along axis 1 from unit shocks; phi broadcasts over the other axes."""
    out = np.sqrt(1.0 - np.broadcast_to(phi, shocks[:, 0].shape) ** 2)[:, None] * shocks
    out[:, 0] = shocks[:, 0]
    for day in range(1, shocks.shape[1]):
        out[:, day] += phi * out[:, day - 1]
    return out


def _wellness(rng: np.random.Generator, athletes: int, days: int) -> tuple[Floats, Floats]:
    """Latent items (athletes, days, items) and the shocks of readiness that go with them (athletes, days)."""
    size = len(ITEMS) + 1
    correlation = np.eye(size)
    for (first, second), value in _PAIRS.items():
        a, b = ITEMS.index(first), ITEMS.index(second)
        correlation[a, b] = correlation[b, a] = value
    correlation[0, -1] = correlation[-1, 0] = FATIGUE_READINESS
    shocks = rng.normal(size=(athletes, days, size)) @ np.linalg.cholesky(correlation).T
    return _ar(shocks[:, :, :-1], ITEM_PHI), shocks[:, :, -1]


def _add_load_to_soreness(items: Floats, load: Floats) -> None:
    usual, spread = load.mean(axis=1, keepdims=True), np.maximum(load.std(axis=1, keepdims=True), 1.0)
    yesterday = np.concatenate([np.zeros((len(load), 1)), ((load - usual) / spread)[:, :-1]], axis=1)
    items[:, :, 3] = np.sqrt(1.0 - SORENESS_LOAD**2) * items[:, :, 3] - SORENESS_LOAD * yesterday


def _questionnaire(rng: np.random.Generator, world: World, items: Floats, shocks: Floats) -> DayColumns:
    centre = ITEM_MEAN + ITEM_BETWEEN * rng.normal(size=(len(items), len(ITEMS)))
    within = np.sqrt(ITEM_WITHIN**2 - 1.0 / 12.0)  # rounding to whole scores adds 1/12 of variance
    scores = np.clip(np.rint(centre[:, None, :] + within * items), 1, 5)
    columns = {name: scores[:, :, place] for place, name in enumerate(ITEMS)}
    columns["readiness"] = _readiness(rng, world, shocks)
    night = 0.38 * items[:, :, 2] + np.sqrt(1 - 0.38**2) * rng.normal(size=shocks.shape)
    hours = rng.normal(6.72, 0.71, (len(items), 1)) + 1.11 * night
    columns["sleep_duration_h"] = np.clip(np.rint(hours * 2) / 2, 2, 12)  # docs/indices.md §12.1, told to the half hour
    return columns


def _readiness(rng: np.random.Generator, world: World, shocks: Floats) -> Floats:
    athletes, days = shocks.shape
    phi = np.clip(rng.normal(world.readiness_phi, world.readiness_phi_spread, athletes), -0.1, 0.7)
    share = rng.beta(4.0 * world.slow_share, 4.0 * (1.0 - world.slow_share), (athletes, 1))
    fast = _ar(shocks[:, :, None], phi[:, None])[:, :, 0]
    slow = _ar(rng.normal(size=(athletes, days, 1)), np.full((athletes, 1), world.slow_phi))[:, :, 0]
    centre = rng.normal(world.readiness_mean, world.readiness_between, (athletes, 1))
    spread = world.readiness_within * np.exp(rng.normal(-0.13, 0.36, (athletes, 1)))
    dips = rng.gamma(2.0, 0.9, shocks.shape) * (rng.random(shocks.shape) < world.dip_rate)
    swing = np.sqrt(share) * slow + np.sqrt(1.0 - share) * fast - dips
    return np.clip(np.rint(centre + spread * swing), 0, 10)


def _heart(rng: np.random.Generator, shocks: Floats) -> DayColumns:
    athletes, days = shocks.shape
    # docs/indices.md §12.1: resting heart rate and readiness -.11 in one person; its slowness takes half a shock away
    mixed = -0.22 * shocks + np.sqrt(1 - 0.22**2) * rng.normal(size=(athletes, days))
    drift = _ar(mixed[:, :, None], np.full((athletes, 1), 0.85))[:, :, 0]
    rate = rng.normal(59.0, 7.0, (athletes, 1)) + 2.4 * drift
    phi = rng.uniform(0.1, 0.25, (athletes, 1))
    swing = _ar(rng.normal(size=(athletes, days, 1)), phi)[:, :, 0]
    log_rmssd = rng.normal(3.8, 0.35, (athletes, 1)) + rng.uniform(0.2, 0.45, (athletes, 1)) * swing
    return {"resting_heart_rate": np.clip(np.rint(rate), 30, 110), "rmssd": np.round(np.exp(log_rmssd), 1)}


def _with_gaps(rng: np.random.Generator, world: World, columns: DayColumns, truth: DayColumns) -> DayColumns:
    """Drop whole questionnaires in runs, heart in other runs, and sessions on a part of the silent days."""
    athletes, days = truth["load"].shape
    rate = np.clip(rng.beta(world.missing_a, world.missing_b, athletes), 0.01, 0.9)
    silent, bare = (_runs(rng, world, share, days) for share in (rate, np.clip(rate * 0.7, 0.01, 0.9)))
    kept = {
        name: np.where(bare if name in ("resting_heart_rate", "rmssd") else silent, np.nan, values)
        for name, values in columns.items()
    }
    untold = silent & (rng.random((athletes, days)) < 0.4)
    trained = truth["load"] > 0
    for name, values in (("session_rpe", "rpe"), ("session_duration_min", "duration"), ("session_load", "load")):
        kept[name] = np.where(trained & ~untold, truth[values], np.nan)
    kept["rest_day"] = np.where(~trained & ~untold, 1.0, np.nan)
    kept["load_au"] = np.where(untold, np.nan, truth["load"])
    return kept


def _runs(rng: np.random.Generator, world: World, rate: Floats, days: int) -> NDArray[np.bool_]:
    """Two-state chains with stationary share `rate` of missing days in runs; (athletes, days)."""
    back = 1.0 / world.missing_run_d
    leave = np.minimum(back * rate / (1.0 - rate), 1.0)
    missing = rng.random(rate.size) < rate
    out = np.empty((rate.size, days), bool)
    for day in range(days):
        out[:, day] = missing
        draw = rng.random(rate.size)
        missing = np.where(missing, draw >= back, draw < leave)
    return out
