"""The portal answers under names of this machine, or under one public address, which the demo never has."""

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI

import consent.app
from chassis.operations.figures import ProgramFigures
from chassis.operations.health import ALWAYS_WELL
from chassis.web import serving
from chassis.web.site_address import OWN_MACHINE_ONLY, SiteAddress, parse_site
from consent import cli

PUBLIC = "https://portal.union.example"


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[SiteAddress]]:
    """Run `serve` with some words; returns under which addresses it would have served."""
    served: list[Any] = []
    application = FastAPI()
    application.state.figures = SimpleNamespace(figures=ProgramFigures(), count_answer=None)
    application.state.health = ALWAYS_WELL
    monkeypatch.setattr(consent.app, "build_app", lambda *_args, **_words: application)
    monkeypatch.setattr(serving, "serve_app", lambda _app, **how: served.append(how["site"]))

    def run(*words: str) -> list[SiteAddress]:
        for command in (("init", str(tmp_path / "union")), ("serve", str(tmp_path / "union"), *words)):
            monkeypatch.setattr(sys, "argv", ["homefield-consent", *command])
            with contextlib.suppress(SystemExit):
                cli.main()
        return served

    return run


@pytest.mark.parametrize("words", [(), ("--demo",)])
def test_without_a_public_address_only_names_of_this_machine_are_answered(
    serve: Callable[..., list[SiteAddress]], words: tuple[str, ...]
) -> None:
    assert serve(*words) == [OWN_MACHINE_ONLY]


def test_the_public_address_is_what_was_given(serve: Callable[..., list[SiteAddress]]) -> None:
    assert serve("--public-url", PUBLIC) == [parse_site(PUBLIC)]


def test_the_demo_is_refused_under_a_public_address(
    serve: Callable[..., list[SiteAddress]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert serve("--demo", "--public-url", PUBLIC) == []
    assert "expected no public address in demo mode" in capsys.readouterr().err
