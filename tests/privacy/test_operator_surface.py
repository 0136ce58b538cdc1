"""What operators see of every program as it runs: one log, metrics and readiness apart, and nothing of a person."""

import contextlib
import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

import client.cli
import server.cli
from chassis.clock import utc_now
from chassis.http.signed_client import SignedClient
from client.settings import load_settings
from consent.keys import read_keys
from tests.privacy.running_programs import PROGRAMS, ROOT, SmallLeague, done, small_league, start
from tests.waiting import HANG_S, wait_until

PIN = "295814"
NO_KEY = "A" * 43 + "="
STATUS = {"400", "401", "403", "404", "408", "409", "410", "413", "422", "429", "500", "503", "other"}
REFUSED = {"homefield_refused_requests": {"status": STATUS}}
CAMPAIGN_STATES = ("open", "waiting", "running", "resting", "interrupted", "done", "failed", "closed")
METRICS: dict[str, dict[str, dict[str, set[str]]]] = {
    "consent": REFUSED
    | {
        f"homefield_{name}": {}
        for name in (
            "log_published_entries",
            "log_waiting_entries",
            "log_oldest_waiting_seconds",
            "log_refuses_entries",
            "log_since_publication_seconds",
            "log_failed_publications",
            "witnesses",
            "witnesses_late",
            "writers_waiting",
            "decisions",
            "ledger_rho",
        )
    }
    | {"homefield_log_publication_seconds": {"le": {"0.1", "0.3", "1.0", "3.0", "10.0", "30.0", "100.0", "+Inf"}}},
    "node": REFUSED
    | {
        f"homefield_{name}": {}
        for name in (
            "snapshot_age_seconds",
            "clock_skew_seconds",
            "coordinator_connected",
            "campaigns_approved",
            "campaigns_without_tokens",
            "rounds_answered",
            "rounds_left",
        )
    },
    "coordinator": REFUSED
    | {
        f"homefield_{name}": {}
        for name in (
            "clubs_connected",
            "certificate_seconds_left",
            "clock_skew_seconds",
            *(f"campaigns_{state}" for state in CAMPAIGN_STATES),
            "rounds_done",
            "round_clubs_answered",
        )
    },
    "auditor": REFUSED
    | {f"homefield_{name}": {} for name in ("verified_entries", "verified_age_seconds", "verification_failed")},
    "witness": REFUSED
    | {
        f"homefield_witness_{name}": {}
        for name in ("logs", "cosigned_entries", "oldest_cosignature_seconds", "evidence")
    },
    "monitor": {
        f"homefield_{name}": {}
        for name in ("monitored_entries", "monitor_check_age_seconds", "monitor_alarms", "monitor_log_reached")
    },
}
"""Every metric of every program with its labels and all the values they may have. A new one is a privacy decision."""
NOT_YET = {"homefield_witness_oldest_cosignature_seconds", "homefield_clock_skew_seconds"}
"""Readings that a program may have none of: nothing was cosigned, or nobody was asked, in that morning."""
KEYS_OF_A_LINE = {"time", "level", "program", "logger", "message"}

programs = pytest.mark.parametrize("program", PROGRAMS)


@pytest.fixture(scope="module")
def league(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallLeague]:
    """Every program, after a morning of work and of attacks on it."""
    with small_league(tmp_path_factory.mktemp("league")) as made:
        a_morning(made)
        yield made


def ask(address: str, path: str) -> httpx.Response:
    return httpx.get(f"{address}{path}", trust_env=False, timeout=HANG_S)


def browser(address: str) -> httpx.Client:
    here = {"Origin": address, "Sec-Fetch-Site": "same-origin"}
    return httpx.Client(base_url=address, trust_env=False, timeout=HANG_S, headers=here, follow_redirects=True)


