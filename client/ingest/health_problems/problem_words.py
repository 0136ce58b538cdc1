"""Words for an injury and for an illness in the cells of a log, and the column whose cells say which it was."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

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


@lru_cache(maxsize=4096)  # a column of kinds has few different cells
def kind_said(text: str) -> ProblemKind | None:
    """Return which kind of problem a cell says; None where it says neither ("Achilles" is no illness)."""
    words = _WORD.findall(_plain(text))
    if any(word in _ILLNESS or word.startswith(_ILLNESS_STEMS) for word in words):
        return ProblemKind.ILLNESS
    if any(word in _INJURY or word.startswith(_INJURY_STEMS) for word in words):
        return ProblemKind.INJURY
    return None


def kind_column(rows: Iterable[Mapping[str, str]], named: Sequence[str], others: Collection[str]) -> str | None:
    """Return the column that says which problems are illnesses; None where none does. The rows are gone through once.

    named: columns whose name may mean the kind, the likeliest first. others: columns that nothing is read from.
    Raises UnreadableFile where one of these speaks of an illness and none says the kind, for each would be an injury.
    """
    columns = {name: _ColumnOfWords() for name in (*named, *others)}
    for row in rows:
        for name, column in columns.items():
            column.see(row[name])
    told = [name for name in named if columns[name].says_kind]
    plain = [name for name in others if columns[name].says_kind and columns[name].says_nothing_else]
    found = next(iter([*told, *plain]), None)
    speaking = [name for name in others if columns[name].says_illness]
    if found is None and speaking:
        raise UnreadableFile(
            f"the column {speaking[0][:40]} speaks of an illness, and no column says which rows are illnesses; add a "
            "column Kind with injury or illness in every row"
        )
    return found or next(iter(named), None)


@dataclass(slots=True)
class _ColumnOfWords:
    """What the cells of one column say. says_nothing_else: each filled cell is one word for a kind, or two."""

    says_kind: bool = False
    says_illness: bool = False
    says_nothing_else: bool = True

    def see(self, cell: str) -> None:
        if not cell.strip():
            return
        kind = kind_said(cell)
        self.says_kind |= kind is not None
        self.says_illness |= kind is ProblemKind.ILLNESS
        self.says_nothing_else &= kind is not None and len(cell.split()) <= 2


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(one for one in decomposed if not unicodedata.combining(one))
