"""homefield-audit: make a log key, verify a log, read its entries, and serve the auditor's pages."""

import base64
import json
import os
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from audit.errors import AuditError, SourceUnavailable
from audit.events import Entry, EventKind, sentence
from audit.note import Signer
from audit.program import run_program
from audit.verify import VerifiedLog, verify_log

app = typer.Typer(
    help="Check Homefield's public log without trusting whoever runs it.",
    epilog="Example: homefield-audit verify https://consent.example/log --vkey 'log.example+1234abcd+AQ…'",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Place = Annotated[str, typer.Argument(metavar="DIR_OR_URL", help="Directory or http(s) address of the log.")]
Key = Annotated[str, typer.Option("--vkey", metavar="KEY", help="The log's verification key, name+id+key.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
From = Annotated[
    datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Only from this day on.")
]
To = Annotated[
    datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Only up to this day.")
]


@app.command(epilog="Example: homefield-audit keygen log.example/2026 --out log.key")
def keygen(
    name: Annotated[str, typer.Argument(help="The log's name, for example consent.example/log.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the private key goes; must not exist yet.")],
    as_json: AsJson = False,
) -> None:
    """Make a log key: the private half goes to a file that only you can read, the public half is printed."""
    signer = Signer.generate(name)
    handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(signer.seed.hex() + "\n")
    print(json.dumps({"vkey": signer.vkey}) if as_json else signer.vkey)


@app.command(
    epilog="Example: homefield-audit verify ./log --vkey 'log.example+1234abcd+AQ…' --known old-checkpoint.txt"
)
def verify(
    place: Place,
    vkey: Key,
    known: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A checkpoint you kept: the log must have grown from it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check every byte of a log: signature, entries, tiles and root. Exit code 1 if anything is not as it must be."""
    try:
        log = verify_log(place, vkey, known=_checkpoint(known) if known else None)
    except AuditError as error:
        if as_json:
            print(json.dumps({"ok": False, "error": str(error)}))
            raise typer.Exit(1) from error
        raise
    if as_json:
        print(json.dumps(_report(log)))
        return
    print(f"The log is whole: {log.size:,} entries, none missing, none changed.")
    print(f"Log   {log.origin}\nRoot  {base64.b64encode(log.root).decode()}")
    if log.is_foreign:
        print("Its entries are not in Homefield's format; they are proven, but cannot be explained here.")


@app.command(epilog="Example: homefield-audit show ./log --vkey KEY --kind look_refused --from 2026-11-01")
def show(
    place: Place,
    vkey: Key,
    kind: Annotated[EventKind | None, typer.Option(help="Only entries of this kind.")] = None,
    org: Annotated[str | None, typer.Option(help="Only this organisation (its cover name).")] = None,
    start: From = None,
    end: To = None,
    rules: Annotated[str, typer.Option(help="Only under rules that start with these digits.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many entries, the newest.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Verify a log, then list its entries in plain words, newest first."""
    log = verify_log(place, vkey)
    first, last = start.date() if start else date.min, end.date() if end else date.max
    found = [
        (index, entry)
        for index, entry in reversed(list(enumerate(log.entries)))
        if (kind is None or entry.kind is kind)
        and (org is None or entry.org == org)
        and first <= entry.day <= last
        and entry.policy_hash.startswith(rules)
    ][:limit]
    if as_json:
        print(json.dumps([_entry_json(index, entry) for index, entry in found], ensure_ascii=False))
        return
    table = Table("No.", "What happened", "Day", "Organisation", "Rules")
    for index, entry in found:
        table.add_row(f"{index:,}", sentence(entry), entry.day.isoformat(), entry.org, entry.policy_hash[:6])
    Console().print(table)


@app.command(epilog="Example: homefield-audit serve ./log --vkey KEY --port 8300")
def serve(
    place: Place,
    vkey: Key,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8300,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    run_by: Annotated[str, typer.Option(help="Who runs these pages, shown at the top.")] = "Governing body",
) -> None:
    """Serve the auditor's pages over a log, until interrupted."""
    from audit.app import build_app  # web libraries that the other commands do without
    from audit.web.serving import serve_app

    serve_app(build_app(source=place, vkey=vkey, run_by=run_by), host=host, port=port)


def _checkpoint(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceUnavailable(f"cannot read the checkpoint {path}") from error


def _report(log: VerifiedLog) -> dict[str, object]:
    return {
        "ok": True,
        "origin": log.origin,
        "size": log.size,
        "root": base64.b64encode(log.root).decode(),
        "is_foreign": log.is_foreign,
    }


def _entry_json(index: int, entry: Entry) -> dict[str, object]:
    return {
        "index": index,
        "kind": entry.kind.value,
        "what": sentence(entry),
        "day": entry.day.isoformat(),
        "org": entry.org,
        "policy_hash": entry.policy_hash,
        "commitment": entry.commitment.hex(),
        "tag": entry.tag.hex(),
    }


def main() -> None:
    """Run the program; an expected failure is one sentence on standard error and exit code 1."""
    run_program(app, expected=(AuditError,), prefix="homefield-audit")
