"""What the commands share: arguments they all take, and output as tables or JSON."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from server.errors import BadCoordinatorSettings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.consent_client import CoordinatorConsentClient
    from server.settings import CoordinatorSettings
    from server.store import CoordinatorStore


CoordinatorFolder = Annotated[
    Path, typer.Argument(help="The coordinator's folder, as created by `init`.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of a table.")]


def screen() -> Console:
    """Return a console on standard output."""
    return Console(highlight=False)


def print_json(value: Any) -> None:
    """Print one JSON document on standard output."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def print_table(title: str, columns: tuple[str, ...], rows: Sequence[Sequence[str]]) -> None:
    """Print a table with a title."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    screen().print(table)


def now() -> datetime:
    """The time, read once at the edge and passed inward."""
    return datetime.now(UTC)


def database_of(settings: "CoordinatorSettings") -> "Engine":
    """Open the coordinator's database. Raises BadCoordinatorSettings when it is gone or damaged: none is made anew."""
    from server.store import open_database

    if settings.database_path is not None and not settings.database_path.exists():
        raise BadCoordinatorSettings(f"{settings.database_path} is missing; put it back from a backup")
    return open_database(settings)


def consent_of(settings: "CoordinatorSettings") -> "CoordinatorConsentClient":
    """Return the client of the league's consent service."""
    from server.consent_client import CoordinatorConsentClient

    return CoordinatorConsentClient.of(settings, clock=now)


def store_of(settings: "CoordinatorSettings") -> "CoordinatorStore":
    """Open the coordinator's store; see `database_of`."""
    from server.store import CoordinatorStore

    return CoordinatorStore(database_of(settings), clock=now)
