"""The auditor's pages answer under names of this machine, or under the one public address that was given."""

from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from typer.testing import CliRunner

import audit.app
from audit.cli import app
from audit.tlog.note_keys import Signer
from chassis.operations.figures import ProgramFigures
from chassis.operations.health import ALWAYS_WELL
from chassis.web import serving
from chassis.web.site_address import OWN_MACHINE_ONLY, SiteAddress, parse_site
from tests.audit.web.conftest import ED25519

VKEY = Signer("log.example/2026", bytes(range(32))).vkey
PUBLIC = "https://audit.example"


@pytest.mark.parametrize(
    ("words", "site"), [((), OWN_MACHINE_ONLY), (("--public-url", PUBLIC, "--proxy", "10.0.0.2"), None)]
)
def test_the_address_is_what_was_given(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], site: SiteAddress | None
) -> None:
    served: list[Any] = []
    pages = FastAPI()
    pages.state.figures, pages.state.health = ProgramFigures(), ALWAYS_WELL
    monkeypatch.setattr(audit.app, "build_app", lambda **_: pages)
    monkeypatch.setattr(serving, "serve_app", lambda _app, **how: served.append(how["site"]))

    result = CliRunner().invoke(app, ["serve", "./log", "--vkey", VKEY, *words])

    assert result.exit_code == 0, result.output
    assert served == [site or parse_site(PUBLIC, proxies=["10.0.0.2"])]


def test_an_address_without_https_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "serve_app", lambda _app, **_: None)

    result = CliRunner().invoke(app, ["serve", "./log", "--vkey", VKEY, "--public-url", "http://audit.example"])

    assert "expected a public address such as https://" in str(result.exception)


def test_commands_on_the_pages_name_the_log_and_never_the_pages(
    monkeypatch: pytest.MonkeyPatch, static_log: Any
) -> None:
    built: list[FastAPI] = []
    monkeypatch.setattr(serving, "serve_app", lambda pages, **_: built.append(pages))
    static_log.publish()
    where = "https://consent.example/log"
    words = ["serve", str(static_log.directory), "--vkey", ED25519.vkey, "--public-url", PUBLIC]
    for more, named in ((["--log-url", where], where), ([], "ADDRESS-OF-THE-LOG")):
        result = CliRunner().invoke(app, [*words, *more])
        assert result.exit_code == 0, result.output
        page = TestClient(built[-1]).get("/check").text.replace("&#39;", "'")
        assert f"homefield-audit verify '{named}'" in page
        assert ("For ADDRESS-OF-THE-LOG put" in page) is (not more)
        assert PUBLIC not in page
    for wrong in ("consent.example/log", "https://consent.example/'; echo '", "ftp://consent.example/log"):
        assert CliRunner().invoke(app, [*words, "--log-url", wrong]).exit_code == 2
