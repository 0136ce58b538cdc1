"""What a node does when it is asked for a stage of a masked round.

Approval and round are checked at every stage, the squad list before keys are made and before a vector. The vector
itself goes the way of every answer (`client.federation.participation`), and is put under its masks on the way: consent,
payment, journal and the ledger's note are the same. The secrets of a round are in memory alone. A node that was started
anew has lost them: it repeats what it answered and is left out of the rest, which a third of the clubs may be.
"""

import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from client.errors import RoundRefused
from client.federation.approval import check_squad
from client.federation.masked.stages import StageJournal
from client.federation.participation import Masking, Participation
from models.masks.club_side import ClubSide
from models.masks.enrolled_keys import FleetKeys, NodeSigner
from models.masks.masked_round import SECAGG
from models.masks.messages import (
    AliveList,
    AskKeys,
    ConfirmedList,
    DealtShares,
    KeyRoster,
    MaskRequest,
    OfRound,
    OpeningEvidence,
    message_bytes,
    read_mask_request,
    request_bytes,
)
from models.wire import to_bytes
from policies.campaign import CampaignManifest

KEPT_FOR = timedelta(minutes=10)  # ours: how long after revealing a node can still be asked to open its vector
CLOSED_WITHIN_S = 1.0
MOST_ROUNDS_HELD = 8  # ours: as many as campaigns that are open at one club
_LOST = "this node no longer holds the keys of this round; it is left out of what is still to be answered"

logger = logging.getLogger(__name__)

_Key = tuple[str, int]


@dataclass(slots=True)
class MaskedParticipation:
    """One club's part in masked rounds. Any exception is a refusal; nothing has left when one is raised.

    `_lock` guards the secrets: stages are answered in one thread, spent ones are erased in another.
    """

    participation: Participation
    stages: StageJournal
    signer: NodeSigner
    _sides: dict[_Key, ClubSide] = field(default_factory=dict)
    _until: dict[_Key, datetime] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, data: bytes) -> bytes:
        """Return the bytes that answer a stage, the same bytes each time it is asked.

        Raises BadWire, NotApproved, RoundRefused, MasksRefused, ConsentUnavailable.
        """
        ask = read_mask_request(data)
        manifest = self._manifest(ask)
        with self._lock:
            if isinstance(ask, AskKeys):
                return self._keys(ask, manifest)
            if isinstance(ask, DealtShares):
                return self._masked(ask)
            return self._stage(ask)

    def erase_spent(self) -> None:
        """Erase the secrets of rounds that were revealed a while ago, or whose campaign is over."""
        now = self.participation.clock()
        with self._lock:
            for key in [key for key, until in self._until.items() if until <= now]:
                self._erase(key)

    def close(self) -> None:
        """Erase every secret, and close the journal. A vector that is still computed keeps its own until it is done."""
        if self._lock.acquire(timeout=CLOSED_WITHIN_S):
            try:
                for key in list(self._sides):
                    self._erase(key)
            finally:
                self._lock.release()
        self.stages.close()

    def _manifest(self, ask: MaskRequest) -> CampaignManifest:
        manifest = self.participation.approvals.get(ask.manifest_sha256, now=self.participation.clock())
        if ask.round > manifest.rounds:
            raise RoundRefused("the campaign has no such round")
        if manifest.masking != SECAGG:
            raise RoundRefused("the campaign's sums are not masked")
        return manifest

    def _keys(self, ask: AskKeys, manifest: CampaignManifest) -> bytes:
        check_squad(manifest, len(self.participation.days.athletes()), club=self.participation.club)
        key = (ask.manifest_sha256, ask.round)
        if key not in self._sides:
            answered = self.participation.journal.rounds_done(ask.manifest_sha256)
            if answered >= ask.round or self.stages.has_begun(*key):
                raise RoundRefused(_LOST)
            self._make_room(ask.manifest_sha256)
            enrolled = FleetKeys(manifest.clubs)
            self._sides[key] = ClubSide(
                manifest, ask.round, self.participation.club, signer=self.signer, enrolled=enrolled
            )
            self._until[key] = manifest.expires
        return message_bytes(self._sides[key].announce(ask))

    def _make_room(self, manifest: str) -> None:
        """Erase the round before of this campaign, and the oldest of others where many are held."""
        for key in [key for key in self._sides if key[0] == manifest]:
            self._erase(key)
        while len(self._sides) >= MOST_ROUNDS_HELD:
            self._erase(next(iter(self._sides)))

    def _erase(self, key: _Key) -> None:
        self._sides.pop(key).erase()
        del self._until[key]

    def _side(self, ask: OfRound) -> ClubSide:
        side = self._sides.get((ask.manifest_sha256, ask.round))
        if side is None:
            raise RoundRefused(_LOST)
        return side

    def _masked(self, ask: DealtShares) -> bytes:
        """The vector under its masks. Everything of the protocol is checked before anything is paid for."""
        if (ask.train.manifest_sha256, ask.train.round) != (ask.manifest_sha256, ask.round):
            raise RoundRefused("the message asks for another round than its shares are for")
        exact = request_bytes(ask)
        if self.participation.journal.answered(ask.manifest_sha256, ask.round, exact) is None:
            self._side(ask).check_dealt(ask)

        def put_on(values: tuple[int, ...]) -> tuple[int, ...]:
            return self._side(ask).mask(ask, lambda: values).values

        return self.participation.answer(to_bytes(ask.train), Masking(exact, put_on))

    def _stage(self, ask: KeyRoster | AliveList | ConfirmedList | OpeningEvidence) -> bytes:
        key, exact = (ask.manifest_sha256, ask.round), request_bytes(ask)
        known = self.stages.answered(*key, ask.stage, exact)
        if known is not None:
            return known
        reply = message_bytes(self._made(ask))
        self.stages.record(*key, ask.stage, exact, reply)
        if isinstance(ask, ConfirmedList):
            self._until[key] = self.participation.clock() + KEPT_FOR
        if isinstance(ask, OpeningEvidence):
            logger.warning("this node opens its masked vector: the sum was too large", extra={"manifest": key[0][:12]})
        return reply

    def _made(self, ask: KeyRoster | AliveList | ConfirmedList | OpeningEvidence) -> OfRound:
        side = self._side(ask)
        if isinstance(ask, KeyRoster):
            return side.share(ask)
        if isinstance(ask, AliveList):
            return side.confirm(ask)
        if isinstance(ask, ConfirmedList):
            return side.reveal(ask)
        return side.open(ask)
