"""`model`: whether the public log has a league's model."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.commands.inputs.given_files import read_given
from audit.commands.inputs.trust_options import LogAddress, LogKeys, PolicyFile, trust_of
from audit.commands.outputs.checkpoint_words import checkpoint_json, checkpoint_lines
from audit.commands.outputs.failures import failures_as_json, said_not_whole
from chassis.cli.console import print_json, say
from chassis.cli.options import AsJson
from chassis.cli.progress import progress_bar

if TYPE_CHECKING:
    from audit.entries.disclosure import Opening


SCHEMA = "homefield-model-1"
RECORD, OPENING = "record.json", "log-opening.json"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: homefield-audit model ./models/1f2e… ./log --policy trust.policy")(model)


def model(
    record: Annotated[Path, typer.Argument(exists=True, help="A model's folder as published, or its record.json.")],
    place: LogAddress,
    vkey: LogKeys = None,
    policy: PolicyFile = None,
    opening: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help=f"What opens the model's entry in the log; {OPENING} beside the record else."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check that the log has a model's record: its hash stands in an entry that the league's opening opens.

    Reads and verifies the whole log. Code 1 where the log has it not, or not yet. Whether the weights follow from the
    sums in the record is checked by `homefield-server models verify`.
    """
    from audit.verification.registered_model import MAX_BYTES, find_registered, read_record
    from audit.verification.sources import open_source

    folder = record.parent if record.is_file() else record
    trust = trust_of(vkey, policy)
    with said_not_whole(), failures_as_json(SCHEMA, as_json=as_json):
        given = read_record(read_given(folder / RECORD, "the record", at_most=MAX_BYTES))
        opened = _opening(opening or folder / OPENING)
        with progress_bar("Looking through the log") as on_progress:
            found = find_registered(open_source(place), trust, given, opened, on_progress=on_progress)
    if as_json:
        where = {"index": found.index, "day": found.day.isoformat(), "organisation": found.organisation}
        values = {"ok": True, "model_id": given.model_id, "model": given.model, "manifest": given.manifest}
        print_json(SCHEMA, values | where | {"checkpoint": checkpoint_json(found.trusted, trust)})
        return
    said = f"The log has {given.model} {given.model_id[:16]}: entry {found.index:,} of {found.day.isoformat()}"
    say(f"{said}, reported by {found.organisation}.", *checkpoint_lines(found.trusted, trust))


def _opening(path: Path) -> "Opening":
    from audit.entries import opening_json
    from audit.entries.commitments import KeyedOpening
    from audit.errors import MalformedProof

    opened = opening_json.parse_opening(read_given(path, "the opening", at_most=opening_json.MAX_BYTES))
    if isinstance(opened, KeyedOpening):
        raise MalformedProof("expected an opening of version 2; one of version 1 does not say of which entry it is")
    return opened
