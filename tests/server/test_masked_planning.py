"""Planning a campaign whose sums are masked, and what is kept of a masked round on disk."""

import json
from datetime import UTC, datetime

import pytest

from policies.campaign import parse_signed_manifest
from policies.campaigns.cost import cost_of
from policies.vocabulary import OrgId
from server.errors import BadCoordinatorSettings, CampaignFailed
from server.federation.masked.stages import MaskedStages
from server.federation.opening import Terms, plan_campaign
from tests.server.test_server_cli import TERMS, end, league, run

__all__ = ["end", "league", "run"]

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def planned(clubs=3, **terms):
    return plan_campaign(
        Terms(model="recovery-linear-1", public_athletes=40, **terms),
        campaign_id="recovery-1",
        league=OrgId("league"),
        clubs={f"club-{number}": "k" for number in range(clubs)},
        now=NOW,
    )


@pytest.mark.parametrize("rounds", [None, 4])
def test_masks_change_the_masking_of_a_plan_and_nothing_else(rounds):
    plain, masked = planned(rounds=rounds), planned(rounds=rounds, masks=True)

    assert masked.masking == "secagg-1"
    assert masked.model_dump(exclude={"masking"}) == plain.model_dump(exclude={"masking"})
    assert cost_of(masked) == cost_of(plain)  # all the noise of every club stays under the masks


@pytest.mark.parametrize("clubs", [1, 2])
def test_masks_of_fewer_than_three_clubs_are_not_planned(clubs):
    with pytest.raises(BadCoordinatorSettings, match=f"at least 3 clubs where sums are masked, got {clubs}"):
        planned(clubs, masks=True)


def test_the_command_says_whether_sums_are_masked(run, end, league, tmp_path):
    folder = league[0]
    told = json.loads(run("campaign", "plan", folder, *TERMS, "--out", tmp_path / "m.json", "--json").stdout)
    shown = " ".join(run("campaign", "plan", folder, *TERMS, "--out", tmp_path / "n.json").stdout.split())

    refused = end("campaign", "plan", folder, *TERMS, "--masks", "--out", tmp_path / "o.json")

    assert told["masking"] == "none"
    assert "the league sees each club's noisy sum" in shown
    assert parse_signed_manifest((tmp_path / "m.json").read_bytes()).manifest.masking == "none"
    assert refused[0] == 1
    assert "expected at least 3 clubs where sums are masked" in refused[1]
    assert not (tmp_path / "o.json").exists()


def test_what_came_of_a_masked_round_is_read_as_it_was_kept_and_goes_with_the_round(tmp_path):
    kept = MaskedStages.of(tmp_path / "campaign", 2)
    assert kept.load() == {}
    stages = {"keys": {"club-a": b'{"a":1}', "club-b": b'{"b":2}'}, "shares": {}}

    kept.save(stages)

    assert MaskedStages.of(tmp_path / "campaign", 2).load() == stages
    assert MaskedStages.of(tmp_path / "campaign", 1).load() == {}
    kept.remove()
    kept.remove()
    assert kept.load() == {}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"keys": 3}', '{"keys": {"club-a": 3}}'])
def test_a_damaged_file_of_a_masked_round_ends_the_campaign_in_a_sentence(tmp_path, text):
    (tmp_path / "masks-01.json").write_text(text)

    with pytest.raises(CampaignFailed, match="cannot be read from disk"):
        MaskedStages.of(tmp_path, 1).load()


def test_a_disk_that_refuses_ends_the_campaign_before_the_next_stage_is_asked(tmp_path):
    (tmp_path / "campaign").write_text("in the way")

    with pytest.raises(CampaignFailed, match="could not be kept on disk"):
        MaskedStages.of(tmp_path / "campaign", 1).save({"keys": {}})
