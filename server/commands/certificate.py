"""`renew-certificate`: another year for the certificate of the Fleet API, and names that were not given to `init`."""

from typing import Annotated

import typer

from chassis.cli.console import print_json, say
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from server.commands.coordinator_folder import CoordinatorFolder, serve_command


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command("renew-certificate")(renew_certificate)


def renew_certificate(
    folder: CoordinatorFolder,
    host: Annotated[
        list[str] | None,
        typer.Option(help="Another name or address under which clubs reach the coordinator; repeatable."),
    ] = None,
    new_authority: Annotated[
        bool, typer.Option("--new-authority", help="Sign with a new CA; every club then needs the new ca.crt.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Renew the certificate of the Fleet API, which ends after 397 days. Its key, and the CA that clubs trust, stay.

    A coordinator that was set up before the CA's key was kept needs --new-authority once.

    Example: homefield-server renew-certificate ./league --host fleet.league.example
    """
    from server.federation.fleet_certificate import renew
    from server.settings import load_settings

    settings = load_settings(folder)
    made = renew(settings, more_hosts=host or (), with_new_authority=new_authority, now=utc_now())
    if as_json:
        values = {"ends": made.ends.isoformat(), "hosts": list(made.hosts), "ca_file": str(settings.ca_file)}
        print_json("homefield-renew-certificate-1", values)
        return
    say(f"The certificate ends on {made.ends:%Y-%m-%d}. It is for {', '.join(made.hosts)}.")
    link_it = ["homefield-node", "link", "CLUB-FOLDER", "--ca", "CA.CRT", "OTHER-OPTIONS-AS-BEFORE"]
    for_clubs = NextStep("every club’s operator", f"get {settings.ca_file} from you, link again, restart", link_it)
    reached = serve_command(folder, "--fleet-host", "0.0.0.0") if host else ()  # noqa: S104 - shown; clubs come from outside
    again = NextStep(YOU, "restart the coordinator when no campaign runs; it serves the new certificate then", reached)
    keep = NextStep(YOU, "make a backup", ["homefield-server", "backup", folder, "BACKUPS"])
    say_next(*([for_clubs] if new_authority else []), again, keep)
