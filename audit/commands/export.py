"""`export`: chosen entries of a verified log as a file for a spreadsheet or a program, with their proofs if wanted."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from audit.commands.inputs.filter_options import From, KindOption, OrganisationOption, Rules, To, filter_of, named_in
from audit.commands.inputs.given_files import refuse_existing
from audit.commands.inputs.trust_options import LogAddress, LogKeys, PolicyFile, trust_of
from audit.commands.outputs.failures import said_not_whole
from audit.commands.prove import Force
from audit.errors import MalformedProof, SourceUnavailable
from chassis.cli.console import print_json, say
from chassis.cli.options import AsJson
from chassis.cli.progress import progress_bar

if TYPE_CHECKING:
    from audit.tlog.trust_policy import TrustPolicy
    from audit.verification.sources import LogSource
    from audit.verification.verify import VerifiedLog


class Format(StrEnum):
    """What kind of file to write."""

    CSV = "csv"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog="Example: homefield-audit export ./log --policy trust.policy --kind looks --proofs -o looks.csv"
    )(export)


def export(
    place: LogAddress,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The file to write.")],
    vkey: LogKeys = None,
    policy: PolicyFile = None,
    kind: KindOption = "",
    org: OrganisationOption = "",
    start: From = None,
    end: To = None,
    rules: Rules = "",
    file_format: Annotated[Format, typer.Option("--format", help="The kind of file.")] = Format.CSV,
    proofs: Annotated[bool, typer.Option("--proofs", help="Add the inclusion proof of every entry.")] = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Verify a log, then write chosen entries to a file, in the order of the log.

    Every entry is proven again as it is written; if one cannot be, no file is left.
    """
    from audit.verification.sources import open_source
    from audit.verification.verify import verify_source

    wanted, trust, source = filter_of(kind, org, start, end, rules), trust_of(vkey, policy), open_source(place)
    if not force:
        refuse_existing(out)
    with said_not_whole(), progress_bar("Checking entries") as on_progress:
        log = verify_source(source, trust, on_progress=on_progress)
    if log.is_foreign:
        raise MalformedProof("the log is whole, but its entries are not in Homefield's format and cannot be exported")
    indices = log.columns.select_by(named_in(log, wanted))
    with _put_in_place(out) as file:
        _write(file, _rows(source, log, indices, file_format, with_proofs=proofs), log, trust, file_format)
    if as_json:
        values = {"file": str(out), "entries": len(indices), "of": log.size, "with_proofs": proofs}
        print_json("homefield-export-1", values)
    else:
        say(f"{len(indices):,} of {log.size:,} entries, all proven, are in {out}.")


def _rows(
    source: "LogSource", log: "VerifiedLog", indices: Sequence[int], file_format: Format, *, with_proofs: bool
) -> Iterator[str]:
    from audit.entries.export_rows import csv_row, json_row
    from audit.verification.prover import prove_from, proven_leaves
    from audit.verification.reader import TileReader

    reader = TileReader(source, log.size)
    row = csv_row if file_format is Format.CSV else json_row
    with progress_bar("Writing entries") as on_progress:
        for done, (index, leaf) in enumerate(proven_leaves(reader, log.trusted, indices), start=1):
            yield row(index, leaf, prove_from(reader, log.trusted, index).proof.hashes if with_proofs else None)
            if on_progress:
                on_progress(done, len(indices))


def _write(file: TextIO, rows: Iterator[str], log: "VerifiedLog", trust: "TrustPolicy", file_format: Format) -> None:
    from audit.entries.export_rows import COLUMNS, JSON_END, json_head
    from chassis.csv_line import csv_line

    if file_format is Format.CSV:
        file.write(csv_line(COLUMNS))
        file.writelines(rows)
        return
    vkeys = [known.verifier.vkey for known in trust.logs]
    file.write(json_head({"checkpoint": log.checkpoint.decode(), "vkeys": vkeys}))
    for number, row in enumerate(rows):
        file.write(f"{',' if number else ''}\n  {row}")
    file.write(JSON_END)


@contextlib.contextmanager
def _put_in_place(path: Path) -> Iterator[TextIO]:
    """Write beside the file and put it in its place at the end: a file with this name is whole."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(path)
    except OSError as error:  # name the file that was asked for, not the one beside it
        raise SourceUnavailable(f"cannot write {path}: {(error.strerror or type(error).__name__).lower()}") from error
    finally:
        part.unlink(missing_ok=True)
