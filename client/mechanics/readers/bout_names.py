"""Names that the column of bouts may have, and those of rows that sum the others up and are no bout."""

import re

BOUT = ("bout", "bout no", "bout number", "sprint", "lauf", "run", "trial", "rep", "repetition")
_SUMMARY = re.compile(
    r"(?:mean|means|average|averages|avg|mittelwert|mittel|durchschnitt|median|sd|std|stdev|stabw|total|sum|summe)\b.*",
    re.IGNORECASE,
)


def is_summary(bout: str) -> bool:
    """True for the name of a row that holds a mean or a spread of the bouts above it."""
    return _SUMMARY.fullmatch(bout.strip()) is not None
