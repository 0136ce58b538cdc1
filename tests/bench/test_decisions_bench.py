"""The measurement of decisions: every question of it is answered, and its figures are said."""

import pytest

from tests.bench.bench_decisions import measure


@pytest.mark.slow
def test_a_few_decisions_are_measured() -> None:
    found = measure(decisions=20, batches=2, requests=40)

    assert found.decision_us > 0
    assert found.batch_ms * 1e3 > found.decision_us  # sixty of them, each with its entry
    assert found.rate > 0
    assert len(found.lines) == 3
