"""`athlete load` and `athlete squad`: a whole squad list at once, and who belongs to which squad."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from chassis.cli.console import print_json, say
from chassis.cli.options import AsJson
from chassis.errors import BadName
from client.commands.node_folder import NodeFolder, find_athlete
from client.commands.reporting import reporting_anyway
from client.commands.setup import athletes
from client.errors import ClientError
from client.squads import DEFAULT_SQUAD, checked_squad

COLUMNS = {"name", "shirt_no", "is_minor"}
YES_NO = {"true": True, "false": False, "": False}


@dataclass(frozen=True, slots=True)
class SquadListLine:
    """One line of a squad list."""

    name: str
    shirt_no: int
    is_minor: bool
    squad: str


def register(_app: typer.Typer) -> None:
    """Add these commands beside `athlete add`."""
    athletes.command("load")(load)
    athletes.command("squad")(move)


def load(
    folder: NodeFolder,
    squad: Annotated[
        Path,
        typer.Argument(help="CSV with the columns name, shirt_no, is_minor and perhaps squad.", show_default=False),
    ],
    as_json: AsJson = False,
) -> None:
    """Add every athlete of a squad list, each with a key of their own; all or none.

    Example: homefield-node athlete load ./club-a squad.csv
    """
    from client.settings import load_settings
    from client.vault.access import open_vault
    from client.vault.store import new_athlete_id

    rows = read_squad(squad)
    with open_vault(load_settings(folder)) as vault:
        added = []
        for row in rows:
            athlete = new_athlete_id()
            vault.add_athlete(athlete, row.name, shirt_no=row.shirt_no, is_minor=row.is_minor, squad=row.squad)
            added.append({"athlete": athlete, "shirt_no": row.shirt_no, "is_minor": row.is_minor, "squad": row.squad})
    if as_json:
        print_json("homefield-athlete-load-1", {"athletes": added})
    else:
        say(f"{len(added)} athletes were added.")


def move(
    folder: NodeFolder,
    athlete: Annotated[str, typer.Argument(help="Athlete id, name or shirt number.", show_default=False)],
    squad: Annotated[str, typer.Argument(help="The squad, for instance under-19.", show_default=False)],
) -> None:
    """Put an athlete into a squad. From then on the staff of that squad see them, and nobody else's staff.

    Example: homefield-node athlete squad ./club-a 7 under-19
    """
    from audit.entries.details.clubs import NodeAccessChanged
    from audit.entries.details.codes import NodeAccessChange
    from client.settings import load_settings
    from client.vault.access import open_vault

    held, settings = checked_squad(squad), load_settings(folder)
    with open_vault(settings) as vault:
        found = find_athlete(vault, athlete)
        with reporting_anyway(settings, NodeAccessChanged(change=NodeAccessChange.ATHLETE_MOVED)):
            vault.move_to_squad(found.athlete, held)
    say(f"{found.athlete} is in {held}.")


def read_squad(path: Path) -> list[SquadListLine]:
    """Read the whole list before anything is added; raises ClientError naming the line that is wrong."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if not set(reader.fieldnames or ()) >= COLUMNS:
                raise ClientError("expected the columns name, shirt_no and is_minor")
            return [_row(number, values) for number, values in enumerate(reader, 2)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ClientError(f"cannot read {path} as a CSV file") from error


def _row(number: int, values: dict[str, str]) -> SquadListLine:
    from chassis.names import read_name

    shirt = (values["shirt_no"] or "").strip()
    minor = YES_NO.get((values["is_minor"] or "").strip().lower())
    try:
        name = read_name(values["name"] or "")
    except BadName as error:
        raise ClientError(f"line {number}: {error}") from error
    if not shirt.isdigit() or int(shirt) > 999 or minor is None:
        raise ClientError(f"line {number}: expected a shirt number up to 999 and true or false")
    return SquadListLine(name, int(shirt), minor, checked_squad((values.get("squad") or "").strip() or DEFAULT_SQUAD))
