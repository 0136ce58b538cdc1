"""Two sessions as an app and as a club's own sheet report them, for tests of which source comes first."""

import json
from pathlib import Path


def sessions_of_two_sources(folder: Path) -> tuple[Path, Path, Path]:
    """Write the export of the app, the sheet of the club with the same sessions, and the mapping of the sheet."""
    srpe = "end_date_time,activity_names,perceived_exertion,duration_min\n2026-03-05T18:00:00Z,x,6,60\n"
    srpe += "2026-03-06T18:00:00Z,x,6,60\n"
    first, second, mapping = (folder / name for name in ("srpe.csv", "club.csv", "club.json"))
    first.write_text(srpe)
    second.write_text("when,rpe,minutes\n2026-03-05T17:00:00Z,8,60\n2026-03-06T17:00:00Z,8,60\n")
    columns = [{"column": "rpe", "stream": "session_rpe"}, {"column": "minutes", "stream": "session_duration_min"}]
    described = {"version": 1, "app": "club-sheet", "time": {"column": "when"}, "streams": columns}
    mapping.write_text(json.dumps(described))
    return first, second, mapping
