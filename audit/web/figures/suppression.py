"""Hides small counts, and as many others as it takes that none can be worked out by subtracting from the total."""

from collections.abc import Mapping
from typing import TypeVar

from chassis.text import thousands

FEWEST_SHOWN = 10
"""Counts below this are not shown (ours; docs/pages.md §6)."""
NOT_SHOWN = "not shown"
WHY_NOT_SHOWN = f"“Not shown” stands for counts below {FEWEST_SHOWN}, and for counts that would give one away."

Key = TypeVar("Key")


def guarded(counts: Mapping[Key, int]) -> dict[Key, int | None]:
    """Return the parts of one whole whose total is known to the reader; None where a part is not shown.

    Either nothing is hidden, or at least two parts are, which together make at least ten. Therefore no part below ten
    follows from the total and the parts that are shown. Where the whole itself is below ten, nothing is shown.
    """
    by_size = sorted(counts, key=lambda key: counts[key])
    hidden = {key for key in by_size if counts[key] < FEWEST_SHOWN}
    for key in by_size:
        if not hidden or (len(hidden) >= 2 and sum(counts[part] for part in hidden) >= FEWEST_SHOWN):
            break
        hidden.add(key)
    return {key: None if key in hidden else number for key, number in counts.items()}


def count(number: int) -> str:
    """Return the number in words that hide small cells: "fewer than 10" below ten."""
    return thousands(number) if number >= FEWEST_SHOWN else f"fewer than {FEWEST_SHOWN}"


def shown(number: int | None) -> str:
    """Return the count in figures, or the words for one that is hidden."""
    return NOT_SHOWN if number is None else thousands(number)
