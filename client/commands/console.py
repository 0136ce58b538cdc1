"""What the commands share: arguments they all take, and output as tables or JSON."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from client.errors import ClientError, UnknownAthlete
from policies.vocabulary import AthleteId

if TYPE_CHECKING:
    from client.vault.store import Athlete, Vault


NodeFolder = Annotated[Path, typer.Argument(help="The node's folder, as created by `init`.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of a table.")]


def screen() -> Console:
    """Return a console on standard output."""
    return Console(highlight=False, markup=False)


def print_json(value: Any) -> None:
    """Print one JSON document on standard output."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def print_table(title: str, columns: tuple[str, ...], rows: Sequence[Sequence[str]]) -> None:
    """Print a table with a title."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    screen().print(table)


def now() -> datetime:
    """The time, read once at the edge and passed inward."""
    return datetime.now(UTC)


def find_athlete(vault: "Vault", text: str) -> "Athlete":
    """Return the athlete with this id or, where only one has it, this name or shirt number."""
    if text.startswith("ath-"):
        return vault.athlete(AthleteId(text))
    found = [one for one in vault.athletes() if text in (one.name, str(one.shirt_no))]
    if len(found) == 1:
        return found[0]
    if found:
        raise ClientError("several athletes fit; use the id from `homefield-node athlete list`")
    raise UnknownAthlete("this node holds no such athlete; see `homefield-node athlete list`")
