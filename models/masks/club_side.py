"""One club's part in one masked round: what it answers at each stage, once.

Stages: keys, shares, masked, confirm, reveal; and open, where the sum is larger than honest clubs can make it. The same
request gets the same answer again, another one is refused: the first answer stands. Nothing the coordinator says
chooses the threshold, or whether a club counts as alive or as dropped out: that follows from the list that the clubs
have agreed to, so no club gives away both shares of one peer. Protocol: Bonawitz et al. 2017 against active attackers,
with signed keys and the round of consistency, every club paired with every other.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.errors import MasksRefused
from models.masks.alive import agreed_bytes, check_alive, dropped
from models.masks.enrolled_keys import EnrolledKeys, NodeSigner
from models.masks.evidence import check_evidence
from models.masks.key_agreement import RoundKeys, RoundSecrets, SealKeys, check_announcement, seal_keys
from models.masks.masked_round import MaskedRound
from models.masks.messages import (
    AliveConfirmation,
    AliveList,
    AskKeys,
    ConfirmedList,
    DealtShares,
    KeyAnnouncement,
    KeyRoster,
    OfRound,
    OpenedMask,
    OpeningEvidence,
    RevealedShares,
    SealedShares,
    message_bytes,
)
from models.masks.shamir import SHARE_BYTES, split
from models.masks.unmasking import masked, pair_masks
from models.wire import ContributionSum, to_bytes
from policies.campaign import CampaignManifest
from policies.canonical import sha256_hex

_NONCE = bytes(12)  # a sealing key seals one message

Answer = TypeVar("Answer", bound=OfRound | ContributionSum)


class ClubSide:
    """The secrets and answers of one club in one round. They live in memory alone and go with `erase`."""

    def __init__(
        self, manifest: CampaignManifest, number: int, club: str, *, signer: NodeSigner, enrolled: EnrolledKeys
    ) -> None:
        """Make fresh keys; raises MasksRefused for a campaign that cannot be masked, or that does not name the club."""
        self.round = MaskedRound.of(manifest, number)
        self.round.place(club)
        self._manifest, self._club, self._signer, self._enrolled = manifest, club, signer, enrolled
        self._secrets: RoundSecrets | None = RoundSecrets.fresh()
        self._answers: dict[str, tuple[str, OfRound | ContributionSum]] = {}
        self._roster: RoundKeys | None = None
        self._pairs: dict[str, SealKeys] = {}
        self._shares: dict[str, bytes] = {}  # of both secrets of each dealer, as far as they could be read
        self._dealers: frozenset[str] = frozenset()
        self._alive: AliveList | None = None

    def erase(self) -> None:
        """Forget every secret; nothing new is answered afterwards."""
        self._secrets, self._pairs, self._shares = None, {}, {}

    def announce(self, ask: AskKeys) -> KeyAnnouncement:
        """The keys of this club for this round."""
        return self._once(
            "keys", ask, lambda secrets: secrets.announcement(self.round, self._club, self._signer), KeyAnnouncement
        )

    def share(self, ask: KeyRoster) -> SealedShares:
        """Shares of this club's secrets for every club of the roster, each sealed to that club."""
        return self._once("shares", ask, lambda secrets: self._deal(ask, secrets), SealedShares)

    def check_dealt(self, ask: DealtShares) -> None:
        """Return if `mask` will answer this; raises MasksRefused otherwise, before a vector is paid for."""
        if "masked" not in self._answers:
            self._check_round(ask)
            self._check_dealers(ask)
        elif self._answers["masked"][0] != sha256_hex(message_bytes(ask)):
            raise MasksRefused("expected the stage 'masked' to be asked as before; the first answer stands")

    def mask(self, ask: DealtShares, values: Callable[[], Sequence[int]]) -> ContributionSum:
        """This club's vector under its masks. values: computes it, once everything else stands; it may be costly.

        What `values` raises passes on, and leaves the stage unanswered.
        """
        return self._once("masked", ask, lambda secrets: self._mask(ask, secrets, values), ContributionSum)

    def confirm(self, ask: AliveList) -> AliveConfirmation:
        """This club's word that it agrees to the list, and to no other."""
        return self._once("confirm", ask, lambda _: self._confirm(ask), AliveConfirmation)

    def reveal(self, ask: ConfirmedList) -> RevealedShares:
        """What lifts the masks from the sum over the list that enough clubs agree to."""
        return self._once("reveal", ask, lambda _: self._reveal(ask), RevealedShares)

    def open(self, ask: OpeningEvidence) -> OpenedMask:
        """The secret half of the mask key, if the evidence shows a sum that honest clubs cannot make."""
        return self._once("open", ask, lambda secrets: self._open(ask, secrets), OpenedMask)

    def _once(self, stage: str, ask: OfRound, make: Callable[[RoundSecrets], Answer], kind: type[Answer]) -> Answer:
        self._check_round(ask)
        asked = sha256_hex(message_bytes(ask))
        if stage in self._answers:
            before, answer = self._answers[stage]
            if before != asked or not isinstance(answer, kind):
                raise MasksRefused(f"expected the stage {stage!r} to be asked as before; the first answer stands")
            return answer
        made = make(self._held())
        self._answers[stage] = asked, made
        return made

    def _held(self) -> RoundSecrets:
        if self._secrets is None:
            raise MasksRefused("the secrets of this round are erased")
        return self._secrets

    def _check_round(self, ask: OfRound) -> None:
        if (ask.manifest_sha256, ask.round) != (self.round.manifest_sha256, self.round.number):
            raise MasksRefused("expected a request for this round, got one for another")

    def _known_roster(self) -> RoundKeys:
        if self._roster is None:
            raise MasksRefused("expected shares to be dealt before")
        return self._roster

    def _deal(self, ask: KeyRoster, secrets: RoundSecrets) -> SealedShares:
        own = self._answers.get("keys")
        if own is None or own[1] not in ask.announcements:
            raise MasksRefused("expected a roster with the keys that this node holds; it may have started anew since")
        roster = RoundKeys.checked(ask.announcements, self.round, self._enrolled)
        shares = self._split(roster, secrets)
        pairs = {
            club: seal_keys(secrets.seal_key, self._club, peer, roster.sha256, standing=self._standing(club))
            for club, peer in roster.announcements.items()
            if club != self._club
        }
        sealed = {
            club: AESGCM(keys.to_peer).encrypt(_NONCE, shares[club], _context(self._club, club)).hex()
            for club, keys in pairs.items()
        }
        self._roster, self._pairs, self._shares = roster, pairs, {self._club: shares[self._club]}
        return SealedShares(
            manifest_sha256=ask.manifest_sha256,
            round=ask.round,
            club=self._club,
            roster=roster.sha256,
            sealed=sealed,
            marks={club: marks_of(both) for club, both in shares.items()},
        )

    def _standing(self, peer: str) -> bytes:
        """What this node and a peer's share by the keys that the manifest names; nothing where one club has none."""
        keys = self._enrolled.for_masks
        return b"" if keys is None else self._signer.shared_with(keys[peer])

    def _split(self, roster: RoundKeys, secrets: RoundSecrets) -> dict[str, bytes]:
        """Both shares of each club of the roster, one behind the other."""
        numbers = {club: number for number, club in enumerate(self.round.clubs, 1)}  # as `MaskedRound.place` has them
        places = {club: numbers[club] for club in roster.announcements}
        seeds, keys = (
            split(secret, threshold=self.round.threshold, places=list(places.values()))
            for secret in (secrets.seed, secrets.mask_secret)
        )
        return {club: seeds[place] + keys[place] for club, place in places.items()}

    def _mask(self, ask: DealtShares, secrets: RoundSecrets, values: Callable[[], Sequence[int]]) -> ContributionSum:
        dealers, shares = self._check_dealers(ask)
        masks = pair_masks(secrets.mask_key, self._club, ask.sealed, self._known_roster(), self.round)
        answer = ContributionSum(
            manifest_sha256=ask.manifest_sha256,
            round=ask.round,
            club=self._club,
            values=masked(values(), masks, secrets.seed, self.round),
        )
        self._dealers, self._shares = dealers, self._shares | shares
        return answer

    def _check_dealers(self, ask: DealtShares) -> tuple[frozenset[str], dict[str, bytes]]:
        """Return who dealt shares, this club too, and those that can be read.

        Raises MasksRefused where these cannot be masked with: shares that cannot be read may be of keys that nobody of
        the league made, and with too few others the round would end without a sum, and with the budget spent.
        """
        self._held()
        self._known_roster()
        if not ask.sealed.keys() <= self._pairs.keys():
            raise MasksRefused("expected shares dealt by other clubs of the roster")
        dealers = frozenset({self._club, *ask.sealed})
        self.round.check_enough(len(dealers), "that dealt shares")
        shares = self._read(ask.sealed)
        self.round.check_enough(1 + len(shares), "whose shares can be read")
        return dealers, shares

    def _read(self, sealed: Mapping[str, str]) -> dict[str, bytes]:
        """The shares that can be read. One that cannot is left out: enough others hold one of the same secret."""
        found = {}
        for club, text in sealed.items():
            try:
                found[club] = AESGCM(self._pairs[club].from_peer).decrypt(
                    _NONCE, bytes.fromhex(text), _context(club, self._club)
                )
            except InvalidTag:
                continue
        return found

    def _confirm(self, ask: AliveList) -> AliveConfirmation:
        roster, sent = self._known_roster(), self._answers.get("masked")
        if sent is None or not isinstance(sent[1], ContributionSum):
            raise MasksRefused("expected to be asked for a vector before")
        check_alive(ask, self._dealers, self.round)
        if ask.alive.get(self._club) != sha256_hex(to_bytes(sent[1])):
            raise MasksRefused("expected a list with the vector that this club has sent")
        agreed = agreed_bytes(ask, roster)
        self._alive, marked = ask, self._marked(agreed)
        return AliveConfirmation(
            manifest_sha256=ask.manifest_sha256,
            round=ask.round,
            club=self._club,
            alive_list=sha256_hex(agreed),
            signature=self._signer.sign(agreed).hex(),
            marks={club: self._pairs[club].mark(self._club, marked) for club in ask.alive if club != self._club},
        )

    def _marked(self, agreed: bytes) -> bytes:
        """What marks are made over: the agreed bytes, or their hash where clubs have keys for masks: it is shorter."""
        return agreed if self._enrolled.for_masks is None else sha256(agreed).digest()

    def _agreed(self) -> AliveList:
        if self._alive is None:
            raise MasksRefused("expected a list of living clubs to be agreed to before")
        return self._alive

    def _reveal(self, ask: ConfirmedList) -> RevealedShares:
        alive = self._agreed()
        marked = self._marked(agreed_bytes(alive, self._known_roster()))
        others = alive.alive.keys() - {self._club}
        confirmed = [
            club
            for club in others & ask.marks.keys()
            if hmac.compare_digest(ask.marks[club], self._pairs[club].mark(club, marked))
        ]
        self.round.check_enough(1 + len(confirmed), "that agree to the same list")
        return RevealedShares(
            manifest_sha256=ask.manifest_sha256,
            round=ask.round,
            club=self._club,
            seeds={club: self._shares[club][:SHARE_BYTES].hex() for club in alive.alive if club in self._shares},
            keys={club: self._shares[club][SHARE_BYTES:].hex() for club in dropped(alive) if club in self._shares},
        )

    def _open(self, ask: OpeningEvidence, secrets: RoundSecrets) -> OpenedMask:
        if "reveal" not in self._answers:
            raise MasksRefused("expected the sum to be unmasked before")
        roster = self._known_roster()
        for one in roster.announcements.values():  # a coordinator that spoils the sum in a club's place opens nothing
            check_announcement(one, self.round, self._enrolled)
        check_evidence(ask, self._agreed(), roster, self.round, self._manifest)
        return OpenedMask(
            manifest_sha256=ask.manifest_sha256,
            round=ask.round,
            club=self._club,
            mask_secret=secrets.mask_secret.hex(),
        )


def marks_of(both: bytes) -> str:
    """Return the hashes of two shares, one behind the other, in hexadecimal."""
    return sha256_hex(both[:SHARE_BYTES]) + sha256_hex(both[SHARE_BYTES:])


def _context(dealer: str, reader: str) -> bytes:
    return f"homefield secagg-1 shares\n{dealer}\n{reader}".encode()
