"""What a program writes is its owner's alone, whatever the umask; the public log and certificates are for all."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PUBLIC_FILES = {"ca.crt", "server.pem", "fleet.pub", "trust.policy"}
CONSENT = ("--consent", "http://127.0.0.1:9", "--service-key", "A" * 43 + "=")
UMASKS = (0o000, 0o077)  # a program that trusts the one makes files for all, the other hides the log from a web server
MAIN = "import sys; from {}.cli import main; main()"


def run(umask: int, package: str, *words: object) -> None:
    """Run one of our programs in a process of its own, so that its umask is its own as well."""
    arguments = [sys.executable, "-W", "ignore", "-c", MAIN.format(package), *map(str, words)]
    subprocess.run(arguments, check=True, capture_output=True, umask=umask)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def wrong(folder: Path, *, public: Path | None = None) -> dict[str, str]:
    """Everything below a folder, and the folder, whose mode is not as it should be."""
    found = {}
    for path in [folder, *folder.rglob("*")]:
        is_public = path.name in PUBLIC_FILES or (public is not None and path.is_relative_to(public))
        expected = (0o755 if is_public else 0o700) if path.is_dir() else 0o644 if is_public else 0o600
        if mode(path) != expected:
            found[str(path.relative_to(folder))] = f"{mode(path):o}"
    return found


@pytest.mark.parametrize("umask", UMASKS)
def test_a_services_files_are_its_own_and_its_log_can_be_read_by_a_web_server(tmp_path: Path, umask: int) -> None:
    union, log = tmp_path / "union", tmp_path / "public" / "log"
    (tmp_path / "public").mkdir(mode=0o755)

    run(umask, "consent", "init", union, "--log-folder", log)

    assert wrong(union) == {}
    assert wrong(log, public=log) == {}
    assert wrong(log.with_name("log.state")) == {}
    assert (log / "checkpoint").exists()
    assert not (union / "log").exists()
    run(umask, "consent", "status", union)


@pytest.mark.parametrize("umask", UMASKS)
def test_the_files_of_node_league_and_witness_are_their_own(tmp_path: Path, umask: int) -> None:
    node, league, witness = (tmp_path / name for name in ("node", "league", "witness"))

    run(umask, "client", "init", node, "--club", "club-a", "--name", "Eastmere FC")
    run(umask, "client", "staff", "add", node, "--name", "Kim", "--role", "coach")
    run(umask, "client", "plan", "set", node, "--load", "300")
    run(umask, "server", "init", league, "--name", "Coast League", *CONSENT)
    run(umask, "audit", "witness", "init", witness, "--name", "w.example/1")

    assert [wrong(folder) for folder in (node, league, witness)] == [{}, {}, {}]


def test_a_set_up_that_fails_leaves_no_log_behind(tmp_path: Path) -> None:
    union, log = tmp_path / "union", tmp_path / "log"

    with pytest.raises(subprocess.CalledProcessError):
        run(
            0o022,
            "consent",
            "init",
            union,
            "--log-folder",
            log,
            "--database",
            "postgresql+psycopg://nobody@127.0.0.1:9/x",
        )

    assert list(tmp_path.iterdir()) == []
