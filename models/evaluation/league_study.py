"""What a campaign would bring a league of some size: simulated leagues, the protocol's own code, fresh worlds.

The worlds are drawn from wider ranges than those that the public initial weights, metric and prior were made from, with
seeds of their own, so no parameter was chosen on them. Everything but the noise repeats under a seed.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, replace

import numpy as np

from models import risk
from models.arrays import Floats
from models.errors import NotEnoughData
from models.evaluation.head_errors import error_with_heads, first_days_error
from models.evaluation.metrics import log_loss
from models.evaluation.readiness import ReadinessDays, Split, baselines, error_of, held_back
from models.features import READINESS_MODELS, RECOVERY_SCHEMA, SCHEMAS, AthleteSeries, FeatureSchema
from models.privacy.packed_series import PackedSeries
from models.synthetic.days import World
from models.synthetic.league import SyntheticLeague, synthetic_league
from models.training.axes_fit import fit_without_privacy
from models.training.initial_weights import initial_weights
from models.training.metric_rounds import train_by_rounds
from models.training.pretraining import design_series
from models.training.recipes import ROUNDS, Recipe, exchange_recipe, rounds_recipe
from models.training.simulation import Clubs, simulated_manifest, train_private, train_season
from policies.budget import BUDGET_DELTA, campaign_cost, epsilon_proved, sigma_for
from policies.campaign import CampaignManifest

Judge = Callable[[Floats], float]

DAYS = 400
JUDGED_ATHLETES = 200  # ours: fresh athletes of the same world on whom a risk model is judged
NEW_ATHLETES, NEW_DAYS = 100, 14  # ours: fresh athletes of the same world, and their first days
STUDY_SEED = 20270101
NETWORK_EPOCHS = 4  # ours: passes over a league's days by a network that is fitted without privacy


@dataclass(frozen=True, slots=True)
class StudyTerms:
    """What is simulated. athletes: N, also the public number. rounds: None for an exchange. draws: of the noise.

    exchanges: how many one after the other, as days come, each at `epsilon` and from where the one before has led.
    """

    model: str
    athletes: int
    clubs: int
    epsilon: float
    rounds: int | None = None
    leagues: int = 8
    draws: int = 5
    seed: int = 1
    exchanges: int = 1

    @property
    def cost(self) -> int:
        """What an athlete pays in all, in micro-rho."""
        recipe = self.recipe()
        return self.exchanges * campaign_cost(recipe.noise_multiplier, recipe.rounds)

    def recipe(self, *, athletes: int | None = None) -> Recipe:
        """The campaign's parameters, for another public number where one is given."""
        public = self.athletes if athletes is None else athletes
        if self.rounds is None:
            return exchange_recipe(self.model, athletes=public, clubs=self.clubs, epsilon=self.epsilon)
        return rounds_recipe(self.model, athletes=public, rounds=self.rounds, epsilon=self.epsilon)


@dataclass(frozen=True, slots=True)
class LeagueErrors:
    """Errors in one league: mean absolute error in points of 0 to 10, or log loss of an injury within seven days.

    person_mean: what each athlete's own mean, or the league's usual rate, errs; ewma: NaN for risk. private is the mean
    over draws. half, double: private with a public number wrong by that. rounds_control: as many rounds as campaigns
    had before, at the same epsilon in the metric of the exchange; NaN where rounds or several exchanges are asked for.
    once: one exchange at the end for what several cost together; NaN where there are not several.
    The others, NaN for risk, are with a private head for each athlete, refitted daily; new: on the first `NEW_DAYS`
    learnable days of athletes who are not among those who learnt.
    """

    person_mean: float
    ewma: float
    start: float
    no_privacy: float
    private: float
    half: float
    double: float
    rounds_control: float
    start_with_head: float = math.nan
    private_with_head: float = math.nan
    new_start_with_head: float = math.nan
    new_private_with_head: float = math.nan
    once: float = math.nan


@dataclass(frozen=True, slots=True)
class StudyErrors:
    """The errors league by league, and what they say together."""

    leagues: tuple[LeagueErrors, ...]

    @property
    def mean(self) -> LeagueErrors:
        """The mean over leagues of every error."""
        return LeagueErrors(*np.array([astuple(one) for one in self.leagues]).mean(axis=0).tolist())

    @property
    def share_kept(self) -> float:
        """Share of the gain over the public initial weights that is left with privacy; NaN where there is no gain."""
        mean = self.mean
        gain = mean.start - mean.no_privacy
        return (mean.start - mean.private) / gain if gain > 0.0 else math.nan

    @property
    def share_error(self) -> float:
        """Standard error of the share kept, from leaving out one league after the other (jackknife).

        NaN for fewer than two leagues, and where there is no gain without one of them.
        """
        count = len(self.leagues)
        rests = (replace(self, leagues=self.leagues[:place] + self.leagues[place + 1 :]) for place in range(count))
        left = np.array([one.share_kept for one in rests] if count > 1 else [])
        return float(np.sqrt((count - 1) / count * np.sum((left - left.mean()) ** 2))) if left.size else math.nan

    @property
    def is_worth_it(self) -> bool:
        """Whether the private model errs less than the public initial weights, in the mean over leagues."""
        return self.mean.private < self.mean.start

    @property
    def better_than_start(self) -> int:
        """In how many leagues the private model errs less than the public initial weights, in the mean of its draws."""
        return sum(one.private < one.start for one in self.leagues)


