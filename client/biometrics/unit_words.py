"""Units (UCUM) as people read them; what is stored, JSON answers and mapping files keep UCUM's own writing."""

import re
from typing import Final

_ANNOTATION: Final = re.compile(r"\{[^}]*\}")  # an annotation: a text that says what is counted
_DIMENSIONLESS: Final = "1"


def unit_word(unit: str) -> str:
    """Return a unit without what only UCUM writes: AU for {AU}, and nothing for a mere score, count or ratio."""
    return "" if unit == _DIMENSIONLESS else _ANNOTATION.sub("", unit.replace("{AU}", "AU"))


def with_unit(number: str, unit: str) -> str:
    """Return for example "420 AU", and a score alone."""
    return f"{number} {unit_word(unit)}".rstrip()
