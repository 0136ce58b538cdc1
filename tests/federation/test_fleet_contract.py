"""Holds both adapters against the pinned flwr: one whole exchange over TLS with node keys, and what is switched off."""

import ast
import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from flwr.app import ConfigRecord, Message, RecordDict
from flwr.clientapp import ClientApp

from server.federation.grid import StateGrid
from tests.waiting import HANG_S

ROOT = Path(__file__).parents[2]
USERS_OF_FLWR = sorted(
    path.relative_to(ROOT).as_posix()
    for package in ("client", "server")
    for path in (ROOT / package).rglob("*.py")
    if "flwr" in path.read_text()
)


def echo_app(suffix=b""):
    app = ClientApp()

    @app.train()
    def train(message, context):
        assert dict(context.run_config) == {}
        return Message(
            RecordDict({"sum": ConfigRecord({"b": message.content["request"]["b"] + suffix})}), reply_to=message
        )

    return app


def ask(grid, node_id, payload=b"hello", timeout=HANG_S):
    content = RecordDict({"request": ConfigRecord({"b": payload})})
    return grid.send_and_receive([Message(content, node_id, "train", group_id="1")], timeout=timeout)


def test_flwr_is_the_pinned_version():
    assert importlib.metadata.version("flwr").startswith("1.41.")


def test_two_nodes_exchange_messages_over_tls(coordinator, start_node, wait_until, key_line):
    keys = {club: generate_private_key(SECP384R1()) for club in ("club-a", "club-b")}
    ids = {club: coordinator.fleet.enrol(club, key_line(key)) for club, key in keys.items()}

    for club, key in keys.items():
        start_node(coordinator, key, echo_app(club.encode()))
    wait_until(lambda: coordinator.fleet.online() >= set(keys))
    with StateGrid(coordinator.fleet.state) as grid:
        content = RecordDict({"request": ConfigRecord({"b": b"x" * 4000})})
        sent = [Message(content, node_id, "train", group_id="1") for node_id in ids.values()]
        replies = grid.send_and_receive(sent, timeout=HANG_S)

    assert {m.metadata.src_node_id: bytes(m.content["sum"]["b"]) for m in replies} == {
        ids[club]: b"x" * 4000 + club.encode() for club in keys
    }


def test_a_failing_app_answers_with_the_name_of_its_error_only(coordinator, start_node, wait_until, key_line, node_key):
    node_id = coordinator.fleet.enrol("club-failing", key_line(node_key))
    app = ClientApp()

    @app.train()
    def train(message, context):
        raise ValueError("heart rate 52 of Kasimir")

    start_node(coordinator, node_key, app)
    wait_until(lambda: "club-failing" in coordinator.fleet.online())
    with StateGrid(coordinator.fleet.state) as grid:
        (reply,) = ask(grid, node_id)

    assert reply.has_error()
    assert reply.error.reason == "ValueError"


def test_a_node_returns_by_itself_after_the_coordinator_restarted(served, start_node, wait_until, key_line, node_key):
    first = served.start()
    first.fleet.enrol("club-a", key_line(node_key))
    start_node(first, node_key, echo_app(b"!"))
    wait_until(lambda: "club-a" in first.fleet.online())

    served.stop()
    second = served.start()
    node_id = second.fleet.enrol("club-a", key_line(node_key))
    wait_until(lambda: "club-a" in second.fleet.online())

    with StateGrid(second.fleet.state) as grid:
        (reply,) = ask(grid, node_id)
    assert bytes(reply.content["sum"]["b"]) == b"hello!"


def test_stopping_the_loop_signs_the_node_off(coordinator, start_node, wait_until, key_line, node_key):
    import threading

    from client.federation.fleet import FleetLoop

    coordinator.fleet.enrol("club-leaving", key_line(node_key))
    stop = threading.Event()
    loop = FleetLoop(address=coordinator.address, ca=coordinator.ca, key=node_key, app=echo_app(), poll_s=0.01)
    thread = threading.Thread(target=loop.run, args=(stop,), daemon=True)
    thread.start()
    wait_until(lambda: "club-leaving" in coordinator.fleet.online())

    stop.set()
    thread.join(HANG_S)

    assert not thread.is_alive()
    assert "club-leaving" not in coordinator.fleet.online()


@pytest.mark.parametrize("module", ["server.federation.fleet", "server.federation.grid", "client.federation.fleet"])
def test_importing_an_adapter_switches_everything_off_first(module):
    code = (
        "import os; [os.environ.__setitem__(n, v) for n, v in (('FLWR_TELEMETRY_ENABLED', '1'),"
        " ('FLWR_DISABLE_UPDATE_CHECK', '0'), ('FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION', '0'))];"
        f"import {module}; from flwr.supercore import telemetry;"
        "print(telemetry.FLWR_TELEMETRY_ENABLED, os.environ['FLWR_DISABLE_UPDATE_CHECK'],"
        " os.environ['FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION'])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "1", "1"]


@pytest.mark.parametrize("path", USERS_OF_FLWR)
def test_whoever_imports_flwr_imports_the_switches_before(path):
    order = []
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            order += [(node.lineno, name) for name in names]
    flwr_lines = [line for line, name in order if name.split(".")[0] == "flwr"]
    ours = [line for line, name in order if name.endswith("federation.switches")]
    assert not flwr_lines or (ours and min(ours) < min(flwr_lines))
