"""The privacy budget: integer micro-rho that adds exactly, its caps, and what it means as epsilon.

rho is zero-concentrated differential privacy (Bun and Steinke 2016). One unit is one athlete with all of
their days, added or removed; every athlete takes part in every round. `epsilon_proved` holds for whatever is spent;
`epsilon_gaussian` is the exact figure for continuous Gaussian noise. Where everything that was spent is Gaussian rounds
of a large enough scale, that closed form holds for the discrete noise as drawn with a slack that is computed here
(docs/privacy.md §2.4 has the proof), and `epsilon_of_spend` takes the smaller of both bounds.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from policies.errors import InvalidInput

if TYPE_CHECKING:
    from policies.campaign import CampaignManifest

MICRO = 1_000_000
"""Micro-rho in one rho."""

LIFETIME_EPSILON = 8.0  # ours; docs/privacy.md §2.3
CAMPAIGN_EPSILON = 2.0  # ours; docs/privacy.md §2.3
BUDGET_DELTA = 1e-6  # ours, the largest delta that is ever used; docs/privacy.md §2.3

LIFETIME_CAP = 1_052_358
"""Micro-rho of one athlete's whole life here: rho_micro_within(LIFETIME_EPSILON, BUDGET_DELTA). A hard stop."""
CAMPAIGN_CAP = 88_152
"""Micro-rho of one campaign at most: rho_micro_within(CAMPAIGN_EPSILON, BUDGET_DELTA)."""

LEAST_SCALE = 1_000.0  # ours: below it the slack of a network's rounds would eat what the closed form gains
MOST_COORDINATES = 100_000  # of one answer, as `models.wire` bounds it; what a manifest of rounds does not name
EVIDENCE_NUMBERS = 3  # of one answer in a campaign for evidence (`models.evidence.answer`)
REACH = 10.0  # ours: standard deviations up to which a coordinate is compared; beyond lies less than 2e-23

_HALVINGS = 200  # enough to exhaust a double from any starting interval used here
_GOLDEN = (math.sqrt(5) - 1) / 2


def rho_micro_per_round(noise_multiplier: float) -> int:
    """Cost of one Gaussian round, 1 / (2 sigma²), in micro-rho, rounded up.

    noise_multiplier: standard deviation of the noise over the sensitivity. Also valid for discrete
    Gaussian noise (Canonne, Kamath and Steinke 2020, Theorem 4). Raises InvalidInput unless positive.
    """
    _need(math.isfinite(noise_multiplier) and noise_multiplier > 0, "a positive noise multiplier")
    return math.ceil(MICRO / (2 * Fraction(noise_multiplier) ** 2))


def campaign_cost(noise_multiplier: float, rounds: int) -> int:
    """Cost of a whole campaign in micro-rho: what is reserved per athlete before anything leaves."""
    _need(rounds >= 1, "at least one round")
    return rounds * rho_micro_per_round(noise_multiplier)


def rho_micro_of_pure(epsilon: float) -> int:
    """Cost of one pure epsilon-private answer, epsilon² / 2, in micro-rho, rounded up (Bun and Steinke 2016)."""
    _need(math.isfinite(epsilon) and epsilon > 0, "a positive epsilon")
    return math.ceil(MICRO * Fraction(epsilon) ** 2 / 2)


def mu_from(noise_multiplier: float, rounds: int) -> float:
    """Gaussian-privacy parameter mu of `rounds` rounds at full participation: sqrt(rounds) / sigma."""
    _need(math.isfinite(noise_multiplier) and noise_multiplier > 0, "a positive noise multiplier")
    _need(rounds >= 0, "a number of rounds")
    return math.sqrt(rounds) / noise_multiplier


def delta_for(athletes: int) -> float:
    """The delta for a public number of athletes N: min(1e-6, N^-1.1) (docs/privacy.md §2.3)."""
    _need(athletes >= 1, "at least one athlete")
    return min(BUDGET_DELTA, math.pow(athletes, -1.1))


