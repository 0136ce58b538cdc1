"""`verify`: a whole log from its files, or one entry from its proof file without any log at hand."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.commands.inputs.trust_options import LogKeys, PolicyFile, trust_of
from audit.commands.outputs.checkpoint_words import checkpoint_json, checkpoint_lines
from audit.commands.outputs.failures import failures_as_json, said_not_whole
from audit.tlog import tiles
from chassis.cli.console import print_json, say
from chassis.cli.given_file import read_given
from chassis.cli.options import AsJson
from chassis.cli.progress import progress_bar

if TYPE_CHECKING:
    from audit.tlog.trust_policy import TrustPolicy


SCHEMA = "homefield-verify-1"

LogOrNone = Annotated[
    str | None, typer.Argument(metavar="DIR_OR_URL", help="Directory or http(s) address of the log; not with --proof.")
]
ProofFile = Annotated[
    Path | None, typer.Option("--proof", metavar="FILE", help="A .tlog-proof of one entry, checked without the log.")
]
LeafFile = Annotated[
    Path | None, typer.Option("--leaf", metavar="FILE", help="The entry's bytes that --proof is about.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog="Example: homefield-audit verify ./log --vkey 'log.example+1234abcd+AQ…' --known old-checkpoint.txt"
    )(verify)


def verify(
    place: LogOrNone = None,
    vkey: LogKeys = None,
    policy: PolicyFile = None,
    known: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A checkpoint you kept: the log must have grown from it.")
    ] = None,
    proof: ProofFile = None,
    leaf: LeafFile = None,
    as_json: AsJson = False,
) -> None:
    """Check every byte of a log: signatures, witnesses, entries, tiles and root; or one entry by its proof.

    Exit code 1 if anything is not as it must be.
    """
    trust = trust_of(vkey, policy)
    is_one_proof = proof is not None and leaf is not None and place is None and known is None
    if not is_one_proof and (place is None or proof or leaf):
        raise typer.BadParameter("expected a log to verify, or --proof with --leaf and no log")
    with said_not_whole(), failures_as_json(SCHEMA, as_json=as_json):
        report = _of_proof(proof, leaf, trust) if proof and leaf else _of_log(str(place), known, trust)
    if as_json:
        print_json(SCHEMA, {"ok": True, **report.values})
    else:
        say(*report.lines)


@dataclass(frozen=True, slots=True)
class _Report:
    """What was found, for a program and for a person."""

    values: dict[str, object]
    lines: list[str]


def _of_log(place: str, known: Path | None, trust: "TrustPolicy") -> _Report:
    from audit.tlog import note
    from audit.verification.verify import verify_log

    kept = read_given(known, "the checkpoint", at_most=note.MAX_BYTES) if known else None
    with progress_bar("Checking entries") as on_progress:
        log = verify_log(place, trust, known=kept, on_progress=on_progress)
    lines = [
        f"The log is whole: {log.size:,} entries, none missing, none changed.",
        *checkpoint_lines(log.trusted, trust),
    ]
    if log.is_foreign:
        lines.append("Its entries are not in Homefield's format; they are proven, but cannot be explained here.")
    return _Report({**checkpoint_json(log.trusted, trust), "is_foreign": log.is_foreign}, lines)


def _of_proof(proof: Path, leaf: Path, trust: "TrustPolicy") -> _Report:
    from audit.tlog import tlog_proof

    text = read_given(proof, "the proof", at_most=tlog_proof.MAX_BYTES)
    entry = read_given(leaf, "the entry", at_most=tiles.MAX_ENTRY)
    trusted = tlog_proof.verify_proof(text, leaf=entry, policy=trust)
    index = tlog_proof.parse_proof(text).index
    lines = [f"The entry stands in the log as number {index:,}.", *checkpoint_lines(trusted, trust)]
    return _Report({**checkpoint_json(trusted, trust), "index": index}, lines)
