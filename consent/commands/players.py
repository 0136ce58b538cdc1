"""`org players` and `org set-players`: a club's public squad list, which the front office's page shows."""

import csv
from pathlib import Path
from typing import Annotated, Any

import typer

from chassis.cli.console import print_json, print_table, say
from chassis.cli.options import AsJson
from chassis.text import plural
from consent.commands.carry_out import carry_out
from consent.commands.orgs import OrgArgument, app
from consent.commands.service_folder import ServiceFolder, beside
from consent.errors import InvalidChange
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
    squad: Annotated[Path, typer.Argument(help="CSV with the columns shirt_no and name.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Give a club's public squad list, in place of the former one. The service may run.

    The front office's page has a line for every player of it, so that no line tells who has an account. Give the list
    that the club publishes, with everybody on it; athletes who are not on it are shown beside it all the same.

    Example: homefield-consent org set-players union club-a squad.csv
    """
    done = carry_out(directory, {"command": "org set-players", "org": org, "players": read_list(squad)})
    if as_json:
        print_json("homefield-org-set-players-1", done)
        return
    say(f"{plural(done['listed'], 'player is', 'players are')} on the squad list of {org}: {_change(done)}.")


def read_list(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a list with commas, semicolons or tabs; raises InvalidChange naming the line in question."""
    header, *lines = _cells(path) or [[]]
    names = ["_".join(name.lower().replace("_", " ").split()) for name in header]
    if any(names.count(column) != 1 for column in COLUMNS):
        raise InvalidChange(f"expected the columns {' and '.join(COLUMNS)}, each once, in the first line of {path}")
    places = [names.index(column) for column in COLUMNS]
    return [_line(number, cells, *places) for number, cells in enumerate(lines, start=2) if any(map(str.strip, cells))]


def _line(number: int, cells: list[str], shirt_at: int, name_at: int) -> dict[str, Any]:
    shirt = cells[shirt_at].strip() if len(cells) > max(shirt_at, name_at) else ""
    if not (shirt.isascii() and shirt.isdigit() and len(shirt) < 5):
        raise InvalidChange(f"line {number}: expected a shirt number and a name")
    return {"shirt_no": int(shirt), "name": cells[name_at]}


def _cells(path: Path) -> list[list[str]]:
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
    first = text.split("\n", 1)[0]
    return list(csv.reader(text.splitlines(), delimiter=max(",;\t", key=first.count)))


def _change(done: Any) -> str:
    if not done["added"] and not done["removed"]:
        return "as before"
    return f"{plural(done['added'], 'line', 'lines')} came, {plural(done['removed'], 'line', 'lines')} went"
