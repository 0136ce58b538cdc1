"""Stock Flower beside our deployment: its own SuperLink, SuperNodes and FedAvg, its time for one round.

Everything is as Flower's documentation starts it on one machine, without TLS and without accounts: the app is handed in
with `flwr run`, goes to the nodes as a bundle, and every message of a node is answered by a process of its own. Its
nodes train nothing: they send back the vector that they got. What is measured is from the start of one round to the
start of the next; the first round, in which nodes fetch the bundle, is not counted.
"""

import contextlib
import itertools
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psutil

from tests.killed.killed_program import free_port
from tests.waiting import HANG_S, wait_until

ROUNDS = 4
PROGRAMS = Path(sys.executable).parent
OFF = {
    "FLWR_TELEMETRY_ENABLED": "0",
    "FLWR_DISABLE_UPDATE_CHECK": "1",
    "FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION": "1",
}
APP = {
    "pyproject.toml": """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "stock"
version = "1.0.0"
license = "Apache-2.0"
dependencies = []

[tool.hatch.build.targets.wheel]
packages = ["."]

[tool.flwr.app]
publisher = "bench"

[tool.flwr.app.components]
serverapp = "stock.server_app:app"
clientapp = "stock.client_app:app"

[tool.flwr.app.config]
rounds = 1
nodes = 2
size = 1
times = ""
""",
    "stock/__init__.py": "",
    "stock/client_app.py": """\
from flwr.app import ArrayRecord, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp

app = ClientApp()


@app.train()
def train(message, context):
    reply = {"arrays": message.content["arrays"], "metrics": MetricRecord({"num-examples": 1})}
    return Message(RecordDict(reply), reply_to=message)
""",
    "stock/server_app.py": """\
import time

import numpy as np
from flwr.app import ArrayRecord
from flwr.serverapp import ServerApp
from flwr.serverapp.strategy import FedAvg

app = ServerApp()


class Timed(FedAvg):
    times = []

    def configure_train(self, *arguments):
        self.times.append(time.monotonic())
        return super().configure_train(*arguments)


@app.main()
def main(grid, context):
    asked, nodes = context.run_config, context.run_config["nodes"]
    strategy = Timed(fraction_evaluate=0.0, min_train_nodes=nodes, min_available_nodes=nodes)
    strategy.start(grid, ArrayRecord([np.zeros(asked["size"])]), num_rounds=asked["rounds"])
    times = [*strategy.times, time.monotonic()]
    with open(asked["times"], "w") as file:
        file.write(" ".join(map(str, times)))
""",
}


class CannotMeasure(Exception):
    """Stock Flower did not run here; the message says which of its programs said what."""


def stock_rounds(folder: Path, *, nodes: int, size: int, rounds: int = ROUNDS) -> tuple[float, ...]:
    """Seconds of each round but the first, with so many nodes and a vector of `size` numbers; raises CannotMeasure."""
    path = os.pathsep.join((str(PROGRAMS), os.environ["PATH"]))
    environment = os.environ | OFF | {"FLWR_HOME": str(folder / "home"), "PATH": path}
    _write_app(folder / "app")
    times = folder / "times"
    with _running(folder, nodes, environment) as address:
        _write_connection(folder / "home", address)
        config = f"rounds={rounds} nodes={nodes} size={size} times='{times}'"
        words = [PROGRAMS / "flwr", "run", folder / "app", "here", "--run-config", config, "--stream"]
        told = _told(words, environment)
    if told.returncode or not times.exists():
        raise CannotMeasure(f"`flwr run` ended with {told.returncode}: {told.stdout[-200:].strip()}")
    at = [float(one) for one in times.read_text().split()]
    return tuple(end - begin for begin, end in itertools.pairwise(at[1:]))


def _told(words: Sequence[str | Path], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    into = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    try:
        return subprocess.run(words, env=environment, text=True, timeout=HANG_S, check=False, **into)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotMeasure(f"`flwr run` did not end: {type(error).__name__}") from error


def _write_app(folder: Path) -> None:
    for name, text in APP.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def _write_connection(home: Path, address: str) -> None:
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(
        f'[superlink]\ndefault = "here"\n\n[superlink.here]\naddress = "{address}"\ninsecure = true\n'
    )


@contextlib.contextmanager
def _running(folder: Path, nodes: int, environment: Mapping[str, str]) -> Iterator[str]:
    """Run a SuperLink and so many SuperNodes until the block ends; gives the SuperLink's address."""
    port = free_port()
    address = f"127.0.0.1:{port}"
    with contextlib.ExitStack() as stack:
        link = ("flower-superlink", "--insecure", "--port", str(port))
        stack.enter_context(_program(folder / "link.log", link, environment))
        wait_until(lambda: _listens(port))
        for number in range(nodes):
            node = ("flower-supernode", "--insecure", "--superlink", address, "--port", str(free_port()))
            stack.enter_context(_program(folder / f"node-{number}.log", node, environment))
        yield address


def _listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def _program(log: Path, words: Sequence[str], environment: Mapping[str, str]) -> Iterator[None]:
    """Run one of Flower's programs, and end it with all the processes that it has started."""
    command = [PROGRAMS / words[0], *words[1:]]
    with log.open("wb") as out:
        process = psutil.Popen(command, stdout=out, stderr=out, env=dict(environment), cwd=log.parent)
    try:
        yield
    finally:
        for one in (*process.children(recursive=True), process):
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        process.wait(HANG_S)