def study(terms: StudyTerms, *, tick: Callable[[int, int], None] | None = None) -> StudyErrors:
    """Simulate `terms.leagues` leagues; `tick(done, of)` is called after each.

    Raises BadWeights for a model that is not installed, InvalidInput for a budget that no noise keeps, BadShape for
    fewer athletes than clubs.
    """
    found = []
    for place in range(terms.leagues):
        found.append(_one_league(terms, place))
        if tick is not None:
            tick(place + 1, terms.leagues)
    return StudyErrors(tuple(found))


def _one_league(terms: StudyTerms, place: int) -> LeagueErrors:
    schema, start = SCHEMAS[terms.model], np.array(initial_weights(terms.model))
    world = _fresh_world(np.random.default_rng([STUDY_SEED, terms.seed, place]))
    seed = STUDY_SEED + 1_000_003 * terms.seed + place
    league = _league(seed, terms.athletes, terms.clubs, world)
    if terms.model in READINESS_MODELS:
        series, own_mean, ewma, judged = _readiness(league, terms.athletes, schema)
    else:
        series, own_mean, ewma, judged = _risk(league, seed, terms, world)
    growing = [_squads(series, terms.clubs, share) for share in _shares(terms.exchanges)]
    squads = growing[-1]

    def drawn(recipe: Recipe, exchanges: Sequence[Clubs]) -> list[Floats]:
        manifest = simulated_manifest(recipe, terms.clubs)
        return [_trained(manifest, start, exchanges) for _ in range(terms.draws)]

    def private(recipe: Recipe) -> float:
        return _mean(judged, drawn(recipe, growing))

    known, learnt = [one for one in series if one.n_valid], drawn(terms.recipe(), growing)
    found = LeagueErrors(
        person_mean=own_mean,
        ewma=ewma,
        start=judged(start),
        no_privacy=judged(_without_privacy(schema, start, known)),
        private=_mean(judged, learnt),
        half=private(terms.recipe(athletes=max(terms.athletes // 2, 1))),
        double=private(terms.recipe(athletes=2 * terms.athletes)),
        rounds_control=_rounds_control(terms, squads, judged),
        once=math.nan if terms.exchanges == 1 else _mean(judged, drawn(_at_once(terms), [squads])),
    )
    if schema is not RECOVERY_SCHEMA:
        return found
    fresh = _days_of(_league(seed + 700_000_001, NEW_ATHLETES, 4, world), NEW_ATHLETES)
    return _with_heads(found, start, learnt, held_back(_days_of(league, terms.athletes)), fresh)


def _trained(manifest: CampaignManifest, start: Floats, exchanges: Sequence[Clubs]) -> Floats:
    if len(exchanges) == 1:
        return train_private(manifest, start.tolist(), exchanges[0])
    return train_season(manifest, exchanges)


def _at_once(terms: StudyTerms) -> Recipe:
    """One exchange for what all of the study's cost together."""
    epsilon = epsilon_proved(terms.cost, BUDGET_DELTA)
    return exchange_recipe(terms.model, athletes=terms.athletes, clubs=terms.clubs, epsilon=epsilon)


def _shares(exchanges: int) -> list[float]:
    """Share of the days to learn from that each exchange finds: half at the first of several, all at the last."""
    return [1.0] if exchanges == 1 else np.linspace(0.5, 1.0, exchanges).tolist()


def _squads(series: Sequence[AthleteSeries], clubs: int, share: float) -> list[PackedSeries]:
    """The clubs once the first so many of the days have passed."""
    passed = [one.restricted(np.arange(one.mask.size) <= share * _last_day(one)) for one in series]
    return [PackedSeries(tuple(passed[club::clubs])) for club in range(clubs)]


def _last_day(series: AthleteSeries) -> int:
    """The last day to learn from; -1 where there is none."""
    return int(np.flatnonzero(series.mask).max(initial=-1))


def _without_privacy(schema: FeatureSchema, start: Floats, series: Sequence[AthleteSeries]) -> Floats:
    if schema.layers is None:
        return fit_without_privacy(schema, start, series)
    from models.training.network_fit import minimise_network

    return minimise_network(schema, series, start=start, epochs=NETWORK_EPOCHS, seed=STUDY_SEED)


def _with_heads(
    found: LeagueErrors,
    start: Floats,
    learnt: Sequence[Floats],
    splits: Sequence[Split],
    fresh: Sequence[ReadinessDays],
) -> LeagueErrors:
    """The same with what heads add, for those who learnt and for athletes who are new."""

    def known(weights: Floats) -> float:
        return error_with_heads(weights, splits)

    def new(weights: Floats) -> float:
        return first_days_error(weights, fresh, first=NEW_DAYS)

    return replace(
        found,
        start_with_head=known(start),
        private_with_head=_mean(known, learnt),
        new_start_with_head=new(start),
        new_private_with_head=_mean(new, learnt),
    )


def _mean(judged: Judge, learnt: Sequence[Floats]) -> float:
    return float(np.mean([judged(weights) for weights in learnt]))


def _rounds_control(terms: StudyTerms, squads: Sequence[PackedSeries], judged: Judge) -> float:
    """The mean over draws of what rounds in the metric of the exchange err."""
    recipe = terms.recipe()
    if recipe.axes is None or terms.exchanges > 1:
        return math.nan
    manifest, sigma = simulated_manifest(recipe, terms.clubs), sigma_for(terms.epsilon, ROUNDS, recipe.delta)
    drawn = [train_by_rounds(manifest, squads, rounds=ROUNDS, noise_multiplier=sigma) for _ in range(terms.draws)]
    return float(np.mean([judged(weights) for weights in drawn]))


def _readiness(
    league: SyntheticLeague, athletes: int, schema: FeatureSchema
) -> tuple[Sequence[AthleteSeries], float, float, Judge]:
    splits = held_back(_days_of(league, athletes), schema=schema)
    naive = baselines(splits)
    return [split.train for split in splits], naive["person_mean"], naive["ewma"], lambda w: error_of(w, splits)


def _days_of(league: SyntheticLeague, athletes: int) -> list[ReadinessDays]:
    return [ReadinessDays(one.daily["readiness"], league.weekday) for one in league.athletes[:athletes]]


def _risk(
    league: SyntheticLeague, seed: int, terms: StudyTerms, world: World
) -> tuple[Sequence[AthleteSeries], float, float, Judge]:
    series = design_series(terms.model, league)[: terms.athletes]
    fresh = design_series(terms.model, _league(seed + 500_000_003, JUDGED_ATHLETES, 8, world))
    rows = [one for one in fresh if one.n_valid]
    if not rows:
        raise NotEnoughData("expected an athlete with a day to judge on")
    X, event = np.concatenate([one.X[one.mask] for one in rows]), np.concatenate([one.y[one.mask] for one in rows])
    outcome = event.astype(np.float64)
    usual = float(np.clip(np.concatenate([one.y[one.mask] for one in series]).mean(), 1e-4, 0.5))
    own_mean = log_loss(np.full(outcome.shape, usual), outcome)
    return series, own_mean, math.nan, lambda weights: log_loss(risk.probability(weights, X), outcome)


def _league(seed: int, athletes: int, clubs: int, world: World) -> SyntheticLeague:
    """A league of at least so many athletes, dealt evenly; who stands beyond the number is left out by callers."""
    names = [f"study-{number}" for number in range(clubs)]
    return synthetic_league(seed, names, math.ceil(athletes / clubs), DAYS, world=world)


def wider_readiness(rng: np.random.Generator) -> dict[str, float]:
    """What a world says of readiness, drawn from wider ranges than those that axes, prior and drift were chosen on."""
    return {
        "readiness_phi": rng.uniform(-0.1, 0.65),
        "slow_share": rng.uniform(0.0, 0.7),
        "slow_phi": rng.uniform(0.92, 0.997),
        "readiness_within": rng.uniform(0.75, 1.7),
        "dip_rate": rng.uniform(0.0, 0.09),
        "missing_b": rng.uniform(1.2, 4.5),
    }


def _fresh_world(rng: np.random.Generator) -> World:
    """A world of its own, readiness and injuries at once; the ranges are ours, each wider than the public ones."""
    return World(
        **wider_readiness(rng),
        injury_rate=rng.uniform(0.003, 0.013),
        signal_sd=rng.uniform(0.0, 1.0),
        ratio_effect=rng.uniform(-0.5, 1.0),
        recurrence=rng.uniform(0.8, 3.2),
        frailty_shape=rng.uniform(0.6, 2.5),
    )
