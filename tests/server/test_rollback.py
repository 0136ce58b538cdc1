"""Going back is one more signed record, in the log, with the weights of an earlier one; nodes follow it as any."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

import server.cli
from chassis.files.lock import exclusive_lock
from client.errors import KeptOut
from client.league_models.chain import ModelChain
from client.league_models.parcel import read_parcel
from models.registry import RECORD, WEIGHTS, ModelRecord
from server.commands.coordinator_folder import note_ports
from server.errors import CannotGoBack, UnknownModel
from server.registry_store import RegistryStore
from server.settings import load_settings
from server.store import CampaignState, CoordinatorStore, open_database
from tests.privacy.programs import ADDRESS, Programs, node_added, service_key, set_up
from tests.published import LEAGUE, RECOVERY, League

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    made = set_up(tmp_path, monkeypatch)
    node_added(made)
    return made


def back(league: League, earlier: Path) -> Path:
    """Go back as the command does, without its service, a day later."""
    league.days += 1
    name = league.registry.keep_return(league.registry.returning_to(earlier.name))
    league.registry.publish(name, b"{}")
    return league.folder / name


def test_the_command_publishes_an_earlier_model_once_more_and_says_what_comes_next(programs: Programs) -> None:
    first = programs.two_models()

    answer = programs.done(server.cli.app, "models", "rollback", programs.league, first[:8], "--yes")
    told = json.loads(programs.done(server.cli.app, "models", "list", programs.league, "--json").stdout)["models"]
    newest = programs.league / "models" / told[-1]["model_id"]

    assert "each running node judges it by its own gate" in " ".join(answer.stdout.split())
    assert "Next, you: run the coordinator" in answer.stdout
    assert "adopt" not in answer.stdout
    assert [one["goes_back_to"] for one in told] == [None, None, first]
    assert [one["newest"] for one in told] == [False, False, True]
    assert (newest / WEIGHTS).read_bytes() == (programs.league / "models" / first / WEIGHTS).read_bytes()
    programs.done(server.cli.app, "models", "verify", newest)


def test_the_next_step_names_the_ports_at_which_the_coordinator_runs(programs: Programs) -> None:
    first = programs.two_models()
    before = programs.done(server.cli.app, "link", programs.league, "--consent", ADDRESS, *service_key(programs.world))
    note_ports(programs.league, fleet_port=19092, web_port=18200)

    answer = programs.done(server.cli.app, "models", "rollback", programs.league, first[:8], "--yes")

    assert "--fleet-port 9092 --web-port 8200" in before.stdout
    assert "--fleet-port 19092 --web-port 18200" in answer.stdout


def test_a_coordinator_that_runs_is_not_to_be_run(programs: Programs) -> None:
    first = programs.two_models()

    with exclusive_lock(programs.league / "serving.lock"):
        answer = programs.done(server.cli.app, "models", "rollback", programs.league, first[:8], "--yes")

    assert "Next, you" not in answer.stdout


def test_a_model_with_the_weights_that_are_in_force_is_refused(programs: Programs) -> None:
    first = programs.two_models()
    programs.done(server.cli.app, "models", "rollback", programs.league, first, "--yes")

    again = programs.run(server.cli.app, "models", "rollback", programs.league, first, "--yes")

    assert isinstance(again.exception, CannotGoBack)
    assert "already has these weights" in str(again.exception)


def test_a_season_that_rests_is_said_to_go_on_from_its_own_record(programs: Programs) -> None:
    first = programs.two_models()
    store = CoordinatorStore(open_database(load_settings(programs.league)), clock=lambda: NOW)
    record = ModelRecord.model_validate(json.loads((programs.league / "models" / first / RECORD).read_text())["record"])
    store.set_state(record.campaign, CampaignState.RESTING)
    name = store.campaign(record.campaign).manifest.campaign_id

    asked = CliRunner().invoke(server.cli.app, ["models", "rollback", str(programs.league), first], input="n\n")
    done = programs.done(server.cli.app, "models", "rollback", programs.league, first, "--yes")

    for said in (asked.output, done.stdout):
        assert f"The season {name} rests: it goes on from its own last record" in " ".join(said.split())


@pytest.mark.parametrize(("said", "code"), [("n\n", 1), ("", 2)])
def test_whoever_does_not_say_yes_publishes_nothing_also_without_a_terminal(
    programs: Programs, said: str, code: int
) -> None:
    first = programs.two_models()
    before = {path.name for path in (programs.league / "models").iterdir()}

    answer = CliRunner().invoke(server.cli.app, ["models", "rollback", str(programs.league), first[:8]], input=said)

    assert answer.exit_code == code
    assert {path.name for path in (programs.league / "models").iterdir()} == before


def test_a_name_of_none_of_the_newest_or_too_short_is_refused(programs: Programs) -> None:
    first = programs.two_models()
    newest = (programs.league / "models" / f"{RECOVERY}.latest").read_text().strip()

    for name in (first[:7], newest, "0" * 64, ""):
        refused = programs.run(server.cli.app, "models", "rollback", programs.league, name, "--yes")
        assert isinstance(refused.exception, UnknownModel)


def test_while_a_campaign_of_the_model_runs_nothing_goes_back(programs: Programs) -> None:
    first = programs.two_models()
    store = CoordinatorStore(open_database(load_settings(programs.league)), clock=lambda: NOW)
    record = ModelRecord.model_validate(json.loads((programs.league / "models" / first / RECORD).read_text())["record"])
    store.set_state(record.campaign, CampaignState.RUNNING)

    refused = programs.run(server.cli.app, "models", "rollback", programs.league, first, "--yes")

    assert isinstance(refused.exception, CannotGoBack)


def test_a_node_follows_a_record_that_goes_back_and_what_comes_after(tmp_path: Path) -> None:
    league, chain = League(tmp_path / "league"), ModelChain(tmp_path / "received", (LEAGUE.verify_key,))
    first, second = league.publish(), league.publish()
    for model in (first, second, back(league, first), league.publish(), back(league, second)):
        taken = chain.take(read_parcel(league.registry.parcel(model.name)), now=NOW)
        assert taken.record.sha256 == model.name
    again = ModelChain(tmp_path / "late", (LEAGUE.verify_key,))

    again.take(read_parcel(league.registry.parcel(model.name)), now=NOW)

    held = again.held(RECOVERY)
    assert held is not None
    assert held.weights_file == RegistryStore.sealed(league.registry, second.name).signed.record.weights_file


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"card": "0" * 64}, "card"),
        ({"campaign": "0" * 64}, "campaign"),
    ],
)
def test_a_return_that_changes_anything_else_is_kept_out(
    tmp_path: Path, changes: dict[str, str], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    league, chain = League(tmp_path / "league"), ModelChain(tmp_path / "received", (LEAGUE.verify_key,))
    first = league.publish()
    newest = league.publish()
    chain.take(read_parcel(league.registry.parcel(newest.name)), now=NOW)
    monkeypatch.setattr("client.league_models.chain.open_sealed_by_any", lambda sealed, _keys: _Opened(sealed))
    body = json.loads((back(league, first) / RECORD).read_text())["record"] | changes
    record = ModelRecord.model_validate(body)
    latest = league.folder / league.registry.latest(RECOVERY)  # type: ignore[operator]  # it is there
    signed = {"record": record.model_dump(mode="json"), "signature": LEAGUE.sign(record.canonical()).hex()}
    (latest / RECORD).write_text(json.dumps(signed))

    with pytest.raises(KeptOut, match=reason):
        chain.take(read_parcel(league.registry.parcel(latest.name)), now=NOW)


class _Opened:
    """Passes the hash of the card, so that the chain's own check of it is reached."""

    def __init__(self, sealed: object) -> None:
        self.record = sealed.signed.record  # type: ignore[attr-defined]  # a sealed model


