"""`readings`: what is stored of an athlete, value by value."""

from datetime import datetime, time
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.console import is_read_at_terminal, print_json_rows, print_table, say
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from chassis.text import plural
from client.biometrics.streams import Stream
from client.biometrics.unit_words import with_unit
from client.commands.files.asked_days import asked_range
from client.commands.node_folder import NodeAthlete, NodeFolder, find_athlete
from client.commands.reporting import report

if TYPE_CHECKING:
    from client.biometrics.observations import Observation
    from client.readings.listed import ListedReading

ONE_OR_TWO = "may be one session or two"
MOST_ROWS = 200  # ours: of a table on a terminal; into a file or another program all of it is written


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command()(readings)


def readings(
    folder: NodeFolder,
    athlete: NodeAthlete,
    stream: Annotated[
        list[Stream] | None, typer.Option(help="Only this stream; repeatable.", metavar="STREAM", show_default=False)
    ] = None,
    from_: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")] = None,
    to: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")] = None,
    all_states: Annotated[
        bool, typer.Option("--all", help="Also values that were voided, and those never taken because another was.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List an athlete's readings with their origin and whether they count.

    A value that another replaced is listed with the one that counts in its place; so is the report of a session that
    counts by another source. What is used in no number is `not_used`, with the source that comes first. On a linked
    node the athlete finds this look in their own record, like every other.

    Example: homefield-node readings ./club-a 7 --stream session_rpe --from 2026-02-01 --json
    """
    from audit.entries.details.clubs import OperatorLooked
    from audit.entries.details.codes import OperatorView
    from client.readings.listed import listed_readings
    from client.settings import load_settings
    from client.vault.access import open_vault
    from client.vault.history.reading_states import SHOWN_AS_READINGS, ReadingState

    settings = load_settings(folder)
    first, last = asked_range(from_, to, today=utc_now().astimezone(settings.timezone).date())
    with open_vault(settings) as vault:
        found = find_athlete(vault, athlete).athlete
        report(settings, OperatorLooked(athlete=found, what=OperatorView.READINGS))
        states = frozenset(ReadingState) if all_states else SHOWN_AS_READINGS
        listed = listed_readings(
            vault, found, streams=stream or (), first=first, last=last, states=states, is_explained=True
        )
        if as_json:
            print_json_rows("homefield-readings-1", {"athlete": found}, "readings", (one.as_json() for one in listed))
            return
        _show(list(listed))


def _show(listed: "list[ListedReading]") -> None:
    from client.features.day_sources import name_of, source_of
    from client.vault.history.by_hand import SHORTEST_ID

    if not listed:
        say("No reading is stored that fits.")
        return
    rows = []
    for one in listed[-MOST_ROWS:] if is_read_at_terminal() else listed:
        reading = one.stored.reading
        by = "" if one.used_instead is None else f": {name_of(one.used_instead)} comes first"
        origin, asked = name_of(source_of(reading)), (ONE_OR_TWO,) if one.questions else ()
        state = ", ".join((one.state + by, *asked, *reading.quality))
        short, day = one.stored.id[:SHORTEST_ID], one.local_day.isoformat()
        rows.append((short, day, _start(one), reading.stream.value, _value(reading), origin, state))
    left = len(listed) - len(rows)
    title = plural(len(listed), "reading", "readings") + (f", the last {MOST_ROWS} of them" if left else "")
    print_table(title, ("Id", "Day", "Start", "Stream", "Value", "From", "State"), rows)
    if any(one.questions for one in listed):
        say(f"{ONE_OR_TWO}: asked and not answered; both count. `homefield-node imports questions` shows both.")
    if left:
        earlier = f"{plural(left, 'earlier reading', 'earlier readings')}, from {listed[0].local_day.isoformat()} on"
        say(f"Not shown: {earlier}. --from, --to and --stream choose; --json, or a file to write to, has all.")


def _start(one: "ListedReading") -> str:
    """The local clock time, with its date where that is not the day; nothing where only a day is known."""
    start = one.stored.reading.local(one.stored.reading.start)
    if start.date() != one.local_day:
        return start.strftime("%Y-%m-%d %H:%M")
    return start.strftime("%H:%M") if start.time() != time() else ""


def _value(reading: "Observation") -> str:
    if isinstance(reading.value, tuple):
        return f"{len(reading.value)} numbers"
    return reading.value if isinstance(reading.value, str) else with_unit(f"{reading.value:.6g}", reading.unit)
