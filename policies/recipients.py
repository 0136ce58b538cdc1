"""Which roles an athlete can share with, and the one purpose that each role's cell of the matrix stands for."""

from collections.abc import Mapping
from types import MappingProxyType

from policies.errors import InvalidInput
from policies.vocabulary import Purpose, Role

PURPOSE_OF_ROLE: Mapping[Role, Purpose] = MappingProxyType(
    {
        Role.MEDICAL: Purpose.CARE,
        Role.COACH: Purpose.TRAINING,
        Role.FRONT_OFFICE: Purpose.SQUAD_PLANNING,
        Role.NATIONAL_TEAM: Purpose.TRAINING,
        Role.FL_AGGREGATOR: Purpose.FL_TRAINING,
    }
)
"""In the order of the matrix's columns."""


def purpose_of(role: Role) -> Purpose:
    """Return the purpose of a recipient's cell; raises InvalidInput for a role nobody shares with by cell."""
    try:
        return PURPOSE_OF_ROLE[role]
    except KeyError as error:
        raise InvalidInput(f"expected a role that athletes share with, got {role}") from error