def epsilon_proved(rho_micro: int, delta: float) -> float:
    """The epsilon that `rho_micro` proves at `delta`, for discrete noise as drawn.

    The optimal conversion over Rényi orders: Canonne, Kamath and Steinke 2020, Proposition 12. Every order
    gives a valid bound, so an imperfect minimum is only less tight, never unsound.
    """
    _need(rho_micro >= 0, "a budget of at least 0")
    _need_delta(delta)
    if rho_micro == 0:
        return 0.0
    rho = rho_micro / MICRO
    return max(0.0, _minimum(lambda u: _epsilon_at_order(rho, delta, math.exp(u)), -12.0, 12.0 - math.log(rho)))


def epsilon_gaussian(mu: float, delta: float) -> float:
    """The exact epsilon of continuous Gaussian noise at `delta` (Balle and Wang 2018, Theorem 8), from above.

    mu: see `mu_from`; streams with different noise add as the root of the sum of squares.
    """
    _need(math.isfinite(mu) and mu >= 0, "a mu of at least 0")
    _need_delta(delta)
    if math.erf(mu / math.sqrt(8)) <= delta:  # the delta of epsilon 0, exact for the smallest mu
        return 0.0
    low, high = 0.0, 1.0
    while _gaussian_delta(high, mu) > delta:
        low, high = high, 2 * high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if _gaussian_delta(middle, mu) > delta else (low, middle)
    return high


def rho_micro_within(epsilon: float, delta: float) -> int:
    """The largest budget in micro-rho whose proved epsilon is at most `epsilon`."""
    _need(math.isfinite(epsilon) and epsilon > 0, "a positive epsilon")
    _need_delta(delta)
    low, high = 0, MICRO
    while epsilon_proved(high, delta) <= epsilon:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if epsilon_proved(middle, delta) <= epsilon else (low, middle)
    return low


