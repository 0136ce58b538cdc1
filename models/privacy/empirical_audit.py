"""An empirical audit of the installed privacy path: does it keep what it claims, as far as an attack can tell?

The path of `models.privacy.contribution` is run many times with and without one canary athlete, and a threshold on the
answer tells the two apart as well as it can; exact binomial bounds (Clopper and Pearson 1934) on its two error rates
give a lower bound on mu of Gaussian privacy and with it on epsilon (Nasr et al. 2021; Dong, Roth and Su 2022). Beside
it: the variance and the shape of the noise of a club without athletes, that it is drawn in whole numbers, that no two
answers are the same, and that an athlete's answer has the same bits alone and in company. Each test gives a false alarm
once in `1 / LEVEL` at most.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

import numpy as np

from models.arrays import Floats
from models.errors import NotEnoughData
from models.features import SCHEMAS, AthleteSeries
from models.privacy import contribution as path
from models.privacy.contribution import answer_length, answers, contribution
from models.privacy.discrete_gaussian import from_ring, sensitivity
from models.privacy.packed_series import PackedSeries
from policies.budget import epsilon_gaussian, epsilon_of_campaign, mu_from
from policies.campaign import CampaignManifest

LEVEL = 1e-4  # ours: chance of a false alarm in each test; docs/privacy.md §1.9
LEAST_RUNS = 400  # ours: with fewer no threshold tells anything at this level
SQUAD, SQUAD_DAYS = 3, 150


class PrivacyAlarm(StrEnum):
    """What was found that must not be."""

    EPSILON = "an athlete is told apart more surely than the claim allows"
    VARIANCE = "the noise of a club without athletes has another size than the claim needs"
    SHAPE = "the noise of a club without athletes has another shape than a Gaussian"
    FLOATING = "the noise is not drawn in whole numbers"
    REPEATED = "two answers of a club without athletes are the same"
    COMPANY = "an athlete's answer depends on who else takes part"


@dataclass(frozen=True, slots=True)
class EmpiricalAudit:
    """What one audit found, of one round. lower bounds hold with confidence 1 - LEVEL, if every run was independent."""

    runs: int
    mu_lower: float
    mu_claimed: float
    epsilon_lower: float
    epsilon_claimed: float
    alarms: tuple[PrivacyAlarm, ...]


def audit(
    manifest: CampaignManifest,
    start: Sequence[float],
    *,
    runs: int,
    seed: int = 1,
    tick: Callable[[int, int], None] | None = None,
) -> EmpiricalAudit:
    """Audit the first round of `manifest` with `runs` runs of the installed path.

    runs: half with the canary, half without; half as many of the empty club on top. seed: for the squad, as the noise
    cannot be seeded. Raises NotEnoughData below `LEAST_RUNS`, BadWeights for a manifest that a node would refuse.
    """
    if runs < LEAST_RUNS:
        raise NotEnoughData(f"expected at least {LEAST_RUNS} runs, got {runs}")
    rng = np.random.default_rng(seed)
    squad, canary = _squad(manifest, rng), _canary(manifest)
    half, steps = runs // 2, 3 * (runs // 2)

    def drawn(series: Sequence[AthleteSeries], part: int) -> Floats:
        rows = []
        for place in range(half):
            rows.append(from_ring(contribution(manifest, start, series), manifest.modulus_bits))
            if tick is not None and place % 50 == 0:
                tick(part * half + place, steps)
        return np.array(rows, dtype=np.float64)

    direction, threshold = _threshold(manifest, start, squad, canary)
    alone, joined = PackedSeries(tuple(squad)), PackedSeries((*squad, canary))
    without, with_canary, empty = drawn(alone, 0) @ direction, drawn(joined, 1) @ direction, drawn([], 2)
    mu = _mu_lower(int((without > threshold).sum()), int((with_canary <= threshold).sum()), tries=half)
    claimed = mu_from(manifest.noise_multiplier, 1)
    found = {
        PrivacyAlarm.EPSILON: mu > claimed,
        PrivacyAlarm.VARIANCE: not _is_of_size(empty, _scale(manifest)),
        PrivacyAlarm.SHAPE: not _is_gaussian(empty, _scale(manifest)),
        PrivacyAlarm.FLOATING: not _is_whole(manifest),
        PrivacyAlarm.REPEATED: len({row.tobytes() for row in empty}) < len(empty),
        PrivacyAlarm.COMPANY: not _is_alone(manifest, start, squad, canary),
    }
    return EmpiricalAudit(
        runs=2 * half,
        mu_lower=mu,
        mu_claimed=claimed,
        epsilon_lower=epsilon_gaussian(mu, manifest.delta) if math.isfinite(mu) else math.inf,
        epsilon_claimed=epsilon_of_campaign(manifest, rounds=1),
        alarms=tuple(alarm for alarm, is_found in found.items() if is_found),
    )


def _scale(manifest: CampaignManifest) -> float:
    """Standard deviation that a club's noise must have, per number of its answer."""
    bound = sensitivity(manifest.clip_norm, manifest.scale_bits, answer_length(manifest))
    return manifest.noise_multiplier * bound / math.sqrt(manifest.min_honest_clubs)


