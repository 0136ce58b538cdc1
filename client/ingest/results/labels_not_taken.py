"""Labels of a file that are no athlete of the node, as whoever imports is told: unknown, misspelt, or of two alike."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from typing import Final

from client.ingest.cells.shown_names import MOST_NAMED, shown_names
from client.ingest.cells.whole_names import plain_name

NOBODY_HERE: Final = "its rows name nobody of this vault by id or whole name; say who is who with --players"
"""Why nothing is taken of a file of which no label is an athlete's."""
ALIKE: Final = 0.8  # ours: one slip in a short name, two in a long one (difflib's ratio)
MOST_LOOKED_AT: Final = 200  # ours: labels; a table of more is of another club
_WHO: Final = "say who they are with --players"
_ONE_ALONE: Final = "--athlete takes the rows of one alone; import it without for those of all"


def not_taken(
    labels: Sequence[str], names: Iterable[str] | None = None, *, here: Collection[str] = ()
) -> tuple[str, ...]:
    """Return the sentences about labels that nobody gets.

    here: those of them that are athletes of this node, whose rows are not taken because the file is another one's.
    names: of all athletes of the node, where nobody was named for the whole file and the reader may know them: a label
    that several of them have is told as such, and one that is nearly a name with that name. Without, labels alone.
    """
    if not labels:
        return ()
    told = [f"{_others(known)} left out: {shown_names(known)}; {_ONE_ALONE}"] if (known := _of(labels, here)) else []
    if unknown := [label for label in labels if label not in here]:
        told.append(f"{_others(unknown)} not taken: {shown_names(unknown)}; {_WHO}")
    if names is not None:
        told += _why(labels[:MOST_LOOKED_AT], tuple(names))
    return tuple(told)


def _of(labels: Sequence[str], here: Collection[str]) -> list[str]:
    return [label for label in labels if label in here]


def _others(labels: Sequence[str]) -> str:
    return "1 other athlete of this file is" if len(labels) == 1 else f"{len(labels)} other athletes of this file are"


def _parts(name: str) -> str:
    """Return the parts of a name in one order: a family name may stand first, with a comma or without."""
    return " ".join(sorted(plain_name(name).replace(",", " ").split()))


def _why(labels: Sequence[str], names: Collection[str]) -> list[str]:
    shown = {plain_name(name): name for name in names}
    alike = Counter(map(plain_name, names))
    several = [label for label in labels if alike[plain_name(label)] > 1]
    spelt = {_parts(name): name for name in names} | shown
    nearest = {
        label: get_close_matches(plain_name(label), shown, n=1, cutoff=ALIKE)
        or get_close_matches(_parts(label), spelt, n=1, cutoff=ALIKE)
        for label in labels
    }
    near = {label: spelt[found[0]] for label, found in nearest.items() if found and label not in several}
    told = [f"several athletes of this node have the name {shown_names(several)}; {_WHO}, by id"] if several else []
    if near:
        pairs = [f"{shown_names([label])} for {shown_names([name])}" for label, name in list(near.items())[:MOST_NAMED]]
        told.append(f"perhaps misspelt: {', '.join(pairs)}")
    return told
