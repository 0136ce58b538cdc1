"""How a command that a program reads says that something is not as it must be."""

import contextlib
from collections.abc import Iterator

import typer

from audit.errors import AuditError, LogCorrupt
from chassis.cli.console import print_json
from chassis.cli.exit_codes import ExitCode
from chassis.errors import UnusableFile


@contextlib.contextmanager
def failures_as_json(schema: str, *, as_json: bool) -> Iterator[None]:
    """Print {"schema": …, "ok": false, "error": …} and end with code 1 where a program listens; else raise."""
    try:
        yield
    except (AuditError, UnusableFile) as error:
        if not as_json:
            raise
        print_json(schema, {"ok": False, "error": str(error)})
        raise typer.Exit(ExitCode.NOT_DONE) from error


@contextlib.contextmanager
def said_not_whole() -> Iterator[None]:
    """Begin the sentence about a log that contradicts itself with what that means; raises LogCorrupt."""
    try:
        yield
    except LogCorrupt as error:
        raise LogCorrupt(f"the log is not whole: {error}") from error
