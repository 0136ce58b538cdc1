"""The auditor's pages answer under names of this machine, or under the one public address that was given."""

from typing import Any

import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

import audit.app
from audit.cli import app
from audit.tlog.note_keys import Signer
from chassis.operations.figures import ProgramFigures
from chassis.operations.health import ALWAYS_WELL
from chassis.web import serving
from chassis.web.site_address import OWN_MACHINE_ONLY, SiteAddress, parse_site

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
