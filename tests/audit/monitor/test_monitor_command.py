"""homefield-audit monitor as it is run: over real HTTP, with real witnesses, its exit codes, lines and web hook."""

import contextlib
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from audit.cosigning.cosigner import Cosigner
from audit.monitor.monitor import Monitor
from audit.monitor.notify import evidence_folder
from audit.tlog.trust_policy import TrustPolicy, parse_policy
from audit.verification.sources import HttpSource
from audit.witness.app import build_witness_app
from audit.witness.config import add_logs, create_witness, watched_log
from audit.witness.store import WitnessStore, begin_record
from audit.witness.witness import Witness
from tests.audit.grown_log import GrownLog
from tests.audit.monitor.served_log import FORK, LOG, LogServer, Serve, now_s, run
from tests.waiting import HANG_S

pytestmark = pytest.mark.usefixtures("no_pause")


def test_a_log_is_followed_from_run_to_run(server: LogServer, options: list[str]) -> None:
    code, lines, _ = run(server.url, *options)
    assert code == 0
    assert lines[0].startswith("This is the first check")
    assert lines[-1].endswith("fine: 300 entries, 300 new, every entry from the first on read now")
    server.show(700)
    code, lines, _ = run(server.url, *options)
    assert (code, len(lines)) == (0, 1)
    pattern = r"fine: 700 entries, 400 new, every entry from the first on read 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC$"
    assert re.search(pattern, lines[0])


def test_programs_get_one_line_of_json(server: LogServer, options: list[str]) -> None:
    told = json.loads("\n".join(run(server.url, *options, "--json")[1]))

    assert (told["ok"], told["size"], told["new_entries"], told["is_first"]) == (True, 300, 300, True)
    assert (told["origin"], told["root"], told["alarms"]) == (LOG.origin, LOG.checkpoint(300).root_text, [])


def test_an_alarm_ends_with_3_and_keeps_its_evidence(server: LogServer, options: list[str], tmp_path: Path) -> None:
    run(server.url, *options)
    kept = (tmp_path / "state.json").read_bytes()
    server.show(299)
    shown = server.files["checkpoint"]

    code, lines, _ = run(server.url, *options)

    assert code == 3
    assert "ALARM: The log now shows fewer entries than it has shown before. (expected at least 300" in lines[0]
    (folder,) = evidence_folder(tmp_path / "state.json").iterdir()
    assert str(folder) in lines[0]
    assert sorted(path.name for path in folder.iterdir()) == ["alarm.json", "kept.note", "shown.note"]
    assert (folder / "shown.note").read_bytes() == shown
    assert json.loads((folder / "alarm.json").read_text())["kind"] == "rollback"
    assert (tmp_path / "state.json").read_bytes() == kept
    assert run(server.url, *options, "--json")[0] == 3
    assert len(list(evidence_folder(tmp_path / "state.json").iterdir())) == 1


def test_a_tampered_and_a_split_log_end_with_3(server: LogServer, options: list[str]) -> None:
    server.show(600)
    run(server.url, *options)
    for size, kind in ((600, "split_view"), (650, "history_changed")):
        server.show(size, log=FORK)
        code, lines, _ = run(server.url, *options, "--json")
        assert (code, [one["kind"] for one in json.loads(lines[0])["alarms"]]) == (3, [kind])


def test_a_directory_can_be_watched(options: list[str], tmp_path: Path) -> None:
    LOG.write(tmp_path / "log", 300, note=LOG.note(300, at_s=now_s()))

    assert run(str(tmp_path / "log"), *options)[0] == 0


def test_a_kept_checkpoint_must_be_met(server: LogServer, options: list[str], tmp_path: Path) -> None:
    server.show(600)
    (tmp_path / "good.note").write_bytes(LOG.note(550))
    (tmp_path / "bad.note").write_bytes(FORK.note(550))

    assert run(server.url, *options, "--known", str(tmp_path / "bad.note"))[0] == 3
    assert run(server.url, *options, "--known", str(tmp_path / "good.note"))[0] == 0
    assert run(server.url, *options, "--known", str(tmp_path / "none.note"))[0] == 1


def test_problems_of_the_monitor_itself_are_not_alarms(server: LogServer, options: list[str], tmp_path: Path) -> None:
    (tmp_path / "state.json").write_bytes(b"{}")
    assert run(server.url, *options)[0] == 1
    assert run(server.url, "--state", str(tmp_path / "s"), "--once")[0] == 2
    assert run(server.url, "--state", str(tmp_path / "s"), "--once", "--vkey", "nonsense")[0] == 1
    assert run(server.url, *options, "--webhook", "ftp://hook.example/")[0] == 1


def test_the_alarm_is_posted(server: LogServer, options: list[str], serve: Serve) -> None:
    posted: list[dict[str, Any]] = []
    app = FastAPI()

    @app.post("/hook")
    async def hook(request: Request) -> Response:
        posted.append(await request.json())
        return Response(status_code=204)

    url = serve(app) + "/hook"
    run(server.url, *options, "--webhook", url)
    assert posted == []
    server.show(299)
    assert run(server.url, *options, "--webhook", url)[0] == 3
    assert [one["kind"] for one in posted[0]["alarms"]] == ["rollback"]
    assert (posted[0]["origin"], posted[0]["size"]) == (LOG.origin, 299)


