"""The operator sees sums and states: rounds, clubs, epsilon; never a number or name of athletes."""

import shutil
from datetime import UTC, datetime

import pytest

from server.registry_store import OPENING
from server.store import CampaignState
from tests.cosigned_campaigns import cosigned
from tests.published import LEAGUE, League
from tests.server.test_evidence_commands import published


@pytest.fixture
def operator(office):
    office.sign_in("operator")
    return office


def test_without_campaigns_the_page_says_what_will_appear(operator):
    assert "No campaign yet" in operator.client.get("/campaigns").text


def test_a_running_campaign_shows_rounds_parts_and_epsilon(operator):
    campaign = operator.open_campaign()
    operator.store.set_state(campaign.sha256, CampaignState.RUNNING)
    operator.store.set_progress(campaign.sha256, rounds_done=8, parts=1)

    page = operator.client.get("/campaigns").text

    assert "<h1>Round 9 of 16 is running</h1>" in page
    assert "1 of 2 clubs have sent their part." in page
    assert '<progress id="rounds" max="16" value="8">' in page
    assert "33,056 of " in page
    assert "ε ≤ " in page


def test_a_stopped_campaign_says_why_and_that_nothing_was_published(operator):
    campaign = operator.open_campaign()
    operator.store.set_state(campaign.sha256, CampaignState.FAILED, detail="round 1 had 0 of 2 clubs")

    page = operator.client.get("/campaigns").text

    assert "Round 1 had 0 of 2 clubs." in page
    assert "No model was published" in page


def test_an_interrupted_campaign_says_how_it_goes_on_and_that_it_was_signed_by_two(operator):
    first = operator.open_campaign("recovery-1")
    operator.store.set_progress(first.sha256, rounds_done=3, parts=0)
    operator.store.set_state(first.sha256, CampaignState.INTERRUPTED, detail="the coordinator stopped")
    operator.open_campaign("risk-1", "risk-logistic-1")

    page = " ".join(operator.client.get("/campaigns").text.split())

    assert "<h1>The campaign was interrupted after 3 of 16 rounds</h1>" in page
    assert "campaign resume LEAGUE-FOLDER recovery-1" in page
    assert "campaign close LEAGUE-FOLDER recovery-1" in page
    assert "<dt>Signed by</dt> <dd>league and union</dd>" in page


def test_a_closed_campaign_and_a_club_that_turned_one_down_are_shown(operator):
    campaign = operator.open_campaign()
    operator.store.set_state(campaign.sha256, CampaignState.WAITING)
    operator.store.set_note(campaign.sha256, "not waited for, since the club turned it down: club-b")
    operator.store.set_waits_until(campaign.sha256, datetime(2026, 11, 23, 12, 15, tzinfo=UTC))
    waiting = operator.client.get("/campaigns").text
    operator.store.close(campaign.sha256, detail="closed by the league after 0 rounds")
    closed = operator.client.get("/campaigns").text

    assert "Not waited for, since the club turned it down: club-b." in waiting
    assert "They are waited for until 23 November 2026, 12:15 UTC." in " ".join(waiting.split())
    assert "waited for until" not in closed
    assert "<h1>The campaign was closed after 0 of 16 rounds</h1>" in closed
    assert "the rest is given back" in closed
    assert "not waited for" not in closed.lower()


def test_without_the_ledger_the_page_says_so_and_shows_the_rest(operator):
    operator.open_campaign()
    operator.consent.down = True

    answer = operator.client.get("/campaigns")

    assert answer.status_code == 200
    assert "The ledger does not answer right now." in answer.text


def test_the_campaign_under_way_comes_before_newer_ones(operator):
    first = operator.open_campaign("recovery-1")
    operator.store.set_state(first.sha256, CampaignState.RUNNING)
    operator.open_campaign("risk-1", "risk-logistic-1")

    page = operator.client.get("/campaigns").text

    assert page.index("recovery-1") < page.index("Campaign risk-1<")


def test_a_finished_campaign_whose_model_the_registry_lacks_is_said(operator):
    campaign = operator.open_campaign()
    operator.store.set_state(campaign.sha256, CampaignState.DONE, model_id="ab12" * 16)

    page = operator.client.get("/models").text

    assert "No model in the registry" in page
    assert "Finished campaigns without their model here" in page
    assert "ab12 ab12 ab12 ab12" in page


def shown(operator):
    return " ".join(operator.client.get("/models").text.split()).replace("> <", "><")


def test_the_registry_is_shown_by_kind_with_the_newest_and_where_a_rollback_points(operator, tmp_path):
    league = League(tmp_path / "models")
    first, second = league.publish(), league.publish()
    league.days += 1
    back = league.registry.keep_return(league.registry.returning_to(first.name))
    league.registry.publish(back, b"{}")
    risk = league.publish(model="risk-logistic-1")
    (second / OPENING).unlink()

    page = shown(operator)

    assert "<h1>Four versions in the registry</h1>" in page
    assert page.index("<h2>Recovery</h2>") < page.index(back) < page.index(second.name)
    assert page.index("<h2>Injury risk</h2>") < page.index(risk.name)
    assert "Three versions; the newest goes back to an earlier one." in page
    assert f'Goes back to an earlier version<span class="quiet mono">{first.name[:16]}</span>' in page
    assert page.count("The newest</span>") == 2
    assert page.count(">Kept<") == 3
    assert page.count(">Not kept<") == 1
    assert "Finished campaigns without" not in page


