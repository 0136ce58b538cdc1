"""How a command that a program reads says that something is not as it must be."""

import contextlib
import json
from collections.abc import Iterator

import typer

from audit.errors import AuditError


@contextlib.contextmanager
def failures_as_json(as_json: bool) -> Iterator[None]:
    """Print {"ok": false, "error": …} and end with code 1 where a program listens; else let the error through."""
    try:
        yield
    except AuditError as error:
        if not as_json:
            raise
        print(json.dumps({"ok": False, "error": str(error)}))
        raise typer.Exit(1) from error
