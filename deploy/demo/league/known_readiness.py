"""What the demo itself knows of each athlete's readiness: it invented the league, and was given the real folders.

Only the comparison without privacy reads this; no program of the league ever hands such days out.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

from deploy.demo.errors import StepFailed
from deploy.demo.league.sources import LABEL_COLUMN, PMDATA, SOCCERMON, soccermon_file
from deploy.demo.plan import DemoPlan, Person
from models.evaluation.readiness import ReadinessDays

ONE_PERSON = ""


def known_days(plan: DemoPlan, people: Sequence[Person]) -> list[list[ReadinessDays]]:
    """One list per club: the days of those of `people` whose files hold any. Raises StepFailed for a broken file."""
    return [
        [days for one in people if one.club == club.org and (days := _days(plan, one)) is not None]
        for club in plan.clubs
    ]


def _days(plan: DemoPlan, person: Person) -> ReadinessDays | None:
    data = plan.options.data
    if person.source == SOCCERMON and data is not None:
        return read_readiness(soccermon_file(data), "date", LABEL_COLUMN).get(person.label)
    if person.source == PMDATA and data is not None:
        wellness = data / "pmdata" / person.label / "pmsys" / "wellness.csv"
        return read_readiness(wellness, "effective_time_frame").get(ONE_PERSON) if wellness.exists() else None
    return read_readiness(plan.data_folder / f"{person.club}.csv", "date", LABEL_COLUMN).get(person.label)


@cache
def read_readiness(path: Path, day_column: str, label_column: str | None = None) -> dict[str, ReadinessDays]:
    """Days of each player of a table, without what the source only guessed (`observed` is false)."""
    known: dict[str, dict[date, float]] = defaultdict(dict)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in _rows(file, day_column):
                if row.get("observed", "true").lower() == "true":
                    label = row[label_column] if label_column else ONE_PERSON
                    known[label][date.fromisoformat(row[day_column][:10])] = float(row["readiness"] or "nan")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, csv.Error) as error:
        raise StepFailed(f"{path} is not a table of days with a column “readiness”") from error
    return {label: _on_calendar(days) for label, days in known.items()}


def _rows(file: Iterable[str], day_column: str) -> Iterator[dict[str, str]]:
    reader = csv.DictReader(file)
    if not {day_column, "readiness"} <= set(reader.fieldnames or ()):
        raise ValueError("expected columns of days and of readiness")
    yield from reader


def _on_calendar(known: dict[date, float]) -> ReadinessDays:
    first, last = min(known).toordinal(), max(known).toordinal()
    calendar = [date.fromordinal(day) for day in range(first, last + 1)]
    readiness = np.array([known.get(day, np.nan) for day in calendar])
    return ReadinessDays(readiness, np.array([day.weekday() for day in calendar], dtype=np.int64))
