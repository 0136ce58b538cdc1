"""Which program a folder belongs to, by its settings file: each program keeps its own under the same name."""

import json
from pathlib import Path

OWN_SETTING = {
    "club": "a club’s node (`homefield-node`)",
    "league": "a league’s coordinator (`homefield-server`)",
    "union": "a consent service (`homefield-consent`)",
}
"""The setting that each kind of folder has and no other, with whose folder it is."""


def taken_for_another(settings_file: Path, *, expected: str) -> str | None:
    """Say that a folder is another program's, as a sentence for whoever named it; None where it is not.

    expected: the setting of `OWN_SETTING` that the folder should have. What the file holds is not repeated.
    """
    try:
        stored = json.loads(settings_file.read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(stored, dict) or expected in stored:
        return None
    kind = next((program for name, program in OWN_SETTING.items() if name in stored), None)
    if kind is None:
        return None
    return f"expected the folder of {OWN_SETTING[expected]}, got {settings_file.parent}, which is that of {kind}"
