"""`campaign plan --squad`: public squad sizes as they are typed, in the manifest and in what the plan says."""

import json

import pytest

from policies.campaign import CampaignManifest, parse_signed_manifest
from server.commands.terms.squads import with_squads
from tests.models.masks.league import masked_league
from tests.policies.test_campaign_manifest import EVIDENCE, manifest
from tests.server.test_server_cli import TERMS, end, league, run

__all__ = ["end", "league", "run"]


@pytest.mark.parametrize(
    ("words", "squads"),
    [
        (("--squad", "club-a=18", "--squad", "club-b=22"), {"club-a": 18, "club-b": 22}),
        (("--squad", "20"), {"club-a": 20, "club-b": 20}),
        (("--squad", "18", "--squad", "club-b=22"), {"club-a": 18, "club-b": 22}),
        (("--club", "club-b", "--squad", "22"), {"club-b": 22}),
        ((), None),
    ],
)
def test_sizes_are_planned_for_each_club_or_for_none(run, league, tmp_path, words, squads):
    folder, out = league[0], tmp_path / "m.json"

    told = json.loads(run("campaign", "plan", folder, *TERMS, *words, "--out", out, "--json").stdout)
    shown = " ".join(run("campaign", "plan", folder, *TERMS, *words, "--out", tmp_path / "o").stdout.split())

    made = parse_signed_manifest(out.read_bytes()).manifest
    assert (made.squads, told["squads"], told["sha256"]) == (squads, squads, made.sha256)
    assert (b'"squads"' in out.read_bytes()) is (squads is not None)
    assert ("each bounds what that club may send" in shown) is (squads is not None)


@pytest.mark.parametrize("season", [(), ("--exchanges", 3, "--epsilon", 1, "--every", "16w"), ("--rounds", 8)])
def test_sizes_change_no_other_term(run, league, tmp_path, season):
    plan = ("campaign", "plan", league[0], *TERMS, *season, "--name", "c-1", "--out")
    run(*plan, tmp_path / "without.json")
    run(*plan, tmp_path / "with.json", "--squad", 20)

    without, given = (
        parse_signed_manifest((tmp_path / name).read_bytes()).manifest for name in ("without.json", "with.json")
    )

    length = given.expires - given.opens
    assert without.expires - without.opens == length
    at = {"opens": without.opens, "expires": without.expires}
    assert given.model_copy(update={"squads": None, **at}).canonical() == without.canonical()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("club-a=20",), "for every club or for none; missing: club-b"),
        (("club-a=20", "club-b=20", "club-z=1"), "not in it: club-z"),
        (("20", "club-z=1"), "not in it: club-z"),
        (("club-a=21", "club-b=20"), "at most 40 athletes together, which is the public number N, got 41"),
        (("21",), "at most 40 athletes together, which is the public number N, got 42"),
        (("9999999",), "at most 40 athletes together"),
        (("club-a=20", "club-a=19", "club-b=1"), "expected one public squad size of club-a, got two"),
        (("20", "19"), "expected one public squad size for every club, got two"),
        *(
            ((text, "club-b=20"), "such as club-a=25, or one size for every club")
            for text in ("club-a=0", "0", "club-a=-1", "club-a=2.5", "club-a=", "=20", "club-a", "Club-A=20", "a=٣")
        ),
    ],
)
def test_sizes_that_cannot_be_are_refused_in_a_sentence(end, league, tmp_path, words, said):
    out = tmp_path / "m.json"

    refused = end(
        "campaign", "plan", league[0], *TERMS, *(part for text in words for part in ("--squad", text)), "--out", out
    )

    assert refused[0] == 1
    assert said in refused[1]
    assert not out.exists()


@pytest.mark.parametrize("made", [manifest(**EVIDENCE), masked_league(3).manifest], ids=["evidence", "masked"])
def test_evidence_and_masked_sums_take_sizes_too(made: CampaignManifest) -> None:
    sized = with_squads(made, ["20"])

    assert sized.squads == dict.fromkeys(made.clubs, 20)
    assert sized.model_copy(update={"squads": None}) == made
    assert with_squads(made, None) is made
