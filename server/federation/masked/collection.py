"""One round whose sums are masked: the stages of `models.masks`, asked of nodes as `train.masks`, one after the other.

The first stage waits for clubs as a round without masks does. Whoever answered a stage is asked the next; the others
are left out of the round, and two thirds of the manifest's clubs must be left at its end. Where the sum is larger than
honest clubs can make it, every club is asked to open its vector (with all noise in each that costs nobody anything),
each is checked by itself, and those beyond the bound are named and left out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import server.federation.switches  # noqa: F401 - must come before flwr

# isort: split
from flwr.serverapp import Grid

from models.errors import BadWire, MasksLost, MasksRefused, ModelError
from models.masks.coordinator_side import CoordinatorSide
from models.masks.enrolled_keys import FleetKeys
from models.masks.evidence import is_beyond
from models.masks.messages import (
    AliveConfirmation,
    KeyAnnouncement,
    MaskRequest,
    OpenedMask,
    RevealedShares,
    SealedShares,
    read_message,
    request_bytes,
)
from models.privacy.discrete_gaussian import add_in_ring
from models.wire import ContributionSum, TrainRequest, read_contribution, to_bytes
from policies.campaign import CampaignManifest
from server.aggregate import check_size
from server.errors import CampaignFailed, CampaignInterrupted, RefusedSum, TooFewClubs
from server.federation.masked.stages import MaskedStages

ACTION = "train.masks"
FINAL = frozenset({"RoundRefused", "MasksRefused", "BadWire"})  # what a node answers that will not answer otherwise

TOO_LARGE, NOT_OPENED = "too_large", "not_opened"

Sum = tuple[int, ...]


class Asking(Protocol):
    """What a masked round needs of the campaign that it is a round of."""

    @property
    def manifest(self) -> CampaignManifest:
        """What was signed."""

    @property
    def nodes(self) -> Mapping[str, int]:
        """Node id of each club."""

    @property
    def gone(self) -> frozenset[str]:
        """Clubs that have turned the campaign down."""

    def attempts(self, *, is_first: bool) -> Iterator[int]:
        """Count attempts, pausing between them. is_first: as long as clubs are waited for."""

    def ask(
        self,
        grid: Grid,
        number: int,
        requests: Mapping[str, bytes],
        take: Callable[[str, bytes], None],
        *,
        action: str,
    ) -> Mapping[str, RefusedSum]:
        """Ask clubs once; `take` gets every answer, and raises RefusedSum for one of no use. Returns the refusals."""

    def check_going_on(self) -> None:
        """Return unless the campaign was closed or the coordinator stops; raises CampaignFailed then."""

    def part_received(self, number: int, parts: int) -> None:
        """Tell how many vectors have come."""

    def left_out(self, clubs: Mapping[str, str]) -> None:
        """Tell which clubs are not in a sum that was opened: why, by club."""


@dataclass(slots=True)
class MaskedCollection:
    """The sum of one masked round. is_first: whether clubs are waited for."""

    asking: Asking
    number: int
    kept: MaskedStages
    is_first: bool
    _side: CoordinatorSide = field(init=False)
    _stages: dict[str, dict[str, bytes]] = field(init=False)
    _lost: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        manifest = self.asking.manifest
        self._side = CoordinatorSide(manifest, self.number, enrolled=FleetKeys(manifest.clubs))
        self._stages = self.kept.load()

    def collect(self, grid: Grid, train: TrainRequest) -> tuple[Sum, int]:
        """Return the sum over the clubs that count, and how many they are; what is kept of it is removed afterwards.

        Raises MasksRefused where too few clubs are left, MasksLost where the sum cannot be unmasked, CampaignFailed.
        """
        try:
            return self._collected(grid, train)
        except CampaignInterrupted:
            raise  # it will be gone on with
        except (MasksRefused, MasksLost, CampaignFailed):
            self.kept.remove()
            raise

    def _collected(self, grid: Grid, train: TrainRequest) -> tuple[Sum, int]:
        side = self._side
        self._keys(grid)
        if len(side.announced) < side.round.threshold:  # nothing is dealt yet: a season may ask again
            raise TooFewClubs(
                f"round {self.number} had keys of {len(side.announced)} of {len(side.round.clubs)} clubs, and masks "
                f"need {side.round.threshold}"
            )
        self._ask(grid, "shares", side.roster.announcements, lambda _: side.ask_shares(), self._take_shares)
        self._ask(grid, "masked", side.dealers, lambda club: side.ask_masked(club, train), self._take_masked)
        alive = side.alive
        self._ask(grid, "confirm", alive.alive, lambda _: alive, self._take_confirmation)
        self._ask(grid, "reveal", side.confirmed, side.ask_reveal, self._take_revealed)
        total = side.total()
        if is_beyond(total, self.asking.manifest, alive.alive):
            return self._opened(grid)
        return total, len(alive.alive)

    def _keys(self, grid: Grid) -> None:
        """Announcements of everybody who comes in time. Those who waited long are asked once more before they count.

        A node that was started anew meanwhile holds other keys, and would be left out under the former ones.
        """
        if "keys" in self._stages:
            self._ask(grid, "keys", self.asking.nodes, lambda _: self._side.ask_keys(), self._take_keys)
            return
        asked = self._ask(
            grid, "keys", self.asking.nodes, lambda _: self._side.ask_keys(), self._take_keys, is_first=self.is_first
        )
        if asked > 1:
            self._once(grid, {club: self._side.ask_keys() for club in self._side.announced}, "keys", self._take_keys)
            self.kept.save(self._stages)

    def _ask(
        self,
        grid: Grid,
        stage: str,
        clubs: Iterable[str],
        request: Callable[[str], MaskRequest],
        take: Callable[[str, bytes], None],
        *,
        is_first: bool = False,
    ) -> int:
        """Ask clubs until all have answered or enough attempts are made; returns their number, 0 for a stage kept."""
        if stage in self._stages:
            for club, data in self._stages[stage].items():
                take(club, data)
            return 0
        asked, came = 0, self._stages.setdefault(stage, {})
        for attempt in self.asking.attempts(is_first=is_first):
            asked = attempt + 1
            missing = [club for club in clubs if club not in came.keys() | self.asking.gone | self._lost]
            self._once(grid, {club: request(club) for club in missing}, stage, take)
            if set(clubs) <= came.keys() | self.asking.gone | self._lost:
                break
        self.asking.check_going_on()
        self.kept.save(self._stages)
        return asked

    def _once(
        self, grid: Grid, requests: Mapping[str, MaskRequest], stage: str, take: Callable[[str, bytes], None]
    ) -> None:
        def taken(club: str, data: bytes) -> None:
            try:
                take(club, data)
            except ModelError as error:
                self._lost.add(club)
                raise RefusedSum(f"its answer at the stage {stage!r} is of no use: {error}") from error
            self._stages[stage][club] = data
            if stage == "masked":
                self.asking.part_received(self.number, len(self._stages[stage]))

        sent = {club: request_bytes(ask) for club, ask in requests.items()}
        refused = self.asking.ask(grid, self.number, sent, taken, action=ACTION)
        self._lost |= {club for club, error in refused.items() if error.answer in FINAL}

    def _take_keys(self, club: str, data: bytes) -> None:
        self._side.add_keys(club, read_message(KeyAnnouncement, data))

    def _take_shares(self, club: str, data: bytes) -> None:
        self._side.add_shares(club, read_message(SealedShares, data))

    def _take_masked(self, club: str, data: bytes) -> None:
        answer: ContributionSum = read_contribution(data)
        if data != to_bytes(answer):
            raise BadWire("expected the bytes of a contribution as they are written here")
        self._side.add_masked(club, answer)

    def _take_confirmation(self, club: str, data: bytes) -> None:
        self._side.add_confirmation(club, read_message(AliveConfirmation, data))

    def _take_revealed(self, club: str, data: bytes) -> None:
        self._side.add_revealed(club, read_message(RevealedShares, data))

    def _take_opened(self, club: str, data: bytes) -> None:
        self._side.add_opened(club, read_message(OpenedMask, data))

    def _opened(self, grid: Grid) -> tuple[Sum, int]:
        """The sum of the vectors that are within the bound of one club, once all were asked to open theirs."""
        evidence, clubs = self._side.evidence(), self._side.alive.alive
        self._ask(grid, "open", clubs, lambda _: evidence, self._take_opened)
        vectors = {club: self._side.vector_of(club) for club in self._side.opened}
        within = {club: vector for club, vector in vectors.items() if self._is_within(club, vector)}
        self.asking.left_out(
            {club: TOO_LARGE if club in self._side.opened else NOT_OPENED for club in clubs if club not in within}
        )
        if len(within) < self._side.round.threshold:
            raise CampaignFailed(
                f"the masked sum is larger than clipping and noise allow, and {len(within)} of "
                f"{len(self._side.round.clubs)} clubs have opened a vector within them"
            )
        return add_in_ring(within.values(), self.asking.manifest.modulus_bits), len(within)

    def _is_within(self, club: str, vector: Sum) -> bool:
        try:
            check_size(vector, self.asking.manifest, club)
        except RefusedSum:
            return False
        return True
