"""The synthetic league as files that a node ingests: one CSV per athlete and one mapping file for all.

The files carry the faults of real exports on purpose: repeated rows and zeros where nothing was answered
(docs/indices.md §12.3), so that the quality report of the import has something to say.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from models.synthetic.league import SyntheticAthlete, SyntheticLeague

REPEATED_ROWS = 0.01  # docs/indices.md §12.3
ZERO_ANSWERS = 0.02  # ours: share of missing answers that the export writes as 0

_ITEMS = ("fatigue", "mood", "sleep_quality", "soreness", "stress")
_COLUMNS: dict[str, str] = {
    "readiness": "readiness",
    **{item: item for item in _ITEMS},
    "sleep_hours": "sleep_duration_h",
    "resting_hr": "resting_heart_rate",
    "rmssd_ms": "rmssd",
    "session_rpe": "session_rpe",
    "session_minutes": "session_duration_min",
    "rest": "rest_day",
    "time_loss": "time_loss",
    "injury_onset": "injury_onset",
}
_ZERO_IS_MISSING = (*_ITEMS, "resting_heart_rate", "sleep_duration_h")
MAPPING_NAME = "mapping.json"


@dataclass(frozen=True, slots=True)
class WrittenAthlete:
    """One athlete and the file that holds the days."""

    athlete: SyntheticAthlete
    path: Path


@dataclass(frozen=True, slots=True)
class WrittenLeague:
    """What `write_league` wrote; `mapping` describes every file."""

    mapping: Path
    athletes: tuple[WrittenAthlete, ...]

    def of_club(self, club: str) -> tuple[WrittenAthlete, ...]:
        """The files of one club."""
        return tuple(one for one in self.athletes if one.athlete.club == club)


def mapping() -> dict[str, Any]:
    """The mapping file as JSON: which column is which stream, and which zeros mean that nothing was said."""
    streams = [
        {"column": column, "stream": stream} | ({"sentinels": [0]} if stream in _ZERO_IS_MISSING else {})
        for column, stream in _COLUMNS.items()
    ]
    return {
        "version": 1,
        "app": "homefield-synthetic",
        "time": {"column": "date", "format": "date"},
        "streams": streams,
    }


def write_league(directory: Path, league: SyntheticLeague) -> WrittenLeague:
    """Write `directory`/CLUB/NN.csv for every athlete and `directory`/mapping.json; the same league, same bytes."""
    directory.mkdir(parents=True, exist_ok=True)
    described = directory / MAPPING_NAME
    described.write_text(json.dumps(mapping(), indent=2) + "\n", encoding="utf-8")
    written = []
    for place, athlete in enumerate(league.athletes):
        path = directory / athlete.club / f"{athlete.shirt_no:02d}.csv"
        path.parent.mkdir(exist_ok=True)
        rng = np.random.default_rng([league.seed, place, 1])
        path.write_text("\n".join(_lines(athlete, league, rng)) + "\n", encoding="utf-8")
        written.append(WrittenAthlete(athlete, path))
    return WrittenLeague(described, tuple(written))


def _lines(athlete: SyntheticAthlete, league: SyntheticLeague, rng: np.random.Generator) -> list[str]:
    lines = ["date," + ",".join(_COLUMNS)]
    for day in range(league.days):
        cells = [_cell(stream, float(athlete.daily[stream][day]), rng) for stream in _COLUMNS.values()]
        if not any(cells):
            continue
        line = ",".join([(league.first_day + timedelta(days=day)).isoformat(), *cells])
        lines += [line] * (2 if rng.random() < REPEATED_ROWS else 1)
    return lines


def _cell(stream: str, value: float, rng: np.random.Generator) -> str:
    if not np.isnan(value):
        return f"{value:g}"
    return "0" if stream in _ZERO_IS_MISSING and rng.random() < ZERO_ANSWERS else ""
