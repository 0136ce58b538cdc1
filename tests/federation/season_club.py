"""One club in a season without network: what the league publishes reaches it only where a test says so."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from client.federation.participation import Participation
from client.league_models.received import ReceivedModels
from client.league_models.season_starts import SeasonStarts
from models.registry import read_folder, read_weights_file
from models.training.initial_weights import initial_weights
from models.wire import TrainRequest, to_bytes
from policies.campaign import CampaignManifest
from tests.cosigned_campaigns import cosigned
from tests.federation.conftest import UNION_KEY, Club, key_line
from tests.published import BEGAN, RECOVERY, League


class MovedClock:
    """A clock that a test moves by hand, from the opening of a season on."""

    def __init__(self) -> None:
        self.now = BEGAN + timedelta(minutes=5)

    def __call__(self) -> Any:
        return self.now

    def at(self, **after: float) -> None:
        """Stand so long after the opening of the season."""
        self.now = BEGAN + timedelta(**after)


@dataclass
class SeasonClub:
    """A club's node, the league whose records it may get, and the clock of both."""

    club: Club
    league: League
    clock: MovedClock
    received: ReceivedModels
    participation: Participation

    @classmethod
    def of(cls, club: Club, clock: MovedClock, folder: Path, league_key: Any) -> "SeasonClub":
        """A league of this club and another one."""
        league = League(folder / "league", key=league_key, clubs={club.club: key_line(club.key), "club-z": "key-z"})
        received = ReceivedModels(folder / club.club / "models", club.approvals, clock=clock)
        participation = replace(club.participation, published=SeasonStarts(received).published)
        return cls(club, league, clock, received, participation)

    def approve(self, season: CampaignManifest) -> CampaignManifest:
        """Have the club approve what league and union have signed."""
        signed = cosigned(season, self.league.key, UNION_KEY)
        return self.club.approvals.approve(signed, self.club.node_key, now=self.clock())

    def published(self, season: CampaignManifest, number: int, *, seed: int = 0, arrives: bool = True) -> Path:
        """Have the league publish one exchange, and the node receive it where it arrives."""
        folder = self.league.publish_exchange(season, number, seed=seed)
        if arrives:
            self.receive(folder)
        return folder

    def receive(self, folder: Path) -> None:
        """Deliver a version as the coordinator does."""
        self.received.receive(self.league.registry.parcel(folder.name))

    def ask(self, season: CampaignManifest, number: int, start: Path | None = None) -> bytes:
        """Ask an exchange at the weights of a version, or at the public initial ones."""
        weights = initial_weights(RECOVERY) if start is None else weights_in(start)
        return self.participation.answer(
            to_bytes(TrainRequest(manifest_sha256=season.sha256, round=number, weights=weights))
        )


def weights_in(folder: Path) -> tuple[float, ...]:
    """The weights of a version in a folder."""
    return tuple(read_weights_file(read_folder(folder).weights).tolist())
