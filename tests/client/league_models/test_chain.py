"""The chain at a node: what follows is taken, whatever else is kept out with a sentence, and what was held stays."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from client.adoption import Adoptions, Verdict
from client.errors import KeptOut, NotApproved, RoundRefused
from client.league_models.chain import ModelChain
from client.league_models.parcel import read_parcel, read_published
from models.registry import CARD, RECORD, WEIGHTS, ModelRecord, read_folder, weights_file
from policies.canonical import sha256_hex
from policies.signing import SigningKey
from tests.published import LEAGUE, RECOVERY, League

NOW = datetime(2026, 12, 1, tzinfo=UTC)
Change = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture
def league(tmp_path: Path) -> League:
    return League(tmp_path / "league")


@pytest.fixture
def chain(tmp_path: Path) -> ModelChain:
    return ModelChain(tmp_path / "received", (LEAGUE.verify_key,), tmp_path / "models")


def send(league: League, chain: ModelChain, model: Path, *, without: int = 0) -> str:
    """Deliver a version as the coordinator does; without: how many records of the chain's beginning are missing."""
    body = json.loads(league.registry.parcel(model.name))
    body["chain"] = body["chain"][without:]
    return chain.take(read_parcel(json.dumps(body).encode()), now=NOW).record.sha256


def held(chain: ModelChain, model: str = RECOVERY) -> str | None:
    record = chain.held(model)
    return None if record is None else record.sha256


def resigned(folder: Path, *, key: SigningKey = LEAGUE, **changes: Any) -> Path:
    """A version that the league signed again with changes; its folder has the new name."""
    body = json.loads((folder / RECORD).read_bytes())["record"] | changes
    record = ModelRecord.model_validate(body)
    signed = {"record": record.model_dump(mode="json"), "signature": key.sign(record.canonical()).hex()}
    (folder / RECORD).write_text(json.dumps(signed))
    return folder.rename(folder.parent / record.sha256)


def with_other_weights(league: League, folder: Path) -> Path:
    spoilt = weights_file(np.nextafter(league.registry.load(folder.name).weights, 9.0))
    (folder / WEIGHTS).write_bytes(spoilt)
    return resigned(folder, weights_file=sha256_hex(spoilt))


def test_versions_are_taken_one_after_the_other_and_the_same_again(league: League, chain: ModelChain) -> None:
    for exchange in (True, False, True):
        model = league.publish(exchange=exchange)
        for _ in range(2):
            assert send(league, chain, model) == model.name
        assert held(chain) == model.name
    assert chain.kept_out(RECOVERY) is None


def test_a_node_that_was_away_takes_all_that_it_missed(league: League, chain: ModelChain) -> None:
    first = league.publish()
    send(league, chain, first)
    missed, newest = league.publish(), league.publish()

    send(league, chain, newest)

    assert held(chain) == newest.name
    assert (chain.directory / missed.name / RECORD).exists()


def test_a_node_that_comes_late_takes_the_chain_from_its_beginning(league: League, chain: ModelChain) -> None:
    models = [league.publish() for _ in range(4)]

    send(league, chain, models[-1])

    assert held(chain) == models[-1].name


def test_each_model_has_a_chain_of_its_own(league: League, chain: ModelChain) -> None:
    recovery = league.publish()
    risk = league.publish(model="risk-logistic-1")

    for model in (recovery, risk):
        send(league, chain, model)

    assert (held(chain), held(chain, "risk-logistic-1")) == (recovery.name, risk.name)


def test_an_older_version_is_kept_out(league: League, chain: ModelChain) -> None:
    first, second = league.publish(), league.publish()
    send(league, chain, second)

    with pytest.raises(KeptOut, match="older than the model that this node holds"):
        send(league, chain, first)

    assert held(chain) == second.name
    noted = chain.kept_out(RECOVERY)
    assert noted is not None
    assert (noted.model_id, noted.at) == (first.name, NOW)


@pytest.mark.parametrize("holds_first", [True, False])
def test_a_gap_is_kept_out(league: League, chain: ModelChain, holds_first: bool) -> None:
    first = league.publish()
    if holds_first:
        send(league, chain, first)
    league.publish()
    third, without = league.publish(), 2 if holds_first else 1

    with pytest.raises(KeptOut, match="there is a gap"):
        send(league, chain, third, without=without)

    assert held(chain) == (first.name if holds_first else None)


def test_a_chain_that_does_not_have_what_the_node_holds_is_kept_out(
    league: League, chain: ModelChain, tmp_path: Path
) -> None:
    send(league, chain, league.publish())
    other = League(tmp_path / "other", days=5)
    other.publish()

    with pytest.raises(KeptOut, match="another chain"):
        send(other, chain, other.publish())


def test_a_time_that_does_not_rise_is_kept_out(league: League, chain: ModelChain) -> None:
    first = league.publish()
    at = league.registry.load(first.name).record.registered.isoformat()
    second = resigned(league.publish(), registered=at)

    with pytest.raises(KeptOut, match="older one"):
        send(league, chain, second)