def test_evidence_is_shown_and_its_campaign_misses_no_model(operator, tmp_path):
    league, folder = published(tmp_path / "models")
    (manifest,) = league.registry.evidence.campaigns(folder.name)
    campaign = operator.store.add_campaign(cosigned(manifest, LEAGUE, LEAGUE))
    operator.store.set_state(campaign.sha256, CampaignState.DONE, model_id=folder.name)
    page, campaigns = shown(operator), " ".join(operator.client.get("/campaigns").text.split())

    assert "<h2>Evidence pooled over the league</h2>" in page
    assert f'<dt>Evidence record</dt><dd class="mono">{folder.name}</dd>' in page
    assert "It suffices over the league. Each club’s own check weighs it" in page
    assert "Finished campaigns without" not in page
    assert "<h1>The question for evidence is finished</h1>" in campaigns
    assert "The evidence is signed and published." in campaigns
    assert "Judges on" in campaigns
    assert "asked once" in campaigns


def test_evidence_that_does_not_suffice_says_why(operator, tmp_path):
    published(tmp_path / "models", total=(0, 1_000_000, 0))

    assert "It does not suffice: the league’s evidence has fewer than 100 athletes to compare; over" in shown(operator)


def test_a_registry_that_cannot_be_read_says_so_and_the_page_stands(operator, tmp_path):
    league = League(tmp_path / "models")
    first, second = league.publish(), league.publish()
    (second / "record.json").write_text("{}")
    broken = shown(operator)
    (tmp_path / "models" / "recovery-linear-1.latest").write_text(first.name)
    (first / "manifest.json").unlink()

    page = shown(operator)

    assert "cannot be read. Put models/ back from a backup." in broken
    assert "<h1>One version in the registry</h1>" in page
    assert "which is not kept here" in page


def test_a_gap_before_the_oldest_version_is_said(operator, tmp_path):
    league = League(tmp_path / "models")
    first, _ = league.publish(), league.publish()
    shutil.rmtree(first)

    assert "Earlier versions are not in the registry." in shown(operator)


def test_nodes_without_contact_come_first(operator):
    page = operator.client.get("/nodes").text

    assert "1 of 2 nodes without contact" in page
    assert page.index("Club B") < page.index("Club A")


@pytest.mark.parametrize("path", ["/campaigns", "/models", "/nodes"])
def test_no_page_speaks_of_numbers_of_athletes(operator, path):
    campaign = operator.open_campaign()
    operator.store.set_state(campaign.sha256, CampaignState.DONE, model_id="ab12" * 16)

    page = operator.client.get(path).text

    assert str(campaign.manifest.public_athletes) + " athletes" not in page
    assert "style=" not in page
    assert "<script" not in page


def test_an_unknown_page_is_closed_like_any_other(operator):
    answer = operator.client.get("/nothing-here")

    assert answer.status_code == 404
    assert "Nothing is shown at this address" in answer.text
    assert "Try again" not in answer.text


@pytest.mark.parametrize(("form", "page"), [("/sign-out", "/"), ("/demo/sign-in", "/sign-in")])
def test_a_forms_address_loaded_again_leads_to_a_page(operator, form, page):
    answer = operator.client.get(form, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, page)


@pytest.mark.parametrize(
    ("state", "done", "heading", "words"),
    [
        (CampaignState.OPEN, 0, "Exchange 1 of 3 waits to begin", "nothing yet"),
        (CampaignState.WAITING, 1, "Exchange 2 of 3 waits for its clubs", "the newest is abab"),
        (CampaignState.RUNNING, 1, "Exchange 2 of 3 is running", "Parts received in exchange 2"),
        (CampaignState.RESTING, 1, "1 of 3 exchanges finished, and the season rests", "Until then nothing is asked"),
        (CampaignState.INTERRUPTED, 1, "The season was interrupted after 1 of 3 exchanges", "campaign resume"),
        (CampaignState.FAILED, 1, "The season stopped after 1 of 3 exchanges", "What it had published stays"),
        (CampaignState.FAILED, 0, "The season stopped after 0 of 3 exchanges", "No model was published"),
        (CampaignState.DONE, 3, "All 3 exchanges are finished", "Each model is signed and published"),
    ],
)
def test_a_season_says_how_far_it_is_in_every_state(operator, state, done, heading, words):
    season = operator.open_campaign(epsilon=1.0, exchanges=3, every_days=112)
    operator.store.set_progress(season.sha256, rounds_done=done, parts=0)
    operator.store.set_state(season.sha256, state, detail="as noted", model_id="ab" * 32 if done else "")

    page = " ".join(operator.client.get("/campaigns").text.split())

    assert f"<h1>{heading}</h1>" in page
    assert words in page
    assert f'<progress id="rounds" max="3" value="{done}">' in page
    assert "Exchanges finished" in page
    assert "3 exchanges of ε 1.00 make ε 1.81 of the cap of ε 2.00 in 365 days" in page
    assert "3, 112 days apart:" in page


def test_a_season_that_rests_stands_before_what_is_over(operator):
    season = operator.open_campaign(epsilon=1.0, exchanges=3, every_days=112)
    operator.store.set_progress(season.sha256, rounds_done=1, parts=0)
    operator.store.set_state(season.sha256, CampaignState.RESTING, model_id="ab" * 32)
    over = operator.open_campaign("risk-1", "risk-logistic-1")
    operator.store.set_state(over.sha256, CampaignState.DONE, model_id="cd" * 32)

    page = operator.client.get("/campaigns").text

    assert page.index("recovery-2026-b") < page.index("Campaign risk-1<")


def test_the_registry_names_the_exchange_of_a_season(operator, tmp_path):
    league = League(tmp_path / "models")
    season = league.season()
    for number in (1, 2):
        league.publish_exchange(season, number)

    page = shown(operator)

    assert page.index("Exchange 2 of a season") < page.index("Exchange 1 of a season")
    assert "Of a campaign" not in page
