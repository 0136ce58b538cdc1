"""homefield-consent: set up and run the athletes' side's consent service."""

import typer

from audit.errors import AuditError
from chassis.cli.program import run_program
from chassis.cli.version import offer_version
from chassis.errors import ChassisError
from consent.commands import athletes, backups, campaigns, orgs, players, retention, second_clubs, service
from consent.errors import ConsentError
from policies.errors import PolicyError

PROGRAM = "homefield-consent"
app = typer.Typer(
    help="The consent service: athletes' choices, the privacy ledger and the public log. Run by the athletes' side.",
    epilog='Begin with: homefield-consent init union --name "Coast Players’ Union"',
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for area in (service, athletes, second_clubs, orgs, campaigns, players, retention, backups):
    area.register(app)
offer_version(app, "homefield-consent")


def main() -> None:
    """Run the program; every error of ours is one sentence on stderr and exit code 1."""
    run_program(app, expected=(AuditError, ChassisError, ConsentError, PolicyError), prefix=PROGRAM, program=PROGRAM)
