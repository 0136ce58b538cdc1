"""Public squad sizes in a manifest: whose they are, what they may be, and that whatever has none keeps its bytes."""

import json

import pytest
from pydantic import ValidationError

from policies.campaign import CampaignManifest, SignedManifest, parse_signed_manifest
from policies.campaigns.cost import terms_as_json, terms_in_words
from policies.campaigns.squads import largest_squad, squads_at_club
from policies.errors import BadSignature, InvalidInput
from policies.signing import SigningKey
from tests.policies.test_campaign_manifest import EVIDENCE, EXCHANGE, KEY, manifest
from tests.policies.test_season_terms import season

CLUBS = {"club-a": "key", "club-b": "key"}
SQUADS = {"club-a": 30, "club-b": 44}


def sized(**changes: object) -> CampaignManifest:
    """A manifest of two clubs with 74 public athletes, 30 and 44 of them on their lists."""
    return manifest(**{"clubs": CLUBS, "squads": SQUADS} | changes)


@pytest.mark.parametrize(
    ("made", "sha256"),
    [
        (manifest(), "b7b620de467743c379e58dc6dfb18a0b2635ae92fdfd710630408ddd37fbd9d8"),
        (manifest(**EXCHANGE), "54f4d3c5561d9ac32d4dfe719414a5f1ea8cb3097f96e2c760f63a85401a4463"),
        (manifest(**EVIDENCE), "49af58a5ef82cda572e9be79629b640bb6390a321c22bc9831985c18d6e0d167"),
        (manifest(masking="secagg-1"), "d4387d56acc15ae2a35a246e95b86c3dcab2083fdd411cb4d5194cd9faf503e1"),
        (season(), "9c28ecaae84fbdd11b7dca48da5f2fdf8fc733fb856c3d001cfbcaed22a87724"),
    ],
    ids=["rounds", "exchange", "evidence", "masked", "season"],
)
def test_what_names_no_sizes_has_the_bytes_that_it_had_before_there_were_any(
    made: CampaignManifest, sha256: str
) -> None:
    assert made.sha256 == sha256
    assert b"squads" not in made.canonical()
    assert "squads" not in SignedManifest.create(made, SigningKey.generate()).as_json()["manifest"]
    assert largest_squad(made, "club-a") == made.public_athletes


def test_sizes_are_signed_and_read_back() -> None:
    read = parse_signed_manifest(SignedManifest.create(sized(), KEY).model_dump_json().encode())

    assert read.verify(KEY.verify_key).squads == SQUADS
    assert [largest_squad(read.manifest, club) for club in ("club-a", "club-b", "club-z")] == [30, 44, 0]
    assert json.loads(read.manifest.canonical())["squads"] == SQUADS
    others = [manifest(clubs=CLUBS), sized(squads={"club-a": 29, "club-b": 44}), sized(**EXCHANGE)]
    assert len({one.sha256 for one in (*others, sized())}) == 4


@pytest.mark.parametrize("squads", [{"club-a": 31, "club-b": 43}, {"club-a": 1, "club-b": 44}, None])
def test_no_size_can_be_changed_after_signing(squads: dict[str, int] | None) -> None:
    outer = SignedManifest.create(sized(), KEY).as_json()
    outer["manifest"]["squads"] = squads

    with pytest.raises(BadSignature):
        parse_signed_manifest(json.dumps(outer).encode()).verify(KEY.verify_key)


WRONG = [
    {},
    {"club-a": 30},
    {"club-a": 30, "club-z": 44},
    {**SQUADS, "club-z": 1},
    {**SQUADS, **{f"club-{number}": 1 for number in range(500)}},
    {"club-a": 31, "club-b": 44},
    {"club-a": 0, "club-b": 44},
    {"club-a": -1, "club-b": 44},
    *({"club-a": 30, "club-b": size} for size in (44.5, 44.0, "44", True, None, 10**30)),
    [30, 44],
]


@pytest.mark.parametrize("squads", WRONG)
def test_what_is_no_size_of_each_club_is_no_manifest(squads: object) -> None:
    outer = SignedManifest.create(sized(), KEY).as_json()
    outer["manifest"]["squads"] = squads

    with pytest.raises(ValidationError):
        sized(squads=squads)
    with pytest.raises(InvalidInput, match="not as it should be"):
        parse_signed_manifest(json.dumps(outer).encode())


@pytest.mark.parametrize(
    ("squads", "said"),
    [
        ({"club-a": 30}, "for every club or for none; missing: club-b"),
        ({**SQUADS, "club-z": 1}, "of the campaign's clubs alone; not in it: club-z"),
        ({"club-a": 31, "club-b": 44}, "at most 74 athletes together, which is the public number N, got 75"),
    ],
)
def test_what_is_wrong_with_sizes_is_said(squads: dict[str, int], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        sized(squads=squads)


def test_sizes_together_may_be_all_of_the_public_number_and_no_more() -> None:
    assert sum(SQUADS.values()) == sized().public_athletes
    assert sized(squads={"club-a": 1, "club-b": 1}).squads == {"club-a": 1, "club-b": 1}


def test_sizes_stand_in_words_where_a_campaign_is_signed_and_approved_and_none_where_it_names_none() -> None:
    rows, at_club = dict(terms_in_words(sized())), dict(squads_at_club(sized(), "club-b"))

    assert rows["Public squad sizes"] == "club-a 30, club-b 44; each bounds what that club may send"
    assert at_club["Public squad size"].startswith("44 here: this node refuses while its squad list is longer")
    assert at_club["Public squad sizes"] == rows["Public squad sizes"]
    assert terms_as_json(sized())["squads"] == SQUADS
    assert "Public squad sizes" not in dict(terms_in_words(manifest()))
    assert squads_at_club(manifest(), "club-a") == []
    assert terms_as_json(manifest())["squads"] is None
