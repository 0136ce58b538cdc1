"""`explain`: one entry in plain words with its proof, or all of an athlete's own entries from their file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.commands.inputs.trust_options import LogKeys, PolicyFile, trust_of
from audit.commands.outputs.athlete_report import explain_own
from audit.commands.outputs.checkpoint_words import checkpoint_json, witness_words
from audit.commands.outputs.entry_values import entry_json
from audit.commands.outputs.failures import failures_as_json
from audit.errors import MalformedProof
from audit.tlog.canonical_base64 import encode_base64
from chassis.cli.console import print_json, say
from chassis.cli.given_file import read_given
from chassis.cli.options import AsJson

if TYPE_CHECKING:
    from audit.entries.commitments import KeyedOpening
    from audit.entries.disclosure import Opening
    from audit.entries.events import Entry
    from audit.tlog.trust_policy import TrustPolicy
    from audit.verification.prover import ProvenEntry

SCHEMA = "homefield-explain-1"

LogIfNamed = Annotated[
    str | None,
    typer.Argument(metavar="[DIR_OR_URL]", help="Directory or http(s) address of the log; optional with --bundle."),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog="Example: homefield-audit explain ./log 1204 --policy trust.policy, or "
        "homefield-audit explain --bundle my-entries-private.json https://consent.example/log"
    )(explain)


def explain(
    place: LogIfNamed = None,
    index: Annotated[
        int | None, typer.Argument(metavar="[INDEX]", min=0, help="The entry's number in the log, from 0.")
    ] = None,
    vkey: LogKeys = None,
    policy: PolicyFile = None,
    opening: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What opens the entry or some of its fields: JSON.")
    ] = None,
    bundle: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="An athlete's own entries; with a log, also that none is missing there."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say in plain words what an entry says, what is sealed and why, and what proves it.

    With --bundle: check all of an athlete's own entries, and with the log at hand that it holds no other. Without
    --vkey or --policy the file's own policy is used; whoever gave you the file may have given you that, too.
    """
    from audit.entries import opening_json
    from audit.verification.prover import prove_entry
    from audit.verification.sources import open_source

    if bundle:
        if index is not None or opening:
            raise typer.BadParameter("expected --bundle without INDEX and without --opening")
        given = trust_of(vkey, policy) if vkey or policy else None
        with failures_as_json(SCHEMA, as_json=as_json):
            values, lines = explain_own(bundle, place, given)
    elif place is not None and index is not None:
        trust = trust_of(vkey, policy)
        with failures_as_json(SCHEMA, as_json=as_json):
            opened = opening_json.parse_opening(_given(opening)) if opening else None
            values, lines = _explain_entry(prove_entry(open_source(place), trust, index), trust, opened)
    else:
        raise typer.BadParameter("expected a log and an entry's number, or --bundle with an athlete's own entries")
    if as_json:
        print_json(SCHEMA, {"ok": True, **values})
    else:
        say(*lines)


def _explain_entry(
    found: "ProvenEntry", trust: "TrustPolicy", opening: "Opening | KeyedOpening | None"
) -> tuple[dict[str, object], list[str]]:

    from audit.entries.detail_labels import detail_lines
    from audit.entries.events import parse_leaf
    from audit.verification.verified_details import verified_details

    checkpoint = found.trusted.checkpoint
    proof = [
        f"Proven: it leads to the root of {checkpoint.size:,} entries of {checkpoint.origin} "
        f"in {len(found.proof.hashes)} steps.",
        f"Witnesses: {witness_words(found.trusted, trust)}",
    ]
    values: dict[str, object] = {
        "checkpoint": checkpoint_json(found.trusted, trust),
        "index": found.index,
        "leaf": encode_base64(found.leaf),
        "steps": len(found.proof.hashes),
    }
    try:
        entry = parse_leaf(found.leaf)
    except MalformedProof:
        said = f"Entry {found.index:,} has {len(found.leaf):,} bytes that are not in Homefield's format."
        return {**values, "entry": None}, [said, *proof]
    lines = [*_public_lines(found.index, entry), *proof]
    values["entry"] = entry_json(found.index, entry)
    if opening:
        values["details"] = details = verified_details(opening, entry)
        lines += [_opened_words(opening), *_indented(detail_lines(details))]
    return values, lines


def _given(path: Path) -> bytes:
    from audit.entries import opening_json

    return read_given(path, "the opening", at_most=opening_json.MAX_BYTES)


def _opened_words(opening: "Opening | KeyedOpening") -> str:
    from audit.entries.commitments import KeyedOpening
    from audit.entries.disclosure import FIELDS

    if isinstance(opening, KeyedOpening) or len(opening.shown) == len(FIELDS):
        return "Opened: the commitment is to exactly these details."
    shown = len(opening.shown)
    return (
        f"Opened: {shown} of {len(FIELDS)} fields are shown and are what the entry commits to; the others stay sealed."
    )


def _public_lines(index: int, entry: "Entry") -> list[str]:
    from audit.entries.events import sentence
    from audit.entries.kind_labels import KINDS

    words = KINDS[entry.kind]
    about = "one athlete or a stand-in; its tag tells nobody else which" if entry.tag else "no athlete"
    return [
        f"Entry {index:,}: {sentence(entry)}",
        f"Day: {entry.day.isoformat()}",
        f"Organisation: {entry.org} (a cover name)",
        f"Rules in force: {entry.policy_hash or 'none'}",
        f"About: {about}",
        f"What it means: {words.meaning}",
        f"Sealed: {words.sealed} Only its commitment is public, so that nobody else can read it or change it later.",
    ]


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]
