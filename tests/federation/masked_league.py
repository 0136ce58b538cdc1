"""Clubs of tests whose campaign is masked: nodes over the real Fleet API, which may fail at a stage."""

from collections.abc import Callable, Iterator

import pytest

from client.errors import RoundRefused
from client.federation.client_app import build_client_app
from client.federation.masked.participation import MaskedParticipation
from client.federation.masked.stages import StageJournal
from client.league_models.received import ReceivedModels
from models.masks.enrolled_keys import FleetSigner
from models.masks.messages import read_mask_request


class MaskedNode:
    """The part of one club's node in masked rounds. failing: stages at which it refuses; heard: stages it was asked."""

    def __init__(self, club, folder) -> None:
        self.club, self.journal_path = club, folder / club.club / "journal.sqlite3"
        self.failing: set[str] = set()
        self.heard: list[str] = []
        self.changing: Callable[[bytes], bytes] = lambda reply: reply
        self.start()

    def start(self) -> None:
        """Begin anew, with what is on disk and nothing else."""
        signer = FleetSigner(self.club.key)
        self.part = MaskedParticipation(self.club.participation, StageJournal(self.journal_path), signer)

    def restart(self) -> None:
        self.part.close()
        self.start()

    def answer(self, data: bytes) -> bytes:
        stage = read_mask_request(data).stage
        self.heard.append(stage)
        if stage in self.failing:
            raise RoundRefused("as if this node were away")
        return self.changing(self.part.answer(data))

    def app(self, models):
        received = ReceivedModels(models, self.club.approvals)
        return build_client_app(answer=self.club.participation.answer, masked=self.answer, receive=received.receive)


@pytest.fixture(name="masked_nodes")
def _masked_nodes(tmp_path) -> Iterator[Callable[..., list[MaskedNode]]]:
    made: list[MaskedNode] = []

    def make(clubs) -> list[MaskedNode]:
        made.extend(MaskedNode(club, tmp_path) for club in clubs)
        return made[-len(clubs) :]

    yield make
    for node in made:
        node.part.close()
