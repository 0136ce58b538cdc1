"""The chance beside the own base rate: recomputed, silent where the model says nothing, and in words."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from client.adoption import Verdict
from client.features.daily import DailyTable
from client.injury_risk.club_head import KeptClubHead
from client.injury_risk.individual_risk import GROUPS, IndividualRisk, RiskDriver, individual_risk
from client.injury_risk.risk_words import (
    BASE_RATE,
    CHANCE,
    MOVED,
    NOT_KNOWN,
    TOO_FEW,
    TRUST,
    in_a_hundred,
    risk_in_figures,
    trust_words,
)
from models import risk
from models.features import RISK_CATEGORIES, RISK_SCHEMA
from policies.vocabulary import Category
from tests.client.injury_risk.risk_squad import FIGURES, PUBLIC

TODAY = date(2026, 11, 24)
HEAD = KeptClubHead(TODAY, "ab" * 32, PUBLIC, 0.05, frozenset())
VERDICT = Verdict(
    model=RISK_SCHEMA.model,
    model_id="ab" * 32,
    adopted=True,
    reasons=(),
    judged_days=4_000,
    judged_athletes=30,
    figures=FIGURES,
    judged=datetime(2026, 11, 24, tzinfo=UTC),
)


def table(days: int = 120, *, lost: tuple[int, ...] = (40, 41, 90), seed: int = 1) -> DailyTable:
    rng = np.random.default_rng(seed)
    away = np.zeros(days)
    away[[one for one in lost if one < days]] = 1.0
    columns = {item: rng.integers(1, 6, days).astype(float) for item in risk.WELLNESS_ITEMS}
    columns |= {"load_au": np.where(away == 1.0, 0.0, rng.uniform(100, 700, days)), "time_loss": away}
    return DailyTable(tuple(TODAY - timedelta(days=back) for back in range(days - 1, -1, -1)), columns)


def certain(found: IndividualRisk | None) -> IndividualRisk:
    assert found is not None
    return found


def test_the_chance_is_the_models_and_the_base_rate_the_athletes_own() -> None:
    days = table()
    found = certain(individual_risk(days, TODAY, HEAD, today=TODAY))

    series = risk.design({name: days.column(name) for name in risk.INPUTS})
    log_odds = float(series.X[-1].astype(np.float64) @ PUBLIC[:-1] + PUBLIC[-1])
    rows = [day for day in np.flatnonzero(series.mask).tolist() if day <= 119 - 8]
    events = sum(float(series.y[day]) for day in rows)
    assert found.chance == pytest.approx(1.0 / (1.0 + math.exp(-log_odds)))
    assert events == 14.0  # a week of days before each of the two injuries
    assert found.base_rate == pytest.approx((200.0 * 0.05 + events) / (200.0 + len(rows)))


def test_the_drivers_are_the_two_largest_groups_and_together_with_the_third_the_whole_score() -> None:
    found = certain(individual_risk(table(), TODAY, HEAD, today=TODAY))

    days = table()
    X = risk.design({name: days.column(name) for name in risk.INPUTS}).X[-1].astype(np.float64)
    by_name = dict(zip(RISK_SCHEMA.names, X * PUBLIC[:-1], strict=True))
    share = {category: sum(by_name[name] for name in names) for category, names in GROUPS.items()}
    assert {name for names in GROUPS.values() for name in names} == set(RISK_SCHEMA.names)
    assert set(GROUPS) == set(RISK_CATEGORIES)
    assert [one.category for one in found.drivers] == sorted(share, key=lambda c: -abs(share[c]))[:2]
    assert [one.log_odds for one in found.drivers] == pytest.approx([share[one.category] for one in found.drivers])


def test_later_days_change_nothing() -> None:
    days = table()
    before = days.dates[80]

    assert individual_risk(days, before, HEAD, today=TODAY) == individual_risk(
        days.until(before), before, HEAD, today=TODAY
    )


@pytest.mark.parametrize(
    ("lost", "days"),
    [((119,), 120), ((115,), 120), ((), 13)],
    ids=["not available", "a week after a return", "thirteen days with a load"],
)
def test_it_says_nothing_of_days_that_the_model_says_nothing_of(lost: tuple[int, ...], days: int) -> None:
    assert individual_risk(table(days, lost=lost), TODAY, HEAD, today=TODAY) is None


def test_it_says_nothing_without_a_fresh_head_or_of_an_unknown_day() -> None:
    old = replace(HEAD, day=TODAY - timedelta(days=3))

    assert individual_risk(table(), TODAY, None, today=TODAY) is None
    assert individual_risk(table(), TODAY, old, today=TODAY) is None
    assert individual_risk(table(), TODAY + timedelta(days=1), HEAD, today=TODAY) is None
    unknown = table()
    unknown.columns["time_loss"][-1] = np.nan
    assert individual_risk(unknown, TODAY, HEAD, today=TODAY) is None  # unknown is never available


def test_in_words() -> None:
    one = IndividualRisk(0.064, 0.049, (RiskDriver(Category.TRAINING_LOAD, 0.3), RiskDriver(Category.INJURY, -0.2)))
    lines = risk_in_figures(one, VERDICT, set(RISK_CATEGORIES))
    fewer = risk_in_figures(one, VERDICT, {Category.TRAINING_LOAD})

    assert lines[CHANCE] == "about 6 in 100 such weeks"
    assert lines[BASE_RATE] == "about 5 in 100 such weeks"
    assert lines[TRUST] == "93 injuries came for each 100 expected"
    assert lines[MOVED] == "training load (raises it) and earlier injuries (lowers it)"
    assert fewer[MOVED] == "training load (raises it) and something that is not shown here (lowers it)"
    assert [in_a_hundred(chance) for chance in (0.0, 0.0049, 0.005, 0.999)] == [
        *["fewer than 1 in 100 such weeks"] * 2,
        "about 1 in 100 such weeks",
        "about 99 in 100 such weeks",
    ]


def test_the_lines_are_the_same_whatever_is_known() -> None:
    nothing = risk_in_figures(None, VERDICT, set(RISK_CATEGORIES))

    assert nothing[CHANCE] == NOT_KNOWN
    assert list(nothing) == list(risk_in_figures(IndividualRisk(0.1, 0.1, ()), VERDICT, set()))


@pytest.mark.parametrize(
    "changed",
    [{"figures": {**FIGURES, "events": 9.0}}, {"judged_athletes": 2}, {"judged_athletes": None}, {"figures": {}}],
)
def test_few_injuries_or_athletes_are_no_figure(changed: dict[str, object]) -> None:
    assert trust_words(VERDICT.model_copy(update=changed)) == TOO_FEW