def _is_whole(manifest: CampaignManifest) -> bool:
    """Whether what the path draws for its noise are whole numbers; rounded afterwards, others could not be told."""
    bound = sensitivity(manifest.clip_norm, manifest.scale_bits, answer_length(manifest))
    draw = vars(path)["noise_share"]  # what the path calls by this name, whoever put it there
    drawn = draw(answer_length(manifest), manifest.noise_multiplier, bound, manifest.min_honest_clubs)
    return bool(np.issubdtype(drawn.dtype, np.integer))


def _squad(manifest: CampaignManifest, rng: np.random.Generator) -> list[AthleteSeries]:
    columns = len(SCHEMAS[manifest.model].features)
    return [_series(rng.normal(size=(SQUAD_DAYS, columns)), rng.random(SQUAD_DAYS)) for _ in range(SQUAD)]


def _canary(manifest: CampaignManifest) -> AthleteSeries:
    """An athlete whose every day says the same as strongly as the schema lets a day say it."""
    schema = SCHEMAS[manifest.model]
    target = schema.target_low if schema.kind == "huber" else schema.target_high
    return _series(np.ones((SQUAD_DAYS, len(schema.features))), np.full(SQUAD_DAYS, target))


def _series(X: Floats, y: Floats) -> AthleteSeries:
    return AthleteSeries(X.astype(np.float32), y.astype(np.float32), np.ones(len(y), dtype=bool))


def _threshold(
    manifest: CampaignManifest, start: Sequence[float], squad: Sequence[AthleteSeries], canary: AthleteSeries
) -> tuple[Floats, float]:
    """The unit vector (answer length,) along which the canary moves the sum, and half way along it from the squad.

    Both are fixed before a run is looked at: the attacker knows the squad and the canary, and guesses the noise alone.
    """
    rows = answers(manifest, np.asarray(start, dtype=np.float64), [*squad, canary]) * 2.0**manifest.scale_bits
    length = float(np.linalg.norm(rows[-1]))
    if length == 0.0:
        raise NotEnoughData("expected a canary that moves the answer")
    direction = rows[-1] / length
    return direction, float(rows[:-1].sum(axis=0) @ direction) + length / 2


def _mu_lower(false_positives: int, misses: int, *, tries: int) -> float:
    """Lower bound on mu from what a threshold got wrong in so many tries on either side."""
    false_high, true_low = _upper(false_positives, tries), 1.0 - _upper(misses, tries)
    normal = NormalDist()
    if not true_low > 0.0 or not false_high < 1.0:
        return 0.0
    return max(0.0, normal.inv_cdf(min(true_low, 1 - 1e-15)) - normal.inv_cdf(max(false_high, 1e-15)))


def _upper(hits: int, tries: int) -> float:
    """Upper end of the exact one-sided interval of a chance, of confidence 1 - LEVEL / 2."""
    if hits >= tries:
        return 1.0
    low, high = hits / tries, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(hits, tries, middle) > LEVEL / 2 else (low, middle)
    return high


def _at_most(hits: int, tries: int, chance: float) -> float:
    """P(X <= hits) of a binomial X, summed from the logarithms of its terms."""
    count = np.arange(hits + 1)
    logs = math.lgamma(tries + 1) - _log_factorials(count) - _log_factorials(tries - count)
    return float(np.exp(logs + count * math.log(chance) + (tries - count) * math.log1p(-chance)).sum())


def _log_factorials(values: np.typing.NDArray[np.int64]) -> Floats:
    return np.array([math.lgamma(value + 1) for value in values.tolist()])


def _is_of_size(noise: Floats, scale: float) -> bool:
    """Whether the mean square is that of the claimed scale, two-sided, by the Wilson and Hilferty (1931) cube root."""
    values = noise.ravel() / scale
    freedom = values.size
    third = (np.square(values).sum() / freedom) ** (1 / 3)
    z = (third - (1 - 2 / (9 * freedom))) / math.sqrt(2 / (9 * freedom))
    return abs(float(z)) <= NormalDist().inv_cdf(1 - LEVEL / 2)


def _is_gaussian(noise: Floats, scale: float) -> bool:
    """Whether the values could be of the claimed Gaussian, by the Kolmogorov bound of Massart (1990)."""
    values = np.sort(noise.ravel() / scale)
    normal = NormalDist()
    expected = np.array([normal.cdf(value) for value in values.tolist()])
    steps = np.arange(values.size + 1) / values.size
    distance = float(max((steps[1:] - expected).max(), (expected - steps[:-1]).max()))
    return 2.0 * math.exp(-2.0 * values.size * distance**2) > LEVEL


def _is_alone(
    manifest: CampaignManifest, start: Sequence[float], squad: Sequence[AthleteSeries], canary: AthleteSeries
) -> bool:
    """Whether each athlete's answer has the same bits alone and in company of athletes of other lengths."""
    weights = np.asarray(start, dtype=np.float64)
    lengths = (1, 17, 64, 65, 149)
    company = [*squad, canary, *(AthleteSeries(one.X[:n], one.y[:n], one.mask[:n]) for one in squad for n in lengths)]
    together = answers(manifest, weights, company)
    alone = [answers(manifest, weights, [one])[0] for one in company]
    return all(row.tobytes() == own.tobytes() for row, own in zip(together, alone, strict=True))
