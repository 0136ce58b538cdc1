"""The certificate of the Fleet API: its end is told, renewing keeps keys and trust, and a new CA is a last resort."""

import json
import logging
import ssl
import threading
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography import x509
from fastapi import FastAPI
from typer.testing import CliRunner

from chassis.clock import utc_now
from chassis.errors import BadSecretFile
from chassis.web.serving import listen, serving
from server.cli import app
from server.errors import AlreadyExists, BadCoordinatorSettings
from server.federation.fleet_certificate import CertificateWatch, read_fleet_certificate, renew
from server.federation.tls import SERVER_LIFE, create_tls
from server.running import Coordinator
from server.settings import load_settings
from tests.waiting import HANG_S

INIT = ("--name", "Coast League", "--consent", "http://127.0.0.1:9", "--service-key", "A" * 43 + "=")
NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


def run(*arguments: object, ok: bool = True) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert (result.exit_code == 0) == ok, (result.output, result.exception)
    if not ok and result.exception is not None:
        raise result.exception
    return result.stdout


@pytest.fixture
def settings(tmp_path):
    run("init", tmp_path / "league", *INIT, "--host", "fleet.league.example")
    return load_settings(tmp_path / "league")


def age(settings, *, ends: datetime) -> None:
    """Put a certificate in the folder that was made as long ago as its end says, with its CA and keys."""
    tls = create_tls(name="Coast League", hosts=["localhost", "127.0.0.1"], now=ends - SERVER_LIFE)
    for path, data in (
        (settings.ca_file, tls.ca),
        (settings.ca_key_file, tls.ca_key),
        (settings.fleet_certificate, tls.certificate),
        (settings.tls / "server.key", tls.key),
    ):
        path.write_bytes(data)


def trusted_by(settings, ca: bytes) -> bool:
    """Connect as a node does that has this CA."""
    certificate, key = str(settings.fleet_certificate), str(settings.tls / "server.key")
    listener = listen(FastAPI(), host="127.0.0.1", port=0, site=None, certificate=certificate, key=key)
    context = ssl.create_default_context(cadata=ca.decode())
    with serving([listener]), httpx.Client(verify=context, trust_env=False, timeout=HANG_S) as http:
        try:
            return http.get(f"https://127.0.0.1:{listener.port}/").status_code == 404
        except httpx.ConnectError:
            return False


def test_renewing_keeps_keys_hosts_and_the_trust_of_the_nodes(settings):
    age(settings, ends=utc_now() - timedelta(days=1))
    kept = {name: (settings.tls / name).read_bytes() for name in ("ca.crt", "ca.key", "server.key")}
    assert not trusted_by(settings, kept["ca.crt"])

    made = json.loads(run("renew-certificate", settings.directory, "--host", "fleet.league.example", "--json"))

    assert made["hosts"] == ["localhost", "127.0.0.1", "fleet.league.example"]
    assert datetime.fromisoformat(made["ends"]) > utc_now() + timedelta(days=396)
    assert {name: (settings.tls / name).read_bytes() for name in kept} == kept
    assert trusted_by(settings, kept["ca.crt"])
    assert run("status", settings.directory).count(made["ends"][:10]) == 1
    assert json.loads(run("status", settings.directory, "--json"))["certificate_ends"] == made["ends"]


def test_a_folder_of_before_gets_a_new_authority_and_its_clubs_the_new_file(settings):
    former = settings.ca_file.read_bytes()
    settings.ca_key_file.unlink()
    before = settings.fleet_certificate.read_bytes()

    with pytest.raises(BadCoordinatorSettings, match="--new-authority"):
        run("renew-certificate", settings.directory, ok=False)
    assert settings.fleet_certificate.read_bytes() == before
    said = " ".join(run("renew-certificate", settings.directory, "--new-authority").split())

    assert "every club’s operator: get" in said
    assert (settings.ca_key_file.stat().st_mode & 0o777, settings.ca_file.stat().st_mode & 0o777) == (0o600, 0o644)
    assert not trusted_by(settings, former)
    assert trusted_by(settings, settings.ca_file.read_bytes())
    renewed = settings.fleet_certificate.read_bytes()
    settings.fleet_certificate.write_bytes(before)
    assert trusted_by(settings, settings.ca_file.read_bytes()), "a coordinator that was not restarted yet"
    run("renew-certificate", settings.directory)
    assert settings.fleet_certificate.read_bytes() not in (before, renewed)
    assert trusted_by(settings, settings.ca_file.read_bytes())


