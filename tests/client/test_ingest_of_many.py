"""`ingest` of a file with several athletes: who is not taken, and of whom a reason is true."""

import json
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., tuple[int, str, str]]


def test_misspelt_athletes_are_named_and_reasons_are_told_of_whom_they_are_true(
    node_of_one: Path, run: Run, tmp_path: Path
) -> None:
    ids = [run("athlete", "add", node_of_one, name)[1].strip() for name in ("Mara Lind", "Bo Ek")]
    (tmp_path / "who.json").write_text(json.dumps({"1": ids[0], "2": ids[1]}))
    head, known = "player,date,readiness,observed\n", "1,2020-03-20,6.0,True\n"
    words = ("--players", tmp_path / "who.json")
    (tmp_path / "old.csv").write_text(head + known)
    run("ingest", node_of_one, tmp_path / "old.csv", *words)
    misspelt = "B\u202e.Ek,2020-03-20,7.0,True\nHolm,soon,7.0,True\n"
    (tmp_path / "new.csv").write_text(f"{head}{known}2,2020-03-20,7.0,True\n2,later,7.0,True\n{misspelt}")

    code, out, _ = run("ingest", node_of_one, tmp_path / "new.csv", *words, "--json")
    (found,) = json.loads(out)["files"]

    assert (code, found["status"]) == (0, "partial")
    assert found["reason"].startswith("Mara Lind: known already")
    assert found["reason"].count("1 row: a time that cannot be read") == 2
    assert "Bo Ek: 1 row" in found["reason"]
    assert found["notes"] == [
        "2 other athletes of this file are not taken: B.Ek, Holm; say who they are with --players"
    ]


def test_athletes_who_are_not_taken_alone_make_no_file_partial(node_of_one: Path, run: Run, tmp_path: Path) -> None:
    run("athlete", "add", node_of_one, "Bo Ek")
    rows = "".join(f"{who},2020-03-20,6.0,True\n" for who in ("Bo Ek", "Holm"))
    (tmp_path / "x.csv").write_text("player,date,readiness,observed\n" + rows)
    (tmp_path / "y.csv").write_text("player,date,readiness,observed\nHolm,2020-03-20,6.0,True\n")

    files = json.loads(run("ingest", node_of_one, tmp_path / "x.csv", tmp_path / "y.csv", "--json")[1])["files"]

    assert [(one["status"], "not taken: Holm" in one["notes"][0]) for one in files] == [
        ("stored", True),
        ("nothing_kept", True),
    ]
