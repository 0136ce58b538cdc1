"""What the clubs hold: the synthetic league, and the real folders when `--data` names them.

Real files are read where they lie and are never copied; only which player goes to which club is decided here.
"""

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from deploy.demo.errors import StepFailed
from deploy.demo.plan import DemoPlan, Options
from models.synthetic.files import mapping, write_league
from models.synthetic.league import SyntheticLeague, synthetic_league

SYNTHETIC, SOCCERMON, PMDATA = "synthetic", "soccermon", "pmdata"
LABEL_COLUMN = "player"


@dataclass(frozen=True, slots=True)
class Entrant:
    """Someone a club will add: name, number, and how the data call them."""

    name: str
    club: str
    shirt_no: int
    is_minor: bool
    source: str
    label: str


@dataclass(frozen=True, slots=True)
class Import:
    """One ingest of one club. athlete: whose folder it is, or None for files of many; mapping: for the generic CSV."""

    club: str
    path: Path
    label: str | None = None
    mapping: Path | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """Everyone and every import of the league."""

    entrants: tuple[Entrant, ...]
    imports: tuple[Import, ...]


def check_data(folder: Path | None) -> None:
    """Raise StepFailed unless `folder` is None or holds one of the sources; before anything is written or started."""
    if folder is None or soccermon_file(folder).is_file() or _people(folder / "pmdata"):
        return
    raise StepFailed(f"expected soccermon/readiness_daily.csv or pmdata/ in {folder}; nothing was started")


def prepare(plan: DemoPlan, today: date) -> Sources:
    """Write the synthetic league's files and list every import; raises StepFailed for a data folder without data."""
    options = plan.options
    clubs = [club.org for club in plan.clubs]
    league = synthetic_league(options.seed, clubs, options.athletes, options.days, last_day=today)
    invented = Sources(_invented(league), tuple(_write_clubs(plan.data_folder, league)))
    real = _real(options, clubs)
    return Sources(invented.entrants + real.entrants, invented.imports + real.imports)


def _invented(league: SyntheticLeague) -> tuple[Entrant, ...]:
    return tuple(
        Entrant(one.name, one.club, one.shirt_no, one.is_minor, SYNTHETIC, str(one.shirt_no)) for one in league.athletes
    )


def _write_clubs(folder: Path, league: SyntheticLeague) -> Iterable[Import]:
    """One CSV per club with a column for the player, as a club's own export would be."""
    written = write_league(folder / "athletes", league)
    described = folder / "mapping.json"
    described.write_text(json.dumps(mapping() | {"athlete": LABEL_COLUMN}, indent=2), encoding="utf-8")
    for club in sorted({one.club for one in league.athletes}):
        path = folder / f"{club}.csv"
        with path.open("w", encoding="utf-8") as out:
            for place, one in enumerate(written.of_club(club)):
                header, *rows = one.path.read_text(encoding="utf-8").splitlines()
                out.writelines([f"{LABEL_COLUMN},{header}\n"] if place == 0 else [])
                out.writelines(f"{one.athlete.shirt_no},{row}\n" for row in rows)
        yield Import(club, path, mapping=described)


def _real(options: Options, clubs: list[str]) -> Sources:
    if options.data is None:
        return Sources((), ())
    check_data(options.data)
    found = [_soccermon(soccermon_file(options.data), clubs), _pmdata(options.data / "pmdata", clubs)]
    entrants = tuple(one for part in found for one in part.entrants)
    return Sources(entrants, tuple(one for part in found for one in part.imports))


def _soccermon(path: Path, clubs: list[str]) -> Sources:
    if not path.is_file():
        return Sources((), ())
    try:
        with path.open(encoding="utf-8", newline="") as file:
            players = sorted({row["player"] for row in csv.DictReader(file)}, key=int)
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        raise StepFailed(f"{path} is not a table with a column of players' numbers") from error
    entrants = tuple(
        Entrant(f"SoccerMon {player}", clubs[i % len(clubs)], 100 + int(player), False, SOCCERMON, player)
        for i, player in enumerate(players)
    )
    return Sources(entrants, tuple(Import(club, path) for club in clubs))


def soccermon_file(folder: Path) -> Path:
    """Where a data folder holds the readiness of SoccerMon's players."""
    return folder / "soccermon" / "readiness_daily.csv"


def _people(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def _pmdata(folder: Path, clubs: list[str]) -> Sources:
    people = _people(folder)
    entrants = tuple(
        Entrant(f"PMData {person.name}", clubs[i % len(clubs)], 300 + i, False, PMDATA, person.name)
        for i, person in enumerate(people)
    )
    imports = tuple(Import(one.club, folder / one.label, label=one.label) for one in entrants)
    return Sources(entrants, imports)