def test_to_go_back_to_what_was_never_proven_here_is_kept_out(tmp_path: Path) -> None:
    league, chain = League(tmp_path / "league"), ModelChain(tmp_path / "received", (LEAGUE.verify_key,))
    first = league.publish()
    body = json.loads((first / RECORD).read_text())["record"] | {"version": 1, "follows": None}
    record = ModelRecord.model_validate(body)
    signed = {"record": record.model_dump(mode="json"), "signature": LEAGUE.sign(record.canonical()).hex()}
    (first / RECORD).write_text(json.dumps(signed))
    old = first.rename(league.folder / record.sha256)
    (league.folder / f"{RECOVERY}.latest").write_text(old.name)
    second = league.publish()

    with pytest.raises(KeptOut, match="does not say what its weights follow from"):
        chain.take(read_parcel(league.registry.parcel(back(league, old).name)), now=NOW)

    chain.take(read_parcel(league.registry.parcel(second.name)), now=NOW)
    with pytest.raises(KeptOut, match="does not say what its weights follow from"):
        chain.take(read_parcel(league.registry.parcel(league.registry.latest(RECOVERY) or "")), now=NOW)


def test_registered_rises_also_under_a_clock_that_was_put_back(tmp_path: Path) -> None:
    league, chain = League(tmp_path / "league", days=9), ModelChain(tmp_path / "received", (LEAGUE.verify_key,))
    first = league.publish()
    league.days = 0

    for model in (league.publish(), back(league, first)):
        chain.take(read_parcel(league.registry.parcel(model.name)), now=NOW)
