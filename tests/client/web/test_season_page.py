"""The page of a season says each exchange with its dates and what became of it; one that is over says so."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from client.campaigns.course import CampaignCourse, course_of
from client.campaigns.known_campaigns import known_campaigns
from client.campaigns.season_words import exchange_rows
from client.federation.journal import RoundJournal, answered_rounds
from client.league_models.received import ReceivedModels
from client.settings import NodeSettings
from policies.campaign import SignedManifest
from policies.campaigns.season_cost import season_cost
from tests.client.web.shown_campaigns import LEAGUE, linked, shown
from tests.published import League


@pytest.fixture
def settings(settings: NodeSettings) -> NodeSettings:
    return linked(settings)


def approved(settings: NodeSettings, now: datetime, *, exchanges: int = 3) -> SignedManifest:
    signed = shown(settings, now, exchanges=exchanges)
    known_campaigns(settings).approvals.approve(signed, settings.node_key(), now=now)
    return signed


def page_of(context: Any, signed: SignedManifest) -> str:
    answer = context.http.get(f"/campaigns/{signed.manifest.sha256}")
    assert answer.status_code == 200
    return " ".join(answer.text.split()).replace("> <", "><")


def answer(settings: NodeSettings, signed: SignedManifest, number: int, now: datetime) -> None:
    journal = RoundJournal(settings.journal_path)
    journal.record(signed.manifest.sha256, number, b"asked", b"answered", now)
    journal.close()


def publish(settings: NodeSettings, signed: SignedManifest, folder: Path, number: int) -> None:
    """The league publishes an exchange, and the node receives it."""
    league = League(folder, key=LEAGUE, days=number)
    model = league.publish_exchange(signed.manifest, number)
    received = ReceivedModels(settings.received, known_campaigns(settings).approvals, settings.models)
    received.receive(league.registry.parcel(model.name))


def test_a_season_is_asked_in_words_with_its_dates_and_what_each_exchange_costs(
    context: Any, settings: NodeSettings, clock: Any
) -> None:
    signed = shown(settings, clock(), exchanges=3)
    page, cost = page_of(context, signed), season_cost(signed.manifest)

    assert cost is not None
    assert "Three noisy numbers, in each of 3 exchanges" in page
    assert f"All 3 exchanges together; one alone is ε {cost.epsilon_each:.2f}." in page
    assert "3, 112 days apart; the first starts at public weights" in page
    assert "<dt>Exchange 1</dt><dd>24 November 2026 to 14 December 2026: not answered yet</dd>" in page
    assert "<dt>Exchange 2</dt><dd>16 March 2027 to 5 April 2027: not asked yet</dd>" in page
    assert "3 exchanges of ε 1.00 make ε 1.81 of the cap of ε 2.00 in 365 days" in page
    assert "A signed model after each exchange." in page


def test_the_course_of_a_season_is_told_exchange_by_exchange(
    context: Any, settings: NodeSettings, clock: Any, tmp_path: Path
) -> None:
    signed = approved(settings, clock())
    answer(settings, signed, 1, clock())
    answered = page_of(context, signed)
    publish(settings, signed, tmp_path / "league", 1)
    one = page_of(context, signed)
    publish(settings, signed, tmp_path / "league", 2)
    two = page_of(context, signed)

    assert "14 December 2026: answered</dd>" in answered
    assert "14 December 2026: answered, and its model has come</dd>" in one
    assert "Our club approved “recovery-winter”" in two
    assert "The league may have closed it early; this node has not been told so." in two
    assert "5 April 2027: not answered here; its model has come</dd>" in two
    assert course_of(settings, signed.manifest).published == {1, 2}
    assert course_of(settings, signed.manifest).words == "1 of 3 answered"
    assert "No further exchange is answered then" in " ".join(two.split())


@pytest.mark.parametrize("exchanges", [1, 3])
def test_what_is_over_says_so_and_no_longer_that_the_node_takes_part(
    context: Any, settings: NodeSettings, clock: Any, tmp_path: Path, exchanges: int
) -> None:
    signed = approved(settings, clock(), exchanges=exchanges)
    begun = page_of(context, signed)
    answer(settings, signed, exchanges, clock())
    answered, listed = page_of(context, signed), context.http.get("/model").text
    league = League(tmp_path / "league", key=LEAGUE)
    if exchanges == 1:
        model = league.publish(manifest=signed.manifest)
        received = ReceivedModels(settings.received, known_campaigns(settings).approvals, settings.models)
        received.receive(league.registry.parcel(model.name))
    else:
        for number in (1, 2, 3):
            publish(settings, signed, tmp_path / "league", number)
    finished, listed_then = page_of(context, signed), context.http.get("/model").text

    assert course_of(settings, signed.manifest).words == f"1 of {exchanges} answered, finished"
    assert "Our club approved “recovery-winter”" in begun
    assert "campaign revoke" in begun
    for page, heading in (
        (answered, "Our node has answered “recovery-winter”"),
        (finished, "“recovery-winter” is finished"),
    ):
        assert heading in page
        assert "Our club approved" not in page
        assert "may have closed it" not in page
        assert "Nothing more of it is asked of our node" in page
        assert "campaign revoke" not in page
    assert "Answered" in listed
    assert "Finished" in listed_then


def test_an_exchange_that_passed_unanswered_is_not_called_answered(settings: NodeSettings, clock: Any) -> None:
    manifest = shown(settings, clock(), exchanges=3).manifest
    course = CampaignCourse(3, answered=frozenset({2}), published=frozenset())
    now = manifest.opens + timedelta(days=112)

    rows = dict(exchange_rows(manifest, course, now=now, zone=UTC))

    assert rows["Exchange 1"] == "24 November 2026 to 14 December 2026: not answered here"
    assert rows["Exchange 2"].endswith(": answered")
    assert rows["Exchange 3"].endswith(": not asked yet")


def test_a_journal_is_read_without_being_made_or_changed(settings: NodeSettings, tmp_path: Path) -> None:
    missing, other = tmp_path / "none.sqlite3", tmp_path / "empty.sqlite3"
    other.touch()

    assert answered_rounds(missing, "a" * 64) == answered_rounds(other, "a" * 64) == frozenset()
    assert not missing.exists()
