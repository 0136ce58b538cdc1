"""A fresh code for an athlete, as `homefield-node athlete code` makes it."""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from client.staff.codes import athlete_codes
from client.staff.database import StaffFile
from policies.vocabulary import AthleteId


def new_athlete_code(directory: Path, clock: Callable[[], datetime], athlete: AthleteId) -> str:
    """Return a code of this athlete at the node in `directory`."""
    with closing(StaffFile(directory)) as file:
        return athlete_codes(file, clock=clock).issue(athlete).code
