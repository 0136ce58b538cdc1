"""`homefield-node forecast`: an athlete's own risk, where a model passed here, for programs and for people."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from client.forecast.commands import _show_risk
from client.injury_risk.club_head import kept_club_head
from client.injury_risk.own_risk import own_risk, risk_values
from client.settings import NodeSettings
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from tests.client.injury_risk.risk_squad import PUBLIC, RiskConsent, days_of, passed
from tests.client.learning.squad import Clock, athlete

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    with Vault.open(tmp_path / "vault.sqlite3", UnlockKey(bytes(32))) as opened:
        for place in range(3):
            opened.add_athlete(athlete(place), f"Name {place}", shirt_no=place + 1)
        opened.add(athlete(0), days_of(0, NOW.date(), days=60))
        opened.add(athlete(1), days_of(1, NOW.date(), days=60, lost=(3,)))
        yield opened


@pytest.fixture
def consent() -> RiskConsent:
    return RiskConsent([athlete(0), athlete(2)], NOW)


def test_without_a_model_that_passed_there_is_none(
    settings: NodeSettings, vault: Vault, consent: RiskConsent, capsys: pytest.CaptureFixture[str]
) -> None:
    found = own_risk(settings, vault, athlete(0), consent=consent, clock=Clock(NOW))
    _show_risk("Ada", found)

    assert found is None
    assert risk_values(found) is None
    assert "No individual risk available." in capsys.readouterr().out


def test_where_one_passed_it_is_said_with_the_head_of_today(
    settings: NodeSettings, vault: Vault, consent: RiskConsent, capsys: pytest.CaptureFixture[str]
) -> None:
    passed(settings.models, PUBLIC, now=NOW)

    found = own_risk(settings, vault, athlete(0), consent=consent, clock=Clock(NOW))
    _show_risk("Ada", found)

    values, head, told = risk_values(found), kept_club_head(vault), capsys.readouterr().out
    assert values is not None
    assert head is not None
    assert head.day == NOW.date()
    assert 0.0 < values["chance"] < 0.5
    assert 0.0 < values["base_rate"] < 0.5
    assert [set(one) for one in values["drivers"]] == [{"category", "raises"}] * 2
    assert "in 100 such weeks" in told


@pytest.mark.parametrize("place", [1, 2], ids=["a week after a return", "no reading at all"])
def test_an_athlete_of_whom_it_says_nothing(
    settings: NodeSettings, vault: Vault, consent: RiskConsent, place: int
) -> None:
    passed(settings.models, PUBLIC, now=NOW)

    found = own_risk(settings, vault, athlete(place), consent=consent, clock=Clock(NOW))

    assert risk_values(found) == {"chance": None, "base_rate": None, "drivers": []}


def test_it_needs_no_consent_to_league_learning(settings: NodeSettings, vault: Vault, consent: RiskConsent) -> None:
    """Whom a model is used for says nothing of whose days it learnt from."""
    passed(settings.models, PUBLIC, now=NOW)
    others = replace(consent, learners=[athlete(2)])

    found = own_risk(settings, vault, athlete(0), consent=others, clock=Clock(NOW))

    assert found is not None
    assert found.found is not None
