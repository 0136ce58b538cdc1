"""What the commands share: their folder, the clock, the service they open, and how they print."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from audit.errors import LogUnavailable, QuorumNotMet

if TYPE_CHECKING:
    from consent.service import Service
    from consent.store import ConsentStore


ServiceFolder = Annotated[Path, typer.Argument(metavar="DIR", help="The service's own folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def now() -> datetime:
    """The system's clock, in UTC."""
    return datetime.now(UTC)


@contextmanager
def beside(directory: Path) -> "Iterator[ConsentStore]":
    """Open the store for reading, whether the service runs or not."""
    from consent.service import open_beside
    from consent.settings import read_settings

    engine, store = open_beside(read_settings(directory.resolve()), clock=now)
    try:
        yield store
    finally:
        engine.dispose()


@contextmanager
def writing(directory: Path) -> "Iterator[Service]":
    """Open the service for writing, which needs it not to run; what was recorded is published at once if it can be."""
    from consent.service import open_service
    from consent.settings import read_settings

    service = open_service(read_settings(directory.resolve()), clock=now)
    try:
        yield service
        publish(service)
    finally:
        service.close()


def publish(service: "Service") -> None:
    """Publish, or say that what was recorded waits: witnesses may be away, or not know this log yet."""
    try:
        service.publish()
    except (LogUnavailable, QuorumNotMet) as error:
        sys.stderr.write(f"note: recorded, and published by the service once it runs ({error})\n")


def show(values: Mapping[str, Any], *, as_json: bool) -> None:
    """Print named values, one a line, or as JSON."""
    if as_json:
        print(json.dumps(values, indent=2))
        return
    for field, value in values.items():
        shown = ", ".join(value) if isinstance(value, list) else value
        Console(soft_wrap=True, highlight=False).print(f"{field.replace('_', ' ')}: {shown}", markup=False)


def show_rows(rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print rows of the same fields as a table, or as JSON."""
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    table = Table(*(rows[0] if rows else ["nothing yet"]))
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    Console().print(table)
