"""The coordinator's part in one masked round: who is asked what, which answers count, and the sum at the end.

Each stage is fixed once: the roster when shares are first asked for, the dealers when vectors are, the living clubs
when their list is. A wrong answer raises MasksRefused and costs its club the round, not the round itself.
"""

from collections.abc import Callable, Mapping
from functools import cached_property

from models.errors import BadShares, MasksLost, MasksRefused
from models.masks.alive import agreed_bytes, dropped
from models.masks.enrolled_keys import EnrolledKeys
from models.masks.key_agreement import RoundKeys, check_announcement, check_usable
from models.masks.masked_round import MaskedRound
from models.masks.messages import (
    AliveConfirmation,
    AliveList,
    AskKeys,
    ConfirmedList,
    DealtShares,
    KeyAnnouncement,
    KeyRoster,
    OpenedMask,
    OpeningEvidence,
    RevealedShares,
    SealedShares,
)
from models.masks.shamir import combine
from models.masks.unmasking import check_seed, mask_key_of, opened_vector, unmasked_sum
from models.wire import ContributionSum, TrainRequest, to_bytes
from policies.campaign import CampaignManifest
from policies.canonical import sha256_hex


class CoordinatorSide:
    """Answers of one round as they come, and what is asked next. No secret of a club that is not revealed to it."""

    def __init__(self, manifest: CampaignManifest, number: int, *, enrolled: EnrolledKeys) -> None:
        """Begin; raises MasksRefused for a campaign whose sums cannot be masked."""
        self.round = MaskedRound.of(manifest, number)
        self._enrolled = enrolled
        self.announced: dict[str, KeyAnnouncement] = {}
        self.dealt: dict[str, SealedShares] = {}
        self.answered: dict[str, ContributionSum] = {}
        self.confirmed: dict[str, AliveConfirmation] = {}
        self.revealed: dict[str, RevealedShares] = {}
        self.opened: dict[str, OpenedMask] = {}

    def ask_keys(self) -> AskKeys:
        """Ask for announcements."""
        return AskKeys(manifest_sha256=self.round.manifest_sha256, round=self.round.number)

    def add_keys(self, club: str, one: KeyAnnouncement) -> None:
        """Take an announcement of `club`; a later one replaces it until the roster is fixed."""
        self._check(one, club, self.round.clubs)
        check_announcement(one, self.round, self._enrolled)
        check_usable(one, (other for other in self.announced.values() if other.club != club))
        self.announced[club] = one

    @cached_property
    def roster(self) -> RoundKeys:
        """The announcements so far, fixed now; raises MasksRefused if they are too few."""
        return RoundKeys.checked(list(self.announced.values()), self.round, self._enrolled)

    def ask_shares(self) -> KeyRoster:
        """Ask the clubs of the roster for shares."""
        announcements = tuple(self.roster.announcements.values())
        return KeyRoster(
            manifest_sha256=self.round.manifest_sha256, round=self.round.number, announcements=announcements
        )

    def add_shares(self, club: str, one: SealedShares) -> None:
        """Take the shares that `club` dealt; raises MasksRefused unless they are for every club of this roster."""
        self._check(one, club, self.roster.announcements)
        everybody = self.roster.announcements.keys()
        if one.roster != self.roster.sha256 or one.sealed.keys() != everybody - {club} or one.marks.keys() != everybody:
            raise MasksRefused("expected shares for every other club of the roster, and marks of all")
        self.dealt[club] = one

    @cached_property
    def dealers(self) -> frozenset[str]:
        """The clubs that have dealt shares, fixed now; raises MasksRefused if they are too few."""
        self.round.check_enough(len(self.dealt), "that dealt shares")
        return frozenset(self.dealt)

    def ask_masked(self, club: str, train: TrainRequest) -> DealtShares:
        """Ask a dealer for its vector, masked with all the others."""
        return DealtShares(
            manifest_sha256=self.round.manifest_sha256,
            round=self.round.number,
            train=train,
            sealed={dealer: self.dealt[dealer].sealed[club] for dealer in sorted(self.dealers - {club})},
        )

    def add_masked(self, club: str, one: ContributionSum) -> None:
        """Take a masked vector; raises MasksRefused for one of another length or modulus."""
        self._check(one, club, self.dealers)
        if len(one.values) != self.round.length or max(one.values) >= 1 << self.round.modulus_bits:
            raise MasksRefused("expected a vector of the campaign's length and modulus")
        self.answered[club] = one

    @cached_property
    def alive(self) -> AliveList:
        """The list of who is alive, fixed now; raises MasksRefused if they are too few."""
        self.round.check_enough(len(self.answered), "alive")
        return AliveList(
            manifest_sha256=self.round.manifest_sha256,
            round=self.round.number,
            dealers=tuple(sorted(self.dealers)),
            alive={club: sha256_hex(to_bytes(one)) for club, one in sorted(self.answered.items())},
        )

    def add_confirmation(self, club: str, one: AliveConfirmation) -> None:
        """Take a club's word for the list; raises MasksRefused unless its node signed this very list."""
        self._check(one, club, self.alive.alive)
        agreed = agreed_bytes(self.alive, self.roster)
        if one.alive_list != sha256_hex(agreed) or one.marks.keys() != self.alive.alive.keys() - {club}:
            raise MasksRefused("expected agreement to the list that was sent, towards every other living club")
        self._enrolled.verify(club, agreed, bytes.fromhex(one.signature))
        self.confirmed[club] = one

    def ask_reveal(self, club: str) -> ConfirmedList:
        """Show a living club that the others agree, and ask for what lifts the masks."""
        marks = {other: one.marks[club] for other, one in sorted(self.confirmed.items()) if other != club}
        return ConfirmedList(manifest_sha256=self.round.manifest_sha256, round=self.round.number, marks=marks)

    def add_revealed(self, club: str, one: RevealedShares) -> None:
        """Take revealed shares; raises MasksRefused if they are not those that were dealt, or of other clubs."""
        self._check(one, club, self.confirmed)
        gone = dropped(self.alive)
        if not (one.seeds.keys() <= self.alive.alive.keys() and one.keys.keys() <= set(gone)):
            raise MasksRefused("expected one share of each club, as the list has it")
        if not all(
            sha256_hex(bytes.fromhex(share)) == self.dealt[dealer].marks[club][64 * half : 64 * half + 64]
            for half, shares in enumerate((one.seeds, one.keys))
            for dealer, share in shares.items()
        ):
            raise MasksRefused("expected the shares that were dealt to this club")
        self.revealed[club] = one

    @cached_property
    def seeds(self) -> Mapping[str, bytes]:
        """The seed of every living club; raises MasksLost, naming the club in doubt, where one cannot be had."""
        shares = {holder: one.seeds for holder, one in self.revealed.items()}
        return {club: self._together(club, shares, check_seed) for club in self.alive.alive}

    @cached_property
    def keys(self) -> Mapping[str, bytes]:
        """The mask secret of every club that dropped out; raises MasksLost where one cannot be had."""
        shares = {holder: one.keys for holder, one in self.revealed.items()}
        return {club: self._together(club, shares, mask_key_of) for club in dropped(self.alive)}

    def _together(
        self,
        club: str,
        shares: Mapping[str, Mapping[str, str]],
        check: Callable[[bytes, KeyAnnouncement], object],
    ) -> bytes:
        found = {self.round.place(holder): bytes.fromhex(of[club]) for holder, of in shares.items() if club in of}
        try:
            secret = combine(found, threshold=self.round.threshold)
            check(secret, self.roster.announcements[club])
        except (BadShares, MasksRefused) as error:
            raise MasksLost(f"the masks cannot be lifted from the sum: the shares of {club} give no secret") from error
        return secret

    def total(self) -> tuple[int, ...]:
        """The sum over the living clubs, modulo 2**m; raises MasksLost where it cannot be unmasked."""
        vectors = {club: self.answered[club].values for club in self.alive.alive}
        return unmasked_sum(vectors, self.seeds, self.keys, self.roster, self.round)

    def evidence(self) -> OpeningEvidence:
        """Everything that shows every living club what the sum is."""
        return OpeningEvidence(
            manifest_sha256=self.round.manifest_sha256,
            round=self.round.number,
            answers=tuple(self.answered[club] for club in sorted(self.alive.alive)),
            seeds={club: seed.hex() for club, seed in self.seeds.items()},
            keys={club: key.hex() for club, key in self.keys.items()},
        )

    def add_opened(self, club: str, one: OpenedMask) -> None:
        """Take an opened mask; raises MasksRefused unless it is the key that the club announced."""
        self._check(one, club, self.alive.alive)
        mask_key_of(bytes.fromhex(one.mask_secret), self.roster.announcements[club])
        self.opened[club] = one

    def vector_of(self, club: str) -> tuple[int, ...]:
        """The vector of a club that has opened its mask, modulo 2**m."""
        secret = bytes.fromhex(self.opened[club].mask_secret)
        values, seed = self.answered[club].values, self.seeds[club]
        return opened_vector(values, club, self.dealers, seed, secret, self.roster, self.round)

    def _check(
        self,
        one: KeyAnnouncement | SealedShares | ContributionSum | AliveConfirmation | RevealedShares | OpenedMask,
        club: str,
        among: "Mapping[str, object] | frozenset[str] | tuple[str, ...]",
    ) -> None:
        expected = (self.round.manifest_sha256, self.round.number, club)
        if (one.manifest_sha256, one.round, one.club) != expected or club not in among:
            raise MasksRefused("expected an answer of this campaign, round and club, of a club that was asked")
