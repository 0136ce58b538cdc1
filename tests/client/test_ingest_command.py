"""`homefield-node ingest`: what a program reads from --json, what a person reads from the table, and the exit code."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., tuple[int, str, str]]
SRPE = "end_date_time,activity_names,perceived_exertion,duration_min\n"
EMPTY_SRPE = SRPE + "2026-03-05T18:00:00Z,x,,\n"
GOOD_SRPE = SRPE + "2026-03-05T18:00:00Z,x,6,60\n2026-03-06T18:00:00Z,x,5,45\n"
CUT_SRPE = SRPE + "2026-03-07T18:00:00Z,x,6,60\nyesterday,x,5,45\n2026-03-08T18:00:00Z,x,hard,45\n"


def folder_of(tmp_path: Path, **files: str) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


def entries(out: str) -> dict[str, dict[str, Any]]:
    return {entry["file"]: entry for entry in json.loads(out)["files"]}


def test_every_file_has_one_entry_whose_rows_add_up(node_of_one: Path, run: Run, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, good__csv=GOOD_SRPE, cut__csv=CUT_SRPE, empty__csv=EMPTY_SRPE, other__csv="a,b\n1,2\n")

    code, out, err = run("ingest", node_of_one, folder, "--athlete", "7", "--json")

    found = entries(out)
    assert code == 1
    assert {name: entry["status"] for name, entry in found.items()} == {
        "good.csv": "stored",
        "cut.csv": "partial",
        "empty.csv": "nothing_kept",
        "other.csv": "quarantined",
    }
    fields = ("reader", "rows", "kept", "dropped", "duplicates")
    assert [found["good.csv"][field] for field in fields] == ["pmsys-srpe", 2, 2, {}, 0]
    assert [found["cut.csv"][field] for field in fields] == ["pmsys-srpe", 3, 2, {"time_unreadable": 1}, 0]
    assert [found["empty.csv"][field] for field in fields] == ["pmsys-srpe", 1, 0, {"missing": 1}, 0]
    for entry in found.values():
        assert entry["rows"] == entry["kept"] + sum(entry["dropped"].values()) + entry["duplicates"]
    shown = json.loads(out)
    assert shown["schema"] == "homefield-ingest-1"
    assert (shown["added"], shown["stored"], shown["partial"], shown["nothing_kept"]) == (7, 1, 1, 1)
    assert "1 of 4 files could not be read" in err
    assert "nothing was kept of 1 of 4 files" in err


def test_the_exit_code_is_0_for_what_is_stored_partial_or_known(node_of_one: Path, run: Run, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, good__csv=GOOD_SRPE, cut__csv=CUT_SRPE)

    first, _, _ = run("ingest", node_of_one, folder, "--athlete", "7", "--json")
    second, out, _ = run("ingest", node_of_one, folder, "--athlete", "7", "--json")

    assert (first, second) == (0, 0)
    assert [(e["status"], e["kept"], e["duplicates"]) for e in entries(out).values()] == [("skipped", 0, 2)] * 2


@pytest.mark.parametrize("arguments", [(), ("--athlete",), ("--bogus", "1")])
def test_a_wrong_command_line_is_2(node_of_one: Path, run: Run, arguments: tuple[str, ...]) -> None:
    assert run("ingest", node_of_one, *arguments)[0] == 2


def test_what_systems_leave_in_a_folder_is_skipped(node_of_one: Path, run: Run, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, good__csv=GOOD_SRPE, desktop__ini="[.ShellClassInfo]\n")
    (folder / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0\x00abc")
    (folder / "~$wellness.xlsx").write_bytes(b" " * 50)

    code, out, _ = run("ingest", node_of_one, folder, "--athlete", "7", "--json")

    statuses = {name: entry["status"] for name, entry in entries(out).items()}
    assert (code, statuses.pop("good.csv")) == (0, "stored")
    assert statuses == dict.fromkeys(("Thumbs.db", "desktop.ini", "~$wellness.xlsx"), "skipped")


@pytest.mark.parametrize(
    ("text", "reason", "hint"),
    [
        ("date,rpe,min\n46083,6,60\n46084,7,60\n", "2 rows: a time that cannot be read", '"format": "excel"'),
        ("date,rpe,min\n1772436600,6,60\n", "1 row: a time that cannot be read", '"format": "unix_s"'),
        ("date,rpe,min\n2026-03-02,,--\n", "1 row: no value", ""),
    ],
)
def test_the_table_says_why_nothing_was_kept(
    node_of_one: Path, run: Run, tmp_path: Path, text: str, reason: str, hint: str
) -> None:
    (tmp_path / "rpe.csv").write_text(text)
    (tmp_path / "mapping.json").write_text(
        json.dumps(
            {
                "version": 1,
                "app": "sheet",
                "time": {"column": "date", "format": "date"},
                "streams": [
                    {"column": "rpe", "stream": "session_rpe"},
                    {"column": "min", "stream": "session_duration_min"},
                ],
            }
        )
    )
    arguments = ("ingest", node_of_one, tmp_path / "rpe.csv", "--athlete", "7", "--mapping", tmp_path / "mapping.json")

    code, out, err = run(*arguments)

    assert code == 1
    assert f"rpe.csv nothing_kept: no row gave a reading; {reason}" in out
    assert hint in out
    assert err == "Error: nothing was kept of 1 of 1 file; the reason stands with each\n"


def test_the_table_names_the_cells_that_were_refused_and_never_their_values(
    node_of_one: Path, run: Run, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path, cut__csv=CUT_SRPE)

    _, out, _ = run("ingest", node_of_one, folder, "--athlete", "7")

    assert "cut.csv partial: 1 row: a time that cannot be read (row 3); 1 of session_rpe: no number (row 4)" in out
    assert "hard" not in out
    assert "yesterday" not in out


def test_an_import_says_for_whom_it_stored_and_by_which_numbers(node_of_one: Path, run: Run, tmp_path: Path) -> None:
    for day in (1, 2):
        (tmp_path / f"{day}.csv").write_text(
            f"end_date_time,perceived_exertion,duration_min\n2026-03-0{day}T17:00:00Z,6,60\n"
        )

    _, first, _ = run("ingest", node_of_one, tmp_path / "1.csv", tmp_path / "2.csv", "--athlete", "mara LIND")
    _, again, _ = run("ingest", node_of_one, tmp_path / "1.csv", "--athlete", 7)

    assert "new readings from 2 of 2 files" in first
    assert re.search(r"^For Mara Lind \(ath-[0-9a-f]+\): imports 1 to 2; `imports undo` takes it back\.$", first, re.M)
    assert "0 new readings from 0 of 1 file" in again
    assert "For Mara Lind" not in again


def test_what_has_no_value_is_said_in_the_text(node_of_one: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "srpe.csv").write_text(
        "end_date_time,activity_names,perceived_exertion,duration_min\n"
        "2026-03-02T17:30:00Z,run,,60\n2026-03-03T17:30:00Z,run,5,60\n"
    )

    code, out, _ = run("ingest", node_of_one, tmp_path / "srpe.csv", "--athlete", "7")

    assert code == 0
    assert "srpe.csv: no value in 1 of session_rpe; 1 session with a rating or minutes alone" in out
