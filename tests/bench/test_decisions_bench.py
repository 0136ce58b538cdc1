"""The measurement of decisions: every question of it is answered, and its figures are said."""

import pytest

from tests.bench.bench_decisions import measure


@pytest.mark.slow
def test_a_few_decisions_are_measured() -> None:
    found = measure(decisions=20, batches=2, requests=40)

    assert found.decision_us > 0
    assert found.batch.wall_s * 1e6 > found.decision_us  # sixty of them, each with its entry
    assert found.batch.wall_s >= found.least.wall_s > 0
    assert found.http.rate > 0
    assert 0 < found.http.caller_ms < found.http.service_ms
    assert len(found.lines) == 4