def sigma_for(epsilon: float, rounds: int, delta: float) -> float:
    """The smallest noise multiplier, to four decimals, whose campaign proves at most `epsilon` at `delta`.

    Raises InvalidInput if the budget is too small to be divided among so many rounds.
    """
    _need(rounds >= 1, "at least one round")
    per_round = rho_micro_within(epsilon, delta) // rounds
    _need(per_round >= 1, "an epsilon large enough for so many rounds")
    steps = math.isqrt(10**8 * MICRO // (2 * per_round))  # sigma in ten-thousandths, rounded down
    while rho_micro_per_round(steps / 10**4) > per_round:
        steps += 1
    return steps / 10**4


@dataclass(frozen=True, slots=True)
class GaussianRounds:
    """Rounds answered with discrete Gaussian noise.

    rho_micro: what they are booked at, in all. draws: coordinates in all of them. scale: a lower bound on the noise's
    standard deviation, in the whole numbers that an answer is made of.
    """

    rho_micro: int
    draws: int
    scale: float

    @property
    def is_close(self) -> bool:
        """True if the noise is so fine that the closed form serves."""
        return self.scale >= LEAST_SCALE


def rounds_of(manifest: "CampaignManifest", rounds: int) -> GaussianRounds | None:
    """Return so many rounds of a campaign, or None where clubs share the noise: sums of shares are not covered."""
    if manifest.min_honest_clubs != 1:
        return None
    coordinates = MOST_COORDINATES if manifest.exchange is None else manifest.exchange.axes
    if manifest.evidence is not None:
        coordinates = EVIDENCE_NUMBERS
    return GaussianRounds(
        rho_micro=campaign_cost(manifest.noise_multiplier, rounds) if rounds else 0,
        draws=rounds * coordinates,
        scale=manifest.noise_multiplier * manifest.clip_norm * 2.0**manifest.scale_bits,
    )


def epsilon_of_campaign(manifest: "CampaignManifest", *, rounds: int | None = None) -> float:
    """Return the proved epsilon of one campaign for one athlete, at its delta. rounds: those paid; by default all."""
    number = manifest.rounds if rounds is None else rounds
    cost = campaign_cost(manifest.noise_multiplier, number) if number else 0
    return epsilon_of_spend(cost, [rounds_of(manifest, number)], manifest.delta)


def epsilon_of_spend(rho_micro: int, parts: Iterable[GaussianRounds | None], delta: float) -> float:
    """Return the epsilon that a spend proves at `delta`: the better of two bounds, where the closed form holds.

    parts: what was spent on, as far as it is known; None for what is no covered rounds. Where they do not account for
    all of `rho_micro`, or one is not covered, the conversion from zCDP counts alone.
    """
    booked, known = epsilon_proved(rho_micro, delta), list(parts)
    covered = [part for part in known if part is not None and part.is_close]
    if len(covered) != len(known) or sum(part.rho_micro for part in covered) != rho_micro or rho_micro == 0:
        return booked
    return min(booked, _closed_form(rho_micro, covered, delta, booked))


def rounded_up(epsilon: float) -> float:
    """Return an epsilon as it is shown, to two decimals and never below what is proved."""
    return math.ceil(100 * epsilon) / 100


def slack(parts: Iterable[GaussianRounds], reach: float = REACH) -> tuple[float, float, float]:
    """Return what the closed form needs: epsilon on top, the exponent that delta grows by, and the mass left out.

    With s a part's scale and n its draws these are the sums of n(reach² + 2)/24s², n/24s² and n·P(|Z| > reach - 1/2s).
    """
    found = list(parts)
    one_way = math.fsum(part.draws / (24 * part.scale**2) for part in found)
    outside = math.fsum(part.draws * math.erfc((reach - 0.5 / part.scale) / math.sqrt(2)) for part in found)
    return one_way * (reach**2 + 2), one_way, outside


def _closed_form(rho_micro: int, parts: list[GaussianRounds], delta: float, booked: float) -> float:
    """Epsilon of continuous noise that costs `rho_micro`, with the slack on top; infinite where there is no room."""
    more, growth, outside = slack(parts)
    ceiling = booked + 1.0  # above every epsilon that could be the better one
    left = delta * math.exp(-growth) - math.exp(ceiling) * outside
    if left <= 0:
        return math.inf
    epsilon = epsilon_gaussian(math.sqrt(2 * rho_micro / MICRO), left)
    return epsilon + more if epsilon <= ceiling else math.inf


def _epsilon_at_order(rho: float, delta: float, excess: float) -> float:
    """Epsilon at Rényi order 1 + excess."""
    order = 1 + excess
    return order * rho - math.log(delta * order) / excess + math.log(excess) - math.log1p(excess)


def _gaussian_delta(epsilon: float, mu: float) -> float:
    near, far = epsilon / mu - mu / 2, epsilon / mu + mu / 2
    return math.erfc(near / math.sqrt(2)) / 2 - math.exp(epsilon + _log_upper_tail(far))


def _log_upper_tail(x: float) -> float:
    """log P(Z > x) for a standard normal Z; beyond 30 by the asymptotic series, where erfc nears underflow."""
    if x < 30:
        return math.log(math.erfc(x / math.sqrt(2)) / 2)
    return -x * x / 2 - math.log(x * math.sqrt(2 * math.pi)) + math.log1p(-1 / x**2 + 3 / x**4 - 15 / x**6)


def _minimum(function: Callable[[float], float], low: float, high: float) -> float:
    """Golden-section minimum of a function with a single valley."""
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = function(left), function(right)
    while high - low > 1e-9:
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = function(right)
    return min(at_left, at_right)


def _need(condition: bool, expected: str) -> None:
    if not condition:
        raise InvalidInput(f"expected {expected}")


def _need_delta(delta: float) -> None:
    _need(0 < delta < 1, "a delta between 0 and 1")
