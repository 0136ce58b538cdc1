"""A whole masked round in one process, through the very code of nodes and coordinator. For planning and figures."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from models.masks.club_side import ClubSide
from models.masks.coordinator_side import CoordinatorSide
from models.masks.enrolled_keys import EnrolledKeys, NodeSigner
from models.masks.messages import (
    AliveConfirmation,
    DealtShares,
    KeyAnnouncement,
    Message,
    OfRound,
    RevealedShares,
    SealedShares,
    message_bytes,
    read_message,
)
from models.wire import TrainRequest, read_contribution, to_bytes
from policies.campaign import CampaignManifest

Vectors = Mapping[str, Sequence[int]]

STAGES = ("keys", "shares", "masked", "confirm", "reveal")


@dataclass(frozen=True, slots=True)
class MaskedRehearsal:
    """One masked round of clubs that all stand in one place. signers: the node of each club.

    absent: which clubs do not answer at a stage of `STAGES`, nor at those behind it. Every message is written and read
    as on its way between programs.
    """

    manifest: CampaignManifest
    number: int
    signers: Mapping[str, NodeSigner]
    enrolled: EnrolledKeys
    absent: Mapping[str, Collection[str]]

    def total(self, vectors: Vectors, train: TrainRequest) -> tuple[int, ...]:
        """The sum of the vectors that came, as the coordinator computes it without seeing one of them.

        Raises MasksRefused or MasksLost where too few clubs are left.
        """
        coordinator = CoordinatorSide(self.manifest, self.number, enrolled=self.enrolled)
        clubs = {
            club: ClubSide(self.manifest, self.number, club, signer=signer, enrolled=self.enrolled)
            for club, signer in self.signers.items()
        }
        ask = coordinator.ask_keys()
        for club, side in self._left(clubs, "keys").items():
            coordinator.add_keys(club, _sent(KeyAnnouncement, side.announce(ask)))
        roster = coordinator.ask_shares()
        for club, side in self._left(clubs, "shares").items():
            coordinator.add_shares(club, _sent(SealedShares, side.share(_sent(type(roster), roster))))
        for club, side in self._left(clubs, "masked").items():
            dealt = _sent(DealtShares, coordinator.ask_masked(club, train))
            answer = side.mask(dealt, partial(vectors.__getitem__, club))
            coordinator.add_masked(club, read_contribution(to_bytes(answer)))
        alive = coordinator.alive
        for club, side in self._left(clubs, "confirm").items():
            coordinator.add_confirmation(club, _sent(AliveConfirmation, side.confirm(_sent(type(alive), alive))))
        for club, side in self._left(clubs, "reveal").items():
            coordinator.add_revealed(club, _sent(RevealedShares, side.reveal(coordinator.ask_reveal(club))))
        return coordinator.total()

    def _left(self, clubs: Mapping[str, ClubSide], stage: str) -> dict[str, ClubSide]:
        gone = {club for before in STAGES[: STAGES.index(stage) + 1] for club in self.absent.get(before, ())}
        return {club: side for club, side in clubs.items() if club not in gone}


def _sent(kind: type[Message], message: OfRound) -> Message:
    return read_message(kind, message_bytes(message))
