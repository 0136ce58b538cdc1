"""`athlete load` and `athlete squad`: a whole squad list at once, and who belongs to which squad."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import print_json, say, warn
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.options import AsJson
from chassis.errors import BadName
from chassis.text import plural
from client.biometrics.quality import QualityCounters
from client.commands.node_folder import NodeFolder, find_athlete, named, same_name_and_shirt
from client.commands.reporting import reporting_anyway
from client.commands.setup import athletes
from client.errors import ClientError, UnreadableFile
from client.squads import DEFAULT_SQUAD, checked_squad

if TYPE_CHECKING:
    from client.vault.store import Vault

COLUMNS = ("name", "shirt_no", "is_minor")
YES_NO = dict.fromkeys(("true", "yes", "y", "1"), True) | dict.fromkeys(("false", "no", "n", "0"), False)


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
        typer.Argument(
            help="CSV, Excel or ODS with the columns name, shirt_no, is_minor and perhaps squad.", show_default=False
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Add every athlete of a squad list, each with a key of their own; all or none.

    An athlete of the same name and shirt number who is there already is not added again.

    Example: homefield-node athlete load ./club-a squad.csv
    """
    from client.settings import load_settings
    from client.vault.access import open_vault

    rows = read_squad(squad)
    with open_vault(load_settings(folder)) as vault, vault.transaction():
        listed = _add_new(vault, rows)
    added = sum(one["added"] for one in listed)
    if as_json:
        print_json("homefield-athlete-load-1", {"athletes": listed})
    else:
        say(f"{plural(added, 'athlete was', 'athletes were')} added.")
        if added < len(listed):
            say(f"{plural(len(listed) - added, 'was', 'were')} there already, by name and shirt number.")
        if differing := sum(one["differs"] for one in listed):
            warn(
                f"{differing} of them stand otherwise in the list, in is_minor or squad; nothing of them was changed; "
                "see `athlete set-minor` and `athlete squad`"
            )
        if added:
            enrol = ["homefield-node", "enrol", folder]
            say_next(NextStep(YOU, "make them known to the union, once the node is linked", enrol))


def _add_new(vault: "Vault", rows: list[SquadListLine]) -> list[dict[str, Any]]:
    """Return an entry for each line, in order: the athlete, and whether the line added them."""
    from client.vault.store import new_athlete_id

    there = {same_name_and_shirt(one.name, one.shirt_no): one for one in vault.athletes()}
    listed: list[dict[str, Any]] = []
    for row in rows:
        key = same_name_and_shirt(row.name, row.shirt_no)
        is_new = key not in there
        if is_new:
            there[key] = vault.add_athlete(
                new_athlete_id(), row.name, shirt_no=row.shirt_no, is_minor=row.is_minor, squad=row.squad
            )
        one = there[key]
        entry = {"athlete": one.athlete, "shirt_no": one.shirt_no, "is_minor": one.is_minor, "squad": one.squad}
        differs = (one.is_minor, one.squad) != (row.is_minor, row.squad)
        listed.append({**entry, "added": is_new, "differs": differs})
    return listed


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
    say(f"{named(found)} is in {held}.")


def read_squad(path: Path) -> list[SquadListLine]:
    """Read the whole list before anything is added; raises ClientError naming the line that is wrong.

    Commas, semicolons and tabs, UTF-8, UTF-16 and the code page of Western Windows are told from the list itself; of a
    workbook the first filled sheet is the list.
    """
    from client.ingest.input_file import load
    from client.ingest.text_table import read_table

    file = load(path)
    try:
        table = read_table(file)
    except UnreadableFile as error:
        raise ClientError(f"cannot read {path} as a squad list: {error}") from error
    table = replace(table, header=tuple(_column(name) for name in table.header))
    if not table.has(*COLUMNS):
        raise ClientError(f"expected the columns {', '.join(COLUMNS[:-1])} and {COLUMNS[-1]} in {path}")
    counters = QualityCounters()
    rows = [_row(counters.rows + 1, values) for values in table.rows(counters)]
    if counters.report().dropped:
        raise ClientError(f"{counters.report().dropped} lines have more or fewer cells than the header; correct them")
    return rows


def _column(name: str) -> str:
    """Return a column's name as this list spells it: "Shirt No" and "Is minor" are the same columns."""
    return "_".join(name.lower().replace(".", " ").replace("_", " ").split())


def _row(number: int, values: dict[str, str]) -> SquadListLine:
    from chassis.names import read_name

    shirt, minor = values["shirt_no"], YES_NO.get(values["is_minor"].lower())
    try:
        name = read_name(values["name"])
    except BadName as error:
        raise ClientError(f"line {number}: {error}") from error
    if not (shirt.isascii() and shirt.isdigit()) or int(shirt) > 999:
        raise ClientError(f"line {number}: expected a shirt number up to 999 in shirt_no")
    if minor is None:  # an empty cell is no answer: who is under 18 is not read by others as an adult is
        raise ClientError(f"line {number}: expected yes or no in is_minor, in English; true, false, 1 and 0 will do")
    return SquadListLine(name, int(shirt), minor, checked_squad(values.get("squad") or DEFAULT_SQUAD))
