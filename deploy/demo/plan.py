"""What one demo run is: its options, folders, ports and organisations. All people are invented."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.demo.ports import free_port

LEAGUE, UNION, GOVERNING_BODY = "league", "union", "gb"
LEAGUE_NAME, UNION_NAME, GOVERNING_BODY_NAME = "Coast League", "Coast Players’ Union", "Coast Sports Authority"
WITNESSES = {
    GOVERNING_BODY: GOVERNING_BODY_NAME,
    "university": "Coast University",
    "council": "Athletes’ Council",
}
"""Who runs a witness of the public log: the governing body, a university, and the athletes' own council."""
CLUB_NAMES = (
    "Eastmere FC",
    "Harrow Point",
    "Northgate United",
    "Saltmarsh Rovers",
    "Kingsbrook Athletic",
    "Westerley Town",
    "Oldferry FC",
    "Linden Park",
)
MOST_CLUBS = 26


@dataclass(frozen=True, slots=True)
class Options:
    """What the person asked for; `deploy.demo.cli` says what stands for what was not said.

    data: a folder with `soccermon/` or `pmdata/`, or None for the synthetic league.
    """

    out: Path
    data: Path | None
    clubs: int
    athletes: int
    days: int
    seed: int


@dataclass(frozen=True, slots=True)
class Club:
    """One club of the demo league, its node's folder and the port of its pages."""

    org: str
    name: str
    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Address of the club's pages."""
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True, slots=True)
class Person:
    """One athlete. source: which data the club holds; label: the athlete's name in those data."""

    athlete: str
    name: str
    club: str
    shirt_no: int
    is_minor: bool
    source: str
    label: str


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """Folders and ports, fixed before anything starts."""

    options: Options
    clubs: tuple[Club, ...]
    consent_port: int = field(default_factory=free_port)
    web_port: int = field(default_factory=free_port)
    fleet_port: int = field(default_factory=free_port)
    audit_port: int = field(default_factory=free_port)
    witness_ports: Mapping[str, int] = field(default_factory=lambda: {who: free_port() for who in WITNESSES})

    @property
    def consent_folder(self) -> Path:
        """The consent service's folder."""
        return self.options.out / UNION

    def witness_folder(self, who: str) -> Path:
        """The folder of one witness."""
        return self.options.out / f"witness-{who}"

    @property
    def league_folder(self) -> Path:
        """The coordinator's folder."""
        return self.options.out / LEAGUE

    @property
    def data_folder(self) -> Path:
        """Where the demo writes what clubs then ingest."""
        return self.options.out / "data"

    @property
    def consent_url(self) -> str:
        """Address of portal, interface and public log."""
        return f"http://127.0.0.1:{self.consent_port}"

    @property
    def office_url(self) -> str:
        """Address of the front-office and operator pages."""
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def audit_url(self) -> str:
        """Address of the auditor pages."""
        return f"http://127.0.0.1:{self.audit_port}"


def make_plan(options: Options) -> DemoPlan:
    """Lay out folders and ports for `options`."""
    names = [*CLUB_NAMES, *(f"Club {n}" for n in range(len(CLUB_NAMES) + 1, MOST_CLUBS + 1))]
    clubs = [
        Club(org, names[i], options.out / org, free_port())
        for i, org in enumerate(f"club-{chr(ord('a') + i)}" for i in range(options.clubs))
    ]
    return DemoPlan(options, tuple(clubs))
