"""Lines as records: what is quoted rightly is read rightly, and a mark that is never closed swallows no line."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.ingest.cells.csv_records import MAX_CELL_LINES, split_records

NOTES = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=12)


def split(text: str, width: int = 4) -> list[list[str] | None]:
    return [record.cells for record in split_records(text.split("\n"), delimiter=",", width=width)]


@given(st.lists(st.tuples(st.dates(), NOTES.filter(lambda note: "," not in note), st.integers(0, 99)), max_size=8))
def test_what_a_csv_writer_writes_is_read_back(rows: list[tuple[object, str, int]]) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\n").writerows(rows)

    found = split(written.getvalue().removesuffix("\n"), width=3)

    assert found == [[str(cell) for cell in row] for row in rows]


@given(st.integers(0, 19), st.sampled_from(["tired", "", "sore again", 'sa""id']), st.sets(st.integers(0, 19)))
def test_a_note_that_is_never_closed_swallows_no_other_row(broken: int, note: str, quoted: set[int]) -> None:
    lines = [
        f"2026-03-{n + 1:02},5,60,{chr(34)}ok{chr(34)}" if n in quoted else f"2026-03-{n + 1:02},5,60,ok"
        for n in range(20)
    ]
    lines[broken] = f'2026-03-{broken + 1:02},4,61,"{note}'

    records = list(split_records(lines, delimiter=",", width=4))

    assert len(records) == 20
    assert all(record.cells is not None and len(record.cells) == 4 for record in records)
    assert [number for number, record in enumerate(records) if record.is_unclosed] == [broken]
    assert records[broken].cells == [f"2026-03-{broken + 1:02}", "4", "61", note]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('2026-03-01,5,"a\nb, c\n\nd",7', [["2026-03-01", "5", "a\nb, c\n\nd", "7"]]),
        ('2026-03-01,5" x,60,6" y', [["2026-03-01", '5" x', "60", '6" y']]),
        (
            '2026-03-01,"tired,60,7\n2026-03-02,ok,60,7',
            [["2026-03-01", "tired", "60", "7"], ["2026-03-02", "ok", "60", "7"]],
        ),
        ('2026-03-01,5,60,"tired, sore', [["2026-03-01", "5", "60", "tired, sore"]]),
        ('2026-03-01,"5,60,a\n2026-03-02,"6,60,b', [["2026-03-01", "5", "60", "a"], ["2026-03-02", "6", "60", "b"]]),
        ('2026-03-01,5,60,"a\n2026-03-02,6,60,"b"', [["2026-03-01", "5", "60", "a"], ["2026-03-02", "6", "60", "b"]]),
        ('2026-03-01,5,60,"last', [["2026-03-01", "5", "60", "last"]]),
        ('2026-03-01,"a,b",60,"tired', [["2026-03-01", "a,b", "60", "tired"]]),
        ("\n \n2026-03-01,5,60,7\n", [["2026-03-01", "5", "60", "7"]]),
    ],
)
def test_quotation_marks_of_every_kind(text: str, expected: list[list[str]]) -> None:
    assert split(text) == expected


def test_an_open_mark_is_followed_over_a_bounded_number_of_lines() -> None:
    lines = ['x,"open', *["words without digits"] * (3 * MAX_CELL_LINES)]

    records = list(split_records(lines, delimiter=",", width=2))

    assert len(records) == len(lines)
    assert records[0].is_unclosed
