"""The league's program from an empty folder: init, node add, a campaign from plan to start, and errors."""

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from typer.testing import CliRunner

from models.masks.node_line import fingerprints, fleet_part, node_line
from policies.campaign import parse_signed_manifest
from policies.campaigns.signatures import CampaignSigners, sign_manifest
from policies.signing import SigningKey, VerifyKey
from server.cli import app, main
from server.errors import ServerError
from server.settings import load_settings
from server.store import CoordinatorStore, open_database

UNION = SigningKey(bytes(range(32)))
SERVICE_KEY = ("--service-key", UNION.verify_key.text)

TERMS = ("--model", "recovery-linear-1", "--public-athletes", "40")


@pytest.fixture
def run():
    runner = CliRunner()

    def call(*arguments, ok=True):
        result = runner.invoke(app, [str(argument) for argument in arguments])
        if ok:
            assert result.exit_code == 0, (result.output, result.exception)
        return result

    return call


@pytest.fixture
def league(run, tmp_path, service):
    folder = tmp_path / "league"
    answer = run("init", folder, "--name", "Coast League", "--consent", "http://127.0.0.1:8100", *SERVICE_KEY, "--json")
    for club in ("club-a", "club-b"):
        public = generate_private_key(SECP384R1()).public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
        (tmp_path / f"{club}.pub").write_bytes(public)
        run("node", "add", folder, club, tmp_path / f"{club}.pub")
    return folder, json.loads(answer.stdout)


@pytest.fixture
def signed(run, league, tmp_path):
    """A manifest that the league and the union have signed."""

    def make(*terms, name="m.json"):
        folder, out = league[0], tmp_path / name
        run("campaign", "plan", folder, *TERMS, *terms, "--out", out)
        run("campaign", "sign", folder, out)
        run("campaign", "attach", folder, out, signature_of(out))
        return out

    return make


def signature_of(manifest, key=UNION, organisation="union"):
    """The second organisation's signature file."""
    made = parse_signed_manifest(manifest.read_bytes()).manifest
    out = manifest.with_suffix(f".{organisation}.json")
    out.write_text(sign_manifest(made, organisation=organisation, key=key).model_dump_json())
    return out


def test_secrets_are_readable_by_their_owner_only(league):
    folder, _ = league

    for path in ("keys/league.key", "tls/server.key", "settings.json", "server.sqlite3"):
        assert (folder / path).stat().st_mode & 0o077 == 0, path


def test_a_started_campaign_is_a_manifest_with_two_signatures_and_a_row(run, league, signed):
    folder, public = league

    file = signed()
    opened = json.loads(run("campaign", "start", folder, file, "--json").stdout)

    both = CampaignSigners([VerifyKey.from_text(public["league_key"])], {"union": [UNION.verify_key]})
    manifest = both.check(parse_signed_manifest(file.read_bytes()))
    assert manifest.sha256 == opened["sha256"]
    assert sorted(manifest.clubs) == ["club-a", "club-b"]
    listed = json.loads(run("campaign", "list", folder, "--json").stdout)["campaigns"]
    assert [(c["sha256"], c["state"]) for c in listed] == [(manifest.sha256, "open")]
    status = json.loads(run("status", folder, "--json").stdout)
    assert status["nodes"] == ["club-a", "club-b"]
    assert (status["league"], status["league_key"]) == (public["league"], public["league_key"])
    assert public["league_key"] in run("status", folder).stdout
    assert json.loads(run("models", "list", folder, "--json").stdout)["models"] == []
    assert "recovery" in run("campaign", "show", folder, opened["campaign_id"]).stdout


def test_a_staff_code_is_printed_for_a_known_club_only(run, league):
    folder, _ = league

    words = ("staff-code", folder, "--person", "T. W.", "--role", "front_office", "--club", "club-a")
    code, until, *told = run(*words).stdout.splitlines()
    as_json = json.loads(run(*words, "--json").stdout)
    assert len(code) == len(as_json["code"]) == 19
    assert until.endswith(", for front_office T. W. of club-a.")
    assert [line.partition(":")[0] for line in told] == ["Next, you", "Next, T. W."]
    assert (as_json["person"], as_json["club"]) == ("T. W.", "club-a")
    wrong = run("staff-code", folder, "--person", "T. W.", "--role", "front_office", "--club", "club-x", ok=False)
    assert isinstance(wrong.exception, ServerError)


