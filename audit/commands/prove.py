"""`prove`: one entry's proof as a file that its owner can check for ever, without us."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from audit.commands.inputs.given_files import read_given, refuse_existing, write_new
from audit.commands.inputs.trust_options import LogAddress, LogKeys, PolicyFile, trust_of
from audit.entries.commitments import TAG_SIZE
from audit.tlog import tiles
from audit.tlog.canonical_base64 import encode_base64
from audit.tlog.trust_policy import TrustPolicy
from audit.verification.prover import ProvenEntry, find_entry, prove_entry
from audit.verification.sources import LogSource, open_source
from chassis.cli.console import print_json, say
from chassis.cli.options import AsJson
from chassis.cli.progress import progress_bar

Force = Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog="Example: homefield-audit prove ./log 1204 --policy trust.policy -o 1204.tlog-proof --leaf-to 1204.leaf"
    )(prove)


def prove(
    place: LogAddress,
    index: Annotated[
        int | None, typer.Argument(metavar="[INDEX]", min=0, help="The entry's number in the log, from 0.")
    ] = None,
    vkey: LogKeys = None,
    policy: PolicyFile = None,
    leaf: Annotated[
        Path | None, typer.Option("--leaf", metavar="FILE", help="Find the entry with exactly these bytes.")
    ] = None,
    tag: Annotated[
        str | None, typer.Option(metavar="HEX", help="Find the entry with this tag of 32 hexadecimal digits.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Where the proof goes; else it is printed.")
    ] = None,
    leaf_to: Annotated[
        Path | None, typer.Option("--leaf-to", metavar="FILE", help="Where the entry's bytes go; a proof needs them.")
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Make the proof (C2SP tlog-proof) that an entry stands in the log, and verify it before it is written.

    Looking for an entry by its bytes or its tag reads and verifies the whole log.
    """
    if sum(value is not None for value in (index, leaf, tag)) != 1:
        raise typer.BadParameter("expected one of INDEX, --leaf and --tag")
    _check_targets(out, leaf_to, force=force)
    trust, source = trust_of(vkey, policy), open_source(place)
    if index is not None:
        found = prove_entry(source, trust, index)
    else:
        found = _found(source, trust, read_given(leaf, "the entry", at_most=tiles.MAX_ENTRY) if leaf else None, tag)
    if out:
        write_new(out, found.proof.text.encode(), force=force)
    if leaf_to:
        write_new(leaf_to, found.leaf, force=force)
    if as_json:
        values = {"index": found.index, "leaf": encode_base64(found.leaf), "proof": found.proof.text}
        print_json("homefield-prove-1", values)
    elif out:
        say(f"Entry {found.index:,} of {found.trusted.checkpoint.origin} is proven; the proof is in {out}.")
    else:
        sys.stdout.write(found.proof.text)  # a file for whoever redirects it, byte for byte


def _check_targets(out: Path | None, leaf_to: Path | None, *, force: bool) -> None:
    """Refuse before anything is written: a proof without its entry, or an entry over its proof, is of no use."""
    if out and leaf_to and out.resolve() == leaf_to.resolve():
        raise typer.BadParameter(f"expected two files for --out and --leaf-to, got {out} for both")
    for path in (out, leaf_to):
        if path and not force:
            refuse_existing(path)


def _found(source: LogSource, trust: TrustPolicy, leaf: bytes | None, tag: str | None) -> ProvenEntry:
    if tag is not None and (len(tag) != 2 * TAG_SIZE or not set(tag) <= set("0123456789abcdef")):
        raise typer.BadParameter(f"expected a tag of {2 * TAG_SIZE} lower-case hexadecimal digits")
    written = f'"tag":"{tag}"'.encode()
    with progress_bar("Looking through the log") as on_progress:
        log, index = find_entry(
            source, trust, lambda entry: entry == leaf if tag is None else written in entry, on_progress=on_progress
        )
    return prove_entry(source, trust, index, trusted=log.trusted)
