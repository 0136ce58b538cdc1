"""`staff` and `staff-code`: who may sign in to the node's pages, for which squads, and their sessions."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.console import print_json, print_table, print_values, say
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from chassis.text import listed, shortened
from client.commands.node_folder import NodeFolder
from client.commands.reporting import report, reporting_anyway
from client.errors import BadNodeSettings
from client.squads import DEFAULT_SQUAD
from policies.vocabulary import Role

if TYPE_CHECKING:
    from chassis.sign_in.codes import IssuedCode
    from chassis.sign_in.sessions import StoredSession
    from client.settings import NodeSettings
    from client.staff.database import StaffFile
    from client.staff.people import StaffPerson

staff = typer.Typer(no_args_is_help=True, help="Staff who may sign in, their squads and their sessions.")

PersonName = Annotated[str, typer.Option("--name", help="The person's name as the pages show it.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.add_typer(staff, name="staff")
    app.command("staff-code")(staff_code)


@staff.command()
def add(
    folder: NodeFolder,
    name: Annotated[str, typer.Option(help="Who it is; athletes see this person as an id in their log.")],
    role: Annotated[str, typer.Option(help="coach or medical.")],
    squad: Annotated[
        list[str] | None,
        typer.Option(help=f"A squad whose athletes they see; repeatable. {DEFAULT_SQUAD} if left out."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add a person and print a code with which they sign in. Again: changes role and squads, and signs them out.

    Example: homefield-node staff add ./club-a --name "Robin Dale" --role coach --squad first-team
    """
    from client.staff.codes import staff_codes
    from client.staff.people import StaffPeople, staff_person

    one = staff_person(name, _role(role), squad or [DEFAULT_SQUAD])
    with _staff_of(folder) as (settings, file):
        _report_code(settings, one)
        StaffPeople(file).put(one)
        issued = staff_codes(file, clock=utc_now).issue(one.person)
    if as_json:
        print_json("homefield-staff-add-1", {**_described(one), **_code(issued)})
    else:
        _say_code(one, issued)


@staff.command("list")
def list_staff(folder: NodeFolder, as_json: AsJson = False) -> None:
    """List the staff, and who is signed in.

    Example: homefield-node staff list ./club-a
    """
    from client.staff.people import StaffPeople
    from client.staff.sessions import staff_sessions

    with _staff_of(folder) as (_, file):
        people, sessions = StaffPeople(file).every(), staff_sessions(file, clock=utc_now).every()
    if as_json:
        rows = [{**_described(one), "sessions": _open_since(one, sessions)} for one in people]
        print_json("homefield-node-staff-list-1", {"staff": rows})
        return
    lines = [
        (one.name, one.role.value, listed(sorted(one.squads)), str(len(_open_since(one, sessions))), one.person)
        for one in people
    ]
    print_table(f"{len(people)} of the staff", ("Name", "Role", "Squads", "Signed in", "Id"), lines)


@staff.command()
def remove(folder: NodeFolder, name: PersonName, as_json: AsJson = False) -> None:
    """Remove a person. Their sessions and codes end at once, also while the node runs.

    Example: homefield-node staff remove ./club-a --name "Robin Dale"
    """
    from audit.entries.details.clubs import NodeAccessChanged
    from audit.entries.details.codes import NodeAccessChange
    from client.staff.people import StaffPeople

    with _staff_of(folder) as (settings, file):
        one = StaffPeople(file).named(name)
        removed = NodeAccessChanged(change=NodeAccessChange.STAFF_REMOVED, person=one.person)
        with reporting_anyway(settings, removed):
            StaffPeople(file).remove(one.person)
    print_values("homefield-staff-remove-1", {"removed": one.person, "name": one.name}, as_json=as_json)


@staff.command("end-sessions")
def end_sessions(folder: NodeFolder, name: PersonName, as_json: AsJson = False) -> None:
    """Sign a person out on every device at once, and end a code that was not used yet. A lost tablet needs this.

    Example: homefield-node staff end-sessions ./club-a --name "Robin Dale"
    """
    from audit.entries.details.clubs import NodeAccessChanged
    from audit.entries.details.codes import NodeAccessChange
    from client.staff.codes import staff_codes
    from client.staff.people import StaffPeople
    from client.staff.sessions import staff_sessions

    with _staff_of(folder) as (settings, file):
        one = StaffPeople(file).named(name)
        signed_out = NodeAccessChanged(change=NodeAccessChange.SESSIONS_ENDED, person=one.person)
        with reporting_anyway(settings, signed_out):
            revoked = staff_codes(file, clock=utc_now).revoke(one.person)
            ended = staff_sessions(file, clock=utc_now).end_of(one.person)
    values = {"name": one.name, "sessions_ended": ended, "codes_ended": revoked}
    print_values("homefield-node-staff-end-sessions-1", values, as_json=as_json)


def staff_code(folder: NodeFolder, name: PersonName, as_json: AsJson = False) -> None:
    """Print a code with which one person of the staff signs in once, within half an hour; their earlier code ends.

    Example: homefield-node staff-code ./club-a --name "Robin Dale"
    """
    from client.staff.codes import staff_codes
    from client.staff.people import StaffPeople

    with _staff_of(folder) as (settings, file):
        one = StaffPeople(file).named(name)
        _report_code(settings, one)
        issued = staff_codes(file, clock=utc_now).issue(one.person)
    if as_json:
        print_json("homefield-staff-code-1", {**_described(one), **_code(issued)})
    else:
        _say_code(one, issued)


@contextmanager
def _staff_of(folder: Path) -> "Iterator[tuple[NodeSettings, StaffFile]]":
    from client.settings import load_settings
    from client.staff.database import StaffFile

    settings = load_settings(folder)
    with closing(StaffFile(settings.directory)) as file:
        yield settings, file


def _role(text: str) -> Role:
    from client.staff.people import STAFF_ROLES

    allowed = {role.value: role for role in STAFF_ROLES}
    if text not in allowed:
        raise BadNodeSettings(f"expected the role coach or medical, got {shortened(text)!r}")
    return allowed[text]


def _report_code(settings: "NodeSettings", one: "StaffPerson") -> None:
    from audit.entries.details.clubs import StaffCodeIssued

    report(settings, StaffCodeIssued(person=one.person, role=one.role))


def _described(one: "StaffPerson") -> dict[str, object]:
    return {"person": one.person, "name": one.name, "role": one.role.value, "squads": sorted(one.squads)}


def _open_since(one: "StaffPerson", sessions: "list[StoredSession]") -> list[str]:
    return [session.began.isoformat(timespec="seconds") for session in sessions if session.person == one.person]


def _code(issued: "IssuedCode") -> dict[str, object]:
    return {"code": issued.code, "expires": issued.expires.isoformat(timespec="seconds")}


def _say_code(one: "StaffPerson", issued: "IssuedCode") -> None:
    until = f"until {issued.expires:%H:%M} UTC"
    say(issued.code, f"Works once, {until}, for {one.role.value} {one.name} of {listed(sorted(one.squads))}.")
    say_next(
        NextStep(YOU, "hand over the code in person"),
        NextStep(one.name, "sign in with it at the node’s pages; choose a PIN"),
    )
