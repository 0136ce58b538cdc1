"""The epsilon that is proved for the discrete noise as drawn, without what the conversion from zCDP loses.

The ledger counts micro-rho. Where everything that was spent is Gaussian rounds of a large enough scale, the closed
form of continuous Gaussian noise holds with a slack that is computed here; docs/privacy.md §2.4 has the proof. All else
is converted from zCDP, which is always valid. Both are bounds, so the smaller one is shown.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from policies.budget import MICRO, campaign_cost, epsilon_gaussian, epsilon_proved
from policies.campaign import CampaignManifest

LEAST_SCALE = 1_000.0  # ours: below it the slack of a network's rounds would eat what the closed form gains
MOST_COORDINATES = 100_000  # of one answer, as `models.wire` bounds it; what a manifest of rounds does not name
REACH = 10.0  # ours: standard deviations up to which a coordinate is compared; beyond lies less than 2e-23


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


def rounds_of(manifest: CampaignManifest, rounds: int) -> GaussianRounds | None:
    """Return so many rounds of a campaign, or None where clubs share the noise: sums of shares are not covered."""
    if manifest.min_honest_clubs != 1:
        return None
    coordinates = MOST_COORDINATES if manifest.exchange is None else manifest.exchange.axes
    return GaussianRounds(
        rho_micro=campaign_cost(manifest.noise_multiplier, rounds) if rounds else 0,
        draws=rounds * coordinates,
        scale=manifest.noise_multiplier * manifest.clip_norm * 2.0**manifest.scale_bits,
    )


def epsilon_of_campaign(manifest: CampaignManifest, *, rounds: int | None = None) -> float:
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
