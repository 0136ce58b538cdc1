"""`staff list` and `staff end-sessions`: who holds a session or a code at the league's pages, and ending both."""

from typing import Annotated

import typer

from chassis.cli.console import print_json, print_table, print_values
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from server.commands.coordinator_folder import CoordinatorFolder, database_of

staff = typer.Typer(no_args_is_help=True, help="Staff who are signed in to the league's pages.")


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.add_typer(staff, name="staff")


@staff.command("list")
def list_staff(folder: CoordinatorFolder, as_json: AsJson = False) -> None:
    """List who is signed in.

    Example: homefield-server staff list ./league
    """
    from server.settings import load_settings
    from server.web.sign_in_rows import league_sessions
    from server.web.staff import LeagueStaff

    engine = database_of(load_settings(folder))
    found = [(LeagueStaff.of_key(s.person), s.began) for s in league_sessions(engine, clock=utc_now).every()]
    engine.dispose()
    if as_json:
        rows = [
            {"person": one.person, "role": one.role.value, "club": one.club, "since": began.isoformat()}
            for one, began in found
        ]
        print_json("homefield-server-staff-list-1", {"sessions": rows})
        return
    lines = [(one.person, one.role.value, one.club, f"{began:%Y-%m-%d %H:%M} UTC") for one, began in found]
    print_table(f"{len(lines)} sessions", ("Person", "Role", "Club", "Since"), lines)


@staff.command("end-sessions")
def end_sessions(
    folder: CoordinatorFolder,
    person: Annotated[str, typer.Option(help="The person's name as `staff list` shows it.")],
    as_json: AsJson = False,
) -> None:
    """Sign a person out at once, also while the coordinator runs, and end codes that were not used yet.

    Example: homefield-server staff end-sessions ./league --person "T. W."
    """
    from server.settings import load_settings
    from server.web.sign_in_rows import end_of_name

    engine = database_of(load_settings(folder))
    ended, revoked = end_of_name(engine, person.strip())
    engine.dispose()
    values = {"person": person.strip(), "sessions_ended": ended, "codes_ended": revoked}
    print_values("homefield-server-staff-end-sessions-1", values, as_json=as_json)
