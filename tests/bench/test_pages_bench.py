"""The measurement of the club's pages: it opens what it says, and takes the consent service's time out."""

import pytest

from tests.bench.bench_pages import PageTimes, measure


def test_the_line_says_what_was_measured() -> None:
    found = PageTimes("/board", [900.0], [float(n) for n in range(1, 101)], 2.5)

    assert found.p95 == pytest.approx(95.05)
    assert found.line == "/board: p95 95 ms, median 50 ms of 100; first after a change 900 ms; consent 2.5 ms"


@pytest.mark.slow
def test_a_few_pages_are_measured() -> None:
    found = {one.name: one for one in measure(3, squad=2, days=60, rounds=2)}

    assert set(found) == {"/board of 2", "/report of 2", "/report.pdf of 2", "/report.json of 2", "/athletes/…"}
    assert [len(one.again) for one in found.values()] == [2, 2, 2, 2, 4]
    assert all(min(one.again) > 0 for one in found.values())
