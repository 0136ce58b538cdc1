"""`plan week`, `plan import` and `plan export`: a week at a glance, and a plan as a table in and out."""

from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import print_json, print_table, say
from chassis.cli.exit_codes import ExitCode
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from chassis.text import counted, date_range, plural, sentence
from client.commands.node_folder import NodeFolder, find_athlete
from client.commands.reporting import report

if TYPE_CHECKING:
    from client.health.health_records import HealthRecords
    from client.planning.csv_file import PlanFile
    from client.planning.plan_for import PlanFor
    from client.planning.planner import Planner
    from client.planning.records import PlannedRow
    from client.settings import NodeSettings
    from policies.vocabulary import AthleteId

Week = Annotated[
    datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="A day of the week; today if not given.")
]


def show_week(folder: NodeFolder, day: Week = None, as_json: AsJson = False) -> None:
    """Show a week: what is planned for squads, groups and single athletes, its sum, change and monotony.

    Example: homefield-node plan week ./club-a --date 2026-11-24
    """
    from client.planning.planner import planner
    from client.planning.week import days_of_week, week_begins
    from client.settings import load_settings
    from client.vault.access import open_vault

    settings = load_settings(folder)
    begins = week_begins(day.date() if day else utc_now().astimezone(settings.timezone).date())
    days = days_of_week(begins)
    with open_vault(settings) as vault, planner(settings, vault) as held:
        rows = _week_rows(held, begins)
    if as_json:
        print_json("homefield-plan-week-1", {"begins": begins.isoformat(), "plans": rows})
        return
    head = ("For", *(f"{one:%a} {one.day}" for one in days), "Week", "Change", "Monotony")
    lines = [
        (
            row["name"],
            *("–" if load is None else f"{load:g}" for load in row["loads_au"]),
            f"{row['total_au']:g}"
            if row["planned_days"] == len(days)
            else f"{row['total_au']:g} ({row['planned_days']} d)",
            "–" if row["change"] is None else f"{row['change']:+.0%}",
            "–" if row["monotony"] is None else f"{row['monotony']:.1f}",
        )
        for row in rows
    ]
    print_table(f"Planned load in AU, {date_range(days[0], days[-1])}", head, lines)


def _week_rows(held: "Planner", begins: date) -> list[dict[str, Any]]:
    from client.planning.effective import day_loads
    from client.planning.plan_for import in_order
    from client.planning.week import change, days_of_week, week_begins, week_figures

    days, before = days_of_week(begins), days_of_week(week_begins(date.fromordinal(begins.toordinal() - 1)))
    plans = held.records.in_effect(before[0], days[-1], held.everybody())
    found = []
    for whom in in_order(plans):
        loads, earlier = (day_loads(plans[whom], span) for span in (days, before))
        if any(load is not None for load in loads):
            figures = week_figures(loads)
            found.append(
                {
                    "for": whom.key,
                    "name": held.name_of(whom),
                    "loads_au": loads,
                    "total_au": figures.total_au,
                    "planned_days": figures.planned,
                    "change": change(figures, week_figures(earlier)),
                    "monotony": figures.monotony,
                }
            )
    return found


