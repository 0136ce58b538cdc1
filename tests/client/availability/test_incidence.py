"""Injuries and days lost per 1,000 h, exact intervals against another implementation, and ranges of return."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from scipy.stats import chi2, poisson

from client.biometrics.health_episodes import ProblemKind
from client.biometrics.observations import ReadingSource, observe
from client.biometrics.streams import Stream
from client.features.daily import DailyTable, build
from client.health.episodes import Episode
from client.health.expected_return import LEAST_CASES, ExpectedReturn, NoRange, expected_return
from client.health.incidence import Exposed, exposed, incidence, poisson_interval
from client.health.own_usual import cap_of, own_usual_au
from client.health.problem_words import ProblemType
from policies.vocabulary import AthleteId
from tests.client.availability.records import AT, TODAY

ONE = AthleteId("ath-00000000000000aa")


def episode(began: date, days: int | None, **changes: object) -> Episode:
    ended = None if days is None else began + timedelta(days=days)
    one = Episode(ONE, "r", "r", ProblemKind.INJURY, began, ended, "thigh, right", ProblemType.MUSCLE)
    return replace(one, **changes)  # type: ignore[arg-type]  # the test names the fields


def trained(days: int, minutes: float = 90.0) -> DailyTable:
    source = ReadingSource("", "app", "0" * 64)
    made = [AT - timedelta(days=back) for back in range(days)]
    minutes_of = [observe(Stream.SESSION_DURATION_MIN, at, minutes, source) for at in made]
    return build([*minutes_of, *(observe(Stream.SESSION_RPE, at, 5.0, source) for at in made)], today=TODAY)


@pytest.mark.parametrize("events", [0, 1, 3, 11, 54, 400])
def test_the_interval_is_that_of_the_chi_squared_quantiles(events: int) -> None:
    low = chi2.ppf(0.025, 2 * events) / 2 if events else 0.0

    assert poisson_interval(events) == pytest.approx((low, chi2.ppf(0.975, 2 * events + 2) / 2), rel=1e-9)


def test_the_interval_holds_the_mean_in_at_least_95_of_100() -> None:
    for mean in (0.5, 2.3, 7.0, 19.0):
        inside = [n for n in range(120) if poisson_interval(n)[0] <= mean <= poisson_interval(n)[1]]
        assert sum(poisson.pmf(n, mean) for n in inside) >= 0.95


def test_three_in_412_hours_and_54_days_are_the_figures_of_the_consensus() -> None:
    found = incidence([Exposed(200.0, 1, 14), Exposed(212.0, 2, 40)])

    assert found is not None
    assert (found.athletes, found.hours, found.injuries, found.days_lost) == (2, 412.0, 3, 54)
    assert (found.rate, found.burden) == (pytest.approx(7.2816, abs=1e-4), pytest.approx(131.068, abs=1e-3))
    assert found.low == pytest.approx(chi2.ppf(0.025, 6) / 2 / 0.412)
    assert found.burden_high == pytest.approx(found.high * 18)


def test_without_an_injury_the_burden_has_no_interval_and_few_hours_say_nothing() -> None:
    found = incidence([Exposed(500.0, 0, 0)])

    assert found is not None
    assert (found.rate, found.low, found.burden, found.burden_high) == (0.0, 0.0, 0.0, None)
    assert incidence([Exposed(99.0, 4, 30)]) is None
    assert incidence([]) is None


def test_an_injury_counts_where_exposure_was_known_at_its_onset() -> None:
    known = [episode(TODAY - timedelta(days=20), 5), episode(TODAY - timedelta(days=3), None)]
    others = [
        episode(TODAY - timedelta(days=300), 9),
        episode(TODAY - timedelta(days=20), 1),
        episode(TODAY - timedelta(days=9), 4, kind=ProblemKind.ILLNESS),
    ]

    assert exposed(trained(60), [*known, *others], TODAY) == Exposed(90.0, 2, 4 + 3)
    assert exposed(trained(20), known, TODAY) is None


def cases(lengths: list[int]) -> list[Episode]:
    return [episode(TODAY - timedelta(days=400 + n), days) for n, days in enumerate(lengths)]


def test_a_range_is_made_of_quantiles_of_twenty_cases() -> None:
    lengths = list(range(10, 30))

    found = expected_return(episode(TODAY - timedelta(days=8), None), cases(lengths), TODAY)

    low, high = np.quantile(lengths, [0.1, 0.9])
    began = TODAY - timedelta(days=8)
    assert isinstance(found, ExpectedReturn)
    assert (found.first, found.last) == (began + timedelta(int(low)), began + timedelta(int(np.ceil(high))))
    assert found.cases == 20
    assert found.words == "27 November to 14 December 2026, from 20 earlier cases"


def test_cases_that_were_over_sooner_do_not_count() -> None:
    one = episode(TODAY - timedelta(days=15), None)

    found = expected_return(one, cases([*range(10, 30), *range(30, 35)]), TODAY)

    assert isinstance(found, ExpectedReturn)
    assert found.cases == LEAST_CASES
    assert found.first >= TODAY


@pytest.mark.parametrize("other", [{"place": "knee, right"}, {"type": ProblemType.TENDON}, {"type": None}])
def test_with_fewer_cases_of_the_same_area_and_type_there_is_no_range_and_a_reason(other: dict[str, object]) -> None:
    known = [*cases([20] * 19), *(replace(one, **other) for one in cases([20] * 30))]  # type: ignore[arg-type]

    found = expected_return(episode(TODAY - timedelta(days=8), None), known, TODAY)

    assert found == NoRange(
        "No range: it needs 20 earlier cases of this area and type that lasted as long; 19 such cases are here."
    )


def test_later_cases_and_open_ones_do_not_count_and_an_untyped_episode_has_no_range() -> None:
    one = episode(TODAY - timedelta(days=500), None)

    assert isinstance(expected_return(one, cases([600] * 40), TODAY), NoRange)
    assert isinstance(expected_return(replace(one, type=None), [], TODAY), NoRange)


def test_the_own_usual_is_the_mean_of_the_training_days_before() -> None:
    assert own_usual_au(trained(20), TODAY) == pytest.approx(450.0)
    assert own_usual_au(trained(7), TODAY) is None
    assert cap_of(60, 450.0) == 270.0
    assert cap_of(33, 100.0) == 33.0
