"""How an athlete comes in: a fresh code as `homefield-node athlete code` makes it, or a ticket as the portal does."""

import dataclasses
import secrets
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from client.staff.codes import athlete_codes
from client.staff.database import StaffFile
from policies.sign_in.ticket import TICKET_LIFE, Ticket
from policies.signing import SigningKey
from policies.vocabulary import AthleteId, OrgId


def new_athlete_code(directory: Path, clock: Callable[[], datetime], athlete: AthleteId) -> str:
    """Return a code of this athlete at the node in `directory`."""
    with closing(StaffFile(directory)) as file:
        return athlete_codes(file, clock=clock).issue(athlete).code


def own_ticket(clock: Callable[[], datetime], athlete: AthleteId, *, key: SigningKey, **changes: Any) -> str:
    """Return a fresh ticket of this athlete for club-a's node, with other fields where they are given."""
    now = clock()
    made = Ticket(athlete, OrgId("club-a"), secrets.token_hex(16), now, now + TICKET_LIFE)
    return dataclasses.replace(made, **changes).signed(key)