def test_weights_that_do_not_follow_are_kept_out_and_let_nothing_through_behind_them(
    league: League, chain: ModelChain
) -> None:
    first = league.publish()
    send(league, chain, first)
    spoilt = with_other_weights(league, league.publish())
    (league.folder / f"{RECOVERY}.latest").write_text(spoilt.name)

    with pytest.raises(KeptOut, match="follow from the sums"):
        send(league, chain, spoilt)
    with pytest.raises(KeptOut, match="follow from the sums"):
        send(league, chain, league.publish())

    assert held(chain) == first.name
    assert not (chain.directory / spoilt.name).exists()


def test_a_missing_manifest_is_kept_out(league: League, chain: ModelChain) -> None:
    body = json.loads(league.registry.parcel(league.publish().name))
    body["manifest"] = ""

    with pytest.raises(KeptOut, match="manifest that the record names is not at hand"):
        chain.take(read_parcel(json.dumps(body).encode()), now=NOW)


def test_a_record_without_sums_is_kept_out_but_one_before_it_that_is_held_stays(
    league: League, chain: ModelChain
) -> None:
    old = resigned(league.publish(), version=1, follows=None)
    with pytest.raises(KeptOut, match="does not say what its weights follow from"):
        send(league, chain, old)
    _as_received_before(chain, old)
    (league.folder / f"{RECOVERY}.latest").write_text(old.name)

    new = league.publish()
    send(league, chain, new)
    (league.folder / f"{RECOVERY}.latest").write_text(new.name)
    again = resigned(league.publish(), version=1, follows=None)

    assert held(chain) == new.name
    with pytest.raises(KeptOut):
        send(league, chain, again)


def _as_received_before(chain: ModelChain, folder: Path) -> None:
    """What the version before kept of a model that it received: three files and the newest name."""
    kept = chain.directory / folder.name
    kept.mkdir(parents=True)
    for name, data in read_folder(folder).files().items():
        (kept / name).write_bytes(data)
    (chain.directory / f"{RECOVERY}.latest").write_text(folder.name)


def test_a_version_adopted_by_hand_before_there_were_chains_is_held(league: League, chain: ModelChain) -> None:
    first, second = league.publish(), league.publish()
    sealed = read_folder(first)
    verdict = Verdict(model=RECOVERY, model_id=first.name, adopted=True, reasons=(), judged_days=1, figures={})
    assert chain.adopted is not None
    Adoptions(chain.adopted).record(verdict, sealed)

    assert held(chain) == first.name
    other = League(league.folder.parent / "other", days=5)
    with pytest.raises(KeptOut, match="another chain"):
        send(other, chain, other.publish())
    assert send(league, chain, second, without=1) == second.name


def test_what_another_key_signed_is_not_the_leagues(league: League, chain: ModelChain) -> None:
    stranger = League(league.folder.parent / "stranger", key=SigningKey(b"x" * 32))

    with pytest.raises(NotApproved):
        send(stranger, chain, stranger.publish())

    assert chain.kept_out(RECOVERY) is None


def test_records_under_a_key_that_the_league_no_longer_has_lead_on(league: League, chain: ModelChain) -> None:
    league.publish()
    league.key = SigningKey(b"n" * 32)
    newest = league.publish()

    after = ModelChain(chain.directory, (league.key.verify_key,), None)

    assert send(league, after, newest) == newest.name


def test_a_taken_version_ends_what_was_kept_out(league: League, chain: ModelChain) -> None:
    first = league.publish()
    send(league, chain, first)
    league.publish()
    third = league.publish()
    with pytest.raises(KeptOut):
        send(league, chain, third, without=2)
    assert chain.kept_out(RECOVERY) is not None

    send(league, chain, third)

    assert chain.kept_out(RECOVERY) is None


def test_versions_beside_a_folder_are_its_chain(league: League, chain: ModelChain) -> None:
    league.publish()
    league.publish()
    newest = league.publish()

    parcel = read_published(newest, (newest / CARD).read_bytes(), at_most=10**6)

    assert len(parcel.before) == 2
    assert chain.take(parcel, now=NOW).record.sha256 == newest.name


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body | {"more": ""},
        lambda body: {name: body[name] for name in ("record", "weights")},
        lambda body: body | {"record": _encoded(b"{}")},
        lambda body: body | {"weights": "no base64"},
        lambda body: body | {"chain": [{"record": body["record"]}]},
        lambda body: body | {"chain": [body]},
        lambda body: body | {"chain": 1},
        lambda body: [body],
    ],
)
def test_a_parcel_of_another_shape_is_no_model(league: League, change: Change) -> None:
    body = json.loads(league.registry.parcel(league.publish().name))

    with pytest.raises(RoundRefused):
        read_parcel(json.dumps(change(body)).encode())


def test_a_parcel_of_before_holds_no_chain(league: League) -> None:
    body = json.loads(league.registry.parcel(league.publish().name))

    found = read_parcel(json.dumps({name: body[name] for name in ("record", "weights", "card")}).encode())

    assert (found.before, found.newest.manifest) == ((), b"")
