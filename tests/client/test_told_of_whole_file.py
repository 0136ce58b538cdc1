"""What a file says of itself as a whole is told whoever of it is taken: no guest in its first row hides it."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.ingest.mapping import Mapping, read_mapping
from client.ingest.results.file_answer import FileAnswer
from client.vault.store import Vault
from policies.vocabulary import AthleteId
from tests.client.workbooks import excel

Run = Callable[..., tuple[int, str, str]]
SHEET = {
    "version": 1,
    "app": "sheet",
    "athlete": "Player",
    "time": {"column": "Date", "format": "date"},
    "streams": [{"column": "RPE", "stream": "session_rpe"}, {"column": "min", "stream": "session_duration_min"}],
}
HEAD = "Date,Player,RPE,min,Comment"
GUESTS = ["Guest One", "Guest Two"]
ROWS = st.tuples(
    st.sampled_from(["Mara Lind", *GUESTS, "x" * 201]),
    st.sampled_from(["5", "11", "", "soft", '"7']),
    st.sampled_from(["60", "far"]),
    st.sampled_from(["", ",more"]),
)
AN_ANSWER = "RPE: an answer above 10, the top of its scale, is left out"


def described(**changes: object) -> Mapping:
    return read_mapping(json.dumps({**SHEET, **changes}).encode())


def rehearsed(vault: Vault, clock: LocalClock, path: Path, mapping: Mapping | None) -> FileAnswer:
    with vault.rehearsal():
        return FileAnswer(Importer(vault, clock, Attribution(), mapping).take(path))


def told(answer: FileAnswer) -> dict[str, object]:
    """What an answer says, but for the numbers of rows and the order in which labels are named."""
    notes = sorted(note.partition("; row ")[0] for note in answer.notes if "not taken" not in note)
    found = answer.as_json()
    report = {name: value for name, value in found["report"].items() if name != "notes"}
    return {**{name: found[name] for name in ("status", "dropped", "kept", "rows")}, "notes": notes, **report}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROWS, min_size=1, max_size=6))
def test_the_order_of_rows_changes_nothing_that_is_told(
    vault: Vault, athlete: AthleteId, clock: LocalClock, tmp_path: Path, rows: list[tuple[str, ...]]
) -> None:
    lines = [f"2026-10-{n:02},{who},{rpe},{minutes},x{more}" for n, (who, rpe, minutes, more) in enumerate(rows, 1)]

    def of(order: Sequence[str]) -> dict[str, object]:
        (tmp_path / "x.csv").write_text("\n".join((HEAD, *order, "")))
        return told(rehearsed(vault, clock, tmp_path / "x.csv", described()))

    assert of(lines) == of(lines[::-1])


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_guest_anywhere_hides_no_note(
    vault: Vault, athlete: AthleteId, clock: LocalClock, tmp_path: Path, order: tuple[int, ...]
) -> None:
    blocks = ["2026-10-01,Guest One,5,60,x", "2026-10-02,Mara Lind,11,60,x", "2026-10-03,Mara Lind,5"]
    more = [f"2026-10-{day},Mara Lind,5,60,x" for day in range(10, 30)]
    (tmp_path / "x.csv").write_text("\n".join((HEAD, *(blocks[n] for n in order), *more)))

    answer = rehearsed(vault, clock, tmp_path / "x.csv", described())

    assert any(note.startswith(AN_ANSWER) for note in answer.notes)
    assert "columns that are not read: Comment" in answer.notes
    assert answer.as_json()["report"]["details"]["dropped:row_ragged"] == 1
    assert Counter(answer.account.dropped) == {"row_ragged": 1, "athlete_not_taken": 1}


def test_a_sheet_that_is_left_out_is_told_where_the_first_label_is_nobodys(
    node_of_one: Path, run: Run, tmp_path: Path
) -> None:
    rows: list[list[object]] = [["Date", "Player", "RPE", "min", "Comment"], ["2026-10-01", "Guest One", 5, 60, "x"]]
    rows += [["2026-10-02", "Mara Lind", 5, 60, "x"]]
    (tmp_path / "x.xlsx").write_bytes(excel({"Load": rows, "Legend": [["RPE", "how hard"]]}))
    (tmp_path / "m.json").write_text(json.dumps(SHEET))
    words = ("ingest", node_of_one, tmp_path / "x.xlsx", "--mapping", tmp_path / "m.json", "--json")

    (foreseen,) = json.loads(run(*words, "--dry-run")[1])["files"]
    (found,) = json.loads(run(*words)[1])["files"]

    assert found["report"]["details"]["sheet_left_out"] == 1
    for one in (foreseen, found):
        assert any(note.startswith("sheets without the columns of the mapping") for note in one["notes"])
        assert "columns that are not read: Comment" in one["notes"]


def test_a_file_of_strangers_alone_still_says_what_it_says_of_itself(
    vault: Vault, athlete: AthleteId, clock: LocalClock, tmp_path: Path
) -> None:
    (tmp_path / "x.csv").write_text(f"{HEAD}\n2026-10-01,Guest One,5,60,x\n")

    answer = rehearsed(vault, clock, tmp_path / "x.csv", described())

    assert answer.status == "nothing_kept"
    assert "columns that are not read: Comment" in answer.notes


@pytest.mark.parametrize("first", [True, False])
def test_known_tables_say_it_too(
    vault: Vault, athlete: AthleteId, clock: LocalClock, tmp_path: Path, first: bool
) -> None:
    lines = ["2026-10-02,Guest One,1.80,x", "2026-10-02,Mara Lind,1.80,x"]
    (tmp_path / "gates.csv").write_text(
        "\n".join(("Date,Athlete,10 m (s),Comment", *(lines if first else lines[::-1])))
    )

    answer = rehearsed(vault, clock, tmp_path / "gates.csv", None)

    assert (answer.status, answer.first.reader) == ("stored", "timing-gates")
    assert "columns that are not read: Comment" in answer.notes
