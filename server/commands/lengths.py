"""Lengths of time: as they are typed, a whole number of days or weeks; and how long clubs are waited for."""

import re

from server.errors import BadCoordinatorSettings

USUAL_WAIT_S = 900  # ours: seconds that a campaign waits for its clubs, unless `serve --wait` says otherwise


def days_in(text: str) -> int:
    """Return the days of "112d" or "16w"; raises BadCoordinatorSettings for anything else."""
    found = re.fullmatch(r"([1-9][0-9]{0,3})([dw])", text, re.ASCII)
    if found is None:
        raise BadCoordinatorSettings(f"expected days or weeks, such as 112d or 16w, got {text[:20]!r}")
    return int(found[1]) * (7 if found[2] == "w" else 1)
