"""Months since a model came into use: whose days count, when a month is full, and what too few athletes show."""

from datetime import date, timedelta

import numpy as np
import pytest

from client.evaluation import LEAST_INJURIES
from client.features.daily import DailyTable
from client.learning.monthly_errors import MonthFigure, monthly_errors
from client.risk_days import between, judged_rows
from models import risk
from models.features import RECOVERY_SCHEMA, RISK_SCHEMA
from models.recovery import design
from models.synthetic.league import synthetic_league
from models.training.club_head import club_weights
from models.training.initial_weights import initial_weights
from models.training.private_head import daily_deviations

PUBLIC = np.array(initial_weights(RECOVERY_SCHEMA.model))
NOTHING = np.zeros(RISK_SCHEMA.dimension)
FIRST, DAYS = date(2026, 1, 5), 330
TODAY = FIRST + timedelta(days=DAYS - 1)  # 30 November 2026
SINCE = date(2026, 9, 20)


@pytest.fixture(scope="module")
def tables() -> list[DailyTable]:
    league = synthetic_league(10, ["club-a"], 6, DAYS)
    dates = tuple(FIRST + timedelta(days=day) for day in range(DAYS))
    return [DailyTable(dates, dict(one.daily)) for one in league.athletes]


def test_the_months_run_from_adoption_to_today_and_two_of_them_are_in_part(tables: list[DailyTable]) -> None:
    found = monthly_errors(RECOVERY_SCHEMA.model, PUBLIC, tables, since=SINCE, today=TODAY)

    assert [(one.month, one.is_full) for one in found] == [
        (date(2026, 9, 1), False),
        (date(2026, 10, 1), True),
        (date(2026, 11, 1), False),
    ]


@pytest.mark.parametrize(
    ("since", "today", "is_full"),
    [
        (date(2026, 10, 1), date(2026, 11, 2), True),
        (date(2026, 10, 2), date(2026, 11, 2), False),
        (date(2026, 10, 1), date(2026, 11, 1), False),  # what was said on the last day may still be answered
    ],
)
def test_a_month_is_full_if_it_was_in_use_all_days_and_all_could_be_answered(
    tables: list[DailyTable], since: date, today: date, is_full: bool
) -> None:
    assert monthly_errors(RECOVERY_SCHEMA.model, PUBLIC, tables, since=since, today=today)[0].is_full == is_full


def test_a_month_errs_what_its_days_err_counted_one_by_one(tables: list[DailyTable]) -> None:
    misses = []
    for table in tables:
        weekday = np.array([day.weekday() for day in table.dates])
        series = design(table.column("readiness"), weekday)
        said = daily_deviations(PUBLIC, series)
        misses += [
            abs(float(said[place]) - float(series.y[place]))
            for place, day in enumerate(table.dates)
            if series.mask[place] and SINCE <= day < date(2026, 10, 1)
        ]

    september, *_ = monthly_errors(RECOVERY_SCHEMA.model, PUBLIC, tables, since=SINCE, today=TODAY)

    assert september.days == len(misses)
    assert september.figure == pytest.approx(sum(misses) / len(misses))


def test_a_month_of_two_athletes_has_no_figure_and_one_of_three_or_four_no_spread(tables: list[DailyTable]) -> None:
    two, three, five = (
        monthly_errors(RECOVERY_SCHEMA.model, PUBLIC, tables[:number], since=SINCE, today=TODAY)[1]
        for number in (2, 3, 5)
    )

    assert (two.figure, two.own_mean, two.days, two.spread) == (None, None, None, None)
    assert three.figure is not None
    assert three.spread is None
    assert five.spread is not None


def test_who_has_no_answers_in_a_month_does_not_stand_behind_it(tables: list[DailyTable]) -> None:
    silent = DailyTable(tables[2].dates, {"readiness": np.full(DAYS, np.nan)})

    found = monthly_errors(RECOVERY_SCHEMA.model, PUBLIC, [*tables[:2], silent], since=SINCE, today=TODAY)

    assert {one.figure for one in found} == {None}


def test_a_risk_model_has_a_month_only_with_enough_injuries_of_enough_athletes() -> None:
    well = [injured(place, onsets=[]) for place in range(40)]
    hurt = [injured(place, onsets=[285]) for place in range(LEAST_INJURIES)]
    often = [injured(0, onsets=list(range(40, DAYS, 25)))] * 2

    few, enough, of_two = (october(tables) for tables in ([*well, *hurt[1:]], [*well, *hurt], often))

    assert few.figure is None
    assert of_two.figure is None
    assert enough.figure == pytest.approx(skill_in_october([*well, *hurt]))


def skill_in_october(tables: list[DailyTable]) -> float:
    """As the model is used: with the club head of the days whose outcomes were known when the month began."""
    learn = int(0.7 * (DAYS - 1)) + 1
    series = [risk.design({name: table.column(name) for name in ("load_au", "time_loss")}) for table in tables]
    begins = (date(2026, 10, 1) - FIRST).days
    own = club_weights(NOTHING, [one.restricted(np.arange(DAYS) < min(learn, begins - 7)) for one in series])
    rows = judged_rows(own, tables, between(date(2026, 10, 1), date(2026, 10, 31)))
    return 1.0 - float(((rows.chance - rows.event) ** 2).mean() / ((rows.base_rate - rows.event) ** 2).mean())


def october(tables: list[DailyTable]) -> MonthFigure:
    return monthly_errors(RISK_SCHEMA.model, NOTHING, tables, since=SINCE, today=TODAY)[1]


def injured(place: int, *, onsets: list[int]) -> DailyTable:
    lost = np.zeros(DAYS)
    for onset in onsets:
        lost[onset : onset + 3] = 1.0
    load = 300.0 + 10.0 * ((np.arange(DAYS) + place) % 7)
    dates = tuple(FIRST + timedelta(days=day) for day in range(DAYS))
    return DailyTable(dates, {"time_loss": lost, "load_au": load})
