"""Names that a file gives to columns and athletes, as they are shown to whoever imports it."""

from collections.abc import Collection

from chassis.hidden_characters import is_hidden

MOST_NAMED = 10  # ours: names in a note
MOST_SIGNS = 40  # ours: characters of one
NO_NAME = "(no name)"


def shown_names(names: Collection[str]) -> str:
    """Return the first names, cut and without control characters and direction overrides, and how many more."""
    some = [_shown(name) for name in list(names)[:MOST_NAMED]]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(some) + more


def _shown(name: str) -> str:
    spaced = " ".join(name.split())
    plain = "".join(sign for sign in spaced if not is_hidden(sign)).strip()
    return (plain if len(plain) <= MOST_SIGNS else f"{plain[:MOST_SIGNS]}…") or NO_NAME
