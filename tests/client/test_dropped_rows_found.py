"""What was dropped can be found: the first rows of each reason are named as a spreadsheet numbers them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import client
from client.biometrics.file_rows import MOST_PLACED, RowPlace, RowPlaces, in_words
from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.ingest.mapping import Mapping, read_mapping
from client.ingest.results.clock_words import CLOCK_WORDS
from client.ingest.results.file_answer import FileAnswer
from client.vault.store import Vault
from policies.vocabulary import AthleteId
from tests.client.workbooks import excel

Run = Callable[..., tuple[int, str, str]]
SHEET = {
    "version": 1,
    "app": "sheet",
    "athlete": "who",
    "time": {"column": "day", "format": "date"},
    "only": {"column": "seen", "equals": ["yes"]},
    "streams": [{"column": "km", "stream": "distance", "unit": "km"}],
}
OWN_NOTES = {"clock:day_and_month", "clock:far_from_others", "clock:relative", "clock:time_of_import"}
FAULTS = {
    "time_unreadable": "Mara Lind,soon,yes,5",
    "range_distance": "Mara Lind,2026-03-01,yes,9999",
    "not_a_number_distance": "Mara Lind,2026-03-01,yes,far",
    "row_left_out": "Mara Lind,2026-03-01,no,5",
    "missing": "Mara Lind,2026-03-01,yes,",
    "row_ragged": "Mara Lind,2026-03-01,yes",
    "athlete_not_taken": "Guest One,2026-03-01,yes,5",
}
LINES = st.lists(st.sampled_from([*FAULTS, "", "good", "good", "good"]), min_size=1, max_size=30)


def described(**changes: object) -> Mapping:
    return read_mapping(json.dumps({**SHEET, **changes}).encode())


def answer(vault: Vault, clock: LocalClock, path: Path, mapping: Mapping | None = None) -> FileAnswer:
    with vault.rehearsal():
        return FileAnswer(Importer(vault, clock, Attribution(), mapping or described()).take(path))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES, st.integers(0, 3))
def test_the_named_rows_are_the_first_lines_with_that_fault(
    vault: Vault, athlete: AthleteId, clock: LocalClock, tmp_path: Path, kinds: list[str], above: int
) -> None:
    good = "Mara Lind,2026-02-{:02},yes,5"
    rows = [FAULTS.get(kind, kind and good.format(1 + n % 28)) for n, kind in enumerate(kinds)]
    (tmp_path / "x.csv").write_text(
        "\n".join([*["Export of a club"] * above, "who,day,seen,km", *rows, good.format(28)])
    )

    found = answer(vault, clock, tmp_path / "x.csv")

    if found.status == "quarantined":
        return  # one column is wrong as a whole: no row is dropped for itself
    for kind in FAULTS:
        lines = [n for n, one in enumerate(kinds, above + 2) if one == kind]
        assert [one.row for one in found.account.where.get(kind, ())] == lines[:MOST_PLACED], kind
    assert all(one.sheet == 0 for rows in found.account.where.values() for one in rows)


def test_text_and_json_name_them_and_tell_no_value(node_of_one: Path, run: Run, tmp_path: Path) -> None:
    lines = ["who,day,seen,km", "Mara Lind,soon,yes,5", "", "Mara Lind,2026-03-01,yes,9999"]
    lines += [f"Mara Lind,2026-03-{day:02},yes,5" for day in range(2, 12)]
    (tmp_path / "x.csv").write_text("\n".join(lines))
    (tmp_path / "m.json").write_text(json.dumps(SHEET))
    words = ("ingest", node_of_one, tmp_path / "x.csv", "--mapping", tmp_path / "m.json")

    foreseen = json.loads(run(*words, "--dry-run", "--json")[1])["files"][0]
    said = " ".join(run(*words)[1].split())
    (found,) = json.loads(run(*words, "--json")[1])["files"]

    assert "1 row: a time that cannot be read (row 2); 1 of distance: outside 0 to 400000 m (row 4)" in said
    assert "9999" not in said
    for one in (foreseen, found):
        assert one["where"]["time_unreadable"] == [{"sheet": None, "row": 2}]
        assert one["where"]["range_distance"] == [{"sheet": None, "row": 4}]
    assert [(row["row"], row["file_row"]) for row in foreseen["preview"][:3]] == [(1, 2), (2, 4), (3, 5)]


def test_of_a_workbook_the_sheet_is_named(node_of_one: Path, run: Run, tmp_path: Path) -> None:
    head: list[object] = ["who", "day", "seen", "km"]
    good: list[list[object]] = [["Mara Lind", f"2026-03-{day:02}", "yes", 5] for day in range(1, 9)]
    second = [[], ["a line above"], head, [], ["Mara Lind", "soon", "yes", 5]]
    (tmp_path / "x.xlsx").write_bytes(excel({"One": [head, *good], "Two": second}))
    (tmp_path / "m.json").write_text(json.dumps(SHEET))
    words = ("ingest", node_of_one, tmp_path / "x.xlsx", "--mapping", tmp_path / "m.json")

    said = " ".join(run(*words)[1].split())

    assert "1 row: a time that cannot be read (row 5 of sheet 2)" in said


def test_a_value_that_is_stored_otherwise_is_found_too(
    vault: Vault, athlete: AthleteId, clock: LocalClock, tmp_path: Path
) -> None:
    mapping = described(streams=[{"column": "kg", "stream": "body_weight"}])
    (tmp_path / "x.csv").write_text("who,day,seen,kg\nMara Lind,2026-03-01,yes,75\n")
    Importer(vault, clock, Attribution(), mapping).take(tmp_path / "x.csv")
    (tmp_path / "y.csv").write_text("who,day,seen,kg\nMara Lind,2026-02-01,yes,75\nMara Lind,2026-03-01,yes,76\n")

    assert answer(vault, clock, tmp_path / "y.csv", mapping).account.where == {"stored_differently": (RowPlace(0, 3),)}


def test_a_time_at_a_change_of_the_clock_is_told_with_its_row(node_of_one: Path, run: Run, tmp_path: Path) -> None:
    times = ["2026-03-29 02:30:00", "2026-10-25 02:30:00", "2026-10-26 06:35:00", "2026-10-27T06:35:00+00:00"]
    (tmp_path / "x.csv").write_text("\n".join(["when,rMSSD", *(f"{time},60" for time in times)]))
    streams = [{"column": "rMSSD", "stream": "rmssd"}]
    (tmp_path / "m.json").write_text(
        json.dumps({"version": 1, "app": "x", "time": {"column": "when"}, "streams": streams})
    )

    out = run("ingest", node_of_one, tmp_path / "x.csv", "--athlete", "7", "--mapping", tmp_path / "m.json")[1]

    said = " ".join(out.split())
    assert "2 times stand where the clock was changed" in said
    assert "(rows 2, 3)" in said
    assert "1 time is in UTC or without a zone" in said
    assert "(row 5)" in said


def test_every_kind_of_doubtful_time_has_its_words() -> None:
    found = set[str]()
    for path in Path(client.__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        found |= {f"clock:{part.partition(chr(34))[0]}" for part in text.split('count("clock:')[1:]}

    assert found == CLOCK_WORDS.keys() | OWN_NOTES


@pytest.mark.parametrize(
    ("rows", "number", "said"),
    [
        ([RowPlace(0, 4)], 1, "row 4"),
        ([RowPlace(0, 4), RowPlace(0, 9)], 2, "rows 4, 9"),
        ([RowPlace(1, 4), RowPlace(2, 3)], 2, "row 4 of sheet 1; row 3 of sheet 2"),
        ([RowPlace(0, n) for n in range(2, 7)], 6, "rows 2, 3, 4, 5, 6 and more"),
        ([], 3, ""),
    ],
)
def test_rows_in_words(rows: list[RowPlace], number: int, said: str) -> None:
    assert in_words(rows, number) == said


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 50)), max_size=12), st.integers(0, 12))
def test_places_of_rows_come_back(held: list[tuple[int, int]], cut: int) -> None:
    parts = RowPlaces(), RowPlaces()
    for number, place in enumerate(held):
        one, row = (parts[0], number + 1) if number < cut else (parts[1], number - min(cut, len(held)) + 1)
        one.now = RowPlace(*place)
        one.begin(row)

    found = parts[0].followed_by(parts[1], after=min(cut, len(held)))

    assert [found.of(row) for row in range(1, len(held) + 1)] == [RowPlace(*place) for place in held]
