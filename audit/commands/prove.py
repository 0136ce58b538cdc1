"""`prove`: one entry's proof as a file that its owner can check for ever, without us."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.commands.inputs.given_files import refuse_existing, write_new
from audit.commands.inputs.trust_options import LogAddress, LogKeys, PolicyFile, trust_of
from audit.tlog.canonical_base64 import encode_base64
from chassis.cli.console import print_json, say
from chassis.cli.given_file import read_given
from chassis.cli.options import AsJson
from chassis.cli.progress import progress_bar

if TYPE_CHECKING:
    from audit.tlog.trust_policy import TrustPolicy
    from audit.verification.prover import ProvenEntry
    from audit.verification.sources import LogSource


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
    opening: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Find the entry that this opening is of; check the opening."),
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

    Looking for an entry by its bytes, its tag or an opening reads and verifies the whole log.
    """
    from audit.tlog import tiles
    from audit.verification.prover import prove_entry
    from audit.verification.sources import open_source

    if sum(value is not None for value in (index, leaf, tag, opening)) != 1:
        raise typer.BadParameter("expected one of INDEX, --leaf, --tag and --opening")
    _check_targets(out, leaf_to, force=force)
    trust, source = trust_of(vkey, policy), open_source(place)
    if index is not None:
        found = prove_entry(source, trust, index)
    elif opening is not None:
        found = _opened(source, trust, opening)
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


def _opened(source: "LogSource", trust: "TrustPolicy", path: Path) -> "ProvenEntry":
    from audit.entries.commitments import KeyedOpening
    from audit.entries.disclosure import verify_opening
    from audit.entries.opening_json import MAX_BYTES, parse_opening
    from audit.tlog import merkle

    opening = parse_opening(read_given(path, "the opening", at_most=MAX_BYTES))
    if isinstance(opening, KeyedOpening):
        raise typer.BadParameter("expected an opening of version 2; one of version 1 does not say of which entry it is")
    found = _look(source, trust, lambda entry: merkle.leaf_hash(entry) == opening.leaf)
    verify_opening(opening, found.leaf)
    return found


def _found(source: "LogSource", trust: "TrustPolicy", leaf: bytes | None, tag: str | None) -> "ProvenEntry":
    from audit.entries.commitments import TAG_SIZE

    if tag is not None and (len(tag) != 2 * TAG_SIZE or not set(tag) <= set("0123456789abcdef")):
        raise typer.BadParameter(f"expected a tag of {2 * TAG_SIZE} lower-case hexadecimal digits")
    written = f'"tag":"{tag}"'.encode()
    return _look(source, trust, lambda entry: entry == leaf if tag is None else written in entry)


def _look(source: "LogSource", trust: "TrustPolicy", is_sought: Callable[[bytes], bool]) -> "ProvenEntry":
    from audit.verification.prover import find_entry, prove_entry

    with progress_bar("Looking through the log") as on_progress:
        log, index = find_entry(source, trust, is_sought, on_progress=on_progress)
    return prove_entry(source, trust, index, trusted=log.trusted)
