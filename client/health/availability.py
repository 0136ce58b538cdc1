"""How far an athlete is available, and what to leave out: words from closed lists, none of which names a cause."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Availability(StrEnum):
    """What is possible at all."""

    NONE = "none"
    REDUCED = "reduced"
    FULL = "full"


class ActivityLimit(StrEnum):
    """What to leave out. The list names no part of the body."""

    NO_SPRINTING = "no_sprinting"
    NO_CONTACT = "no_contact"
    NO_JUMPING = "no_jumping"
    NO_TURNING = "no_turning"
    INDIVIDUAL_ONLY = "individual_only"
    NO_MATCH = "no_match"


LIMIT_WORDS: Final[Mapping[ActivityLimit, str]] = {
    ActivityLimit.NO_SPRINTING: "no sprinting",
    ActivityLimit.NO_CONTACT: "no contact",
    ActivityLimit.NO_JUMPING: "no jumping or landing",
    ActivityLimit.NO_TURNING: "no quick change of direction",
    ActivityLimit.INDIVIDUAL_ONLY: "individual work only",
    ActivityLimit.NO_MATCH: "no match",
}
AVAILABLE_NOW: Final[Mapping[Availability, str]] = {
    Availability.NONE: "None",
    Availability.REDUCED: "Reduced",
    Availability.FULL: "Full",
}
LIGHTS: Final[Mapping[Availability, str]] = {
    Availability.NONE: "rest",
    Availability.REDUCED: "watch",
    Availability.FULL: "ready",
}
"""The shape that stands beside each word."""