def a_morning(made: SmallLeague) -> None:
    """A coach and an athlete at work, strangers at every door, and a program that goes away meanwhile."""
    consent, node = made.running["consent"], made.running["node"]
    with browser(node.pages) as coach:
        coach.post("/sign-in", data={"code": made.coach_code, "pin": PIN})
        board = coach.get("/board").text
        assert made.athletes[0] in board
        coach.get(f"/athletes/{made.athletes[0]}")
    with browser(consent.pages) as athlete:
        athlete.post("/sign-in", data={"code": made.portal_code})
        assert athlete.get("/settings").status_code == 200
    for one in made.running.values():
        if one is not made.running["monitor"]:
            strangers(made, one.pages)
    with contextlib.closing(late_clock(made)) as line:
        assert line.send("GET", f"/v1/snapshot?{made.athletes[0]}").status == 401
    ask(node.operator, "/ready")
    wait_until(lambda: ask(made.running["monitor"].operator, "/ready").status_code == 200)


def late_clock(made: SmallLeague) -> SignedClient:
    """A line of the club with a clock that is off, which the service's operator is told about."""
    key = load_settings(made.folder / "node").node_key()
    audience = read_keys(made.folder / "union" / "keys").service.verify_key.key_id
    wrong = lambda: utc_now() - timedelta(seconds=75)  # noqa: E731 - a clock
    return SignedClient(made.running["consent"].pages, key, audience=audience, clock=wrong, largest_answer=1 << 20)


def strangers(made: SmallLeague, address: str) -> None:
    """Requests that carry canaries where an error or a library could pick them up."""
    name = made.secrets[0]
    with browser(address) as http:
        http.post("/sign-in", data={"code": f"{made.coach_code}x", "pin": name})
        http.get(f"/athletes/{made.athletes[0]}/{name}")
        http.get(f"/v1/office/club-a?person={name}", headers={"Homefield-Signature": made.portal_code})
        http.post("/v1/decisions", content=json.dumps({"person": name, "athlete": made.athletes[0]}))
        http.post("/add-checkpoint", content=name.encode())
        http.get("/", headers={"Host": f"{name.split()[1]}.example"})
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=HANG_S) as raw:
        raw.sendall(f"GET /{made.athletes[0]} {name}\r\n\r\n".encode())
        raw.recv(1000)


@programs
def test_metrics_are_those_of_the_closed_list_with_closed_labels(league: SmallLeague, program: str) -> None:
    text = ask(league.running[program].operator, "/metrics").text
    found: dict[str, dict[str, set[str]]] = {}
    for family in text_string_to_metric_families(text):
        labels = found.setdefault(family.name, {})
        for sample in family.samples:
            for label, value in sample.labels.items():
                labels.setdefault(label, set()).add(value)

    assert found.keys() <= METRICS[program].keys()
    assert METRICS[program].keys() - found.keys() <= NOT_YET
    for name, labels in found.items():
        assert labels.keys() <= METRICS[program][name].keys()
        for label, values in labels.items():
            assert values <= METRICS[program][name][label]
    assert [secret for secret in (*league.secrets, "club-a", "Eastmere") if secret in text] == []


@programs
def test_each_program_becomes_ready_and_says_nothing_else_there(league: SmallLeague, program: str) -> None:
    operator = league.running[program].operator

    wait_until(lambda: ask(operator, "/ready").status_code == 200)

    assert ask(operator, "/ready").json() == {"ready": True, "reason": None}
    assert [ask(operator, path).status_code for path in ("/", "/health", "/board", "/openapi.json")] == [404] * 4


@pytest.mark.parametrize("program", [one for one in PROGRAMS if one != "monitor"])
def test_the_public_side_tells_health_without_a_figure_and_no_metrics(league: SmallLeague, program: str) -> None:
    pages = league.running[program].pages

    assert ask(pages, "/health").json() == {"status": "ok"}
    for path in ("/metrics", "/ready"):
        assert "homefield_" not in ask(pages, path).text
        assert '"ready"' not in ask(pages, path).text


