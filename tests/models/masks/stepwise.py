"""A masked round of tests that may stop, lie and go on at every stage."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from models.masks.club_side import ClubSide
from models.masks.coordinator_side import CoordinatorSide
from tests.models.masks.league import MaskedLeague, masked_league


@dataclass
class Stepwise:
    """Both sides of a round, taken from stage to stage."""

    league: MaskedLeague
    coordinator: CoordinatorSide
    clubs: dict[str, ClubSide]
    vectors: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def begin(
        cls, league: MaskedLeague | None = None, vectors: Mapping[str, tuple[int, ...]] | None = None
    ) -> "Stepwise":
        league = league or masked_league(4)
        clubs = {
            club: ClubSide(league.manifest, league.number, club, signer=signer, enrolled=league.enrolled)
            for club, signer in league.signers.items()
        }
        side = CoordinatorSide(league.manifest, league.number, enrolled=league.enrolled)
        return cls(league, side, clubs, vectors or league.vectors())

    def to_keys(self) -> "Stepwise":
        for club, side in self.clubs.items():
            self.coordinator.add_keys(club, side.announce(self.coordinator.ask_keys()))
        return self

    def to_shares(self) -> "Stepwise":
        self.to_keys()
        for club, side in self.clubs.items():
            self.coordinator.add_shares(club, side.share(self.coordinator.ask_shares()))
        return self

    def answer(self, club: str):
        ask = self.coordinator.ask_masked(club, self.league.train)
        return self.clubs[club].mask(ask, lambda: self.vectors[club])

    def to_masked(self, *, without: Collection[str] = ()) -> "Stepwise":
        self.to_shares()
        for club in self.clubs.keys() - set(without):
            self.coordinator.add_masked(club, self.answer(club))
        return self

    def to_confirmed(self, *, without: Collection[str] = ()) -> "Stepwise":
        self.to_masked(without=without)
        for club in self.coordinator.alive.alive:
            self.coordinator.add_confirmation(club, self.clubs[club].confirm(self.coordinator.alive))
        return self

    def to_revealed(self, *, without: Collection[str] = ()) -> "Stepwise":
        self.to_confirmed(without=without)
        for club in self.coordinator.confirmed:
            self.coordinator.add_revealed(club, self.clubs[club].reveal(self.coordinator.ask_reveal(club)))
        return self
