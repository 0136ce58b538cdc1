"""The node's folder on the command line, and the athlete of it that a person names."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from client.errors import ClientError, UnknownAthlete
from policies.vocabulary import AthleteId

if TYPE_CHECKING:
    from client.vault.store import Athlete, Vault


NodeFolder = Annotated[Path, typer.Argument(help="The node's folder, as created by `init`.", show_default=False)]
NodeAthlete = Annotated[str, typer.Argument(help="Athlete id, name or shirt number.", show_default=False)]


def find_athlete(vault: "Vault", text: str) -> "Athlete":
    """Return the athlete with this id or, where only one has it, this name or shirt number."""
    if text.startswith("ath-"):
        return vault.athlete(AthleteId(text))
    found = [one for one in vault.athletes() if text in (one.name, str(one.shirt_no))]
    if len(found) == 1:
        return found[0]
    if found:
        raise ClientError("several athletes fit; use the id from `homefield-node athlete list`")
    raise UnknownAthlete("this node holds no such athlete; see `homefield-node athlete list`")
