"""What a watched folder holds in the clear goes nowhere else; with `--after delete` nothing of it is left at all."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.privacy.bringing_and_dying import CANARIES, table
from tests.privacy.canaries import Search, needles_of
from tests.waiting import HANG_S, wait_until

MAPPING = """{"version": 1, "app": "club-sheet", "time": {"column": "date", "format": "date"},
"streams": [{"column": "rmssd", "stream": "rmssd"}]}"""
PROGRAM = Path(sys.executable).parent / "homefield-node"


def run(*words: object) -> None:
    subprocess.run([PROGRAM, *map(str, words)], check=True, capture_output=True)


@pytest.mark.slow  # the folder is looked into every few seconds
@pytest.mark.parametrize("after", ["keep", "delete"])
def test_what_lies_in_a_watched_folder_is_in_no_other(tmp_path: Path, after: str) -> None:
    node, inbox, temporary = (tmp_path / name for name in ("node", "inbox", "temporary"))
    said, mapping, file = tmp_path / "said", tmp_path / "mapping.json", inbox / "squad.csv"
    for folder in (inbox, temporary):
        folder.mkdir()
    run("init", node, "--club", "club-a", "--name", "Eastmere FC")
    run("athlete", "add", node, "Ada Lund", "--shirt", "7")
    mapping.write_text(MAPPING)
    file.write_text(table())

    words = [PROGRAM, "ingest", node, inbox, "--athlete", "7", "--mapping", mapping, "--watch", "--after", after]
    with said.open("wb") as sink:
        watching = subprocess.Popen(
            list(map(str, words)), stdout=sink, stderr=sink, env={**os.environ, "TMPDIR": str(temporary)}
        )
        try:
            wait_until(lambda: b"squad.csv" in said.read_bytes() and (after == "keep" or not file.exists()))
            watching.send_signal(signal.SIGINT)
            watching.wait(HANG_S)
        finally:
            watching.kill()

    search = Search(needles_of(CANARIES))
    found = {path for path in tmp_path.rglob("*") if path.is_file() and search.find(path.read_bytes())}
    assert (node / "vault.sqlite3").stat().st_size > len(table()) // 10  # it was stored
    assert found == ({file} if after == "keep" else set())
