"""An episode, whoever entered or imported it and however it is signed, never raises a planned or proposed load."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from client.coaching.daily_assessment import Context, DailyAssessment, assess_day
from client.coaching.domains import PROFILES
from client.coaching.training_session import PlanSource, SessionPlan, TrainingSession
from client.features.athlete_days import athlete_days
from client.health.stages import RtpStage, Stages
from client.health.statements import AvailabilityStatements, with_limit
from client.vault.store import Vault
from policies.vocabulary import AthleteId
from tests.client.availability.records import AT, STRAIN, TODAY, records_of, signed
from tests.client.availability.test_episodes import logged, put
from tests.client.web.conftest import readings


def assessed(vault: Vault, athlete: AthleteId, folder: Path) -> DailyAssessment:
    """The morning as pages assess it, of everything that the vault holds."""
    standing = AvailabilityStatements(records_of(vault, folder)).standing(athlete, TODAY)
    one = assess_day(
        athlete,
        athlete_days(vault, athlete, today=TODAY),
        context=Context(TODAY, AT.replace(hour=0), PROFILES["answers"]),
        plan=SessionPlan(TrainingSession.of(rpe=8, minutes=60), PlanSource.SET),
        cap_au=None if standing is None else standing.cap_au,
    )
    return with_limit(one, standing)


def entered(vault: Vault, athlete: AthleteId) -> str:
    return put(vault, athlete)


def closed(vault: Vault, athlete: AthleteId) -> str:
    return put(vault, athlete, replace(STRAIN, ended=TODAY))


def imported(vault: Vault, athlete: AthleteId) -> str:
    vault.add(athlete, logged(TODAY - timedelta(days=9), TODAY - timedelta(days=2), "left hamstring"))
    return "aa" * 8


@pytest.mark.parametrize("episode", [entered, closed, imported])
@pytest.mark.parametrize("stage", [None, *RtpStage])
@pytest.mark.parametrize("tired_days", [0, 3])
def test_an_episode_and_its_stages_change_no_load(
    vault: Vault, athlete: AthleteId, tmp_path: Path, episode: Any, stage: RtpStage | None, tired_days: int
) -> None:
    vault.add(athlete, readings(50, seed=2, tired_days=tired_days))
    before = assessed(vault, athlete, tmp_path)

    record = episode(vault, athlete)
    if stage is not None:
        Stages(records_of(vault, tmp_path)).sign(signed(athlete, record, stage))

    after = assessed(vault, athlete, tmp_path)
    assert after.plan == before.plan
    assert (after.proposal, after.outcome) == (before.proposal, before.outcome)
    assert after.stated == ""
