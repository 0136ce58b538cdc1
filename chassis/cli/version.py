"""`--version`, the same in every program: which release it is of, and which Python runs it."""

import platform
from typing import Annotated

import typer

from chassis.cli.console import say

DISTRIBUTION = "homefield"  # one wheel holds every program


def offer_version(app: typer.Typer, program: str) -> None:
    """Add `--version` to a program; it stands before every command and ends the program."""

    def show(is_asked: bool) -> None:
        if is_asked:
            say(f"{program} {installed_version()} (Python {platform.python_version()})")
            raise typer.Exit

    @app.callback()
    def _program(
        _version: Annotated[
            bool, typer.Option("--version", callback=show, is_eager=True, help="Print the version and end.")
        ] = False,
    ) -> None:
        pass


def installed_version() -> str:
    """Return the version of the installed wheel; "unknown" where the source runs without being installed."""
    from importlib.metadata import PackageNotFoundError, version  # slow, and for this answer alone

    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "unknown"
