"""`plan set` and `plan show`: what is planned for a day, for everyone or for one athlete."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.console import print_json, print_table, say
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from client.commands.node_folder import NodeFolder, find_athlete, named
from client.commands.reporting import report
from policies.vocabulary import AthleteId

if TYPE_CHECKING:
    from client.coaching.journal import CoachingJournal
    from client.coaching.training_session import TrainingSession
    from client.vault.store import Vault


plans = typer.Typer(no_args_is_help=True, help="Set and show the plan of a day.")

Day = Annotated[
    datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Day of the plan; today if not given.")
]


LONGEST_TITLE = 60  # ours: it stands in one line of the board


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
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
    from client.coaching.journal import PlannedDay
    from client.coaching.training_session import BadPlan
    from client.settings import load_settings
    from client.vault.access import open_vault

    settings = load_settings(folder)
    session = _session(load, rpe, minutes)
    title = read_name(title) if title else ""
    if len(title) > LONGEST_TITLE:
        raise BadPlan(f"expected a title of at most {LONGEST_TITLE} characters, got {len(title)}")
    on = day.date() if day else utc_now().astimezone(settings.timezone).date()
    with open_vault(settings) as vault:
        whom = find_athlete(vault, athlete).athlete if athlete else None
        if whom is not None:
            _check_cap(settings.journal_path, vault, whom, on, session.load_au)
        report(settings, PlanSet(day=on, athlete=whom))
        journal = _journal(settings.journal_path, vault)
        journal.set_plan(PlannedDay(on, session, title, match, whom))
        journal.close()
    say(f"Planned for {on.isoformat()}: {session.load_au:g} AU.")


@plans.command("show")
def show_plan(folder: NodeFolder, day: Day = None, as_json: AsJson = False) -> None:
    """Show the plan of a day.

    Example: homefield-node plan show ./club-a --date 2026-11-24
    """
    from client.settings import load_settings
    from client.vault.access import open_vault

    settings = load_settings(folder)
    on = day.date() if day else utc_now().astimezone(settings.timezone).date()
    with open_vault(settings) as vault:
        journal = _journal(settings.journal_path, vault)
        found = journal.plans(on)
        journal.close()
        who = {one.athlete: named(one) for one in vault.athletes()}
    rows = [
        {
            "athlete": whom,
            "load_au": plan.session.load_au,
            "rpe": plan.session.rpe,
            "minutes": plan.session.minutes,
            "title": plan.title,
            "match_day": plan.match_day,
        }
        for whom, plan in found.items()
    ]
    if as_json:
        print_json("homefield-plan-show-1", {"date": on.isoformat(), "plans": rows})
        return
    lines = [
        ("everyone" if whom is None else who.get(whom, whom), f"{plan.session.load_au:g} AU", plan.title)
        for whom, plan in found.items()
    ]
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


def _journal(path: Path, vault: "Vault") -> "CoachingJournal":
    from client.coaching.journal import CoachingJournal

    return CoachingJournal(path, lambda athlete: vault.seal_of(athlete)[2])
