"""`fsck`: check a log where it lives, with what its writer keeps in private."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.commands.inputs.trust_options import LogKeys, PolicyFile, trust_of
from audit.commands.outputs.checkpoint_words import checkpoint_json, checkpoint_lines
from audit.commands.outputs.failures import failures_as_json
from chassis.cli.console import print_json, say
from chassis.cli.exit_codes import ExitCode
from chassis.cli.options import AsJson
from chassis.cli.progress import progress_bar

if TYPE_CHECKING:
    from audit.tlog.trust_policy import TrustPolicy
    from audit.writer.fsck import FsckReport

SCHEMA = "homefield-fsck-1"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: homefield-audit fsck ./union/log --policy trust.policy")(fsck)


def fsck(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Directory of the log; DIR.state lies beside it.")],
    vkey: LogKeys = None,
    policy: PolicyFile = None,
    rebuild_index: Annotated[
        bool, typer.Option("--rebuild-index", help="Make the index anew; no writer may run.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check a log where it lives: the public files as `verify` does, and the writer's journal, batches and index.

    Changes nothing unless told to, and works beside a running writer. Exit code 1 if anything contradicts itself.
    """
    from audit.writer.fsck import fsck as check

    trust = trust_of(vkey, policy)
    with failures_as_json(SCHEMA, as_json=as_json), progress_bar("Checking entries") as on_progress:
        report = check(directory, trust, on_progress=on_progress, rebuild=rebuild_index)
    if as_json:
        print_json(SCHEMA, _json(report, trust))
    else:
        say(*_lines(report, trust))
    if not report.is_clean:
        raise typer.Exit(ExitCode.NOT_DONE)


def _json(report: "FsckReport", trust: "TrustPolicy") -> dict[str, object]:
    private = report.private
    return {
        "ok": report.is_clean,
        **checkpoint_json(report.log.trusted, trust),
        "is_foreign": report.log.is_foreign,
        "private": None
        if private is None
        else {
            "pending": private.pending,
            "sequenced": private.sequenced,
            "notes": private.notes,
            "problems": private.problems,
            "leftovers": private.leftovers,
        },
        "leftovers": report.leftovers,
    }


def _lines(report: "FsckReport", trust: "TrustPolicy") -> list[str]:
    lines = [
        f"The log is whole: {report.log.size:,} entries, none missing, none changed.",
        *checkpoint_lines(report.log.trusted, trust),
    ]
    private = report.private
    if private is None:
        lines.append("Private    no state directory beside it")
    else:
        lines.append(f"Private    {private.pending:,} entries pending, {private.sequenced:,} sequenced")
        lines += [f"Problem    {problem}" for problem in private.problems]
        lines += [f"Note       {note}" for note in private.notes]
    left = [*report.leftovers, *(private.leftovers if private else ())]
    if left:
        lines.append(f"Leftovers  {len(left):,} files that the next start removes, {left[0]} for one")
    return lines
