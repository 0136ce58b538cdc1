"""`plan set` and `plan show`: what is planned for a day, for everyone or for one athlete."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.console import print_json, print_table, say
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from client.commands.node_folder import NodeFolder, find_athlete
from client.commands.planning.week import export_plan, import_plan, show_week
from client.commands.reporting import report
from policies.vocabulary import AthleteId

if TYPE_CHECKING:
    from client.coaching.training_session import TrainingSession
    from client.vault.store import Vault


plans = typer.Typer(no_args_is_help=True, help="Set and show plans of days and weeks.")

Day = Annotated[
    datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Day of the plan; today if not given.")
]


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    plans.command("week")(show_week)
    plans.command("import")(import_plan)
    plans.command("export")(export_plan)
    app.add_typer(plans, name="plan")


@plans.command("set")
def set_plan(
    folder: NodeFolder,
    day: Day = None,
    load: Annotated[float | None, typer.Option(help="Session load in AU; not needed with --rpe and --minutes.")] = None,
    rpe: Annotated[float | None, typer.Option(help="Planned effort, 0 to 10.")] = None,
    minutes: Annotated[float | None, typer.Option(help="Planned duration in minutes.")] = None,
    title: Annotated[str, typer.Option(help='For instance "high-intensity intervals".')] = "",
    athlete: Annotated[
        str | None, typer.Option(help="One athlete's id, name or number; everyone if not given.")
    ] = None,
    match: Annotated[bool, typer.Option("--match", help="It is a match day.")] = False,
) -> None:
    """Set the plan of a day. Setting it again replaces it; what was set before stays in the journal.

    Example: homefield-node plan set ./club-a --date 2026-11-24 --rpe 8 --minutes 60 --title "intervals"
    """
    from audit.entries.details.clubs import PlanSet
    from chassis.names import read_name
    from client.coaching.training_session import BadPlan
    from client.planning.plan_for import EVERYONE, PlanFor
    from client.planning.planner import planner, terminal_save
    from client.planning.records import PlannedRow
    from client.planning.sessions import LONGEST_TITLE, PlannedSession
    from client.settings import load_settings
    from client.vault.access import open_vault

    settings = load_settings(folder)
    session = _session(load, rpe, minutes)
    title = read_name(title) if title else ""
    if len(title) > LONGEST_TITLE:
        raise BadPlan(f"expected a title of at most {LONGEST_TITLE} characters, got {len(title)}")
    on = day.date() if day else utc_now().astimezone(settings.timezone).date()
    with open_vault(settings) as vault:
        who = find_athlete(vault, athlete).athlete if athlete else None
        if who is not None:
            _check_cap(settings.journal_path, vault, who, on, session.load_au)
        whom = EVERYONE if who is None else PlanFor(athlete=who)
        report(settings, PlanSet(day=on, athlete=who))
        with planner(settings, vault) as held:
            row = PlannedRow(whom, on, 1, PlannedSession(session, title, match=match))
            held.records.save(terminal_save(utc_now()), [row])
    say(f"Planned for {on.isoformat()}: {session.load_au:g} AU.")


@plans.command("show")
def show_plan(folder: NodeFolder, day: Day = None, as_json: AsJson = False) -> None:
    """Show the plan of a day.

    Example: homefield-node plan show ./club-a --date 2026-11-24
    """
    from client.planning.plan_for import in_order
    from client.planning.planner import planner
    from client.settings import load_settings
    from client.vault.access import open_vault

    settings = load_settings(folder)
    on = day.date() if day else utc_now().astimezone(settings.timezone).date()
    with open_vault(settings) as vault, planner(settings, vault) as held:
        found = held.records.in_effect(on, on, held.everybody())
        rows = [
            {
                "athlete": whom.athlete,
                "for": whom.key,
                "session": slot,
                "load_au": one.load.load_au,
                "rpe": one.load.rpe,
                "minutes": one.load.minutes,
                "title": one.title,
                "match_day": one.match,
            }
            for whom in in_order(found)
            for (_, slot), one in found[whom].items()
        ]
        lines = [
            (held.name_of(whom), f"{one.load.load_au:g} AU", one.title)
            for whom in in_order(found)
            for one in found[whom].values()
        ]
    if as_json:
        print_json("homefield-plan-show-1", {"date": on.isoformat(), "plans": rows})
        return
    print_table(f"Plan of {on.isoformat()}", ("For", "Load", "Session"), lines)


def _check_cap(path: Path, vault: "Vault", athlete: AthleteId, day: date, load_au: float) -> None:
    """Raise BadPlan for a load above what coaches were told is possible for the athlete on that day."""
    from client.coaching.training_session import BadPlan, above_cap
    from client.commands.deciding.health import health_records
    from client.health.statements import AvailabilityStatements

    with health_records(path, vault) as records:
        standing = AvailabilityStatements(records).standing(athlete, day)
    if standing is not None and standing.cap_au is not None and load_au > standing.cap_au:
        raise BadPlan(f"{above_cap(load_au, standing.cap_au)} of that day; nothing was set")


def _session(load: float | None, rpe: float | None, minutes: float | None) -> "TrainingSession":
    from client.coaching.training_session import BadPlan, TrainingSession

    if rpe is not None and minutes is not None and load is None:
        return TrainingSession.of(rpe=rpe, minutes=minutes)
    if load is not None and rpe is None and minutes is None:
        return TrainingSession(load)
    if load is not None and rpe is not None and minutes is not None and abs(rpe * minutes - load) <= 0.5:
        return TrainingSession(load, rpe, minutes)
    raise BadPlan("expected --load, or --rpe and --minutes whose product is the load")
