"""What takes long runs by itself, bounded and seeded, and says in one line how it went."""

import sys
from pathlib import Path

import psutil
import pytest

from tests.drills import run
from tests.drills.drill import ROOT, Drill, conduct, enlarged
from tests.drills.run import all_drills, main, run_all
from tests.waiting import HANG_S, wait_until

SAYS_ITS_SEED = "import sys; print('many words before'); print('tried with', sys.argv[1])"
FAILS = "print('3 of 100 runs failed'); raise SystemExit(1)"
HANGS = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import threading; threading.Event().wait()"])
print(child.pid, flush=True)
child.wait()
"""


def drill(name: str, code: str, within_s: float = HANG_S) -> Drill:
    return Drill(name, "a drill for a test", (), within_s, lambda seed: [sys.executable, "-c", code, str(seed)])


def runs(pid: int) -> bool:
    """True while a process of this number does anything."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_each_drill_is_one_line_with_its_seed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    went_well = run_all([drill("first", SAYS_ITS_SEED), drill("second", SAYS_ITS_SEED)], seed=17, folder=tmp_path)

    lines = capsys.readouterr().out.splitlines()
    assert went_well
    assert [line.split()[:5] for line in lines] == [
        [name, "passed", "seed", "17", "tried"] for name in ("first", "second")
    ]
    assert all("tried with 17" in line for line in lines)


def test_a_drill_that_fails_is_said_and_the_others_run_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    went_well = run_all([drill("first", FAILS), drill("second", SAYS_ITS_SEED)], seed=1, folder=tmp_path)

    first, second = capsys.readouterr().out.splitlines()
    assert not went_well
    assert first.startswith("first          FAILED  seed 1  3 of 100 runs failed")
    assert str(tmp_path / "first.log") in first
    assert "passed" in second


def test_a_drill_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    result = conduct(drill("hanging", HANGS, within_s=3.0), 1, tmp_path)

    assert not result.is_passed
    assert result.summary == "not done within 3 s"
    for pid in map(int, result.log.read_text().split()):
        wait_until(lambda pid=pid: not runs(pid))  # killed, and ended as soon as the system comes to it


def test_a_drill_enlarges_a_test_of_the_gate_and_counts_what_it_tried(tmp_path: Path) -> None:
    """The small sibling of every enlarged drill: the same machinery, on one test."""
    nodes = [f"tests/audit/test_parser_fuzz.py::test_arbitrary_bytes[{run}-checkpoint]" for run in range(2)]

    result = conduct(
        enlarged("small", "a little fuzzing", nodes, factor=2, runs=2, processes=0, within_s=HANG_S), 5, tmp_path
    )

    assert result.is_passed, result.log.read_text()
    assert "inputs; " in result.summary
    assert " passed in " in result.summary


@pytest.mark.parametrize("one", all_drills().values(), ids=lambda one: one.name)
def test_each_drill_is_bounded_and_has_a_small_sibling_in_the_gate(one: Drill) -> None:
    assert 0 < one.within_s <= 4 * 3_600
    assert one.siblings
    for sibling in one.siblings:
        file, _, name = sibling.partition("::")
        if (ROOT / file).is_dir():
            continue
        text = (ROOT / file).read_text(encoding="utf-8")
        assert f"def {name}(" in text if name else "def test_" in text or "TestCase" in text


def test_the_drills_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(all_drills())
    assert {"busy", "fuzz", "kills", "races", "system_calls", "tampering"} <= set(all_drills())


def test_one_can_be_asked_for_by_name(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(run, "all_drills", lambda: {name: drill(name, SAYS_ITS_SEED) for name in ("one", "other")})

    assert main(["--only", "other", "--seed", "3"]) == 0
    assert capsys.readouterr().out.startswith("other          passed  seed 3  ")
    with pytest.raises(SystemExit) as ended:
        main(["--only", "none"])
    assert ended.value.code == 2
