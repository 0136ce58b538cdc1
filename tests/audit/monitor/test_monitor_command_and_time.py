"""homefield-audit monitor and time: old files that change later, logs that are stale, and logs that went dark."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.audit.monitor.served_log import LOG, LogServer, now_s, run

pytestmark = pytest.mark.usefixtures("no_pause")


def test_a_changed_byte_in_an_old_entry_of_a_copy_is_found_when_it_is_time(options: list[str], tmp_path: Path) -> None:
    LOG.write(tmp_path / "log", 700, note=LOG.note(700, at_s=now_s()))
    place = str(tmp_path / "log")
    assert run(place, *options)[0] == 0
    old = tmp_path / "log/tile/entries/000"
    old.write_bytes(old.read_bytes().replace(b"entry 37", b"entry 38", 1))

    assert run(place, *options)[0] == 0, "a scheduler's check goes by the state file"
    watching = [word for word in options if word != "--once"]
    for words in ([*options, "--reread-every", "0"], watching):
        code, lines, _ = run(place, *words)
        assert (code, "ALARM: A file of the log does not hold" in lines[-1]) == (3, True)
    told = json.loads(run(place, *options, "--json")[1][0])
    assert (told["ok"], datetime.fromisoformat(told["whole_at"]) <= datetime.now(UTC)) == (True, True)


def test_a_stale_log_ends_with_3(server: LogServer, options: list[str]) -> None:
    server.show(300, note=LOG.note(300, at_s=now_s() - 3_000))
    assert run(server.url, *options)[0] == 0
    code, lines, _ = run(server.url, *options, "--max-age", "60")
    assert code == 3
    assert "has shown nothing new for too long" in lines[0]


def test_a_log_that_cannot_be_reached_ends_with_1(server: LogServer, options: list[str]) -> None:
    server.is_down = True
    code, lines, _ = run(server.url, *options)
    assert (code, lines[0].split("UTC  ")[1]) == (
        1,
        "could not check: expected checkpoint from the log, got status 500",
    )
    code, lines, _ = run("http://127.0.0.1:1/", *options, "--json")
    assert (code, json.loads(lines[0])["ok"]) == (1, None)


def test_a_log_that_went_dark_for_longer_than_max_age_ends_with_3(
    server: LogServer, options: list[str], tmp_path: Path
) -> None:
    run(server.url, *options)
    server.is_down = True
    assert run(server.url, *options)[0] == 1
    kept = json.loads((tmp_path / "state.json").read_text())
    (tmp_path / "state.json").write_text(json.dumps({**kept, "alive_at_s": now_s() - 61}))

    code, lines, _ = run(server.url, *options, "--max-age", "60", "--json")

    told = json.loads(lines[0])
    assert (code, told["ok"], told["size"]) == (3, False, None)
    (alarm,) = told["alarms"]
    assert alarm["kind"] == "out_of_reach"
    assert alarm["detail"].endswith("s; expected checkpoint from the log, got status 500")
    assert (Path(alarm["evidence"]) / "kept.note").read_text() == kept["note"]
