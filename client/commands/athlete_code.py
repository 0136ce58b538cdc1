"""`athlete code`: a one-time code with which an athlete signs in to their own site at this node."""

from contextlib import closing
from typing import TYPE_CHECKING

import typer

from chassis.cli.console import print_json, say
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from client.commands.node_folder import NodeAthlete, NodeFolder, find_athlete, named
from client.commands.reporting import report
from client.commands.setup import athletes

if TYPE_CHECKING:
    from chassis.sign_in.codes import IssuedCode
    from client.settings import NodeSettings
    from client.vault.store import Athlete


def register(_app: typer.Typer) -> None:
    """Add this command beside `athlete add`."""
    athletes.command("code")(code)


def code(folder: NodeFolder, athlete: NodeAthlete, as_json: AsJson = False) -> None:
    """Print a code with which an athlete opens their own page once, within half an hour; their earlier code ends.

    It is for an athlete who cannot come from the portal, and it stands in the athlete's own part of the log.

    Example: homefield-node athlete code ./club-a 7
    """
    from client.settings import load_settings
    from client.vault.access import open_vault

    settings = load_settings(folder)
    with open_vault(settings) as vault:
        one = find_athlete(vault, athlete)
    issued = _issue(settings, one)
    if as_json:
        print_json(
            "homefield-athlete-code-1",
            {"athlete": one.athlete, "code": issued.code, "expires": issued.expires.isoformat(timespec="seconds")},
        )
        return
    say(issued.code, f"Works once, until {issued.expires:%H:%M} UTC, for {named(one)}.")
    say_next(
        NextStep(YOU, "hand over the code in person"),
        NextStep(one.name, "sign in with it at the node’s pages, under /me/sign-in"),
    )


def _issue(settings: "NodeSettings", one: "Athlete") -> "IssuedCode":
    from audit.entries.details.clubs import OwnSiteUsed
    from audit.entries.details.codes import OwnSiteDeed
    from client.staff.codes import athlete_codes
    from client.staff.database import StaffFile

    report(settings, OwnSiteUsed(athlete=one.athlete, deed=OwnSiteDeed.CODE_ISSUED))
    with closing(StaffFile(settings.directory)) as file:
        return athlete_codes(file, clock=utc_now).issue(one.athlete)