def test_what_cannot_be_renewed_stays_as_it_is(settings):
    before = {path: path.read_bytes() for path in settings.tls.iterdir()}

    for host in ("https://league.example", "league.example:9092", "two names", "", "-x.example"):
        with pytest.raises(BadCoordinatorSettings, match="expected a name"):
            renew(settings, more_hosts=[host], with_new_authority=False, now=NOW)
    with pytest.raises(BadCoordinatorSettings, match="expired itself"):
        renew(settings, more_hosts=[], with_new_authority=False, now=utc_now() + timedelta(days=3651))
    assert {path: path.read_bytes() for path in settings.tls.iterdir()} == before
    settings.ca_key_file.write_bytes((settings.tls / "server.key").read_bytes())
    with pytest.raises(BadCoordinatorSettings, match="is not the key of"):
        renew(settings, more_hosts=[], with_new_authority=False, now=NOW)
    settings.ca_key_file.chmod(0o644)
    with pytest.raises(BadSecretFile):
        renew(settings, more_hosts=[], with_new_authority=False, now=NOW)
    assert settings.fleet_certificate.read_bytes() == before[settings.fleet_certificate]


def test_a_certificate_never_outlives_its_authority(settings):
    (authority,) = x509.load_pem_x509_certificates(settings.ca_file.read_bytes())

    made = renew(settings, more_hosts=[], with_new_authority=False, now=utc_now() + timedelta(days=3600))

    assert made.ends == authority.not_valid_after_utc


def test_a_coordinator_cannot_be_made_for_a_host_that_is_none(tmp_path):
    with pytest.raises(BadCoordinatorSettings, match="without port"):
        run("init", tmp_path / "league", *INIT, "--host", "fleet.league.example:9092", ok=False)

    assert not (tmp_path / "league").exists()


def test_setting_up_says_how_clubs_on_other_machines_reach_it(tmp_path):
    here = " ".join(run("init", tmp_path / "here", *INIT).split())
    reached = " ".join(run("init", tmp_path / "reached", *INIT, "--host", "fleet.league.example").split())

    assert "renew-certificate" in here
    assert "--coordinator HOST:9092" in here
    assert "renew-certificate" not in reached
    assert "--fleet-host 0.0.0.0" in run("renew-certificate", tmp_path / "here", "--host", "fleet.league.example")
    assert "--fleet-host" not in run("renew-certificate", tmp_path / "here")
    assert "--coordinator fleet.league.example:9092" in reached
    assert "--fleet-host 0.0.0.0 --fleet-port 9092 --web-port 8200" in reached
    with pytest.raises(AlreadyExists, match="renew-certificate --host"):
        run("init", tmp_path / "here", *INIT, "--host", "fleet.league.example", ok=False)


def test_the_end_is_told_once_a_day_from_thirty_days_before(caplog):
    now = [NOW]
    watch = CertificateWatch(NOW + timedelta(days=31), lambda: now[0])

    for hours in range(24 * 33):
        now[0] = NOW + timedelta(hours=hours)
        watch.note()

    told = [(one.levelno, one.__dict__.get("days")) for one in caplog.records]
    assert told[:31] == [(logging.WARNING, 30), *((logging.WARNING, days) for days in range(29, -1, -1))]
    assert set(told[31:]) == {(logging.ERROR, None)}
    assert len(told) <= 33
    stop = threading.Event()
    stop.set()
    watch.run(stop)


@pytest.mark.parametrize(("days", "reason", "status"), [(3, None, "ok"), (-3, "certificate", "late")])
def test_an_expired_certificate_is_not_ready_and_late_and_a_metric_says_how_long_is_left(
    settings, days, reason, status, caplog
):
    age(settings, ends=utc_now() + timedelta(days=days))
    coordinator = Coordinator.open(settings, clock=utc_now, wait_s=1.0, demo=False)

    with coordinator.working():
        ready, health = coordinator.health.reason(), coordinator.health.public()
        (left,) = [read() for metric, read in coordinator.figures.readings if "certificate" in metric.name]

    assert (ready, health) == (reason, {"status": status})
    assert abs(left - days * 86400) < 3600
    assert [one.getMessage() for one in caplog.records if "certificate" in one.name] != []
    assert read_fleet_certificate(settings).hosts == ("localhost", "127.0.0.1")
