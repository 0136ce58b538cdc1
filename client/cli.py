"""`homefield-node`: the club's own program; every command is one sentence of help away."""

import typer

from audit.errors import AuditError
from chassis.cli.program import run_program
from chassis.cli.version import offer_version
from chassis.errors import ChassisError
from client.backup import commands as backups
from client.commands import (
    adopt,
    evaluate,
    federation,
    keys,
    league,
    plan,
    release,
    run,
    setup,
    squad,
    staff,
    status,
)
from client.commands.deciding import campaigns, health, models
from client.commands.files import ingest, readings
from client.commands.forms import asked as forms
from client.commands.own_site import auto_apply, code, export
from client.commands.reports import report, report_settings
from client.corrections import commands as corrections
from client.durability import commands as durability
from client.errors import ClientError
from client.federation import audit_privacy
from client.forecast import commands as forecast
from client.mechanics import commands as mechanics
from client.metrics import commands as metrics
from client.own_settings import commands as own_settings
from client.rest import commands as rest
from client.retention import commands as retention
from client.signing import commands as signing
from models.errors import ModelError
from policies.errors import PolicyError

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Keep athletes' data at home: read device files into an encrypted vault and take part in the federation.",
    epilog='Begin with: homefield-node init ./club-a --club club-a --name "Eastmere FC"',
)
for area in (
    setup,
    keys,
    status,
    squad,
    code,
    export,
    auto_apply,
    rest,
    own_settings,
    ingest,
    readings,
    forms,
    metrics,
    mechanics,
    forecast,
    corrections,
    plan,
    staff,
    health,
    federation,
    campaigns,
    signing,
    league,
    adopt,
    audit_privacy,
    evaluate,
    models,
    durability,
    release,
    report,
    report_settings,
    retention,
    run,
    backups,
):
    area.register(app)
offer_version(app, "homefield-node")


def main() -> None:
    """Run the program; an expected error is one sentence on standard error and exit code 1."""
    run_program(
        app, expected=(AuditError, ChassisError, ClientError, ModelError, PolicyError), program="homefield-node"
    )
