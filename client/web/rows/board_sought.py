"""What a reader of the board looks for: a name or number, or only whom the morning asks something about."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from client.vault.store import Athlete
from client.web.rows.board_groups import NEEDS_YOU, BoardGroup


class Sought(BaseModel):
    """The board's filter, from its address. q: part of a name, or a shirt number. day: a past one; None for today."""

    model_config = ConfigDict(frozen=True)

    q: str = Field(default="", max_length=60)
    show: Literal["everybody", "needed"] = "everybody"
    day: date | None = None

    @property
    def is_filter(self) -> bool:
        """True if anybody may be left out."""
        return bool(self.q.strip()) or self.show != "everybody"

    def is_met_by(self, athlete: Athlete, group: BoardGroup) -> bool:
        """True if this athlete, who stands in `group`, is looked for."""
        wanted = self.q.strip().removeprefix("#").casefold()
        found = wanted in athlete.name.casefold() or wanted == str(athlete.shirt_no)
        return found and (self.show == "everybody" or group in NEEDS_YOU)
