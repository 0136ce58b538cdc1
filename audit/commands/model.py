"""`model`: whether the public log has a league's model."""

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.commands.inputs.trust_options import LogAddress, LogKeys, PolicyFile, trust_of
from audit.commands.outputs.checkpoint_words import checkpoint_json, checkpoint_lines
from audit.commands.outputs.failures import failures_as_json, said_not_whole
from chassis.cli.console import print_json, say
from chassis.cli.given_file import read_given
from chassis.cli.options import AsJson
from chassis.cli.progress import progress_bar
from chassis.text import listed

if TYPE_CHECKING:
    from audit.entries.disclosure import Opening


SCHEMA = "homefield-model-1"
RECORD, OPENING = "record.json", "log-opening.json"
MOST_WEIGHTS = 256 * 1024 * 1024  # ours: far above any model that is learned here


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: homefield-audit model ./models/1f2e… ./log --policy trust.policy")(model)


def model(
    record: Annotated[Path, typer.Argument(help="A model's folder as published, or its record.json.")],
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

    Reads and verifies the whole log, and compares the weights, manifest and card beside the record with what it
    names, and the card for people, card.md, with what card.json gives. Code 1 where the log has it not, or not yet,
    or a file is another one. Whether the weights follow from the sums in the record, and whether the league signed
    it, is checked by `homefield-server models verify`.
    """
    from audit.verification.registered_model import (
        CARD,
        CARD_TEXT,
        FILES,
        MAX_BYTES,
        compared_text,
        find_registered,
        read_record,
    )
    from audit.verification.sources import open_source

    if not record.exists():
        raise typer.BadParameter(
            f"expected a folder, or the record.json in it; {record} is not there. A model lies in a folder of its "
            "whole name, as the league publishes it: LEAGUE-FOLDER/models/NAME"
        )
    folder = record.parent if record.is_file() else record
    trust = trust_of(vkey, policy)
    with said_not_whole(), failures_as_json(SCHEMA, as_json=as_json):
        given = read_record(read_given(folder / RECORD, "the record", at_most=MAX_BYTES))
        compared = {name: given.compared(name, _beside(folder / name)) for name in FILES}
        compared[CARD_TEXT] = compared_text(_beside(folder / CARD_TEXT), _beside(folder / CARD))
        opened = _opening(opening or folder / OPENING)
        with progress_bar("Looking through the log") as on_progress:
            found = find_registered(open_source(place), trust, given, opened, on_progress=on_progress)
    if as_json:
        where = {"index": found.index, "day": found.day.isoformat(), "organisation": found.organisation}
        values = {"ok": True, "model_id": given.model_id, "model": given.model, "manifest": given.manifest}
        trusted = {"checkpoint": checkpoint_json(found.trusted, trust)}
        print_json(SCHEMA, values | where | trusted | {"files_as_recorded": [*filter(compared.get, compared)]})
        return
    said = f"The log has the record {given.model_id[:16]} of {given.model}: entry {found.index:,} of"
    say(f"{said} {found.day.isoformat()}, reported by {found.organisation}.", *checkpoint_lines(found.trusted, trust))
    say(*_proven(compared, folder))


def _proven(compared: Mapping[str, bool], folder: Path) -> Iterator[str]:
    """Say of the files beside the record what was compared, and what this command does not prove."""
    if named := listed([name for name, is_compared in compared.items() if is_compared]):
        yield f"As the record names them: {named}."
    if missing := listed([name for name, is_compared in compared.items() if not is_compared]):
        yield f"Not compared, since not beside the record: {missing}."
    verify = shlex.join(["homefield-server", "models", "verify", str(folder), "--league-key"])
    yield f"Not proven here: that the league signed it, and that the weights follow from its sums; {verify} KEY does."


def _beside(path: Path) -> bytes | None:
    """Return what a file of the model holds, None where it is not there."""
    return read_given(path, path.name, at_most=MOST_WEIGHTS) if path.exists() else None


def _opening(path: Path) -> "Opening":
    from audit.entries import opening_json
    from audit.entries.commitments import KeyedOpening
    from audit.errors import MalformedProof

    opened = opening_json.parse_opening(read_given(path, "the opening", at_most=opening_json.MAX_BYTES))
    if isinstance(opened, KeyedOpening):
        raise MalformedProof("expected an opening of version 2; one of version 1 does not say of which entry it is")
    return opened
