"""The marks of an amount axis: round, from 0, and never above the highest bar."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from client.web.charts.parts import even_steps


@given(st.floats(100.0, 20_000.0))
def test_marks_are_few_and_even(top: float) -> None:
    marks = even_steps(top)

    assert marks[0] == 0
    assert top / 2 < marks[-1] <= top
    assert 3 <= len(marks) <= 6
    assert len({round(b - a, 6) for a, b in pairwise(marks)}) == 1


def test_a_usual_week_has_round_marks() -> None:
    assert even_steps(735.0) == [0.0, 200.0, 400.0, 600.0]
