"""A person of the club's staff with a fresh code, as `homefield-node staff add` makes them."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from client.squads import DEFAULT_SQUAD
from client.staff.codes import staff_codes
from client.staff.database import StaffFile
from client.staff.people import StaffPeople, staff_person
from policies.vocabulary import Role

PIN = "482913"


def new_staff_code(
    directory: Path,
    clock: Callable[[], datetime],
    *,
    name: str = "Kim",
    role: Role = Role.COACH,
    squads: Iterable[str] = (DEFAULT_SQUAD,),
) -> str:
    """Add the person to the node in `directory` and return their code."""
    file = StaffFile(directory)
    one = staff_person(name, role, squads)
    StaffPeople(file).put(one)
    code = staff_codes(file, clock=clock).issue(one.person).code
    file.close()
    return code
