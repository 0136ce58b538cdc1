"""`staff-code`: a sign-in code for one person of the club's staff."""

from typing import Annotated

import typer

from chassis.cli.console import say
from chassis.clock import utc_now
from client.commands.node_folder import NodeFolder
from client.commands.reporting import report
from client.errors import ClientError
from client.web.staff_codes import FILE_NAME, LIFE, STAFF_ROLES, issue, person_of
from policies.vocabulary import Role


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command("staff-code")(staff_code)


def staff_code(
    folder: NodeFolder,
    name: Annotated[str, typer.Option(help="Who it is for; athletes see this person as an id in their log.")],
    role: Annotated[str, typer.Option(help="coach or medical.")],
) -> None:
    """Print a code with which one person signs in to the node's pages. It is shown only this once.

    Example: homefield-node staff-code ./club-a --name "Robin Dale" --role coach
    """
    from audit.entries.details.clubs import StaffCodeIssued
    from chassis.names import read_name
    from client.settings import load_settings

    name, settings = read_name(name), load_settings(folder)
    allowed = {r.value: r for r in STAFF_ROLES}
    if role not in allowed:
        raise ClientError("expected the role coach or medical")
    report(settings, StaffCodeIssued(person=person_of(name), role=allowed[role]))
    code = issue(settings.keys / FILE_NAME, name=name, role=Role(role), now=utc_now())
    say(code, f"Good for {LIFE.seconds // 3600} hours, for {allowed[role].value} {name}.")
