"""Numbers as text: a sign that does not fit the declared form makes a refused cell, never another number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.ingest.cells.number_form import NumberForm, Refusal, clock_seconds, column_form, plain_number

SIGN, NO_NUMBER = Refusal.SIGN, Refusal.NOT_A_NUMBER


def is_distance(value: float) -> bool:
    return 0 <= value <= 400_000


def read(cells: list[str], decimal: str | None = None, grouping: str | None = None) -> list[float | Refusal]:
    form = column_form(cells, decimal=decimal, grouping=grouping, is_possible=is_distance)
    return [form.read(cell) for cell in cells]


@pytest.mark.parametrize(
    ("cells", "decimal", "grouping", "expected"),
    [
        (["3189.0", "2070.5", "12,5"], ",", None, [SIGN, SIGN, 12.5]),
        (["62.5", "1.012,5", "62.500"], ",", None, [SIGN, SIGN, SIGN]),
        (["1.012,5", "62.500", "12,5"], ",", None, [1012.5, 62500.0, 12.5]),
        (["6,215.4", "1,020", "412"], None, None, [6215.4, 1020.0, 412.0]),
        (["1,020", "412"], None, None, [SIGN, 412.0]),
        (["1,020", "412"], ".", None, [1020.0, 412.0]),
        (["1,020", "9,44"], ".", None, [SIGN, SIGN]),
        (["10.250", "850"], None, None, [SIGN, 850.0]),
        (["10.250", "850"], ".", None, [10.25, 850.0]),
        (["10.250", "850", "12.5"], None, None, [10.25, 850.0, 12.5]),
        (["10.250", "850"], ",", ".", [10250.0, 850.0]),
        (["1.234.567", "12.345"], None, None, [SIGN, SIGN]),
        (["1.234.567", "12.345"], ".", None, [SIGN, SIGN]),
        (["1 020,5", "1'020,5", "1\u00a0020"], ",", None, [1020.5, 1020.5, 1020.0]),
        (["1 02", "10 2000"], None, None, [SIGN, SIGN]),
        (["1,020", "412"], None, "", [SIGN, 412.0]),
        (["0.812", "0.845"], None, None, [0.812, 0.845]),
    ],
)
def test_a_sign_is_what_the_declared_form_and_the_whole_column_say(
    cells: list[str], decimal: str | None, grouping: str | None, expected: list[float | Refusal]
) -> None:
    assert read(cells, decimal, grouping) == expected


def test_three_decimals_are_no_thousands_where_thousands_cannot_be() -> None:
    form = column_form(["72.450"], decimal=None, grouping=None, is_possible=lambda value: 20 <= value <= 250)

    assert form.read("72.450") == 72.45


@pytest.mark.parametrize(
    "text", ["1_000", "٣", "nan", "inf", "-inf", "1e999", ".", "e5", "", "+", "0x1f", "1 2", "12 h"]
)
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    assert plain_number(text) is None
    assert isinstance(NumberForm().read(text), Refusal)


@given(
    st.integers(-(10**9), 10**9),
    st.integers(0, 9999),
    st.sampled_from([(".", ","), (",", "."), (".", " "), (",", "'")]),
)
def test_a_number_written_in_the_declared_form_is_read_back_and_in_the_other_form_never_as_another_number(
    whole: int, fraction: int, signs: tuple[str, str]
) -> None:
    decimal, group = signs
    number = float(f"{whole}.{fraction:04}")
    text = f"{whole:,}".replace(",", group) + f"{decimal}{fraction:04}"

    assert read([text], decimal, group) == [number]
    other = "," if decimal == "." else "."
    (found,) = read([text], other, None)
    assert found in (number, SIGN)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("00:31:24", 1884.0), ("01:31:24.5", 5484.5), ("1:00:00,25", 3600.25), ("31:24", None), ("1:60:00", None)],
)
def test_a_duration_is_hours_minutes_and_seconds(text: str, seconds: float | None) -> None:
    assert clock_seconds(text) == seconds
