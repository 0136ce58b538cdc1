"""The node's folder on the command line, and the athlete of it that a person names."""

import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from client.errors import ClientError, UnknownAthlete
from client.ingest.cells.whole_names import plain_name
from policies.vocabulary import AthleteId

if TYPE_CHECKING:
    from client.vault.store import Athlete, Vault


NodeFolder = Annotated[Path, typer.Argument(help="The node's folder, as created by `init`.", show_default=False)]
NodeAthlete = Annotated[str, typer.Argument(help="Athlete id, name or shirt number.", show_default=False)]


def find_athlete(vault: "Vault", text: str) -> "Athlete":
    """Return the athlete with this id or, where only one has it, this name or shirt number."""
    if text.startswith("ath-"):
        return vault.athlete(AthleteId(text))
    people = vault.athletes()
    found = [one for one in people if text in (one.name, str(one.shirt_no))]
    found = found or [one for one in people if plain_name(one.name) == plain_name(text)]
    if len(found) == 1:
        return found[0]
    if found:
        raise ClientError("several athletes fit; use the id from `homefield-node athlete list`")
    raise UnknownAthlete("this node holds no such athlete; see `homefield-node athlete list`")


def named(athlete: "Athlete") -> str:
    """Return an athlete as the terminal names them: the name, and the id by which every command knows them."""
    return f"{athlete.name} ({athlete.athlete})"


def same_name_and_shirt(name: str, shirt_no: int) -> tuple[str, int]:
    """Return what makes two entries the same athlete, however a spreadsheet wrote the letters."""
    return unicodedata.normalize("NFC", name).casefold(), shirt_no


def refuse_same_athlete(there: "Iterable[Athlete]", name: str, shirt_no: int) -> None:
    """Raise ClientError where one of the athletes has this name and shirt number: every file would fit both."""
    if same_name_and_shirt(name, shirt_no) in {same_name_and_shirt(one.name, one.shirt_no) for one in there}:
        raise ClientError(
            "an athlete of this name and shirt number is on this node already; see `homefield-node athlete list`, "
            "and give another person a shirt number of their own"
        )
