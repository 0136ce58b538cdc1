"""What the pooled evidence decides at every node: whether the league's days show that a risk model tells bad weeks.

Levels are chosen so that a model without signal passes in no more than 5 of 100 leagues, by the excess alone; the
difference in log loss is asked for on top (docs/indices.md §11.3, and tests/drills/evidence.py for what they give).
"""

import math

from models.evidence.answer import LARGEST_EXCESS
from models.evidence.figures import Estimate, EvidenceFigures

LEAST_COMPARABLE = 100.0  # athletes with an injury to compare; Collins, Ogundimu and Altman 2016 ask for 100 events
SURE = 1.6449  # one-sided 95 %
LIKELY = 0.5244  # ours: one-sided 70 %; the log loss of a rare event has little power, and excess keeps the level

TOO_LITTLE = "the league's evidence has fewer than 100 athletes to compare"
NO_BETTER_ORDER = "over the league it does not surely tell an athlete's bad weeks from the good ones"
NO_BETTER_LOSS = "over the league it is not likely to predict better than athletes' own base rates"


def pooled_reasons(found: EvidenceFigures) -> tuple[str, ...]:
    """What stands against the model by the league's evidence, in words; none where it passes."""
    checks = (
        (found.comparable.value >= LEAST_COMPARABLE, TOO_LITTLE),
        (_low(found.excess, SURE) > 0.0, NO_BETTER_ORDER),
        (-_low(_negative(found.difference), LIKELY) < 0.0, NO_BETTER_LOSS),
    )
    return tuple(words for holds, words in checks if not holds)


def pooled_figures(found: EvidenceFigures, *, public_athletes: int) -> dict[str, float]:
    """What the verdict keeps of it. The concordance is of excess over comparable athletes, .5 by chance."""
    shown = {
        "league_public_athletes": float(public_athletes),
        "league_comparable": found.comparable.value,
        "league_log_loss_difference": found.difference.value,
        "league_log_loss_difference_high": -_low(_negative(found.difference), LIKELY),
    }
    if found.comparable.value < 1.0:  # noise alone
        return shown
    order = (("league_concordance", found.excess.value), ("league_concordance_low", _low(found.excess, SURE)))
    scale = LARGEST_EXCESS / 2.0 / found.comparable.value
    return shown | {name: min(max(0.5 + scale * value, 0.0), 1.0) for name, value in order}


def _low(one: Estimate, deviations: float) -> float:
    return one.value - deviations * math.sqrt(one.variance)


def _negative(one: Estimate) -> Estimate:
    return Estimate(value=-one.value, noise=one.noise, sampling=one.sampling)
