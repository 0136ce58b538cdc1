"""The message that the board is ready: its whole text, over TLS to a real server of each kind, never in the clear."""

import json
import logging
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chassis.files.secret_file import create_secret
from client.reports.beside_pages import reports_beside, to_decide
from client.reports.ready_message import MAIL_PASSWORD, ready_words, send_ready
from client.settings import MailServer, NodeSettings
from tests.client.reports.conftest import Squad
from tests.waiting import wait_until

WORDS = "The board is ready: 3 to decide"


@dataclass
class Received:
    """What a server was sent. lines: commands of SMTP; bodies: messages."""

    lines: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    in_the_clear: list[str] = field(default_factory=list)


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate of this machine that this machine trusts, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(private + pem)
    (tmp_path / "trusted.pem").write_bytes(pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    return path


def context_of(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@contextmanager
def mail_server(certificate: Path, *, starttls: bool, offers_tls: bool = True) -> Iterator[tuple[int, Received]]:
    """A server of SMTP on this machine, in a thread."""
    received = Received()

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            if not starttls:
                self._encrypt()
            self._say("220 mail ready")
            while line := self.rfile.readline().decode().strip():
                received.lines.append(line.split(" ")[0].upper())
                word = received.lines[-1]
                if not isinstance(self.connection, ssl.SSLSocket):
                    received.in_the_clear.append(word)
                if word == "EHLO":
                    can = starttls and offers_tls and not isinstance(self.connection, ssl.SSLSocket)
                    self._say("250-mail", "250-AUTH PLAIN", *(["250-STARTTLS"] if can else []), "250 8BITMIME")
                elif word == "STARTTLS":
                    self._say("220 go ahead")
                    self._encrypt()
                elif word == "AUTH":
                    received.bodies.append(line)
                    self._say("235 yes")
                elif word == "DATA":
                    self._say("354 go on")
                    held = []
                    while (part := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                        held.append(part)
                    received.bodies.append("\n".join(held))
                    self._say("250 kept")
                elif word == "QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("250 fine")

        def finish(self) -> None:
            super().finish()
            self.connection.close()

        def _encrypt(self) -> None:
            self.connection = context_of(certificate).wrap_socket(self.connection, server_side=True)
            self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)

        def _say(self, *lines: str) -> None:
            self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        with served(server):
            yield server.server_address[1], received


@contextmanager
def web_server(certificate: Path, status: int = 200) -> Iterator[tuple[int, Received]]:
    """A server of HTTPS on this machine, in a thread."""
    received = Received()

    class Request(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Request) as server:
        server.socket = context_of(certificate).wrap_socket(server.socket, server_side=True)
        with served(server):
            yield server.server_address[1], received


@contextmanager
def served(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


def mail_to(settings: NodeSettings, port: int, **changes: Any) -> NodeSettings:
    mail = MailServer(host="127.0.0.1", port=port, sender="node@club.example", recipients=("coach@club.example",))
    return replace(settings, report_mail=mail.model_copy(update=changes))


@pytest.mark.parametrize("encryption", ["tls", "starttls"])
def test_the_mail_says_one_sentence_and_goes_encrypted(
    settings: NodeSettings, certificate: Path, encryption: str
) -> None:
    create_secret(settings.keys / MAIL_PASSWORD, b"pass word\n")
    with mail_server(certificate, starttls=encryption == "starttls") as (port, received):
        sent = send_ready(mail_to(settings, port, encryption=encryption, user="node"), 3)

    assert sent == ["mail"]
    signed_in, message = received.bodies
    assert signed_in.startswith("AUTH PLAIN ")
    head, _, body = message.partition("\n\n")
    assert body == f"{WORDS}."
    assert f"Subject: {WORDS}" in head
    assert not set(received.in_the_clear) - {"EHLO", "STARTTLS"}


def test_a_server_without_tls_gets_nothing(settings: NodeSettings, certificate: Path) -> None:
    with mail_server(certificate, starttls=True, offers_tls=False) as (port, received):
        assert send_ready(mail_to(settings, port, encryption="starttls"), 3) == []

    assert received.bodies == []
    assert "MAIL" not in received.lines


def test_the_webhook_gets_one_sentence(settings: NodeSettings, certificate: Path) -> None:
    with web_server(certificate) as (port, received):
        assert send_ready(replace(settings, report_webhook=f"https://127.0.0.1:{port}/hook"), 3) == ["webhook"]

    assert [json.loads(one) for one in received.bodies] == [{"text": WORDS}]


def test_a_server_that_this_machine_does_not_trust_gets_nothing(
    settings: NodeSettings, certificate: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "nobody.pem").write_text("")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nobody.pem"))
    with web_server(certificate) as (port, received), mail_server(certificate, starttls=False) as (mail, letters):
        both = replace(mail_to(settings, mail), report_webhook=f"https://127.0.0.1:{port}/hook")
        assert send_ready(both, 3) == []

    assert received.bodies == letters.bodies == []


def test_a_failure_is_logged_without_what_was_to_be_said(
    settings: NodeSettings, certificate: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with web_server(certificate, status=500) as (port, _), caplog.at_level(logging.WARNING):
        assert send_ready(replace(settings, report_webhook=f"https://127.0.0.1:{port}/secret-token"), 3) == []

    (record,) = caplog.records
    assert (record.message, record.kind) == ("it could not be said that the board is ready", "webhook")  # type: ignore[attr-defined]  # a field of the log line
    assert "secret-token" not in str(vars(record))
    assert "decide" not in record.message


def test_it_is_off_unless_it_is_set(settings: NodeSettings) -> None:
    assert (settings.report_mail, settings.report_webhook) == (None, None)
    assert send_ready(settings, 3) == []


def test_the_running_node_says_it_once_for_the_report_that_it_prepared(squad: Squad, certificate: Path) -> None:
    with web_server(certificate) as (port, received):
        told = replace(squad.site.settings, report_webhook=f"https://127.0.0.1:{port}/hook")
        site = replace(squad.site, settings=told)
        with reports_beside(site, every_s=0.02):
            wait_until(lambda: bool(received.bodies))
        with reports_beside(site, every_s=0.02):  # a restart
            squad.clock.at += timedelta(days=1)
            wait_until(lambda: len(received.bodies) > 1)

    assert json.loads(received.bodies[0])["text"] == ready_words(to_decide_of(squad))
    assert len(received.bodies) == 2


def to_decide_of(squad: Squad) -> int:
    squad.clock.at -= timedelta(days=1)
    return to_decide(squad.site)
