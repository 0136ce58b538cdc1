"""The ledger takes a campaign that its league and a second organisation signed, and the union signs no other."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select
from typer.testing import CliRunner

from consent.cli import app
from consent.errors import ConsentError, NotAllowed
from consent.registry.values import OrgKind
from consent.storage.rows import CampaignRow
from policies.campaign import SignedManifest
from policies.campaigns.signatures import parse_signature, sign_manifest
from policies.signing import SigningKey
from policies.vocabulary import OrgId
from tests.consent.league import World, manifest
from tests.cosigned_campaigns import cosigned

LEAGUE, CLUB = OrgId("league"), OrgId("club-a")


def wrong(world: World) -> dict[str, SignedManifest]:
    made, league, union = manifest(world), world.keys["league"], world.service.keys.service
    alone = SignedManifest.create(made, league)
    return {
        "expected two signatures": alone,
        "two of the league": alone.model_copy(update={"signatures": alone.signatures * 2}),
        "set here, with its key": cosigned(made, league, SigningKey.generate()),
        "set here": cosigned(made, league, world.keys["club-a"], second="club-a"),
        "the league did not sign": cosigned(made, world.keys["club-a"], union),
    }


def test_anything_but_two_known_organisations_is_not_registered(lite: World) -> None:
    size = lite.log_size

    for words, signed in wrong(lite).items():
        with pytest.raises(NotAllowed, match=words):
            lite.store.register_campaign(LEAGUE, signed)
    assert lite.log_size == size


def test_a_governing_body_may_be_the_second_organisation_and_another_league_may_not(lite: World) -> None:
    rival = OrgId("a-rival")
    lite.keys[rival] = SigningKey.generate()
    lite.store.add_org(rival, name="A rival", kind=OrgKind.LEAGUE, key=lite.keys[rival].verify_key)
    made = manifest(lite)

    with pytest.raises(NotAllowed, match="set here"):
        lite.store.register_campaign(LEAGUE, cosigned(made, lite.keys["league"], lite.keys[rival], second=rival))
    body = cosigned(made, lite.keys["league"], lite.keys["gb"], second="gb")

    assert lite.store.register_campaign(LEAGUE, body) == made.sha256


def test_a_campaign_of_before_with_one_signature_takes_no_token_and_no_round(lite: World) -> None:
    athlete = lite.athletes["club-a"][0]
    lite.take_part(athlete)
    sha256 = lite.store.register_campaign(LEAGUE, lite.campaign())
    (token,) = lite.store.issue_tokens(CLUB, sha256, [athlete]).tokens
    with Session(lite.service.engine) as session, session.begin():
        row = session.exec(select(CampaignRow)).one()
        body = json.loads(row.manifest)
        row.manifest = json.dumps({"manifest": body["manifest"], "signature": body["signatures"][0]["signature"]})
        session.add(row)

    for ask in (
        lambda: lite.store.issue_tokens(CLUB, sha256, [athlete]),
        lambda: lite.store.commit_round(CLUB, sha256, 1, [token.token]),
    ):
        with pytest.raises(NotAllowed, match="two organisations signed"):
            ask()
    assert lite.store.budget(athlete).reserved_micro_rho > 0


def signing(world: World, tmp_path: Path, signed: SignedManifest) -> tuple[Any, Path]:
    """The union's command on a manifest file."""
    file, out = tmp_path / "m.json", tmp_path / "union.json"
    file.write_text(signed.model_dump_json())
    words = ["campaign", "sign", str(world.service.settings.directory), str(file), "--out", str(out), "--yes", "--json"]
    return CliRunner().invoke(app, words), out


def test_the_union_signs_what_its_league_signed_and_nothing_else_of_it_is_in_the_file(
    lite: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consent.commands.service_folder.utc_now", lite.clock)
    alone = SignedManifest.create(manifest(lite), lite.keys["league"])

    answer, out = signing(lite, tmp_path, alone)
    again, _ = signing(lite, tmp_path, alone)

    assert answer.exit_code == 0, answer.exception
    signature = parse_signature(out.read_bytes())
    assert signature == sign_manifest(manifest(lite), organisation="union", key=lite.service.keys.service)
    assert lite.store.register_campaign(LEAGUE, alone.with_signature(signature)) == manifest(lite).sha256
    assert "never overwritten" in str(again.exception)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"noise_multiplier": 2.0, "rounds": 16}, "within the most that one may cost"),
        ({"clubs": {"club-x": "key"}}, "expected a"),
        ({"league": "nobody"}, "expected"),
    ],
)
def test_the_union_signs_no_campaign_that_the_ledger_would_not_take(
    lite: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], words: str
) -> None:
    monkeypatch.setattr("consent.commands.service_folder.utc_now", lite.clock)
    made = manifest(lite, **changes)

    answer, out = signing(lite, tmp_path, SignedManifest.create(made, lite.keys["league"]))

    assert isinstance(answer.exception, ConsentError)
    assert words in str(answer.exception)
    assert not out.exists()


def test_the_union_signs_nothing_that_the_league_has_not_signed(
    lite: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consent.commands.service_folder.utc_now", lite.clock)

    answer, out = signing(lite, tmp_path, SignedManifest(manifest=manifest(lite), signatures=()))

    assert "signed by its league" in str(answer.exception)
    assert not out.exists()
