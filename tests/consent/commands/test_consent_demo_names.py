"""The portal's one-click personas answer under this machine's own names only (DNS rebinding)."""

import contextlib
import sys
from pathlib import Path
from typing import Any

import pytest

import consent.app
from chassis.web import serving
from consent import cli


@pytest.mark.parametrize("words", [(), ("--demo",)])
def test_the_demo_is_served_under_loopback_names_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    served: list[dict[str, Any]] = []
    monkeypatch.setattr(consent.app, "build_app", lambda *_args, **_words: None)
    monkeypatch.setattr(serving, "serve_app", lambda _app, **how: served.append(how))
    for command in (("init", str(tmp_path / "union")), ("serve", str(tmp_path / "union"), *words)):
        monkeypatch.setattr(sys, "argv", ["homefield-consent", *command])
        with contextlib.suppress(SystemExit):
            cli.main()

    assert [how["only_loopback_names"] for how in served] == [bool(words)]
