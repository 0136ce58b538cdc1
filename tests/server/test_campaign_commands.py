"""`campaign plan`, `sign`, `attach`, `start`, `status`, `resume` and `close` of the league's program."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from policies.campaign import parse_signed_manifest
from policies.campaigns.season_line import SEASON
from policies.signing import SigningKey
from server.errors import BadCoordinatorSettings
from server.federation.seasons.course import rest_of
from server.federation.seasons.room import check_room
from server.settings import load_settings
from server.store import CampaignState, CoordinatorStore, open_database
from tests.server.test_server_cli import SERVICE_KEY, TERMS, end, league, run, signature_of, signed

__all__ = ["end", "league", "run", "signed"]


def test_a_campaign_with_less_than_two_right_signatures_is_not_started_or_even_told_of(
    end, run, league, service, tmp_path
):
    folder, out = league[0], tmp_path / "m.json"
    run("campaign", "plan", folder, *TERMS, "--out", out)
    unsigned = end("campaign", "start", folder, out)
    run("campaign", "sign", folder, out)
    alone = end("campaign", "start", folder, out)
    before = out.read_bytes()

    strangers = end("campaign", "attach", folder, out, signature_of(out, key=SigningKey.generate()))
    unnamed = end("campaign", "attach", folder, out, signature_of(out, organisation="a-rival"))
    twice = end("campaign", "attach", folder, out, signature_of(out, key=load_settings(folder).league_key()))

    assert [code for code, _ in (unsigned, alone, strangers, unnamed, twice)] == [1] * 5
    assert unsigned[1] == "Error: the league did not sign this campaign\n"
    assert "expected two signatures" in alone[1]
    assert "the second signature of the organisation that is set here" in strangers[1]
    assert strangers == unnamed
    assert "two of the league" in twice[1]
    assert out.read_bytes() == before
    assert "campaign_opened" not in service.kinds


def test_a_campaign_whose_id_is_in_use_is_not_told_of(end, run, league, service, signed):
    first, second = signed("--epsilon", 1), signed("--epsilon", 0.5, name="n.json")
    run("campaign", "start", league[0], first)

    refused = end("campaign", "start", league[0], second)

    assert refused[0] == 1
    assert "there is a campaign" in refused[1]
    assert service.kinds.count("campaign_opened") == 1


def test_a_file_that_was_changed_after_it_was_signed_is_told_from_one_that_nobody_signed(end, league, service, signed):
    out = signed()
    body = json.loads(out.read_bytes())
    body["manifest"]["public_athletes"] += 1
    out.write_text(json.dumps(body))

    refused = end("campaign", "start", league[0], out)

    assert refused[0] == 1
    assert "did not sign this campaign; a signature of the right key is there, over other bytes" in refused[1]
    assert "campaign_opened" not in service.kinds


def test_signing_again_what_both_have_signed_leads_to_the_start(run, league, signed):
    told = run("campaign", "sign", league[0], signed()).stdout

    assert "campaign start" in told
    assert "UNION-FOLDER" not in told


def test_an_epsilon_beyond_one_campaigns_cap_is_named(end, league, tmp_path):
    refused = end("campaign", "plan", league[0], *TERMS, "--epsilon", "3", "--out", tmp_path / "m.json")

    assert refused[0] == 1
    assert "expected an ε of at most 2 for one campaign, got 3" in refused[1]


def test_another_second_signer_is_named_with_its_key(end, run, league, tmp_path):
    folder, out, body = league[0], tmp_path / "m.json", SigningKey.generate()
    link = ("link", folder, "--consent", "http://127.0.0.1:8100", *SERVICE_KEY)
    assert end(*link, "--second-signer", "gb")[0] == 1
    run(*link, "--second-signer", "gb", "--second-key", body.verify_key.text)
    run("campaign", "plan", folder, *TERMS, "--out", out)
    run("campaign", "sign", folder, out)

    unions = end("campaign", "attach", folder, out, signature_of(out))
    run("campaign", "attach", folder, out, signature_of(out, key=body, organisation="gb"))

    assert unions[0] == 1
    assert [one.organisation for one in parse_signed_manifest(out.read_bytes()).signatures] == ["league", "gb"]


def test_a_plan_says_what_it_asks_and_costs(run, league, tmp_path):
    folder, out = league[0], tmp_path / "m.json"

    told = json.loads(run("campaign", "plan", folder, *TERMS, "--out", out, "--json").stdout)
    shown = " ".join(run("campaign", "plan", folder, *TERMS, "--out", tmp_path / "o.json").stdout.split())

    made = parse_signed_manifest(out.read_bytes())
    assert made.signatures == ()
    assert (told["sha256"], told["public_athletes"], told["axes"]) == (made.manifest.sha256, 40, 3)
    assert told["year"] == {"campaigns": 1, "epsilon": told["epsilon"]}
    said = ("40: sums are divided by it", "public axes (k)", "1 such in 365 days", "Nobody has signed it")
    for words in (*said, "waits 15 minutes"):
        assert words in shown


def test_a_plan_beside_another_of_its_season_line_is_refused_until_that_one_is_over_unused(run, end, league, signed):
    folder, plan = league[0], ("campaign", "plan", league[0], *TERMS, "--out")
    started = json.loads(run("campaign", "start", folder, signed("--epsilon", 1), "--json").stdout)
    first = started["sha256"]

    beside = end(*plan, folder / "beside.json")
    fits = re.search(r"what fits now is --epsilon (1\.[0-9]+) at most; plan with that, or wait", beside[1])
    assert fits
    run(*plan, folder / "most.json", "--epsilon", fits[1])
    above = end(*plan, folder / "above.json", "--epsilon", f"{float(fits[1]) + 0.01:.2f}")
    other_line = ("campaign", "plan", folder, "--model", "risk-logistic-1", "--public-athletes", 40, "--out")
    run(*other_line, folder / "risk.json")
    run(*plan, folder / "fits.json", "--epsilon", 1)
    run("campaign", "close", folder, first, "--yes")
    run(*plan, folder / "after.json")

    assert beside[0] == 1
    assert beside[1].startswith("Error: no such campaign can be planned: league/recovery has 63,")
    assert "micro-rho left of 88,152 (ε = 2) in 365 days, and this one costs 88,145" in beside[1]
    free = (datetime.now(UTC) + timedelta(days=28 + 365)).date()
    assert f"{started['campaign_id']} uses ε 1.00, free on {free}" in beside[1]
    assert above[0] == 1
    assert not (folder / "beside.json").exists()


def test_rounds_of_a_campaign_that_is_over_count_for_a_season(run, league, signed):
    folder = league[0]
    sha256 = json.loads(run("campaign", "start", folder, signed(), "--json").stdout)["sha256"]
    store = CoordinatorStore(open_database(load_settings(folder)), clock=lambda: datetime.now(UTC))
    store.set_progress(sha256, rounds_done=1, parts=0)
    store.set_state(sha256, CampaignState.DONE)
    over = store.campaign(sha256)
    next_one = over.manifest.model_copy(update={"campaign_id": "next"})

    with pytest.raises(BadCoordinatorSettings, match=r"has 7 micro-rho left.*; what fits now is --epsilon 0.01 at"):
        check_room(next_one, [over], now=over.changed_at + SEASON - timedelta(seconds=1))
    check_room(next_one, [over], now=over.changed_at + SEASON)
    elsewhere = next_one.model_copy(update={"clubs": {"club-z": "key"}})
    check_room(elsewhere, [over], now=over.changed_at)


def test_a_plan_is_simulated_with_a_public_number_that_is_wrong(run, end, league, tmp_path):
    folder = league[0]

    told = json.loads(run("campaign", "plan", folder, *TERMS, "--simulate", "--out", tmp_path / "m", "--json").stdout)
    sized = end(
        "campaign",
        "plan",
        folder,
        "--model",
        "recovery-linear-1",
        "--public-athletes",
        1,
        "--simulate",
        "--out",
        tmp_path / "n",
    )

    assert set(told["simulated"]["wrong_public_number"]) == {"half", "double"}
    assert sized[0] == 1
    assert "expected a public number of 2" in sized[1]


def test_an_interrupted_campaign_is_shown_resumed_and_closed_and_the_ledger_hears_of_the_close_first(
    run, end, league, service, signed
):
    folder = league[0]
    sha256 = json.loads(run("campaign", "start", folder, signed(), "--json").stdout)["sha256"]
    store = CoordinatorStore(open_database(load_settings(folder)), clock=lambda: datetime.now(UTC))
    store.set_state(sha256, CampaignState.INTERRUPTED, detail="the coordinator stopped")

    shown = " ".join(run("campaign", "status", folder).stdout.split())
    resumed = json.loads(run("campaign", "resume", folder, sha256, "--json").stdout)
    again = end("campaign", "resume", folder, sha256)
    service.down = True
    unheard = end("campaign", "close", folder, sha256, "--yes")
    still = store.campaign(sha256).state
    service.down = False
    closed = json.loads(run("campaign", "close", folder, sha256, "--yes", "--json").stdout)

    assert "campaign resume" in shown
    assert "league and union" in shown
    assert resumed["state"] == "open"
    assert again[0] == 1
    assert "expected a campaign that was interrupted" in again[1]
    assert (unheard[0], still) == (1, CampaignState.OPEN)
    assert (closed["state"], closed["ledger_told"] is not None) == ("closed", True)
    assert service.requests[-1] == ("/v1/events", {"kind": "campaign_closed", "details": {"campaign": sha256}})
    assert "over already" in end("campaign", "close", folder, sha256, "--yes")[1]


SEASON_TERMS = ("--exchanges", 3, "--epsilon", 1, "--every", "16w")


def test_a_season_is_planned_with_its_dates_and_its_price(run, league, tmp_path):
    folder, out = league[0], tmp_path / "m.json"

    told = json.loads(run("campaign", "plan", folder, *TERMS, *SEASON_TERMS, "--out", out, "--json").stdout)
    shown = " ".join(run("campaign", "plan", folder, *TERMS, *SEASON_TERMS, "--out", tmp_path / "o").stdout.split())

    made = parse_signed_manifest(out.read_bytes()).manifest
    assert (made.rounds, told["rounds"]) == (3, 3)
    assert made.expires - made.opens == timedelta(days=2 * 112 + 28)
    season = told["season"]
    assert (season["exchanges"], season["every_days"], season["drift"]) == (3, 112, "1/10")
    assert (season["booked_each"], season["booked"]) == (1.0, 1.81)
    assert season["epsilon_each"] < told["epsilon"] < 1.81
    assert [one["opens"] for one in season["windows"]] == [
        (made.opens + timedelta(days=112 * past)).isoformat() for past in range(3)
    ]
    for words in ("3 exchanges of ε 1.00 make ε 1.81 of the cap of ε 2.00", "112 days apart", "Each starts at what"):
        assert words in shown


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        (("--exchanges", 4, "--epsilon", 1, "--every", "12w"), "4 exchanges of ε 1 make ε 2.12, and the cap is ε 2"),
        (("--exchanges", 2, "--every", "16w"), "2 exchanges of ε 2 make ε 2."),
        (("--exchanges", 3, "--epsilon", 1, "--every", "26w"), "a season of at most 365 days"),
        (("--exchanges", 3, "--epsilon", 1, "--every", "27w"), "1 to 182 days apart"),
        (("--exchanges", 3, "--epsilon", 1, "--every", "2w"), "each over before the next one opens"),
        (("--exchanges", 3, "--epsilon", 1), "say --every, such as 16w"),
        (("--every", "16w"), "say --exchanges, or leave it out"),
        (("--exchanges", 3, "--epsilon", 1, "--every", "16 weeks"), "such as 112d or 16w, got '16 weeks'"),
        (("--exchanges", 3, "--epsilon", 1, "--every", "4w", "--rounds", 3), "leave --rounds out"),
    ],
)
def test_a_season_that_cannot_be_is_refused_in_a_sentence(end, league, tmp_path, terms, words):
    out = tmp_path / "m.json"

    refused = end("campaign", "plan", league[0], *TERMS, *terms, "--out", out)

    assert refused[0] == 1
    assert words in refused[1]
    assert not out.exists()


def test_a_season_fills_its_line_until_each_exchange_is_a_year_away(run, end, league, signed):
    folder = league[0]
    sha256 = json.loads(run("campaign", "start", folder, signed(*SEASON_TERMS), "--json").stdout)["sha256"]
    store = CoordinatorStore(open_database(load_settings(folder)), clock=lambda: datetime.now(UTC))
    season = store.campaign(sha256)

    beside = end("campaign", "plan", folder, *TERMS, *SEASON_TERMS, "--out", folder / "beside.json")
    assert beside[0] == 1
    assert "micro-rho left of 88,152" in beside[1]
    assert f"{season.manifest.campaign_id} uses ε 1.81, free from " in beside[1]
    assert " at most for each exchange; plan with that, or wait" in beside[1]
    opens = season.manifest.opens
    shift = timedelta(days=365 + 28)
    following = season.manifest.model_copy(
        update={"campaign_id": "next", "opens": opens + shift, "expires": season.manifest.expires + shift}
    )
    check_room(following, [season], now=opens)
    early = following.model_copy(
        update={
            "opens": following.opens - timedelta(seconds=1),
            "expires": following.expires - timedelta(seconds=1),
        }
    )
    with pytest.raises(BadCoordinatorSettings, match="no such campaign"):
        check_room(early, [season], now=opens)


def test_a_resting_season_says_until_when_and_is_closed_or_left_alone(run, end, league, signed, service):
    folder = league[0]
    sha256 = json.loads(run("campaign", "start", folder, signed(*SEASON_TERMS), "--json").stdout)["sha256"]
    store = CoordinatorStore(open_database(load_settings(folder)), clock=lambda: datetime.now(UTC))
    store.set_progress(sha256, rounds_done=1, parts=0)
    store.set_state(sha256, CampaignState.RESTING, detail=rest_of(store.campaign(sha256)), model_id="a" * 64)

    told = json.loads(run("campaign", "status", folder, "--json").stdout)
    shown = " ".join(run("campaign", "status", folder).stdout.split())
    resumed = end("campaign", "resume", folder, sha256)
    run("campaign", "close", folder, sha256, "--yes")

    assert (told["state"], told["rounds_done"], told["season"]["exchanges"]) == ("resting", 1, 3)
    assert told["model_id"] == "a" * 64
    for words in ("rests until", "when exchange 2 of 3 opens", "leave the coordinator running", "make ε 1.81"):
        assert words in shown
    assert "Answered in this round" not in shown
    assert resumed[0] == 1
    assert "is resting; it goes on by itself" in resumed[1]
    assert store.campaign(sha256).state is CampaignState.CLOSED
    assert "campaign_closed" in service.kinds


def test_until_when_a_campaign_waits_for_its_clubs_is_said_while_it_does(run, league, signed):
    folder, out = league[0], signed()
    run("campaign", "start", folder, out)
    store = CoordinatorStore(open_database(load_settings(folder)), clock=lambda: datetime.now(UTC))
    (campaign,) = store.campaigns()
    until = datetime(2026, 11, 23, 12, 15, tzinfo=UTC)
    store.set_state(campaign.sha256, CampaignState.WAITING)
    store.set_waits_until(campaign.sha256, until)

    texts = [" ".join(run("campaign", verb, folder, campaign.sha256).stdout.split()) for verb in ("status", "show")]
    told = json.loads(run("campaign", "status", folder, "--json").stdout)
    store.set_progress(campaign.sha256, rounds_done=1, parts=0)
    store.set_running(campaign.sha256)
    later = json.loads(run("campaign", "status", folder, "--json").stdout)

    assert all("23 November 2026, 12:15 UTC" in text for text in texts)
    assert (told["waits_until"], later["waits_until"]) == (until.isoformat(), None)