@pytest.mark.parametrize(
    "arguments",
    [
        ["campaign", "list", "nowhere"],
        ["status", "nowhere", "--json"],
        ["node", "add", "nowhere", "club-a", "nothing.pub"],
        ["serve", "nowhere", "--fleet-port", "1", "--web-port", "2"],
        ["serve", "nowhere", "--fleet-port", "1", "--web-port", "2", "--demo", "--host", "192.0.2.1"],
    ],
)
def test_errors_are_one_sentence_and_never_a_traceback(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["homefield-server", *arguments])

    with pytest.raises(SystemExit) as ended:
        main()

    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert said.startswith("Error: ")
    assert said.count("\n") == 1


@pytest.fixture
def end(monkeypatch, capsys):
    """Run the program and return its exit code and what it said on standard error."""

    def call(*arguments) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["homefield-server", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().err

    return call


SERVE = ("serve", "FOLDER", "--fleet-port", "0", "--web-port", "0")


@pytest.mark.parametrize(
    ("file", "content", "arguments", "says"),
    [
        ("server.sqlite3", None, ("status", "FOLDER"), "is missing; put it back"),
        ("server.sqlite3", None, SERVE, "is missing; put it back"),
        ("server.sqlite3", b"garbage" * 2000, ("campaign", "list", "FOLDER", "--json"), "is damaged"),
        ("server.sqlite3", b"garbage" * 2000, SERVE, "is damaged"),
        ("tls/server.key", b"garbage", SERVE, "not a certificate and its key"),
        ("tls/server.pem", None, SERVE, "not a certificate and its key"),
        ("keys/league.key", b"garbage", SERVE, "league.key: expected a key of 64 hexadecimal digits"),
        ("settings.json", b"{", ("status", "FOLDER"), "is not valid"),
    ],
)
def test_a_lost_or_damaged_file_is_one_sentence_and_stays_as_it_is(end, league, file, content, arguments, says):
    folder, _ = league
    for name in (file, f"{file}-wal", f"{file}-shm"):  # a write-ahead log would mend the file
        (folder / name).unlink(missing_ok=True)
    if content is not None:
        (folder / file).write_bytes(content)
        (folder / file).chmod(0o600)

    code, said = end(*(folder if word == "FOLDER" else word for word in arguments))

    assert (code, said.count("\n")) == (1, 1), said
    assert says in said
    assert (folder / file).exists() == (content is not None)
    assert content is None or (folder / file).read_bytes() == content


def test_a_port_that_cannot_be_is_one_sentence(end, league):
    code, said = end("serve", league[0], "--fleet-port", "0", "--web-port", "70000")

    assert (code, said.count("\n")) == (1, 1)
    assert "port 70000" in said


def test_a_coordinator_cannot_be_made_inside_a_file(end, tmp_path):
    (tmp_path / "file").write_text("kept")

    code, said = end("init", tmp_path / "file", "--name", "L", "--consent", "http://127.0.0.1:9", *SERVICE_KEY)

    assert (code, said.count("\n")) == (1, 1)
    assert (tmp_path / "file").read_text() == "kept"


def test_a_name_is_planned_and_started_once(end, run, league, signed, tmp_path):
    folder, _ = league
    first, other = signed("--name", "spring"), signed("--name", "spring", "--days", 20, name="other.json")
    run("campaign", "start", folder, first)

    planned = end("campaign", "plan", folder, *TERMS, "--name", "spring", "--out", tmp_path / "second.json")
    started = end("campaign", "start", folder, other)

    assert [planned, started] == [(1, "Error: there is a campaign spring already\n")] * 2
    assert not (tmp_path / "second.json").exists()


def test_what_changes_who_may_do_what_is_logged_first(run, league, service, signed, tmp_path):
    folder, _ = league
    assert service.kinds == ["node_added", "node_added"]

    run("node", "add", folder, "club-a", tmp_path / "club-a.pub")
    assert service.kinds == ["node_added", "node_added"], "the same node again changes nothing"
    run("campaign", "start", folder, signed())
    run("staff-code", folder, "--person", "A. N.", "--role", "operator")

    assert service.kinds[2:] == ["campaign_opened", "code_issued"]
    assert service.requests[-1][1]["details"] == {"person": "A. N.", "role": "operator", "club": ""}


def test_without_a_record_nothing_is_added_started_or_issued(end, league, service, signed, tmp_path):
    folder, file = league[0], signed()
    service.down = True
    key = generate_private_key(SECP384R1()).public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    (tmp_path / "c.pub").write_bytes(key)

    added = end("node", "add", folder, "club-c", tmp_path / "c.pub")
    opened = end("campaign", "start", folder, file)
    issued = end("staff-code", folder, "--person", "A. N.", "--role", "operator")

    came = "the consent service at http://127.0.0.1:8100 gave no answer"
    said = (1, f"Error: {came}; nothing that this coordinator holds is lost, try again once it answers\n")
    assert [added, opened, issued] == [said] * 3
    store = CoordinatorStore(open_database(load_settings(folder)), clock=lambda: datetime.now(UTC))
    assert [node.club for node in store.nodes()] == ["club-a", "club-b"]
    assert store.campaigns() == ()


def test_a_node_whose_key_or_club_is_taken_is_not_even_reported(end, league, service, tmp_path):
    folder, _ = league

    other_club = end("node", "add", folder, "club-c", tmp_path / "club-a.pub")
    other_key = end("node", "add", folder, "club-a", tmp_path / "club-b.pub")

    assert other_club == (1, "Error: that key is enrolled for another club\n")
    assert other_key == (1, "Error: club-a is enrolled with another key\n")
    assert service.kinds == ["node_added", "node_added"]


def test_the_id_of_the_leagues_key_is_said_where_it_is_compared(run, tmp_path):
    folder = tmp_path / "of-its-own"

    said = run("init", folder, "--name", "Coast League", "--consent", "http://127.0.0.1:8100", *SERVICE_KEY).output

    key_id = load_settings(folder).league_key().verify_key.key_id
    assert key_id in said
    assert key_id in run("status", folder).output


def test_a_nodes_key_for_masks_is_added_once_and_shown_to_compare_and_never_replaced(
    run, end, league, service, tmp_path
):
    folder, _ = league
    old = (tmp_path / "club-a.pub").read_text()
    key = generate_private_key(SECP384R1())
    (tmp_path / "other.pub").write_text(f"{old} {node_line(key).split()[-1]}")
    (tmp_path / "again.pub").write_text(f"{old} {node_line(generate_private_key(SECP384R1())).split()[-1]}")
    (tmp_path / "whole.pub").write_text(node_line(key))

    said = run("node", "add", folder, "club-a", tmp_path / "other.pub").output
    run("node", "add", folder, "club-a", tmp_path / "other.pub")
    run("node", "add", folder, "club-a", tmp_path / "club-a.pub")
    run("node", "add", folder, "club-c", tmp_path / "whole.pub")

    assert all(fingerprint in said for _, fingerprint in fingerprints((tmp_path / "other.pub").read_text()))
    shown = {one["club"]: one["fleet_key"] for one in json.loads(run("node", "list", folder, "--json").stdout)["nodes"]}
    assert shown["club-a"] == (tmp_path / "other.pub").read_text()
    assert shown["club-c"] == node_line(key)
    assert service.kinds == ["node_added"] * 4
    assert end("node", "add", folder, "club-a", tmp_path / "again.pub")[0] == 1
    stolen = fleet_part(node_line(key)) + " " + shown["club-a"].split()[-1]
    (tmp_path / "stolen.pub").write_text(stolen)
    assert end("node", "add", folder, "club-d", tmp_path / "stolen.pub") == (
        1,
        "Error: that key is enrolled for another club\n",
    )


def test_every_command_explains_itself(run):
    for arguments in ([], ["node"], ["campaign"], ["models"]):
        run(*arguments, "--help")
    steps = [["campaign", step] for step in ("plan", "sign", "attach", "start")]
    for arguments in (["init"], ["node", "add"], *steps, ["serve"], ["status"], ["staff-code"]):
        assert "Example" in run(*arguments, "--help").stdout


def test_the_coordinator_needs_no_learning_library():
    code = (
        "import sys; import server.running, server.cli;"
        "bad = {'torch', 'opacus'} & set(sys.modules); sys.exit(1 if bad else 0)"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)
