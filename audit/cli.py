"""homefield-audit: check a log, explain it, take proofs from it, watch it, witness it, serve the auditor's pages."""

import typer

from audit.commands import explain, export, fsck, keys, model, monitor, prove, serve, show, verify, witness
from audit.errors import AuditError
from chassis.cli.program import run_program
from chassis.cli.version import offer_version
from chassis.errors import ChassisError

PROGRAM = "homefield-audit"
app = typer.Typer(
    help="Check Homefield's public log without trusting whoever runs it.",
    epilog="Example: homefield-audit verify https://consent.example/log --policy trust.policy",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for group in (verify, show, explain, prove, model, export, fsck, monitor, witness, keys, serve):
    group.register(app)
offer_version(app, "homefield-audit")


def main() -> None:
    """Run the program; an expected failure is one sentence on standard error and exit code 1."""
    run_program(app, expected=(AuditError, ChassisError), prefix=PROGRAM, program=PROGRAM)
