"""The roles of those who work with the coordinator's pages."""

from enum import StrEnum


class StaffRole(StrEnum):
    """What a person does here. A front office sees its own club's squad page; an operator sees sums and states."""

    FRONT_OFFICE = "front_office"
    OPERATOR = "operator"
