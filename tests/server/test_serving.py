"""The running coordinator: it answers on both ports, one runs per folder, and a signal ends it with code 0."""

import signal
import socket
import subprocess
import sys
import threading

import httpx
import pytest
from typer.testing import CliRunner

from chassis.clock import utc_now
from chassis.errors import CannotServe
from chassis.web.serving import listen
from server.cli import app
from server.errors import BadCoordinatorSettings
from server.running import Coordinator
from server.settings import load_settings
from tests.waiting import HANG_S

SERVICE_KEY = ("--service-key", "A" * 43 + "=")


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "league"
    arguments = ["init", str(made), "--name", "Coast League", "--consent", "http://127.0.0.1:9", *SERVICE_KEY]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    return made


def test_a_served_coordinator_is_healthy_on_both_ports_and_ends_with_zero(folder):
    code = "import sys; from server.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-u", "-W", "ignore", "-c", code, "serve", folder, "--fleet-port", "0", "--web-port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    guard = threading.Timer(HANG_S, process.kill)
    guard.start()
    try:
        fleet, web = (process.stdout.readline().split(" on ")[1].strip() for _ in range(2))
        assert httpx.get(f"{web}/health", trust_env=False, timeout=HANG_S).json() == {"status": "ok"}
        import ssl

        context = ssl.create_default_context(cafile=str(folder / "tls" / "ca.crt"))
        with httpx.Client(verify=context, trust_env=False, timeout=HANG_S) as http:
            assert http.get(f"{fleet}/health").json() == {"status": "ok"}
        process.send_signal(signal.SIGTERM)
        assert process.wait(HANG_S) == 0
    finally:
        guard.cancel()
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_port_in_use_is_one_sentence():
    from fastapi import FastAPI

    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(CannotServe, match="cannot be used"):
        listen(FastAPI(), host="127.0.0.1", port=taken.getsockname()[1])


def test_a_second_coordinator_in_the_same_folder_is_refused_and_changes_nothing(folder):
    settings = load_settings(folder)
    first, second = (Coordinator.open(settings, clock=utc_now, wait_s=1.0, demo=False) for _ in range(2))

    with first.working(), pytest.raises(BadCoordinatorSettings, match="another coordinator"), second.working():
        pass
