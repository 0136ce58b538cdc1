"""homefield-demo as a person at a terminal meets it: wrong folders, folders of others, and Ctrl-C at any time."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from deploy.demo import cli
from deploy.demo.processes import League, Starting
from deploy.demo.stopping import Stopping
from tests.waiting import HANG_S


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run the program in this process; it must not get as far as starting anything."""
    monkeypatch.setattr(League, "start", lambda *_, **__: pytest.fail("a program was started"))

    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["homefield-demo", "run", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return call


@pytest.mark.parametrize("inside", [[], ["soccermon"], ["pmdata"], ["notes.txt"]])
def test_a_data_folder_without_a_source_is_one_sentence_and_starts_nothing(run, tmp_path: Path, inside) -> None:
    data, out = tmp_path / "data", tmp_path / "out"
    data.mkdir()
    for name in inside:
        (data / name).mkdir()

    code, printed, err = run("--data", data, "--out", out)

    assert (code, printed, err.count("\n")) == (1, "", 1)
    assert err.startswith("Error: expected soccermon/readiness_daily.csv or pmdata/ in ")
    assert not out.exists()


def test_a_wrong_data_folder_leaves_the_last_run_alone(run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name in (cli.MARK, "summary.json"):
        (out / name).write_text("kept")

    code, _, _ = run("--data", tmp_path / "nowhere", "--out", out)

    assert code == 1
    assert (out / "summary.json").read_text() == "kept"


def test_a_folder_that_no_demo_made_is_never_touched(run, tmp_path: Path) -> None:
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "chapter-1.txt").write_text("years of work")
    before = sorted((path.name, path.stat().st_mtime_ns) for path in out.iterdir())

    code, printed, err = run("--out", out)

    assert (code, printed, err.count("\n")) == (1, "", 1)
    assert "holds something else" in err
    assert sorted((path.name, path.stat().st_mtime_ns) for path in out.iterdir()) == before


def test_an_out_that_is_a_file_is_one_sentence(run, tmp_path: Path) -> None:
    out = tmp_path / "file"
    out.write_text("kept")

    code, _, err = run("--out", out)

    assert (code, err.count("\n"), out.read_text()) == (1, 1, "kept")


@pytest.mark.slow
@pytest.mark.xdist_group("demo")
def test_ctrl_c_in_the_middle_ends_every_program(tmp_path: Path) -> None:
    program = Path(sys.executable).parent / "homefield-demo"
    words = ["run", "--out", str(tmp_path / "league"), "--clubs", "1", "--athletes", "2", "--days", "60"]
    with (tmp_path / "printed").open("w+") as out, (tmp_path / "said").open("w+") as err:
        demo = subprocess.Popen([str(program), *words], stdout=out, stderr=err, start_new_session=True)
        try:
            started = _first_programs(demo, tmp_path / "league" / "logs")
            demo.send_signal(signal.SIGINT)
            demo.send_signal(signal.SIGINT)  # an impatient person asks twice
            code = demo.wait(HANG_S)
        finally:
            demo.kill()
        _, alive = psutil.wait_procs(started, timeout=HANG_S)
    printed, said = (tmp_path / "printed").read_text(), (tmp_path / "said").read_text()

    assert code == 130
    assert not alive, "a program was left behind"
    assert said == "Error: stopped before the end; every program has ended\n"
    assert "Press Ctrl-C" not in printed
    assert "Traceback" not in printed


def _first_programs(demo: "subprocess.Popen[bytes]", logs: Path) -> list[psutil.Process]:
    """Wait until the consent service listens; return everything that the demo has started by then."""
    deadline, log = time.monotonic() + HANG_S, logs / "consent.log"
    while not (log.exists() and "listening on" in log.read_text(errors="replace")):
        assert demo.poll() is None, "the demo ended before its first program was up"
        assert time.monotonic() < deadline, "the first program did not come up"
        time.sleep(0.02)
    started = psutil.Process(demo.pid).children(recursive=True)
    assert started
    return started


def test_a_request_while_a_program_is_being_started_waits_until_it_is_noted() -> None:
    stopping = Stopping()

    with stopping.held():
        stopping.on_signal()
    with pytest.raises(KeyboardInterrupt):
        stopping.raise_if_asked()


def test_a_request_breaks_off_once_and_only_before_the_pages_are_up() -> None:
    early, late = Stopping(), Stopping(is_serving=True)

    with pytest.raises(KeyboardInterrupt):
        early.on_signal()
    early.on_signal()
    late.on_signal()

    assert early.asked.is_set()
    assert late.asked.is_set()


def test_a_program_that_was_started_when_the_request_came_is_ended(tmp_path: Path) -> None:
    stopping = Stopping()
    stopping.asked.set()

    with League(tmp_path, stopping) as league:
        with pytest.raises(KeyboardInterrupt):
            league.start(Starting("sleeper", "", [sys.executable, "-c", "import time; time.sleep(60)"]))
        (sleeper,) = league.children
        assert sleeper.process.poll() is None

    assert sleeper.process.poll() is not None
