"""Words for an injury and for an illness in the cells of a log, and the column whose cells say which it was."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from client.biometrics.health_episodes import ProblemKind
from client.errors import UnreadableFile

_WORD = re.compile(r"[a-z]+")
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "ł": "l"})
_ILLNESS = frozenset("ill sick syk syg sjuk krank enfermo enferma ziek malade".split())
_ILLNESS_STEMS = (
    *("illness", "sickness", "infect", "infekt", "infecc", "infezion", "disease", "influenza", "virus", "krankheit"),
    *("erkrankung", "erkrankt", "sykdom", "sjukdom", "sygdom", "maladie", "enfermedad", "ziekte", "malatti", "infeksj"),
)
_INJURY = frozenset("skade skadet skada skadad lesion lesionado lesionada blesse blessee".split())
_INJURY_STEMS = ("injur", "verletz", "blessure", "lesione", "infortun")


def kind_said(text: str) -> ProblemKind | None:
    """Return which kind of problem a cell says; None where it says neither ("Achilles" is no illness)."""
    words = _WORD.findall(_plain(text))
    if any(word in _ILLNESS or word.startswith(_ILLNESS_STEMS) for word in words):
        return ProblemKind.ILLNESS
    if any(word in _INJURY or word.startswith(_INJURY_STEMS) for word in words):
        return ProblemKind.INJURY
    return None


def kind_column(rows: Sequence[Mapping[str, str]], named: Sequence[str], others: Collection[str]) -> str | None:
    """Return the column that says which problems are illnesses; None where none does.

    named: columns whose name may mean the kind, the likeliest first. others: columns that nothing is read from.
    Raises UnreadableFile where one of these speaks of an illness and none says the kind, for each would be an injury.
    """
    told = [name for name in named if _says(rows, name)]
    plain = [name for name in others if _says_nothing_else(rows, name)]
    found = next(iter([*told, *plain]), None)
    speaking = [name for name in others if any(kind_said(row[name]) is ProblemKind.ILLNESS for row in rows)]
    if found is None and speaking:
        raise UnreadableFile(
            f"the column {speaking[0][:40]} speaks of an illness, and no column says which rows are illnesses; add a "
            "column Kind with injury or illness in every row"
        )
    return found or next(iter(named), None)


def _says(rows: Sequence[Mapping[str, str]], name: str) -> bool:
    return any(kind_said(row[name]) is not None for row in rows)


def _says_nothing_else(rows: Sequence[Mapping[str, str]], name: str) -> bool:
    """True for a column of single words for a kind."""
    filled = [row[name] for row in rows if row[name].strip()]
    return bool(filled) and all(kind_said(cell) is not None and len(cell.split()) <= 2 for cell in filled)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(one for one in decomposed if not unicodedata.combining(one))