def import_plan(
    folder: NodeFolder,
    file: Annotated[Path, typer.Argument(help="The table, as `plan export` writes it.", show_default=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be stored.")] = False,
    skip: Annotated[bool, typer.Option("--skip", help="Store the good lines and leave out the others.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read a plan from a table. Nothing is stored unless every line is well, or --skip is given.

    Columns: date, for (everyone, a squad, SQUAD/GROUP, or an athlete's id, name or number), session (1 to 3), start,
    title, effort, minutes, load_au, match (yes or no) and drills, divided by semicolons.

    Example: homefield-node plan import ./club-a week-48.csv --dry-run
    """
    from client.coaching.training_session import BadPlan
    from client.commands.deciding.health import health_records
    from client.planning.csv_file import read_plan
    from client.planning.planner import planner
    from client.settings import load_settings
    from client.vault.access import open_vault

    settings = load_settings(folder)
    today = utc_now().astimezone(settings.timezone).date()
    try:
        held_bytes = file.read_bytes()
    except OSError as error:
        raise BadPlan("expected a file that can be read; check its path") from error
    with open_vault(settings) as vault, planner(settings, vault) as held:
        with health_records(settings.journal_path, vault) as records:
            found = read_plan(held_bytes, partial(_whom, held), today=today, cap_of=partial(_cap, records))
        is_stored = bool(found.rows) and not dry_run and (skip or not found.problems)
        if is_stored:
            _store(settings, held, found.rows)
    _tell(found, is_stored=is_stored, dry_run=dry_run, as_json=as_json)


def _whom(held: "Planner", text: str) -> "PlanFor":
    """Whom a line is for; raises ClientError for nobody of this node."""
    from client.coaching.training_session import BadPlan
    from client.planning.plan_for import EVERYONE, EVERYONE_KEY, PlanFor

    squads = {one.squad for one in held.vault.athletes()}
    kind, _, rest = text.partition(":")
    squad, _, group = (rest if kind in {"squad", "group"} else text).partition("/")
    if text == EVERYONE_KEY:
        return EVERYONE
    if squad in squads and group:
        found = PlanFor(squad, group)
        if found not in held.everybody():
            raise BadPlan(f"squad {squad} has no group of this name; make it on the page first")
        return found
    return PlanFor(squad) if squad in squads else PlanFor(athlete=find_athlete(held.vault, text).athlete)


def _cap(records: "HealthRecords", athlete: "AthleteId", day: date) -> float | None:
    """What a limit leaves of an athlete's day, in AU; None without one."""
    from client.health.statements import AvailabilityStatements

    standing = AvailabilityStatements(records).standing(athlete, day)
    return None if standing is None else standing.cap_au


def _store(settings: "NodeSettings", held: "Planner", rows: "tuple[PlannedRow, ...]") -> None:
    from audit.entries.details.clubs import PlanSet
    from client.planning.csv_file import days_of
    from client.planning.planner import terminal_save

    for athlete in dict.fromkeys(row.whom.athlete for row in rows):
        days = days_of(row for row in rows if row.whom.athlete == athlete)
        report(settings, PlanSet(day=days[0], until=days[-1], athlete=athlete))
    held.records.save(terminal_save(utc_now()), rows)


def _tell(found: "PlanFile", *, is_stored: bool, dry_run: bool, as_json: bool) -> None:
    problems = [{"line": one.line, "text": one.text} for one in found.problems]
    if as_json:
        answer = {"sessions": len(found.rows), "stored": is_stored, "problems": problems}
        print_json("homefield-plan-import-1", answer)
    else:
        say(*(f"Line {one.line}: {one.text}" for one in found.problems))
        say(_told(len(found.rows), len(problems), is_stored=is_stored, dry_run=dry_run))
    if problems and not is_stored and not dry_run:
        raise typer.Exit(ExitCode.NOT_DONE)


def _told(sessions: int, problems: int, *, is_stored: bool, dry_run: bool) -> str:
    of = counted(sessions, "session")
    if is_stored:
        left = f"; {plural(problems, 'line', 'lines')} left out" if problems else ""
        return f"{sentence(of)} stored{left}."
    if dry_run:
        return f"{sentence(of)} would be stored; nothing was, because of --dry-run."
    if not problems:
        return "Nothing was stored: the table has no session."
    return f"Nothing was stored. Put these lines right, or give --skip to store the {of} without them."


def export_plan(
    folder: NodeFolder,
    day: Week = None,
    weeks: Annotated[int, typer.Option(min=1, max=60, help="How many weeks from that one on.")] = 1,
) -> None:
    """Write the plan of a week as a table to standard output; `plan import` reads it back.

    Example: homefield-node plan export ./club-a --date 2026-11-24 > week-48.csv
    """
    from client.planning.csv_file import write_plan
    from client.planning.planner import planner
    from client.planning.week import days_of_week, week_begins
    from client.settings import load_settings
    from client.vault.access import open_vault

    settings = load_settings(folder)
    begins = week_begins(day.date() if day else utc_now().astimezone(settings.timezone).date())
    last = days_of_week(date.fromordinal(begins.toordinal() + 7 * (weeks - 1)))[-1]
    with open_vault(settings) as vault, planner(settings, vault) as held:
        text = write_plan(held.records.in_effect(begins, last, held.everybody()), held.name_of)
    say(*text.splitlines())
