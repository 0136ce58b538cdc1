"""`make bench` runs, on a log small enough for every day, and says everything that it promises to say."""

import json
import subprocess
import sys
from pathlib import Path

from tests.waiting import HANG_S

BENCH = Path(__file__).with_name("bench_log.py")
PROMISED = (
    "durable appends, one thread",
    "durable appends, 64 threads",
    "durable appends, batched",
    "latency p50",
    "latency p99",
    "ratio batched to single",
    "publication of 1,000 entries",
    "inclusion proof among 600",
    "verify of 600 entries",
    "fsck of 600 entries",
    "peak memory",
    "ratio fast to slow",
)


def test_the_bench_takes_every_figure_that_it_promises(tmp_path: Path) -> None:
    command = [sys.executable, str(BENCH), "--entries", "600", "--folder", str(tmp_path), "--json"]

    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=HANG_S)
    figures = {figure["what"]: figure for figure in json.loads(done.stdout)}

    for promised in PROMISED:
        assert any(promised in what for what in figures), promised
    assert all(figure["value"] > 0 for figure in figures.values())
    assert list(tmp_path.iterdir()) == []
