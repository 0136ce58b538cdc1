"""`homefield-node` as a club uses it: set up, add athletes, import, look at metrics, erase."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from client.biometrics.stream_spec import Shape
from client.biometrics.streams import SPECS
from client.consent_client import NodeConsentClient
from client.ingest.mapping import CONVERSIONS, read_mapping
from client.settings import change_settings, load_settings
from client.vault.access import open_vault
from policies.signing import SigningKey

Run = Callable[..., tuple[int, str, str]]
WELLNESS = (
    "effective_time_frame,fatigue,mood,readiness,sleep_duration_h,sleep_quality,soreness,soreness_area,stress\n"
    "2019-11-01T08:00:00.000Z,2,3,7,7,3,2,[],3\n"
)


@pytest.fixture
def node(tmp_path: Path, run: Run) -> Path:
    folder = tmp_path / "club-a"
    code, _, _ = run("init", folder, "--club", "club-a", "--name", "Eastmere FC")
    assert code == 0
    return folder


def test_init_makes_private_keys_and_shows_the_public_ones(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "n"

    code, out, _ = run("init", folder, "--club", "club-a", "--name", "Eastmere FC", "--json")

    shown = json.loads(out)
    assert code == 0
    assert load_settings(folder).node_key().verify_key.text == shown["node_key"]
    assert shown["fleet_key"].startswith("ecdsa-sha2-nistp384 ")
    secrets = [folder / "settings.json", *(folder / "keys" / name for name in ("node.key", "vault.key", "fleet"))]
    assert {path.stat().st_mode & 0o777 for path in secrets} == {0o600}
    assert (folder / "keys").stat().st_mode & 0o777 == 0o700


def test_a_node_is_created_once(node: Path, run: Run) -> None:
    before = (node / "keys" / "vault.key").read_bytes()

    code, _, err = run("init", node, "--club", "club-a", "--name", "Eastmere FC")

    assert (code, err.count("\n")) == (1, 1)
    assert (node / "keys" / "vault.key").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--club", "Club A!", "--name", "x"), "club id"),
        (("--club", "club-a", "--name", "x", "--timezone", "Mars/Olympus"), "time zone"),
    ],
)
def test_a_bad_setting_leaves_no_half_made_node(
    tmp_path: Path, run: Run, arguments: tuple[str, ...], says: str
) -> None:
    code, _, err = run("init", tmp_path / "n", *arguments)

    assert code == 1
    assert says in err
    assert not (tmp_path / "n").exists()


def test_an_athlete_is_not_added_twice_and_a_used_shirt_number_is_told(node: Path, run: Run) -> None:
    first = run("athlete", "add", node, "J\u00f6rg Lind", "--shirt", "7")[1]

    for name in ("J\u00f6rg Lind", "jo\u0308rg LIND"):
        code, out, err = run("athlete", "add", node, name, "--shirt", "7")
        assert (code, out, "name and shirt number is on this node already" in err) == (1, "", True)
        assert "lind" not in err.lower()
    code, other, err = run("athlete", "add", node, "Bo Ek", "--shirt", "7")
    assert (code, "another athlete has the shirt number 7 too" in err) == (0, True)
    assert run("athlete", "add", node, "J\u00f6rg Lind", "--shirt", "8")[2] == ""
    assert run("athlete", "add", node, "Kim Aas")[2] == run("athlete", "add", node, "Ada Lund")[2] == ""
    assert run("athlete", "rename", node, other.strip(), "J\u00f6rg Lind")[0] == 1
    assert run("athlete", "rename", node, first.strip(), "J\u00f6rg LIND")[0] == 0


def test_athletes_are_added_and_listed(node: Path, run: Run) -> None:
    _, first, _ = run("athlete", "add", node, "Mara Lind", "--shirt", "7")
    _, second, _ = run("athlete", "add", node, "Bo [red]Ek", "--minor", "--json")

    _, out, _ = run("athlete", "list", node, "--json")
    _, table, _ = run("athlete", "list", node)

    assert re.fullmatch(r"ath-[0-9a-f]{16}\n", first)
    listed = {one["athlete"]: one for one in json.loads(out)["athletes"]}
    assert listed[first.strip()]["shirt_no"] == 7
    assert listed[json.loads(second)["athlete"]]["is_minor"] is True
    assert "Bo [red]Ek" in table, "a name is never read as markup"


def test_an_import_reports_quality_and_a_bad_file_gives_exit_code_one(node: Path, run: Run, tmp_path: Path) -> None:
    run("athlete", "add", node, "Mara Lind", "--shirt", "7")
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "wellness.csv").write_text(WELLNESS)

    code, out, _ = run("ingest", node, folder, "--athlete", "7", "--json")
    assert (code, json.loads(out)["added"]) == (0, 7)
    (folder / "broken.fit").write_bytes(b"broken")
    code, out, _ = run("ingest", node, folder, "--athlete", "Mara Lind", "--json")
    shown = json.loads(out)

    assert (code, shown["added"], shown["quarantined"], shown["skipped"]) == (1, 0, 1, 1)
    assert shown["files"][1]["report"]["duplicate"] == 7
    assert (shown["files"][1]["duplicates"], shown["files"][1]["reason"].startswith("known already")) == (1, True)
    code, out, _ = run("ingest", node, folder, "--athlete", "7")
    assert code == 1
    assert "broken.fit quarantined:" in out


def test_a_file_of_many_is_one_line(node: Path, run: Run, tmp_path: Path) -> None:
    ids = [run("athlete", "add", node, name)[1].strip() for name in ("Mara Lind", "Bo Ek")]
    (tmp_path / "who.json").write_text(json.dumps({"1": ids[0], "2": ids[1]}))
    (tmp_path / "readiness.csv").write_text(
        "player,date,readiness,observed\n1,2020-03-20,6.0,True\n2,2020-03-20,7.0,True\n2,2020-03-21,7.2,False\n"
    )

    code, out, _ = run("ingest", node, tmp_path / "readiness.csv", "--players", tmp_path / "who.json")

    assert code == 0
    assert "readiness.csv stored: 1 row: the source's own estimate" in out
    assert re.search(r"readiness.csv +stored +3 +2 +1 +0 +2 +0 +0", out), out


def test_metrics_as_table_and_as_json(node: Path, run: Run, tmp_path: Path) -> None:
    _, athlete, _ = run("athlete", "add", node, "Mara Lind")
    (tmp_path / "wellness.csv").write_text(WELLNESS)

    _, empty, _ = run("metrics", node, athlete.strip())
    run("ingest", node, tmp_path / "wellness.csv", "--athlete", athlete.strip())
    code, out, _ = run("metrics", node, athlete.strip(), "--json")
    _, table, _ = run("metrics", node, athlete.strip(), "--to", "2019-11-03")

    assert "Nothing is known" in empty
    _, later, _ = run("metrics", node, athlete.strip(), "--from", "2026-01-05", "--json")
    code_of_too_many, _, refused = run("metrics", node, athlete.strip(), "--from", "1900-01-01")

    assert {len(days) for days in json.loads(later)["metrics"].values()} == {1}
    assert (code_of_too_many, "at most 7305 days" in refused) == (1, True)
    metrics = {name: days[-1] for name, days in json.loads(out)["metrics"].items()}
    assert (code, metrics["load_today"]["value"]) == (0, None)
    assert metrics["load_today"]["quality"] == ["not_recorded"]
    assert "2019-11-03" in table
    assert "Descriptive, not a risk score." in table


def test_erasing_is_final(node: Path, run: Run) -> None:
    _, athlete, _ = run("athlete", "add", node, "Mara Lind", "--shirt", "7")

    code, _, _ = run("erase", node, "7", "--yes")
    again, _, err = run("metrics", node, athlete.strip())

    assert (code, again) == (0, 1)
    assert "key is destroyed" in err


@pytest.fixture
def linked(node: Path) -> Path:
    change_settings(node, consent_url="http://127.0.0.1:9", consent_service_key=SigningKey.generate().verify_key.text)
    return node


def test_a_linked_node_has_an_erasure_logged(linked: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _, athlete, _ = run("athlete", "add", linked, "Mara Lind", "--shirt", "7")
    logged: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(NodeConsentClient, "event", lambda _, details: logged.append((details.kind, details.body())))

    code, _, err = run("erase", linked, "7", "--yes")

    assert (code, err) == (0, "")
    assert logged == [("erased", {"athlete": athlete.strip(), "club": "club-a"})]


def test_an_erasure_happens_although_the_consent_service_is_down_and_says_so(linked: Path, run: Run) -> None:
    _, athlete, _ = run("athlete", "add", linked, "Mara Lind", "--shirt", "7")

    code, _, err = run("erase", linked, "7", "--yes")
    repeated, _, _ = run("erase", linked, athlete.strip(), "--yes")
    _, listed, _ = run("athlete", "list", linked, "--json")

    assert (code, repeated, err.count("\n")) == (1, 1, 1)
    assert err.startswith("Error: the athlete is erased here, but the log does not say so yet")
    assert athlete.strip() in err
    assert json.loads(listed)["athletes"] == []


def test_an_unlinked_node_erases_without_asking_anyone(node: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("athlete", "add", node, "Mara Lind", "--shirt", "7")
    monkeypatch.setattr(NodeConsentClient, "of", lambda *_, **__: pytest.fail("it asked"))

    assert run("erase", node, "7", "--yes")[0] == 0


def test_an_empty_folder_says_that_there_is_nothing_to_read(node: Path, run: Run, tmp_path: Path) -> None:
    run("athlete", "add", node, "Mara Lind", "--shirt", "7")
    (tmp_path / "empty" / ".hidden").mkdir(parents=True)
    (tmp_path / "empty" / ".hidden" / "file.csv").write_text(WELLNESS)

    code, out, err = run("ingest", node, tmp_path / "empty", "--athlete", "7", "--json")

    assert (code, out) == (1, "")
    assert err == f"Error: there is no file to read in {tmp_path / 'empty'}\n"


def test_a_pipe_in_a_folder_is_not_waited_for_and_a_broken_link_is_told(node: Path, run: Run, tmp_path: Path) -> None:
    run("athlete", "add", node, "Mara Lind", "--shirt", "7")
    folder = tmp_path / "exports"
    folder.mkdir()
    os.mkfifo(folder / "pipe")
    (folder / "link.csv").symlink_to(tmp_path / "nowhere")
    (folder / "wellness.csv").write_text(WELLNESS)

    code, out, err = run("ingest", node, folder, "--athlete", "7", "--json")

    shown = json.loads(out)
    assert (code, shown["added"], shown["stored"], shown["quarantined"]) == (1, 7, 1, 1)
    assert err == "Error: 1 of 2 files could not be read; it is quarantined with its reason\n"


def test_a_vault_that_is_gone_is_not_made_anew(node: Path, run: Run) -> None:
    (node / "vault.sqlite3").unlink()

    code, _, err = run("athlete", "list", node)

    assert (code, err.count("\n")) == (1, 1)
    assert "put it back from a backup" in err
    assert not (node / "vault.sqlite3").exists()


def test_a_day_to_come_has_no_metrics(node: Path, run: Run) -> None:
    run("athlete", "add", node, "Mara Lind", "--shirt", "7")

    code, _, err = run("metrics", node, "7", "--to", "9999-12-31")

    assert (code, err.startswith("Error: expected a day up to ")) == (1, True)


def test_a_node_cannot_be_made_inside_a_file(tmp_path: Path, run: Run) -> None:
    (tmp_path / "file").write_text("kept")

    code, _, err = run("init", tmp_path / "file", "--club", "club-a", "--name", "E")

    assert (code, err.count("\n")) == (1, 1)
    assert err.startswith("Error: cannot use ")


def test_a_loose_key_file_stops_the_node(node: Path, run: Run) -> None:
    (node / "keys" / "vault.key").chmod(0o644)

    code, _, err = run("athlete", "list", node)

    assert code == 1
    assert "chmod 600" in err


def test_a_passphrase_opens_and_a_wrong_one_does_not(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "n"
    monkeypatch.setenv("HOMEFIELD_PASSPHRASE", "correct horse battery")
    code, _, _ = run("init", folder, "--club", "club-a", "--name", "E", "--passphrase")
    assert code == 0
    assert not (folder / "keys" / "vault.key").exists()
    open_vault(load_settings(folder)).close()

    monkeypatch.setenv("HOMEFIELD_PASSPHRASE", "something else")
    code, _, err = run("athlete", "list", folder)

    assert (code, err) == (1, "Error: this passphrase or key file does not open this vault\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("athlete", "list", "nowhere"),
        ("ingest", "NODE", "nowhere.csv", "--athlete", "7"),
        ("metrics", "NODE", "99"),
        ("metrics", "NODE", "ath-0000000000000000"),
        ("erase", "NODE", "ath-0000000000000000", "--yes"),
        ("athlete", "add", "NODE", "X", "--id", "ath-XYZ"),
    ],
)
def test_mistakes_are_one_sentence(node: Path, run: Run, arguments: tuple[str, ...]) -> None:
    code, _, err = run(*(node if word == "NODE" else word for word in arguments))

    assert code == 1
    assert err.startswith("Error: ")
    assert err.count("\n") == 1


def test_damaged_settings_are_named(node: Path, run: Run) -> None:
    stored: dict[str, Any] = json.loads((node / "settings.json").read_bytes())
    (node / "settings.json").write_text(json.dumps({**stored, "telemetry": True}))

    code, _, err = run("athlete", "list", node)

    assert code == 1
    assert "telemetry" in err


def test_settings_change_in_one_step(node: Path) -> None:
    changed = change_settings(node, consent_url="http://127.0.0.1:1", coordinator="127.0.0.1:2")

    assert changed == load_settings(node)
    assert changed.consent_url == "http://127.0.0.1:1"
    assert (node / "settings.json").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in node.iterdir() if path.name.startswith(".")) == []


def test_every_command_explains_itself_with_an_example(run: Run) -> None:
    for command in (
        ("init",),
        ("athlete", "add"),
        ("athlete", "list"),
        ("athlete", "rest"),
        ("ingest",),
        ("metrics",),
        ("erase",),
    ):
        code, out, _ = run(*command, "--help")
        assert code == 0
        assert "Example: homefield-node" in out


def test_the_documentation_names_every_stream_of_numbers_and_every_unit() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "ingest.md").read_text(encoding="utf-8")

    numbers = [stream.value for stream, spec in SPECS.items() if spec.shape is Shape.NUMBER]
    assert [name for name in numbers if f"`{name}`" not in text] == []
    assert [unit for pair in CONVERSIONS for unit in pair if f"`{unit}`" not in text] == []


def test_the_documented_mapping_is_a_mapping() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "ingest.md").read_text(encoding="utf-8")
    example = text.split("```json\n")[1].split("```")[0]

    assert read_mapping(example.encode()).app == "league-export"