@programs
def test_every_line_of_the_log_is_json_with_declared_keys(league: SmallLeague, program: str) -> None:
    lines = [json.loads(line) for line in league.running[program].err.read_text().splitlines()]

    for line in lines:
        assert line.keys() >= KEYS_OF_A_LINE
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
        assert line["program"].startswith("homefield-")


def test_the_fields_stand_in_the_lines_and_a_stranger_writes_none(league: SmallLeague) -> None:
    lines = [json.loads(line) for line in league.running["consent"].err.read_text().splitlines()]
    (told,) = [line for line in lines if line["message"] == "a signed request was refused"]

    assert (told["org"], told["logger"]) == ("club-a", "consent.identity.signed_requests")
    assert "behind this service's; up to 60 s are tolerated" in told["detail"]
    assert len(lines) == 1


def test_no_line_of_a_morning_holds_a_name_an_athlete_a_code_or_a_key(league: SmallLeague) -> None:
    assert [secret for secret in league.secrets if secret.lower() in league.lines.lower()] == []


def test_the_figures_are_of_the_morning(league: SmallLeague) -> None:
    consent = ask(league.running["consent"].operator, "/metrics").text
    node = ask(league.running["node"].operator, "/metrics").text

    assert float(re.findall(r"^homefield_decisions_total (\S+)", consent, re.M)[0]) >= 2
    assert float(re.findall(r"^homefield_log_waiting_entries (\S+)", consent, re.M)[0]) >= 2
    assert float(re.findall(r'^homefield_refused_requests_total{status="401"} (\S+)', consent, re.M)[0]) >= 2
    assert abs(float(re.findall(r"^homefield_clock_skew_seconds (\S+)", node, re.M)[0])) < 60
    wait_until(lambda: "homefield_coordinator_connected 1.0" in ask(league.running["node"].operator, "/metrics").text)


@pytest.mark.parametrize("program", ["witness", "monitor"])
def test_a_port_that_is_taken_ends_the_program_with_one_sentence(league: SmallLeague, program: str) -> None:
    port = league.running["consent"].operator.rpartition(":")[2]
    log = (league.folder / "union" / "log", "--policy", league.folder / "union" / "trust.policy")
    words = {
        "witness": ("serve", *log, "--port", 0),
        "monitor": ("monitor", *log, "--state", league.folder / "second.json"),
    }[program]
    command = [sys.executable, "-c", "from audit.cli import main; main()", *map(str, words), "--metrics-port", port]

    ended = subprocess.run(command, capture_output=True, text=True, timeout=HANG_S, cwd=ROOT, check=False)

    sentence = f"homefield-audit: port {port} of 127.0.0.1 cannot be used; is another program listening on it?\n"
    assert (ended.returncode, ended.stderr) == (1, sentence)


def test_a_node_whose_consent_service_is_away_is_late_and_not_ready(tmp_path: Path) -> None:
    node, league = tmp_path / "node", tmp_path / "league"
    nobody = ("--consent", "http://127.0.0.1:9", "--service-key", NO_KEY)
    done(client.cli.app, "init", node, "--club", "club-a", "--name", "Eastmere FC")
    done(server.cli.app, "init", league, "--name", "Coast League", *nobody)
    where = ("--coordinator", "127.0.0.1:9", "--ca", league / "tls" / "ca.crt", "--league-key", NO_KEY)
    done(client.cli.app, "link", node, *where, *nobody)
    running = start(tmp_path, "node", "client", "run", node, "--port", 0, form="text")
    try:
        ready = ask(running.operator, "/ready")
        health = ask(running.pages, "/health")
    finally:
        running.process.terminate()
        running.process.wait()

    assert (ready.status_code, ready.json()) == (503, {"ready": False, "reason": "consent"})
    assert health.json() == {"status": "late"}
    assert running.err.read_text().count("not connected to the coordinator") == 1
    assert not [one for one in running.err.read_text().replace("\n", "") if not one.isprintable()]
