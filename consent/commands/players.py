"""`org players` and `org set-players`: a club's public squad list, which the front office's page shows."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from chassis.cli.console import is_confirmed, print_json, print_table, say, warn
from chassis.cli.options import AsJson, Yes
from chassis.errors import BadName
from chassis.text import plural
from consent.commands.carry_out import carry_out
from consent.commands.orgs import OrgArgument, app, in_words, named_org
from consent.commands.service_folder import ServiceFolder, beside
from consent.errors import InvalidChange
from consent.registry.values import LARGEST_SHIRT_NO
from policies.vocabulary import OrgId

COLUMNS = ("shirt_no", "name")
LARGEST_FILE = 256 * 1024  # a hundred times what a long list takes


def register(_program: typer.Typer) -> None:
    """Add these commands beside `org add`."""
    app.command("players")(players)
    app.command("set-players")(set_players)


def players(directory: ServiceFolder, org: OrgArgument, as_json: AsJson = False) -> None:
    """Show a club's public squad list as it was last given.

    Example: homefield-consent org players union club-a
    """
    with beside(directory) as store:
        listed = store.players(OrgId(org))
    if as_json:
        rows = [{"shirt_no": one.shirt_no, "name": one.name} for one in listed]
        print_json("homefield-org-players-1", {"org": org, "players": rows})
        return
    print_table(plural(len(listed), "player", "players"), ("No", "Name"), [(str(o.shirt_no), o.name) for o in listed])


def set_players(
    directory: ServiceFolder,
    org: OrgArgument,
    squad: Annotated[
        Path,
        typer.Argument(
            help="CSV in UTF-8 with the columns shirt_no and name; commas, semicolons or tabs.", show_default=False
        ),
    ],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Give a club's public squad list, in place of the former one. The service may run.

    Asks before players go from the list.

    The front office's page has a line for every player of it, so that no line tells who has an account. Give the list
    that the club publishes, with everybody on it; athletes who are not on it are shown beside it all the same.

    Example: homefield-consent org set-players union club-a squad.csv
    """
    wanted = read_list(squad)
    _warn_of_shared_numbers(wanted)
    club = "" if yes else _asked(directory, org, wanted)
    done = carry_out(directory, {"command": "org set-players", "org": org, "players": wanted})
    if as_json:
        print_json("homefield-org-set-players-1", done)
        return
    listed = plural(done["listed"], "player is", "players are")
    say(f"{listed} on the squad list of {club or named_org(directory, org)}: {_change(done)}.")


def _asked(directory: Path, org: str, wanted: Sequence[Mapping[str, Any]]) -> str:
    """Ask where players of the present list are not in the new one, and return how the organisation is named.

    "" for one that is not registered, which whoever puts the list in place refuses. Raises Abort for a no.
    """
    with beside(directory) as store:
        listed = {(one.shirt_no, one.name) for one in store.players(OrgId(org))}
        club = next((in_words(one) for one in store.orgs() if one.org_id == org), "")
    if gone := len(listed - {(one["shirt_no"], one["name"]) for one in wanted}):
        players_go = plural(gone, "player is not in it and goes", "players are not in it and go")
        if not is_confirmed(f"{players_go} from the squad list of {club}; put the new list in its place?"):
            raise typer.Abort
    return club


def _warn_of_shared_numbers(wanted: Sequence[Mapping[str, Any]]) -> None:
    shared = sorted(number for number, times in Counter(one["shirt_no"] for one in wanted).items() if times > 1)
    if shared:
        warn(f"note: several players have number {', '.join(map(str, shared))}; each has a line of their own")


def read_list(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a list with commas, semicolons or tabs; raises InvalidChange naming the line in question."""
    first, (header, *lines) = _cells(path)
    names = ["_".join(name.lower().replace("_", " ").split()) for name in header]
    if any(names.count(column) != 1 for column in COLUMNS):
        raise InvalidChange(f"expected the columns {' and '.join(COLUMNS)}, each once, in the first line of {path}")
    places = [names.index(column) for column in COLUMNS]
    filled = [(number, cells) for number, cells in enumerate(lines, start=first + 1) if any(map(str.strip, cells))]
    if not filled:
        raise InvalidChange(f"expected at least one player below the names of the columns in {path}")
    return [_line(number, cells, *places) for number, cells in filled]


def _line(number: int, cells: list[str], shirt_at: int, name_at: int) -> dict[str, Any]:
    from chassis.names import read_name  # loads what no help needs

    shirt = cells[shirt_at].strip() if len(cells) > max(shirt_at, name_at) else ""
    if not (shirt.isascii() and shirt.isdigit() and int(shirt) <= LARGEST_SHIRT_NO):
        raise InvalidChange(f"line {number}: expected a shirt number up to {LARGEST_SHIRT_NO} and a name")
    try:
        return {"shirt_no": int(shirt), "name": read_name(cells[name_at])}
    except BadName as error:
        raise InvalidChange(f"line {number}: {error}") from error


def _cells(path: Path) -> tuple[int, list[list[str]]]:
    """Return the number of the line with the names of the columns, and the cells from it on."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise InvalidChange(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidChange(f"expected text in UTF-8 in {path}; save it as “CSV UTF-8”") from error
    if len(raw) > LARGEST_FILE:
        raise InvalidChange(f"expected at most {LARGEST_FILE // 1024} KiB in {path}")
    lines = text.splitlines()
    if lines and lines[0].lower().startswith("sep="):  # as spreadsheets write which sign parts the cells
        return 2, list(csv.reader(lines[1:], delimiter=lines[0][4:5] or ",")) or [[]]
    return 1, list(csv.reader(lines, delimiter=max(",;\t", key="".join(lines[:1]).count))) or [[]]


def _change(done: Any) -> str:
    if not done["added"] and not done["removed"]:
        return "as before"
    return f"{done['added']} new, {done['removed']} no longer on it"
