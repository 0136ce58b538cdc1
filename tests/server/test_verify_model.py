"""`models verify`: weights are computed again from what was published, and nothing else passes for them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from models.registry import CARD, MANIFEST, RECORD, WEIGHTS, ModelRecord, weights_file
from policies.campaign import SignedManifest
from policies.canonical import sha256_hex
from policies.signing import SigningKey
from server.cli import app
from tests.published import LEAGUE, League

KEY = ("--league-key", LEAGUE.verify_key.text)


def verify(*words: object) -> Result:
    return CliRunner().invoke(app, ["models", "verify", *map(str, words)])


def results(*words: object) -> dict[str, str]:
    told = json.loads(verify(*words, "--json").stdout)
    return {one["check"]: one["result"] for one in told["checks"]}


def resigned(folder: Path, **changes: Any) -> Path:
    """The record with changes that the league itself signed."""
    signed = json.loads((folder / RECORD).read_bytes())
    record = ModelRecord.model_validate(signed["record"] | changes)
    signed = {"record": record.model_dump(mode="json"), "signature": LEAGUE.sign(record.canonical()).hex()}
    (folder / RECORD).write_text(json.dumps(signed))
    return folder


@pytest.fixture
def league(tmp_path: Path) -> League:
    return League(tmp_path / "models")


@pytest.mark.parametrize("exchange", [True, False])
def test_every_check_of_a_published_model_is_proven(league: League, exchange: bool) -> None:
    league.publish(exchange=not exchange)
    second = league.publish(exchange=exchange)

    answer = verify(second / RECORD, *KEY)

    assert answer.exit_code == 0
    assert "The weights follow from the sums." in answer.stdout
    assert set(results(second, *KEY).values()) == {"proven"}


def test_without_the_other_files_their_checks_are_not_made(league: League, tmp_path: Path) -> None:
    league.publish()
    second = league.publish()
    alone = tmp_path / "alone"
    second.rename(alone)
    (alone / MANIFEST).rename(tmp_path / "m.json")

    assert results(alone) == {
        "signature": "not checked",
        "card": "proven",
        "card.md": "proven",
        "manifest": "not checked",
        "weights": "not checked",
        "previous": "not checked",
    }
    assert verify(alone).exit_code == 1
    assert verify(alone, "--manifest", tmp_path / "m.json").exit_code == 0


def test_a_signed_manifest_does_as_well_and_another_fails(league: League, tmp_path: Path) -> None:
    asked = league.manifest()
    model = league.publish(manifest=asked)
    other = league.manifest()
    for name, manifest in (("m", asked), ("other", other)):
        (tmp_path / name).write_text(SignedManifest.create(manifest, league.key).model_dump_json())

    assert verify(model, "--manifest", tmp_path / "m").exit_code == 0
    assert results(model, "--manifest", tmp_path / "other")["weights"] == "failed"


def test_weights_that_the_league_signed_but_that_do_not_follow_fail(league: League) -> None:
    model = league.publish()
    weights = np.nextafter(league.registry.load(model.name).weights, 9.0)
    (model / WEIGHTS).write_bytes(weights_file(weights))
    resigned(model, weights_file=sha256_hex(weights_file(weights)))

    answer = verify(model, *KEY)

    assert answer.exit_code == 1
    assert results(model, *KEY)["weights"] == "failed"
    assert results(model, *KEY)["signature"] == "proven"


def test_what_was_changed_after_signing_fails(league: League) -> None:
    model = league.publish()
    (model / CARD).write_bytes((model / CARD).read_bytes() + b" ")

    assert results(model)["card"] == "failed"
    assert verify(model).exit_code == 1
    assert results(model, "--league-key", SigningKey(b"x" * 32).verify_key.text)["signature"] == "failed"


def test_a_card_for_people_that_says_something_else_fails_and_a_missing_one_is_said(league: League) -> None:
    model = league.publish()
    card = model / "card.md"

    card.write_text(card.read_text().replace("does not diagnose", "diagnoses"))
    forged, said = verify(model, *KEY), " ".join(verify(model, *KEY).stdout.split())
    card.unlink()

    assert forged.exit_code == 1
    assert (results(model)["card"], results(model)["card.md"]) == ("proven", "not checked")
    assert "card.md does not say what card.json says" in said
    assert verify(model, *KEY).exit_code == 0


def test_a_record_whose_manifest_has_another_end_is_told_where_they_differ(league: League) -> None:
    model = league.publish()
    named = json.loads((model / RECORD).read_bytes())["record"]["campaign"]
    other = named[:-1] + ("0" if named[-1] != "0" else "1")
    resigned(model, campaign=other)

    detail = {one["check"]: one["detail"] for one in json.loads(verify(model, "--json").stdout)["checks"]}

    assert detail["manifest"] == f"expected the manifest {other}, which the record names, got {named}"


def test_a_bare_name_is_answered_with_where_a_model_lies(league: League) -> None:
    said = " ".join(verify(league.publish().name).output.replace("│", " ").split())

    assert "expected a folder, or the record.json in it" in said
    assert "LEAGUE-FOLDER/models/" in said


def test_a_gap_an_older_record_and_another_chain_fail(league: League) -> None:
    first, second, third = league.publish(), league.publish(), league.publish()
    other = league.publish(model="risk-logistic-1")

    assert results(third, "--previous", second)["previous"] == "proven"
    assert results(third, "--previous", first)["previous"] == "failed"
    assert results(third, "--previous", other)["previous"] == "failed"
    assert results(second, "--previous", third)["previous"] == "failed"
    resigned(third, registered="2026-01-01T00:00:00Z")
    assert results(third, "--previous", second)["previous"] == "failed"


def test_a_record_of_before_is_not_checked_and_not_proven(league: League) -> None:
    model = resigned(league.publish(), version=1, follows=None)

    answer = verify(model)

    assert answer.exit_code == 1
    assert results(model)["weights"] == "not checked"
    detail = {one["check"]: one["detail"] for one in json.loads(verify(model, "--json").stdout)["checks"]}
    assert "does not say what its weights follow" in detail["weights"]


@pytest.mark.parametrize("words", [["nowhere"], [], [".", "--league-key", "short"]])
def test_a_wrong_command_line_ends_with_code_2(words: list[str], league: League) -> None:
    where = [league.publish() if word == "." else word for word in words]

    assert verify(*where).exit_code == 2


def test_files_that_are_no_model_are_one_sentence(tmp_path: Path) -> None:
    answer = verify(tmp_path)

    assert answer.exit_code == 1
    assert "expected record, weights, card and manifest of a model" in str(answer.exception)
