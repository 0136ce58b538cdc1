"""The commands that correct what came in, as an operator runs them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from client.settings import load_settings
from client.vault.access import open_vault
from client.vault.history.reading_states import stored_readings

Run = Callable[..., tuple[int, str, str]]
SESSIONS = "end_date_time,activity_names,perceived_exertion,duration_min\n"
CANARY = "canary note about a knee"


@pytest.fixture
def node(node_of_one: Path, run: Run, tmp_path: Path) -> Path:
    """A node with two sessions of its athlete, from one file, and a file that was set aside."""
    (tmp_path / "srpe.csv").write_text(f"{SESSIONS}2026-03-01T17:30:00Z,run,5,75\n2026-03-02T17:30:00Z,run,6,60\n")
    (tmp_path / "plan.csv").write_text("a,b\n1,2\n")
    assert run("ingest", node_of_one, tmp_path / "srpe.csv", tmp_path / "plan.csv", "--athlete", 7)[0] == 1
    return node_of_one


def ratings(node: Path) -> dict[object, str]:
    with open_vault(load_settings(node)) as vault:
        (one,) = vault.athletes()
        return {f"{r.reading.stream} {r.reading.value:g}": r.id for r in stored_readings(vault, one.athlete)}


def answer(run: Run, *words: object) -> dict[str, object]:
    code, out, err = run(*words, "--json")
    assert (code, err) == (0, "")
    found: dict[str, object] = json.loads(out)
    return found


def test_a_reading_is_corrected_voided_and_its_history_shown(node: Path, run: Run) -> None:
    held = ratings(node)

    words = ("reading", "correct", node, 7, held["session_rpe 5"], "--value", "4.5", "--reason", "typing_error")
    assert run(*words, "--note", CANARY)[0] == 0
    shown = answer(run, "reading", "void", node, 7, held["session_rpe 6"], "--reason", "wrong_person")

    assert [(one["value"], one["state"], one["reason"]) for one in shown["values"]] == [(6.0, "voided", "wrong_person")]  # type: ignore[attr-defined]  # JSON
    assert {"session_rpe 4.5", "session_duration_min 60"} <= set(ratings(node))
    assert "session_rpe 6" not in ratings(node)
    code, out, _ = run("reading", "history", node, 7, held["session_rpe 5"])
    assert (code, CANARY in out, "typing_error" in out, "replaced" in out) == (0, True, True, True)


def test_what_still_stands_of_a_session_is_told_until_it_goes_too(node: Path, run: Run) -> None:
    rating = ratings(node)["session_rpe 5"]

    (alone,) = answer(run, "reading", "void", node, 7, rating, "--reason", "recorded_twice")["half_sessions"]  # type: ignore[misc]  # JSON
    out = run("reading", "correct", node, 7, alone["id"], "--value", "55", "--reason", "typing_error")[1]

    assert alone["stream"] == "session_duration_min"
    corrected = ratings(node)["session_duration_min 55"]
    assert "the minutes still stand without rating, so that the day's load is not known" in " ".join(out.split())
    assert f"({corrected})" in " ".join(out.split())
    gone = answer(run, "reading", "void", node, 7, corrected, "--reason", "recorded_twice")
    assert gone["half_sessions"] == []


def test_a_voiding_that_was_taken_back_stays_in_the_history(node: Path, run: Run) -> None:
    chosen = ratings(node)["session_rpe 5"]
    assert run("reading", "void", node, 7, chosen, "--reason", "sensor_fault")[0] == 0

    answer(run, "reading", "correct", node, 7, chosen, "--as-read", "--reason", "typing_error", "--note", CANARY)

    code, out, _ = run("reading", "history", node, 7, chosen)
    assert (code, "voided" in out, "sensor_fault" in out) == (0, True, True)
    assert "put in place by operator" in out
    assert f"typing_error: {CANARY}" in out


@pytest.mark.parametrize(
    "rest",
    [
        ("--value", "7731", "--reason", "typing_error"),
        ("--value", "7731 canary", "--reason", "typing_error"),
        ("--value", "4", "--reason", "canary 7731"),
        ("--reason", "other"),
        ("--as-read", "--reason", "other"),
    ],
)
def test_what_is_refused_is_not_printed_nor_logged_and_changes_nothing(
    node: Path, run: Run, caplog: pytest.LogCaptureFixture, rest: tuple[str, ...]
) -> None:
    held = ratings(node)

    code, out, err = run("reading", "correct", node, 7, held["session_rpe 5"], *rest, "--note", CANARY)

    assert (code, out, "expected" in err or "already" in err) == (1, "", True)
    assert not any(word in text for word in ("canary", "7731") for text in (err, caplog.text))
    assert ratings(node) == held


def test_an_import_is_shown_and_undone_after_a_question(node: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = answer(run, "imports", "list", node, 7)["imports"]
    assert [(one["number"], one["status"], one["who"], one["set_aside"]) for one in listed] == [  # type: ignore[attr-defined]  # JSON
        (1, "stored", "operator", False),
        (2, "quarantined", "operator", True),
    ]
    (preview,) = answer(run, "imports", "show", node, 1)["undo"]  # type: ignore[misc]  # JSON
    assert (preview["removed"], preview["restored"], preview["kept"]) == (4, 0, 0)
    held = ratings(node)

    code, _, _ = run("imports", "undo", node, 1)
    assert (code, ratings(node)) == (1, held), "nobody answered the question"
    (done,) = answer(run, "imports", "undo", node, 1, "--yes")["undone"]  # type: ignore[misc]  # JSON
    assert (done, ratings(node)) == (preview, {})
    code, _, err = run("imports", "undo", node, 1, "--yes")
    assert (code, "not undone yet" in err) == (1, True)
    assert answer(run, "imports", "show", node, 1)["file_name"] is None


def test_undoing_says_whose_import_goes_and_what_was_done_by_hand_to_it(node: Path, run: Run) -> None:
    held = ratings(node)
    for rating in ("session_rpe 5", "session_rpe 6"):
        assert run("reading", "void", node, 7, held[rating], "--reason", "sensor_fault")[0] == 0

    _, shown, _ = run("imports", "show", node, 1)
    told = run("imports", "undo", node, 1, "--yes")[1]

    assert "athlete: Mara Lind (ath-" in shown
    assert {"rows: 2", "session_rpe: 2"} <= set(shown.splitlines())
    assert shown.splitlines()[-1] in told
    assert "Import 1 (srpe.csv) of Mara Lind (ath-" in told
    assert "): 2 readings go, 2 corrections by hand go with them." in told
    assert "stay" not in told


def test_the_table_of_imports_has_those_without_reader_and_without_name(
    node: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "150")
    run("imports", "undo", node, 1, "--yes")

    code, out, _ = run("imports", "list", node)

    assert code == 0
    assert "2 imports" in out
    assert all(word in out for word in ("forgotten", "undone", "none", "quarantined"))


def test_a_voided_reading_is_found_again_where_all_are_asked_for(node: Path, run: Run) -> None:
    reading = ratings(node)["session_rpe 5"]
    run("reading", "void", node, 7, reading, "--reason", "sensor_fault")

    assert reading[:8] not in run("readings", node, 7)[1]
    code, out, _ = run("readings", node, 7, "--all")
    assert (code, reading[:8] in out, "voided" in out) == (0, True, True)
    assert run("reading", "history", node, 7, reading[:8])[0] == 0
    assert run("reading", "history", node, 7, reading[:7])[0] == 1
    listed = answer(run, "readings", node, 7, "--all")["readings"]
    assert {one["id"]: one["state"] for one in listed}[reading] == "voided"  # type: ignore[attr-defined]  # JSON


def test_files_that_were_set_aside_are_listed_shown_and_cleared(node: Path, run: Run) -> None:
    (file,) = answer(run, "quarantine", "list", node)["files"]  # type: ignore[misc]  # JSON
    assert (file["file_name"], bool(file["reason"])) == ("plan.csv", True)
    assert answer(run, "quarantine", "show", node, file["mark"][:6])["mark"] == file["mark"]
    assert run("quarantine", "show", node, "ffffffff")[0] == 1

    assert answer(run, "quarantine", "clear", node, file["mark"])["cleared"] == [file["mark"]]

    assert answer(run, "quarantine", "list", node)["files"] == []
    listed = answer(run, "imports", "list", node)["imports"]
    assert [one["set_aside"] for one in listed] == [False, False]  # type: ignore[attr-defined]  # JSON


def test_all_files_that_were_set_aside_are_forgotten_after_a_question(node: Path, run: Run) -> None:
    code, out, _ = run("quarantine", "clear", node)
    assert (code, "Forget the one file that was set aside of everybody?" in out) == (1, True)
    assert answer(run, "quarantine", "list", node)["files"]

    assert len(answer(run, "quarantine", "clear", node, "--yes")["cleared"]) == 1  # type: ignore[arg-type]  # JSON

    assert answer(run, "quarantine", "list", node)["files"] == []
    assert answer(run, "quarantine", "clear", node)["cleared"] == [], "there is nothing to ask about"


def test_undoing_an_import_that_was_set_aside_forgets_its_entry_and_no_more(
    node: Path, run: Run, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.csv"
    run("ingest", node, plan, "--athlete", 7)
    answer(run, "imports", "undo", node, 2, "--yes")

    assert answer(run, "quarantine", "list", node)["files"] == []
    listed = answer(run, "imports", "list", node)["imports"]
    assert [(one["number"], one["set_aside"], bool(one["undone_at"])) for one in listed] == [  # type: ignore[attr-defined]  # JSON
        (1, False, False),
        (2, False, True),
        (3, False, True),
    ]
    assert len(ratings(node)) == 4

    plan.write_text("date,rpe\n2026-03-09,9\n")
    run("ingest", node, plan, "--athlete", 7)
    mapping = {"version": 1, "app": "sheet", "time": {"column": "date", "format": "date"}}
    mapping["streams"] = [{"column": "rpe", "stream": "session_rpe"}]
    (tmp_path / "map.json").write_text(json.dumps(mapping))
    assert run("ingest", node, plan, "--athlete", 7, "--mapping", tmp_path / "map.json")[0] == 0
    answer(run, "imports", "undo", node, 4, "--yes")
    assert len(ratings(node)) == 5, "what was stored of the same file since stays"


def test_a_replacing_import_counts_first_and_asks(node: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "right.csv").write_text(f"{SESSIONS}2026-03-01T17:30:00Z,run,3,75\n")
    held = ratings(node)
    words = ("ingest", node, tmp_path / "right.csv", "--athlete", 7, "--replace")

    code, out, _ = run(*words)
    assert (code, ratings(node)) == (1, held)
    assert "1 file gives 1 new reading, and 1 stored reading is set aside. Replace?" in out

    assert answer(run, *words, "--yes")["replaced"] == 1
    assert "session_rpe 3" in ratings(node)
    answer(run, "imports", "undo", node, 3, "--yes")
    assert ratings(node) == held


def test_an_athlete_has_another_name_and_the_same_readings(node: Path, run: Run) -> None:
    held = ratings(node)

    answer(run, "athlete", "rename", node, "Mara Lind", "Mara Lind-Berg")

    (one,) = answer(run, "athlete", "list", node)["athletes"]  # type: ignore[misc]  # JSON
    assert (one["name"], one["shirt_no"], ratings(node)) == ("Mara Lind-Berg", 7, held)
    code, _, err = run("athlete", "rename", node, 7, "x\u202e")
    assert (code, "x\u202e" in err) == (1, False)


def test_an_athlete_is_removed_with_all_that_is_held_after_a_question(node: Path, run: Run) -> None:
    code, out, _ = run("athlete", "remove", node, 7)
    assert (code, "4 readings from 2 imports" in out) == (1, True)
    assert ratings(node)

    found = answer(run, "athlete", "remove", node, 7, "--yes")

    assert (found["readings"], answer(run, "athlete", "list", node)["athletes"]) == (4, [])
    with open_vault(load_settings(node)) as vault:
        assert vault.erased() == {found["athlete"]}


def test_several_readings_are_voided_together_or_not_at_all(node: Path, run: Run) -> None:
    held = ratings(node)
    both = held["session_rpe 5"], held["session_duration_min 75"]

    code, _, err = run("reading", "void", node, 7, both[0], "0" * 16, "--reason", "other")
    assert (code, "no reading of this id" in err, ratings(node)) == (1, True, held)

    assert len(answer(run, "reading", "void", node, 7, *both, "--reason", "other")["values"]) == 2  # type: ignore[arg-type]  # JSON
    assert set(ratings(node)) == {"session_rpe 6", "session_duration_min 60"}


def test_who_is_under_18_is_said_by_a_command(node_of_one: Path, run: Run) -> None:
    for word, is_minor, is_changed in (("yes", True, True), ("YES", True, False), ("no", False, True)):
        found = answer(run, "athlete", "set-minor", node_of_one, 7, word)

        assert (found["is_minor"], found["changed"]) == (is_minor, is_changed)
        assert answer(run, "athlete", "list", node_of_one)["athletes"][0]["is_minor"] is is_minor  # type: ignore[index]  # JSON
    code, _, err = run("athlete", "set-minor", node_of_one, 7, "17")
    assert (code, "expected yes or no" in err, "17" in err) == (1, True, False)
