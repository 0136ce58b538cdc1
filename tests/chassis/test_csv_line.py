"""A line of a table: read back as it was, and nothing in it that a spreadsheet runs."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.csv_line import csv_line


@pytest.mark.parametrize("text", ["=1+1", "-5", "@x", "+1", "\tx", "\rx"])
def test_a_cell_is_no_formula(text: str) -> None:
    assert next(csv.reader(io.StringIO(csv_line([text]), newline=""))) == [f"'{text}"]


@given(st.lists(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), min_size=2, max_size=5))
def test_a_line_is_read_back_as_it_was(cells: list[str]) -> None:
    read = next(csv.reader(io.StringIO(csv_line(cells), newline="")))

    assert [one.removeprefix("'") for one in read] == [one.removeprefix("'") for one in cells]
