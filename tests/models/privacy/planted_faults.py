"""The privacy path broken on purpose, one fault at a time, and the alarm that the empirical audit must give.

Two faults lie outside what a path computes from its arguments, so other tests attack them; they are named here too, so
that the drill `audit_privacy` tries everything that can go wrong with one answer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from models.features import AthleteSeries
from models.privacy import contribution as path
from models.privacy.empirical_audit import PrivacyAlarm
from models.privacy.per_athlete_gradients import FULL_WEIGHT_DAYS

noise, clip, gradients = path.noise_share, path.clip_rows, path.athlete_gradients


@dataclass(frozen=True, slots=True)
class PlantedFault:
    """What stands instead of which names of `models.privacy.contribution`, and the alarm that finds it."""

    instead: Mapping[str, Callable[..., Any]]
    alarm: PrivacyAlarm

    def plant(self, patch: pytest.MonkeyPatch) -> None:
        """Break the path until the patch is undone."""
        for name, broken in self.instead.items():
            patch.setattr(path, name, broken)


def _unchecked(rows: np.ndarray, clip: float, scale_bits: int, _sixteenths: object) -> np.ndarray:
    """Rounding without the check in integers, which would count a row that is too long as nothing."""
    return np.rint(rows * 2.0**scale_bits).astype(np.int64)


def _two_lengths(kind: Any, weights: Any, series: Sequence[AthleteSeries]) -> Any:
    """Gradients whose last digits depend on the longest series of the company."""
    return gradients(kind, weights, series) * (1.0 + 1e-12 * max((len(one.y) for one in series), default=0))


def _over_the_real_count(kind: Any, weights: Any, series: Sequence[AthleteSeries]) -> Any:
    """A mean over those who take part instead of a sum that the coordinator divides by a public number."""
    return gradients(kind, weights, series) / max(len(series), 1)


def _clips_each_day(most: float = 0.1) -> Callable[..., Any]:
    """Gradients that are added up after each day's was clipped: an athlete with many days counts many times."""
    known: dict[int, tuple[AthleteSeries, Any]] = {}  # the series is kept so that its number is not given again

    def of_one(kind: Any, weights: Any, one: AthleteSeries) -> Any:
        if id(one) not in known:
            places = np.flatnonzero(one.mask)
            days = [AthleteSeries(one.X[d : d + 1], one.y[d : d + 1], one.mask[d : d + 1]) for d in places]
            each = FULL_WEIGHT_DAYS * gradients(kind, weights, days)
            known[id(one)] = one, clip(each, most).sum(axis=0)
        return known[id(one)][1]

    def of_all(kind: Any, weights: Any, series: Sequence[AthleteSeries]) -> Any:
        return np.array([of_one(kind, weights, one) for one in series]).reshape(len(series), weights.size)

    return of_all


def _uniform(dimension: int, sigma: float, bound: float, h: int) -> Any:
    reach = 3**0.5 * sigma * bound
    return np.random.default_rng().uniform(-reach, reach, dimension).astype(np.int64)


def _floating(dimension: int, sigma: float, bound: float, h: int) -> Any:
    return np.random.default_rng().normal(0.0, sigma * bound, dimension)


def _same_seed(dimension: int, sigma: float, bound: float, h: int) -> Any:
    return np.rint(np.random.default_rng(7).normal(0.0, sigma * bound, dimension)).astype(np.int64)


def _noise(drawn: Callable[[int, float, float, int], Any], alarm: PrivacyAlarm) -> PlantedFault:
    return PlantedFault({"noise_share": drawn}, alarm)


def _gradient(made: Callable[..., Any], alarm: PrivacyAlarm) -> PlantedFault:
    return PlantedFault({"athlete_gradients": made}, alarm)


FAULTS: Mapping[str, PlantedFault] = {
    "noise off": _noise(lambda d, s, b, h: np.zeros(d, np.int64), PrivacyAlarm.EPSILON),
    "noise halved": _noise(lambda d, s, b, h: noise(d, s / 2, b, h), PrivacyAlarm.VARIANCE),
    "noise a tenth too small": _noise(lambda d, s, b, h: noise(d, 0.9 * s, b, h), PrivacyAlarm.VARIANCE),
    "noise divided among clubs": _noise(lambda d, s, b, h: noise(d, s, b, 4), PrivacyAlarm.VARIANCE),
    "noise of another shape": _noise(_uniform, PrivacyAlarm.SHAPE),
    "noise in floating point": _noise(_floating, PrivacyAlarm.FLOATING),
    "a seed used again": _noise(_same_seed, PrivacyAlarm.REPEATED),
    "no clip": PlantedFault({"clip_rows": lambda g, c: 40.0 * g, "quantise": _unchecked}, PrivacyAlarm.EPSILON),
    "clip of each day": PlantedFault(
        {"athlete_gradients": _clips_each_day(), "clip_rows": lambda g, c: g, "quantise": _unchecked},
        PrivacyAlarm.EPSILON,
    ),
    "padding to the longest": _gradient(_two_lengths, PrivacyAlarm.COMPANY),
    "denominator of the real count": _gradient(_over_the_real_count, PrivacyAlarm.COMPANY),
}

CAUGHT_ELSEWHERE: Mapping[str, Sequence[str]] = {
    "second answer": (
        "tests/federation/test_participation.py::test_the_same_round_asked_again_gets_the_same_bytes_and_spends_nothing",
        "tests/consent/ledger/test_consent_ledger_attacks.py::test_a_node_that_lost_its_journal_cannot_use_a_paid_round_again",
    ),
    "refund after release": (
        "tests/consent/ledger/test_consent_ledger.py::test_withdrawing_stops_the_next_round_and_gives_back_only_what_was_not_released",
    ),
    "noise in floating point, rounded": (
        "tests/models/privacy/test_integer_noise.py::test_the_noise_is_what_the_exact_sampler_drew",
    ),
}
"""Faults that no run of one path can show, and the tests of the gate that find them."""
