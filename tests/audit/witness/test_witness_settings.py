"""A witness's settings and secret: refused where they are none, for other users, or at odds with one another."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from audit.cli import app
from audit.errors import AuditError, BrokenState, MalformedPolicy, MalformedProof
from audit.witness.config import (
    SECRET,
    SETTINGS,
    WitnessConfig,
    add_logs,
    create_witness,
    read_config,
    watched_log,
)
from tests.audit.grown_log import ORIGIN, WITNESS, GrownLog

LOG = GrownLog.of(8)


@pytest.mark.parametrize(
    "content", [b"", b"00", b"zz" * 32 + b"\n", b"0" * 63 + b"\n", b"0" * 64, b"0" * 65 + b"\n", b"\xff" * 65]
)
def test_a_secret_that_is_none_is_refused(folder: Path, content: bytes) -> None:
    (folder / SECRET).write_bytes(content)

    with pytest.raises(BrokenState):
        read_config(folder)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602])
def test_a_secret_that_others_may_use_is_refused(folder: Path, mode: int) -> None:
    (folder / SECRET).chmod(mode)

    with pytest.raises(BrokenState, match=f"secret: expected mode 0600.*got {mode:04o}; run: chmod 600"):
        read_config(folder)

    (folder / SECRET).chmod(0o600)
    assert read_config(folder).name == WITNESS


def test_settings_that_contradict_themselves_are_refused(folder: Path) -> None:
    good = (folder / SETTINGS).read_text()
    (folder / SETTINGS).write_text(good.replace(f'"origin":"{ORIGIN}"', '"origin":"other.example"'))
    with pytest.raises(BrokenState, match="origin"):
        read_config(folder)
    (folder / SETTINGS).write_text(good.replace(LOG.vkeys[0], "x+00000000+AAAA"))
    with pytest.raises(BrokenState):
        read_config(folder)
    (folder / SETTINGS).unlink()
    with pytest.raises(BrokenState, match="no such file"):
        read_config(folder)


def test_setting_a_witness_up_says_who_does_what_next(tmp_path: Path) -> None:
    made = CliRunner().invoke(app, ["witness", "init", str(tmp_path / "w"), "--name", "w.example/1"])
    vkeys = [word for vkey in LOG.vkeys for word in ("--vkey", vkey)]
    watched = CliRunner().invoke(app, ["witness", "add-log", str(tmp_path / "w"), *vkeys])

    told = [
        [line.partition(":")[0] for line in answer.stdout.splitlines() if line.startswith("Next, ")]
        for answer in (made, watched)
    ]
    assert (made.exit_code, watched.exit_code) == (0, 0)
    after = ["Next, you", "Next, you", "Next, the log’s operator"]
    assert told == [["Next, you", *after], after]
    assert "+" in made.stdout.splitlines()[0]


def test_what_may_be_watched(folder: Path) -> None:
    config = read_config(folder)
    with pytest.raises(BrokenState, match="watched already"):
        add_logs(config, [watched_log(LOG.vkeys)])
    with pytest.raises(MalformedPolicy):
        watched_log([])
    with pytest.raises(MalformedPolicy, match="key of a witness"):
        watched_log(config.vkeys[:1])
    with pytest.raises(BrokenState, match="own key"):
        add_logs(config, [watched_log(config.vkeys[1:])])
    with pytest.raises(MalformedPolicy, match="of one log"):
        watched_log([LOG.vkeys[0], GrownLog(origin="other.example").vkeys[0]])
    with pytest.raises(BrokenState, match="already holds"):
        create_witness(folder, WITNESS)
    for name in ("", "a b", "a+b", "ä" * 128):
        with pytest.raises((MalformedProof, MalformedPolicy)):
            create_witness(folder.parent / "new", name)
    assert isinstance(config, WitnessConfig)
    assert issubclass(BrokenState, AuditError)
