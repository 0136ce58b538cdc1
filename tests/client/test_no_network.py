"""Nothing of an import and of figures asks the network for anything: every use of a socket ends the program."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DENIED = """
import sys

def deny(event, details):
    if event.startswith("socket.") and event != "socket.gethostname":
        sys.stderr.write(f"denied: {event}\\n")
        raise SystemExit(77)

sys.addaudithook(deny)
"""
COMMANDS = """
import json
from pathlib import Path
from typer.testing import CliRunner
from client.cli import app

def run(*words):
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code in (0, 1), (words[0], done.output, done.exception)
    return done.stdout

node, files = Path(sys.argv[1]) / "node", Path(sys.argv[1]) / "files"
run("init", node, "--club", "club-a", "--name", "E")
run("athlete", "add", node, "Mara Lind", "--shirt", "7")
told = json.loads(run("ingest", node, files, "--athlete", "7", "--json"))
figures = json.loads(run("metrics", node, "7", "--from", "2019-11-01", "--to", "2019-11-30", "--json"))
bouts = Path(sys.argv[1]) / "bouts.csv"
bouts.write_text("bout,knee_deg\\n" + "".join(f"{n},{40 + n % 3}\\n" for n in range(12)))
compared = json.loads(run("movement", bouts, "--json"))
listed = json.loads(run("readings", node, "7", "--json"))
print([one["status"] for one in told["files"]], len(figures["metrics"]["load_today"]), len(listed["readings"]))
print(compared["metrics"][0]["state"])
"""
SRPE = "end_date_time,activity_names,perceived_exertion,duration_min\n2019-11-05T17:00:00Z,['run'],7,65\n"
BEATS = "\n".join(["812", "845", "798", "860", "905"] * 20)


def run(code: str, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", DENIED + code, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


def test_import_figures_and_readings_use_no_socket(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    (files / "srpe.csv").write_text(SRPE)
    (files / "2019-11-06 07-10-00.txt").write_text(BEATS)
    (files / "broken.fit").write_bytes(b"broken")

    done = run(COMMANDS, tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == "['stored', 'quarantined', 'stored'] 30 3\nnone"


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
        "import socket; socket.getaddrinfo('localhost', 80)",
    ],
)
def test_what_would_use_the_network_is_caught(code: str) -> None:
    done = run(code)

    assert done.returncode == 77
    assert "denied: socket." in done.stderr