def test_a_hook_that_fails_is_said_and_hides_nothing(server: LogServer, options: list[str]) -> None:
    run(server.url, *options)
    server.show(299)

    code, lines, _ = run(server.url, *options, "--webhook", "http://127.0.0.1:1/hook")

    assert code == 3
    assert "ALARM" in lines[0]
    assert lines[1] == "the web hook cannot be reached: ConnectError"
    code, lines, _ = run(server.url, *options, "--webhook", server.url + "/hook", "--json")
    assert (code, json.loads(lines[1])["webhook"]) == (3, "the web hook answered with status 405")


@pytest.fixture
def witnessed(tmp_path: Path, serve: Serve) -> tuple[TrustPolicy, Path]:
    """Two real witnesses that watch the log; returns the policy that asks for both, and its file."""
    lines = [f"log {vkey}" for vkey in LOG.vkeys]
    names = []
    stores = contextlib.ExitStack()
    for number in range(2):
        folder = tmp_path / f"w{number}"
        log = watched_log(LOG.vkeys)
        config = add_logs(create_witness(folder, f"w{number}.example"), [log])
        begin_record(folder, log)
        store = stores.enter_context(WitnessStore.open(folder, config))
        url = serve(build_witness_app(Witness(config, store, clock=lambda: datetime.now(UTC))))
        for which, vkey in enumerate(config.vkeys):
            names.append(f"w{number}-{which}")
            lines.append(f"witness {names[-1]} {vkey} {url}")
    text = "\n".join([*lines, f"group both all {' '.join(names)}", "quorum both", ""])
    (tmp_path / "trust.txt").write_text(text)
    return parse_policy(text.encode()), tmp_path / "trust.txt"


def cosigned(policy: TrustPolicy, log: GrownLog, size: int) -> bytes:
    cosigner = Cosigner(policy, timeout_s=HANG_S)
    with contextlib.closing(cosigner):
        note = log.note(size, at_s=now_s())
        return cosigner.cosign(note, log.checkpoint(size), lambda old: tuple(log.proof(old, size)))


def test_a_witnessed_log_is_watched_with_its_witnesses(
    server: LogServer, witnessed: tuple[TrustPolicy, Path], tmp_path: Path
) -> None:
    policy, file = witnessed
    options = ["--policy", str(file), "--state", str(tmp_path / "state.json"), "--once"]
    for size in (300, 600):
        server.show(size, note=cosigned(policy, LOG, size))
        code, lines, _ = run(server.url, *options)
        assert code == 0
        assert "2 of 2 witnesses vouch for this size" in lines[-1]
    server.show(600)  # the same tree without cosignatures
    assert run(server.url, *options, "--json")[0] == 3
    server.show(600, note=cosigned(policy, LOG, 600))
    ahead = cosigned(policy, LOG, 650)
    told = json.loads(run(server.url, *options, "--json")[1][0])
    assert (told["ok"], [one["standing"] for one in told["witnesses"]]) == (True, ["ahead", "ahead"])
    assert json.loads(run(server.url, *options, "--json", "--no-witnesses")[1][0])["witnesses"] == []
    server.show(650, note=ahead)
    assert run(server.url, *options)[0] == 0


def test_a_log_that_shows_us_another_history_than_its_witnesses_is_found_out(
    server: LogServer, witnessed: tuple[TrustPolicy, Path], tmp_path: Path
) -> None:
    """The operator keeps a second log for us; its witnesses saw only the first."""
    policy, file = witnessed
    cosigned(policy, LOG, 600)
    loose = tmp_path / "loose.txt"
    loose.write_text(file.read_text().replace("quorum both", "quorum none"))
    server.show(620, log=FORK)

    code, lines, _ = run(server.url, "--policy", str(loose), "--state", str(tmp_path / "s.json"), "--once", "--json")

    assert code == 3
    (alarm,) = json.loads(lines[0])["alarms"]
    assert alarm["kind"] == "split_view"
    assert (Path(alarm["evidence"]) / "held-by-witness.note").read_bytes().startswith(LOG.checkpoint(600).body.encode())


def test_a_real_log_over_http_while_it_grows(server: LogServer) -> None:
    """One process watches while the files change under it, a hundred times at random moments: never a false alarm."""
    client = httpx.Client(trust_env=False, timeout=HANG_S)
    monitor = Monitor(
        HttpSource(server.url, client=client),
        TrustPolicy.of_keys(LOG.vkeys),
        clock=lambda: datetime.now(UTC),
        pause=lambda _: None,
    )
    stop, sizes = threading.Event(), itertools.chain(range(300, 700, 4), itertools.repeat(700))

    def grow() -> None:
        for size in sizes:
            files = LOG.files(size, note=LOG.note(size, at_s=now_s()))
            server.files = {**server.files, **{path: data for path, data in files.items() if path != "checkpoint"}}
            server.files = {**server.files, "checkpoint": files["checkpoint"]}
            if size == 700 or stop.is_set():
                return

    writer = threading.Thread(target=grow)
    writer.start()
    state, checks = None, 0
    try:
        while state is None or state.checkpoint.size < 700:
            check = monitor.check(state)
            assert check.alarms == ()
            state, checks = check.state, checks + 1
    finally:
        stop.set()
        writer.join()
        client.close()
    assert checks > 1


def test_the_program_watches_until_it_is_told_to_stop(server: LogServer, options: list[str]) -> None:
    program = (
        "import typer, audit.commands.monitor as m; a = typer.Typer(); a.callback()(lambda: None); m.register(a); a()"
    )
    words = [word for word in options if word != "--once"]
    command_line = [sys.executable, "-c", program, "monitor", server.url, *words, "--every", "3600", "--json"]
    with subprocess.Popen(command_line, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["ok"] is True
        process.send_signal(signal.SIGTERM)
        assert process.wait(HANG_S) == 0
