"""`ingest --dry-run` with the athlete named answers what the import then answers, and stores nothing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from client.settings import load_settings
from client.vault.access import open_vault

Run = Callable[..., tuple[int, str, str]]
TABLE = "Day;Player;RPE;Minutes\n13.03.2026;A;6;60\n14.03.2026;B;7;45\n15.03.2026;B;7;45\n"
SRPE = "end_date_time,activity_names,perceived_exertion,duration_min\n2026-03-01T17:30:00Z,run,5,75\n"
ALIKE = ("status", "reason", "rows", "kept", "dropped", "duplicates", "notes")


@pytest.fixture
def table(tmp_path: Path, node_of_one: Path, run: Run) -> Path:
    """A folder with a table of two players, its mapping, who is who, and a file of nobody."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "club.csv").write_text(TABLE)
    (folder / "srpe.csv").write_text(SRPE)
    (folder / "srpe again.csv").write_text(SRPE + "2026-03-02T17:30:00Z,run,6,60\n")
    assert run("ingest", node_of_one, folder / "club.csv", "--dry-run", "--save-mapping", tmp_path / "map.json")[0] == 0
    (tmp_path / "who.json").write_text(json.dumps({"B": "7"}))
    return folder


def answer(run: Run, *words: object) -> tuple[int, list[dict[str, Any]], dict[str, Any]]:
    code, out, _ = run(*words, "--json")
    found = json.loads(out)
    return code, [{name: one[name] for name in ALIKE} for one in found["files"]], found


@pytest.mark.parametrize(
    ("named", "file", "code"),
    [
        (("--athlete", "7"), "srpe.csv", 0),
        (("--athlete", "7"), "", 1),
        (("--athlete", "7", "--mapping", "map.json"), "club.csv", 1),
        (("--athlete", "7", "--player", "A", "--mapping", "map.json"), "club.csv", 0),
        (("--player", "A", "--mapping", "map.json"), "club.csv", 1),
        (("--players", "who.json", "--mapping", "map.json"), "club.csv", 0),
        (("--players", "who.json"), "srpe.csv", 1),
        (("--mapping", "map.json"), "club.csv", 1),
    ],
)
def test_a_dry_run_answers_what_the_import_answers(
    node_of_one: Path, run: Run, table: Path, named: tuple[str, ...], file: str, code: int
) -> None:
    words = [table.parent / word if word.endswith(".json") else word for word in named]
    if file != "srpe.csv" and "--mapping" not in named:
        (table / "club.csv").write_bytes(b"\0\1\2")

    for known in (False, True):
        said, files, dry = answer(run, "ingest", node_of_one, table / file, "--dry-run", *words)
        done, imported, found = answer(run, "ingest", node_of_one, table / file, *words)

        assert (said, files) == (done, imported), known
        assert (said, dry["rehearsed"], dry["added"]) == (code, True, 0)
        assert [one["would_add"] for one in dry["files"]] == [one["added"] for one in found["files"]]


def test_a_dry_run_stores_nothing_and_tells_what_is_known(node_of_one: Path, run: Run, table: Path) -> None:
    words = ("ingest", node_of_one, table / "srpe.csv", "--athlete", "7")

    first = run(*words, "--dry-run")[1]
    with open_vault(load_settings(node_of_one)) as vault:
        (one,) = vault.athletes()
        assert vault.read(one.athlete) == []
    run(*words)
    again = run(*words, "--dry-run")[1]
    assert "not looked at" not in first + again

    assert f"1 of 1 rows would be kept, 0 are known; 2 new readings of Mara Lind ({one.athlete})" in first
    assert f"0 of 1 rows would be kept, 1 is known; 0 new readings of Mara Lind ({one.athlete})" in again


@pytest.mark.parametrize("is_there", [True, False])
def test_what_was_not_looked_at_is_said(node_of_one: Path, run: Run, table: Path, is_there: bool) -> None:
    words: tuple[object, ...] = ("ingest", node_of_one, table / "srpe.csv", "--dry-run")
    if not is_there:
        load_settings(node_of_one).vault_path.unlink()
        words = (*words, "--athlete", "7")

    code, out, err = run(*words)

    assert (code, err) == (0, "")
    assert out.count("Whose rows these are and what is stored already was not looked at") == 1
    assert answer(run, *words)[2]["rehearsed"] is False


def test_an_athlete_who_is_not_there_is_refused_as_by_the_import(node_of_one: Path, run: Run, table: Path) -> None:
    words = ("ingest", node_of_one, table / "srpe.csv", "--athlete", "99")

    assert run(*words, "--dry-run") == run(*words)
