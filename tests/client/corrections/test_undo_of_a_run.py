"""Another person's files, imported by mistake: what is said of them, and what taking the run back leaves."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]
HEAD = "player,date,readiness,observed\n"
OWN = f"{HEAD}1,2020-03-20,6.0,True\n1,2020-03-21,5.0,True\n"
SAME, OTHER = "1,2020-03-20,6.0,True\n", "1,2020-03-20,7.0,True\n1,2020-03-21,8.0,True\n"
MIXED = f"{SAME}1,2020-03-21,8.0,True\n"


@pytest.fixture
def bring(node_of_one: Path, run: Run, tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
    """A node with an athlete who has two answers; imports another file of theirs."""
    who = run("athlete", "add", node_of_one, "Mara Lind")[1].strip()
    (tmp_path / "own.csv").write_text(OWN)
    run("ingest", node_of_one, tmp_path / "own.csv", "--athlete", who, "--player", "1")

    def brought(text: str, *options: str) -> tuple[int, str, str]:
        (tmp_path / "new.csv").write_text(text)
        return run("ingest", node_of_one, tmp_path / "new.csv", "--athlete", who, "--player", "1", *options)

    return brought


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
@pytest.mark.parametrize(
    ("rows", "known", "differing"), [(OTHER, 0, 2), (MIXED, 1, 1), (SAME, 1, 0)], ids=["differing", "mixed", "same"]
)
def test_a_row_whose_value_is_not_the_stored_one_is_not_known_already(
    bring: Run, rows: str, known: int, differing: int, options: tuple[str, ...]
) -> None:
    code, out, _ = bring(HEAD + rows, "--json", *options)
    (found,) = json.loads(out)["files"]

    assert (code, found["status"], found["duplicates"]) == (0, "skipped", known)
    assert found["dropped"] == ({"stored_differently": differing} if differing else {})
    assert found["rows"] == found["kept"] + sum(found["dropped"].values()) + found["duplicates"]
    said = [words in found["reason"] for words in ("stored differently", "another person's file", "known already")]
    assert said == [differing > 0, differing > 0, not differing]


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_a_file_with_new_rows_and_differing_ones_says_how_the_latter_are_taken(
    bring: Run, options: tuple[str, ...]
) -> None:
    rows = f"{HEAD}{OTHER}1,2020-03-22,4.0,True\n"
    said = "2 readings differ from what is stored; the stored ones are kept; if the file is right, --replace takes its"

    (found,) = json.loads(bring(rows, "--json", *options)[1])["files"]
    shown = " ".join(bring(rows, *options)[1].split())

    assert (found["kept"] == 1, found["status"]) == (True, "stored")
    assert any(said in note for note in found["notes"])
    assert said in shown


def test_values_that_were_not_taken_go_with_the_import_that_the_run_named(
    bring: Run, node_of_one: Path, run: Run
) -> None:
    assert "import 2; `imports undo` takes it back." in bring(HEAD + OTHER)[1]
    assert "`imports undo`" not in bring(HEAD + OTHER)[1], "a repeat goes with it"

    shown = json.loads(run("imports", "show", node_of_one, 2, "--json")[1])["undo"]
    told = run("imports", "undo", node_of_one, 2, "--yes")[1]
    left = json.loads(run("imports", "undo", node_of_one, 1, "--yes", "--json")[1])["undone"]

    assert [(one["imports"], one["removed"], one["kept"], one["not_counting"]) for one in shown] == [([2, 3], 0, 0, 2)]
    assert "2 readings that do not count go." in told
    assert [(one["removed"], one["restored"], one["kept"]) for one in left] == [(2, 0, 0)], "no other counts"


def test_a_file_with_the_stored_values_in_other_bytes_is_named_too(bring: Run, node_of_one: Path, run: Run) -> None:
    assert "import 2; `imports undo` takes it back." in bring(HEAD + SAME)[1]

    (shown,) = json.loads(run("imports", "show", node_of_one, 2, "--json")[1])["undo"]

    assert (shown["removed"], shown["kept"], shown["not_counting"]) == (0, 1, 0)


def test_an_older_export_that_is_read_again_is_known(bring: Run) -> None:
    bring(f"{HEAD}1,2020-03-20,6.5,True\n", "--replace", "--yes")

    (found,) = json.loads(bring(HEAD + SAME, "--json")[1])["files"]

    assert (found["duplicates"], found["dropped"]) == (1, {})
