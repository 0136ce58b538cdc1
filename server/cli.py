"""`homefield-server`: the league's program. It sees clubs' noisy sums and released bands, nothing of an athlete."""

import typer

from audit.errors import AuditError
from chassis.cli.program import run_program
from chassis.cli.version import offer_version
from chassis.errors import ChassisError
from models.errors import ModelError
from policies.errors import PolicyError
from server.backup import commands as backups
from server.commands import (
    campaign_course,
    campaigns,
    certificate,
    keys,
    planning,
    serve,
    setup,
    signing,
    simulate,
    staff,
)
from server.errors import ServerError

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Run the league's coordinator: enrol clubs, run campaigns, publish models, show squads what was released.",
    epilog='Begin with: homefield-server init ./league --name "Coast League" --consent http://127.0.0.1:8600 '
    "--service-key KEY",
)
for area in (setup, keys, certificate, staff, simulate, campaigns, planning, signing, campaign_course, serve, backups):
    area.register(app)
offer_version(app, "homefield-server")


def main() -> None:
    """Run the program; an expected error is one sentence on standard error and exit code 1."""
    run_program(
        app, expected=(AuditError, ChassisError, ModelError, PolicyError, ServerError), program="homefield-server"
    )
