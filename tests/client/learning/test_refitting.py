"""Heads are fitted daily and when what may be used changes; who does not let the league learn gets the public one."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from client.biometrics.observations import observe
from client.biometrics.streams import Stream
from client.errors import ConsentUnavailable
from client.features.athlete_days import athlete_days
from client.learning.fitting import NO_MODEL, days_until
from client.learning.judging import ModelJudging
from client.learning.kept_head import KeptHead, ModelSource, kept_head
from client.learning.public_initial_weights import installed_sha256
from client.learning.refitting import AFTER_READINGS, HeadRefitting
from client.learning.tomorrow import FRESH_D, GROUPS, MovedBy, tomorrow
from client.vault.store import Vault
from models.evaluation.holdout import judge_days
from models.features import RECOVERY_SCHEMA
from models.recovery import design
from models.training.initial_weights import initial_weights
from models.training.private_head import daily_deviations
from tests.client.learning.squad import ATHLETES, DAYS, FIRST, LEAGUE, NOW, SOURCE, Clock, Consent, athlete

GOOD = 0.97 * np.array(initial_weights(RECOVERY_SCHEMA.model))
LAST = FIRST + timedelta(days=DAYS - 1)
Published = Callable[..., str]


@pytest.fixture
def node(vault: Vault, consent: Consent, tmp_path: Path, clock: Clock) -> HeadRefitting:
    def today() -> date:
        return clock().date()

    return HeadRefitting(vault, consent, [LEAGUE.verify_key], tmp_path / "models", clock, today)


def kept(vault: Vault, place: int) -> KeptHead:
    found = kept_head(vault, athlete(place))
    assert found is not None
    return found


def sources(vault: Vault) -> list[ModelSource]:
    return [kept(vault, place).source for place in range(ATHLETES)]


def answered(vault: Vault, place: int = 0) -> date:
    """The newest day on which the athlete answered."""
    known = ~np.isnan(days_until(athlete_days(vault, athlete(place)), LAST).readiness)
    return athlete_days(vault, athlete(place)).dates[int(np.flatnonzero(known)[-1])]


def test_before_anything_passed_it_is_the_own_mean(node: HeadRefitting, vault: Vault) -> None:
    assert node.refit_due()

    assert set(sources(vault)) == {ModelSource.OWN_MEAN}
    assert kept(vault, 0).model == NO_MODEL
    said = tomorrow(athlete_days(vault, athlete(0)), answered(vault), kept(vault, 0), today=LAST)
    assert said is not None
    assert said.expected == pytest.approx(said.usual)
    assert said.drivers == ()
    assert not said.is_probably_below


def test_what_passed_is_used_and_who_does_not_let_the_league_learn_gets_the_public_weights(
    node: HeadRefitting, judging: ModelJudging, vault: Vault, consent: Consent, published: Published
) -> None:
    name = published(GOOD)
    judging.judge_due()
    consent.willing = [athlete(place) for place in range(20)]

    node.refit_due()

    assert sources(vault) == [ModelSource.LEAGUE] * 20 + [ModelSource.PUBLIC] * (ATHLETES - 20)
    assert kept(vault, 0).model == name
    assert kept(vault, 24).model == installed_sha256()


def test_a_newer_model_that_failed_takes_no_place(
    node: HeadRefitting, judging: ModelJudging, vault: Vault, published: Published
) -> None:
    name = published(GOOD)
    judging.judge_due()
    published(-3.0 * GOOD)
    judging.judge_due()

    node.refit_due()

    assert {kept(vault, place).model for place in range(ATHLETES)} == {name}


def test_without_a_model_that_passed_everybody_gets_the_public_weights(
    node: HeadRefitting, judging: ModelJudging, vault: Vault, published: Published
) -> None:
    published(-3.0 * GOOD)
    judging.judge_due()

    node.refit_due()

    assert set(sources(vault)) == {ModelSource.PUBLIC}


def test_it_is_done_once_a_day_and_when_something_changed(
    node: HeadRefitting, judging: ModelJudging, vault: Vault, clock: Clock, consent: Consent
) -> None:
    assert [node.refit_due(), node.refit_due()] == [True, False]
    judging.judge_due()
    assert [node.refit_due(), node.refit_due()] == [True, False]
    assert set(sources(vault)) == {ModelSource.PUBLIC}

    clock.now = consent.now = NOW + timedelta(days=1)

    assert [node.refit_due(), node.refit_due()] == [True, False]
    assert kept(vault, 0).day == LAST + timedelta(days=1)


def test_new_readings_count_after_some_minutes(node: HeadRefitting, vault: Vault, clock: Clock) -> None:
    node.refit_due()
    clock.now = NOW + AFTER_READINGS
    node.refit_due()  # its own writes were a change as well
    before = kept(vault, 0).within_80
    at = datetime.combine(FIRST, datetime.min.time(), UTC) - timedelta(days=40)
    vault.add(athlete(0), [observe(Stream.READINESS, at + timedelta(days=d), d % 11.0, SOURCE) for d in range(40)])

    early = node.refit_due()
    clock.now += AFTER_READINGS
    late, again = node.refit_due(), node.refit_due()

    assert (early, late, again) == (False, True, False)
    assert kept(vault, 0).within_80 != before


def test_without_the_consent_service_what_is_kept_stays(
    node: HeadRefitting, vault: Vault, consent: Consent, clock: Clock
) -> None:
    node.refit_due()
    consent.down = True
    clock.now = NOW + timedelta(days=1)

    with pytest.raises(ConsentUnavailable):
        node.refit_due()

    assert kept(vault, 0).day == LAST


def test_the_prediction_is_the_one_that_was_judged(
    node: HeadRefitting, judging: ModelJudging, vault: Vault, clock: Clock
) -> None:
    judging.judge_due()
    day = answered(vault)
    clock.now = datetime.combine(day, datetime.min.time(), UTC)
    node.refit_due()
    table = athlete_days(vault, athlete(0))

    said = tomorrow(table, day, kept(vault, 0), today=day)

    days = days_until(table, day)
    judged = daily_deviations(np.array(initial_weights(RECOVERY_SCHEMA.model)), design(days.readiness, days.weekday))
    assert said is not None
    assert said.expected == pytest.approx(np.nanmean(days.readiness) + judged[-1])
    assert said.low <= said.expected <= said.high


def test_four_of_five_held_back_mornings_are_inside(node: HeadRefitting, judging: ModelJudging, vault: Vault) -> None:
    judging.judge_due()
    node.refit_due()
    inside = []
    for place in range(ATHLETES):
        table, mine = athlete_days(vault, athlete(place)), kept(vault, place)
        days = days_until(table, LAST)
        for row in np.flatnonzero(judge_days(len(table.dates)))[:-1]:
            said = tomorrow(table, table.dates[row], mine, today=LAST)
            if said is not None and not np.isnan(days.readiness[row + 1]):
                inside.append(said.low <= days.readiness[row + 1] <= said.high)

    assert len(inside) > 1_000
    assert np.mean(inside) == pytest.approx(0.8, abs=0.05)


def test_probably_below_is_two_of_three_below_the_own_mean(vault: Vault) -> None:
    table, day = athlete_days(vault, athlete(0)), answered(vault)
    weights = np.zeros(RECOVERY_SCHEMA.dimension)

    def said(moved: float) -> bool:
        weights[-1] = moved
        head = KeptHead(ModelSource.PUBLIC, LAST, "ab" * 32, weights.copy(), 1.5, 0.4)
        found = tomorrow(table, day, head, today=LAST)
        assert found is not None
        return found.is_probably_below

    assert [said(-0.5), said(-0.41), said(-0.39), said(0.0), said(0.5)] == [True, True, False, False, False]


def test_drivers_are_the_two_largest_and_every_column_has_its_group(vault: Vault) -> None:
    table, day = athlete_days(vault, athlete(0)), answered(vault)
    weights = np.zeros(RECOVERY_SCHEMA.dimension)
    weights[RECOVERY_SCHEMA.names.index("missing_share_7d")] = 5.0
    weights[RECOVERY_SCHEMA.names.index("week_sine")] = 0.01
    weights[RECOVERY_SCHEMA.names.index("week_cosine")] = 0.01

    found = tomorrow(table, day, KeptHead(ModelSource.LEAGUE, LAST, "ab" * 32, weights, 1.5, 0.4), today=LAST)

    assert found is not None
    assert [driver.by for driver in found.drivers] == [MovedBy.MISSING, MovedBy.WEEKDAY]
    assert sorted(name for names in GROUPS.values() for name in names) == sorted(RECOVERY_SCHEMA.names)


def test_nothing_is_said_without_an_answer_a_fortnight_or_a_fresh_model(node: HeadRefitting, vault: Vault) -> None:
    node.refit_due()
    table, mine, day = athlete_days(vault, athlete(0)), kept(vault, 0), answered(vault)
    known = ~np.isnan(days_until(table, LAST).readiness)

    assert tomorrow(table, day, None, today=LAST) is None
    assert tomorrow(table, day, mine, today=LAST + timedelta(days=FRESH_D + 1)) is None
    assert tomorrow(table, table.dates[int(np.flatnonzero(known)[5])], mine, today=LAST) is None
    assert tomorrow(table, table.dates[int(np.flatnonzero(~known)[-1])], mine, today=LAST) is None
    assert tomorrow(table, FIRST - timedelta(days=9), mine, today=LAST) is None


def test_an_athlete_without_a_day_has_a_row_like_any_other(node: HeadRefitting, vault: Vault) -> None:
    vault.add_athlete(athlete(99), "New", shirt_no=99)

    node.refit_due()

    assert np.isfinite(kept(vault, 99).weights).all()
    assert len(kept(vault, 99).to_bytes()) == len(kept(vault, 0).to_bytes())
    assert tomorrow(athlete_days(vault, athlete(99)), LAST, kept(vault, 99), today=LAST) is None
