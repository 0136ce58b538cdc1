"""Labels that are an athlete's whole name: capitals, spaces and the form of letters make no difference.

A label with a line break or a sign of control in it is nobody's name.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable

from policies.vocabulary import AthleteId

_OF_NO_NAME = frozenset({"Cc", "Zl", "Zp"})  # Unicode's controls, line breaks among them, and line separators


def plain_name(name: str) -> str:
    """Return what two spellings of one name have in common (Unicode NFKC, folded); such a label stays as it is."""
    if any(unicodedata.category(sign) in _OF_NO_NAME for sign in name.strip()):
        return name
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def by_whole_name(people: Iterable[tuple[AthleteId, str]]) -> dict[str, AthleteId]:
    """Return the athlete of each plain name that one of them alone has; a part of a name says nothing for sure."""
    named = [(athlete, plain_name(name)) for athlete, name in people]
    counted = Counter(name for _, name in named)
    return {name: athlete for athlete, name in named if counted[name] == 1}
