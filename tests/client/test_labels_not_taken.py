"""Labels of a squad table that nobody gets: unknown, misspelt, of two alike; a dry run says what the import says."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from client.ingest.results.labels_not_taken import not_taken

Run = Callable[..., tuple[int, str, str]]
HEAD = "player,date,readiness,observed\n"


@pytest.fixture
def squad(node_of_one: Path, run: Run, tmp_path: Path) -> Path:
    """A node with two athletes of one name, and a table of six labels."""
    for words in (("Bo Ek", "--shirt", 4), ("Bo Ek", "--shirt", 5), ("Ada Holm", "--shirt", 9)):
        assert run("athlete", "add", node_of_one, *words)[0] == 0
    labels = ("Mara Lind", "Bo Ek", "Ada Hölm", "Mara Lnd", "Unknown Person")
    (tmp_path / "squad.csv").write_text(HEAD + "".join(f"{label},2020-03-20,6.0,True\n" for label in labels))
    return tmp_path / "squad.csv"


@pytest.mark.parametrize("rows", [slice(None), slice(2, None)], ids=["some", "nobody"])
def test_a_dry_run_looks_labels_up_as_the_import_does(node_of_one: Path, run: Run, squad: Path, rows: slice) -> None:
    head, *lines = squad.read_text().splitlines()
    squad.write_text("\n".join((head, *lines[rows], "")))

    rehearsed, dry, _ = run("ingest", node_of_one, squad, "--dry-run", "--json")
    code, done, _ = run("ingest", node_of_one, squad, "--json")

    (foreseen,), (found,) = json.loads(dry)["files"], json.loads(done)["files"]
    assert (rehearsed, json.loads(dry)["rehearsed"]) == (code, True)
    for name in ("status", "reason", "notes", "athletes", "kept", "dropped"):
        assert foreseen[name] == found[name], name
    assert foreseen["would_add"] == found["added"]
    assert any("perhaps misspelt: Ada Hölm for Ada Holm, Mara Lnd for Mara Lind" in note for note in found["notes"])
    assert not any("Unknown Person for" in note for note in found["notes"])


def test_two_alike_are_told_as_such_and_who_gets_rows_is_named(node_of_one: Path, run: Run, squad: Path) -> None:
    shown = " ".join(run("ingest", node_of_one, squad, "--dry-run")[1].split())

    assert "several athletes of this node have the name Bo Ek; say who they are with --players, by id" in shown
    assert "1 new reading of Mara Lind (ath-" in shown


def test_a_family_name_that_stands_first_is_nearly_the_name() -> None:
    names = ["Anna Schmidt", "Lena Gross", "Mara Lind"]

    told = not_taken(["Schmidt Anna", "Gross, Lena", "Unknown Person"], names)[1]

    assert told == "perhaps misspelt: Schmidt Anna for Anna Schmidt, Gross, Lena for Lena Gross"


def test_another_athlete_of_the_new_name_is_told(node_of_one: Path, run: Run) -> None:
    run("athlete", "add", node_of_one, "Bo Ek", "--shirt", "4")

    assert "Another athlete of this node has that name" in " ".join(
        run("athlete", "rename", node_of_one, "7", "bo ek")[1].split()
    )
    assert "Another athlete" not in run("athlete", "rename", node_of_one, "7", "Mara Lind")[1]


def test_whoever_may_not_see_every_name_learns_none() -> None:
    assert not_taken(["Mara Lindt"]) == (
        "1 other athlete of this file is not taken: Mara Lindt; say who they are with --players",
    )
    assert "Mara Lind" in not_taken(["Mara Lindt"], ["Mara Lind"])[1]
