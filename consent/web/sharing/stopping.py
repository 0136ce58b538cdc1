"""What follows from stopping, said before it is done: who can notice, and how it comes back. Pure."""

from collections.abc import Collection
from typing import Final

from consent.grants.lifecycle import COOL_DOWN
from consent.grants.matrix import is_by_release
from policies.vocabulary import Category, Role

STAFF: Final = frozenset({Role.COACH, Role.MEDICAL})
"""Whoever has a board and a list of athletes at the club, on which everybody stands whom it enrolled."""
BAND_NOTICED: Final = "They could notice that the band went away; letting it end by itself shows nothing."
BAND_BACK: Final = (
    f"It comes back only by your answer to a new request. Your club cannot ask you for the same purpose within "
    f"{COOL_DOWN.days} days, and there is no way to ask for a request here."
)
STAFF_NOTICE: Final = (
    "You stay on their board and list. What stops looks as if it had never been recorded, also its past days. Who saw "
    "it before can notice. A load that was decided for today stays."
)


def when_stopped(role: Role, categories: Collection[Category], *, is_frozen: bool = False) -> str:
    """Return what follows if everything of these categories stops for a recipient of this role; "" for nothing.

    is_frozen: nothing is seen of it now, so nothing more goes away.
    """
    if any(is_by_release(category, role) for category in categories):
        band = BAND_BACK if is_frozen else f"{BAND_NOTICED} {BAND_BACK}"
        return f"If you stop: {band[0].lower()}{band[1:]}"
    if role in STAFF and categories and not is_frozen:
        return f"If you stop: {STAFF_NOTICE[0].lower()}{STAFF_NOTICE[1:]}"
    return ""


def gets_nothing(role: Role) -> str:
    """Return what a recipient who gets nothing sees of an athlete, so far as their pages go."""
    if role is Role.FRONT_OFFICE:
        return "Nothing. For them you look like anyone with too little data."
    if role in STAFF:
        return (
            "No data of yours. Their board and list hold everybody whom your club enrolled; of you they say “not "
            "enough data”, what you tell staff who ask you, and a load that staff decided for today."
        )
    if role is Role.FL_AGGREGATOR:
        return "Nothing. They get sums of a whole club alone, and nobody tells them who takes part."
    return "Nothing of you goes to them."
