"""Simulated leagues whose world drifts through three exchanges, and what each way of learning errs on the days after.

Athletes stay the same; the world that moves their readiness changes at each exchange, some way towards another one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np

from models.arrays import Floats
from models.evaluation.league_study import wider_readiness
from models.evaluation.readiness import ReadinessDays, Split, error_of
from models.features import RECOVERY_SCHEMA
from models.privacy.packed_series import PackedSeries
from models.recovery import design
from models.synthetic.days import World
from models.synthetic.league import FIRST_DAY, synthetic_league, weekdays
from models.training.initial_weights import initial_weights
from models.training.recipes import exchange_recipe
from models.training.simulation import simulated_manifest, train_private, train_season
from policies.campaign import CampaignManifest

MODEL = RECOVERY_SCHEMA.model
EXCHANGES, FIRST, EVERY = 3, 182, 112  # days before the first exchange, and between two: 16 weeks
STOPS = tuple(FIRST + EVERY * number for number in range(EXCHANGES))
DAYS = STOPS[-1] + EVERY  # the last ones are held back
ATHLETES, CLUBS = 40, 2

DrawWorld = Callable[[np.random.Generator], World]


@dataclass(frozen=True, slots=True)
class SeasonErrors:
    """Mean absolute error in points of readiness after the last exchange, in the mean of some draws of the noise."""

    start: float
    once: float
    season: float


def season_errors(rng: np.random.Generator, draw_world: DrawWorld, *, drift: float, draws: int) -> SeasonErrors:
    """One league of 40 athletes at two clubs: three exchanges at ε = 1 as days come, and one at ε = 2 at the end.

    drift: how far its world moves towards another one from the first exchange to the held-back days, 0 to 1.
    """
    weekday = weekdays(FIRST_DAY, DAYS)
    days = [ReadinessDays(own, weekday) for own in _readiness(rng, draw_world(rng), draw_world(rng), drift)]
    splits = [_split(one) for one in days]
    known = [_clubs(splits, until) for until in STOPS]
    start, season, once = initial_weights(MODEL), _manifest(1.0), _manifest(2.0)
    return SeasonErrors(
        error_of(np.array(start), splits),
        float(np.mean([error_of(train_private(once, start, known[-1]), splits) for _ in range(draws)])),
        float(np.mean([error_of(train_season(season, known), splits) for _ in range(draws)])),
    )


def unseen_world(rng: np.random.Generator) -> World:
    """A world from wider ranges than those that axes, prior and drift were chosen on."""
    return World(**wider_readiness(rng))


def _manifest(epsilon: float) -> CampaignManifest:
    return simulated_manifest(exchange_recipe(MODEL, athletes=ATHLETES, clubs=CLUBS, epsilon=epsilon), CLUBS)


def _readiness(rng: np.random.Generator, first: World, last: World, drift: float) -> Floats:
    """Readiness of all athletes (athletes, days): each stretch of days from its own world, by the same chances."""
    seed, ends = int(rng.integers(1 << 31)), (*STOPS, DAYS)
    parts, begin = [], 0
    for place, end in enumerate(ends):
        world = _between(first, last, drift * place / (len(ends) - 1))
        league = synthetic_league(seed, [f"club-{n}" for n in range(CLUBS)], ATHLETES // CLUBS, DAYS, world=world)
        parts.append(np.array([one.daily["readiness"][begin:end] for one in league.athletes]))
        begin = end
    return np.concatenate(parts, axis=1)


def _between(first: World, last: World, share: float) -> World:
    names = [one.name for one in fields(World)]
    return World(**{name: (1 - share) * getattr(first, name) + share * getattr(last, name) for name in names})


def _split(days: ReadinessDays) -> Split:
    series, day = design(days.readiness, days.weekday), np.arange(DAYS)
    return Split(days, series.restricted(day < STOPS[-1] - 1), series.restricted(day >= STOPS[-1]))


def _clubs(splits: Sequence[Split], until: int) -> list[PackedSeries]:
    """The clubs as an exchange on day `until` finds them: a row is learnt once the day after it is known."""
    series = [one.train.restricted(np.arange(DAYS) < until - 1) for one in splits]
    return [PackedSeries(tuple(series[club::CLUBS])) for club in range(CLUBS)]
