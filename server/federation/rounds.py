"""The rounds of one campaign: ask every club, add what came, step, keep, log, and only then go on.

Rule for missing clubs. The first round that is asked, also after a resumption, waits until every club of the manifest
has come online, approved the campaign and answered, at most `wait_s`; later rounds ask ATTEMPTS times. A round then
closes with the clubs that answered. It counts if these are at least `min_honest_clubs` and at least half of the
manifest's clubs, two thirds where sums are masked (`masked`); otherwise the campaign fails. That is sound because each
club adds all the noise its own sum needs (h = 1), and because the sum is divided by the public number of athletes,
never by who came. For each club that is left out the coordinator adds the noise that it would have added: what is
published then says of no club whether it came.
"""

import itertools
import logging
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import server.federation.switches  # noqa: F401 - must come before flwr

# isort: split
from flwr.app import ConfigRecord, Context, Message, RecordDict
from flwr.serverapp import Grid, ServerApp

from chassis.operations.once_until_changed import OnceUntilChanged
from models.arrays import Floats
from models.masks.masked_round import SECAGG
from models.privacy.contribution import answer_length
from models.training import server_step
from models.training.initial_weights import initial_weights, weights_sha256
from models.training.server_step import ServerState
from models.wire import ContributionSum, TrainRequest, to_bytes
from policies.campaign import CampaignManifest
from server.aggregate import add, read_sum
from server.errors import CampaignFailed, CampaignInterrupted, RefusedSum, TooFewClubs
from server.federation.absent_noise import with_absent_noise
from server.federation.masked.collection import MaskedCollection
from server.federation.masked.stages import MaskedStages

REQUEST, REPLY, BYTES = "request", "sum", "b"
ATTEMPTS = 4
ATTEMPT_S = 60.0
PAUSE_S = 0.5
FIRST_PAUSES = (*(0.1 * 1.2**attempt for attempt in range(20)), 4.0)
"""Times `PAUSE_S`, the last for good, while clubs are waited for: a club that approves is asked again within about a
fifth of the time that it took, and one that takes long costs a question in 2 s."""
LATER_PAUSES = (1.0, 2.0, 4.0)
INTERRUPTED = "the coordinator stopped while the campaign was under way; resume the campaign, or close it"
CLOSED = "the league closed the campaign"
UNDECIDED = "NotApproved"  # what a node answers whose club has not approved it, or not yet
TURNED_DOWN = "CampaignTurnedDown"  # what a node answers whose club rejected or revoked it (`client.errors`)
RECORD_MISSING = "RecordMissing"  # what a node answers that has not got the record a season goes on from

MOST_SENDS = 3  # ours: a node that keeps saying so does not hold up the others

logger = logging.getLogger(__name__)


class Reporting(Protocol):
    """Where a campaign's progress goes. Each raises if it cannot be made durable, and the campaign then stops."""

    def part_received(self, number: int, parts: int) -> None:
        """Tell how many clubs have answered in the running round."""

    def turned_down(self, clubs: frozenset[str]) -> None:
        """Tell which clubs have rejected the campaign, or revoked their approval."""

    def left_out(self, clubs: Mapping[str, str]) -> None:
        """Tell which clubs are not in a masked sum that was opened: why, by club."""

    def round_finished(self, state: ServerState, clubs: int) -> None:
        """Keep weights and momentum after a round, and have it logged."""


@dataclass(frozen=True, slots=True)
class Training:
    """One campaign as a Flower ServerApp. nodes: node id of each club of the manifest that is enrolled.

    begun: the state after the last round that was finished before, of a campaign that is resumed. is_closed: whether
    the operator has ended it meanwhile. until: the last round that is asked now, in a season; all of them by default.
    send_record: sends clubs the record that a season goes on from, which they have not got. judged: the weights of the
    published model that a campaign for evidence names. folder: where what came of a masked round is kept until it is
    over. tell: tells clubs that have not decided what the campaign is, so that they can.
    """

    manifest: CampaignManifest
    nodes: Mapping[str, int]
    reporting: Reporting
    stop: threading.Event = field(default_factory=threading.Event)
    wait_s: float = 900.0
    attempt_s: float = ATTEMPT_S
    pause_s: float = PAUSE_S
    begun: ServerState | None = None
    folder: Path | None = None
    is_closed: Callable[[], bool] = lambda: False
    until: int | None = None
    send_record: Callable[[Set[str]], None] = lambda _clubs: None
    tell: Callable[[Set[str]], None] = lambda _clubs: None
    judged: Floats | None = None
    _lacking: set[str] = field(default_factory=set)
    _undecided: set[str] = field(default_factory=set)
    _sent: Counter[str] = field(default_factory=Counter)
    _said: OnceUntilChanged = field(default_factory=OnceUntilChanged)
    _gone: set[str] = field(default_factory=set)

    def server_app(self, finished: Callable[[ServerState], None]) -> ServerApp:
        """Return the app; it hands the last state to `finished`. Raises CampaignFailed when called."""
        app = ServerApp()

        @app.main()
        def main(grid: Grid, _context: Context) -> None:
            finished(self.run(grid))

        return app

    def run(self, grid: Grid) -> ServerState:
        """Run every round on `grid` and return the last state."""
        weights = initial_weights(self.manifest.model) if self.judged is None else self.judged.tolist()
        if weights_sha256(weights) != self.manifest.initial_weights:
            raise CampaignFailed("the manifest names other initial weights than its model has")
        state = self.begun or server_step.start(weights)
        for number in range(state.round + 1, (self.until or self.manifest.rounds) + 1):
            total, clubs = self._sum(grid, number, state)
            state = server_step.step(state, with_absent_noise(total, clubs, self.manifest), self.manifest)
            self.reporting.round_finished(state, clubs)
            MaskedStages.of(self.folder, number).remove()
        return state

    def _sum(self, grid: Grid, number: int, state: ServerState) -> tuple[tuple[int, ...], int]:
        """The sum of one round, and how many clubs are in it."""
        if self.manifest.masking == SECAGG:
            self.reporting.part_received(number, 0)
            stages, is_first = MaskedStages.of(self.folder, number), self._is_first(number)
            return MaskedCollection(self, number, stages, is_first).collect(grid, self._request(number, state))
        parts = self._collect(grid, number, state)
        return add(parts, self.manifest), len(parts)

    def _request(self, number: int, state: ServerState) -> TrainRequest:
        weights = tuple(float(weight) for weight in state.weights)
        return TrainRequest(manifest_sha256=self.manifest.sha256, round=number, weights=weights)

    def clubs_needed(self) -> int:
        """The club quorum: how many clubs a round needs at least, half of those in the manifest and never too few."""
        return max(self.manifest.min_honest_clubs, math.ceil(len(self.manifest.clubs) / 2))

    def _collect(self, grid: Grid, number: int, state: ServerState) -> dict[str, ContributionSum]:
        request = to_bytes(self._request(number, state))
        parts: dict[str, ContributionSum] = {}
        self.reporting.part_received(number, 0)
        for _ in self._attempts(number):
            missing = {club: node for club, node in self.nodes.items() if club not in parts and club not in self._gone}
            # The same bytes again: a node that answered before answers with the same bytes (no fresh noise).
            self._ask(grid, number, request, missing, parts)
            if self.nodes.keys() <= parts.keys() | self._gone:
                break
        self.check_going_on()
        if len(parts) < self.clubs_needed():
            raise TooFewClubs(f"round {number} had {len(parts)} of {len(self.manifest.clubs)} clubs")
        return parts

    @property
    def gone(self) -> frozenset[str]:
        """Clubs that have turned the campaign down."""
        return frozenset(self._gone)

    def check_going_on(self) -> None:
        """Return unless the campaign was closed or the coordinator stops; raises CampaignFailed then."""
        if self.is_closed():
            raise CampaignFailed(CLOSED)
        if self.stop.is_set():
            raise CampaignInterrupted(INTERRUPTED)

    def _is_first(self, number: int) -> bool:
        return number == (self.begun.round + 1 if self.begun else 1)

    def _attempts(self, number: int) -> Iterator[int]:
        return self.attempts(is_first=self._is_first(number))

    def attempts(self, *, is_first: bool) -> Iterator[int]:
        """Count attempts at one question, pausing between them, until there are enough or the coordinator stops.

        is_first: as long as clubs are waited for; a few times otherwise.
        """
        end = time.monotonic() + (self.wait_s if is_first else 0.0)
        for attempt in itertools.count():
            if self.stop.is_set() or self.is_closed() or (attempt >= ATTEMPTS and time.monotonic() >= end):
                return
            yield attempt
            times = FIRST_PAUSES if is_first else LATER_PAUSES
            self.stop.wait(self.pause_s * times[min(attempt, len(times) - 1)])

    def _ask(
        self, grid: Grid, number: int, data: bytes, missing: Mapping[str, int], parts: dict[str, ContributionSum]
    ) -> None:
        def take(club: str, answer: bytes) -> None:
            parts[club] = read_sum(
                answer, manifest=self.manifest, number=number, club=club, dimension=answer_length(self.manifest)
            )

        self.ask(grid, number, dict.fromkeys(missing, data), take)

    def ask(
        self,
        grid: Grid,
        number: int,
        requests: Mapping[str, bytes],
        take: Callable[[str, bytes], None],
        *,
        action: str = "train",
    ) -> Mapping[str, RefusedSum]:
        """Ask clubs once; `take` gets every answer, and raises RefusedSum for one of no use. Returns the refusals."""
        club_of = {self.nodes[club]: club for club in requests}
        refused: dict[str, RefusedSum] = {}
        messages = [
            Message(RecordDict({REQUEST: ConfigRecord({BYTES: data})}), self.nodes[club], action, group_id=str(number))
            for club, data in requests.items()
        ]
        for reply in grid.send_and_receive(messages, timeout=self.attempt_s):
            club = club_of.get(reply.metadata.src_node_id)
            if club is None:
                continue
            try:
                take(club, _bytes_of(reply))
            except RefusedSum as error:
                refused[club] = error
                self._note_refused(club, number, error)
        if self._lacking:
            self.send_record(frozenset(self._lacking))
            self._lacking.clear()
        if self._undecided:
            self.tell(frozenset(self._undecided))
            self._undecided.clear()
        return refused

    def part_received(self, number: int, parts: int) -> None:
        """Tell how many vectors of the running round have come."""
        self.reporting.part_received(number, parts)

    def left_out(self, clubs: Mapping[str, str]) -> None:
        """Tell which clubs are not in a masked sum that was opened, since it was too large: why, by club."""
        for club, reason in sorted(clubs.items()):
            logger.warning("a club is left out of a masked sum", extra={"club": club, "reason": reason})
        self.reporting.left_out(clubs)

    def _note_refused(self, club: str, number: int, error: RefusedSum) -> None:
        """Once for a club and a reason: the first round asks again for as long as it waits.

        A club that has turned the campaign down is not asked or waited for any more.
        """
        if error.answer == TURNED_DOWN:
            self._gone.add(club)
            self.reporting.turned_down(frozenset(self._gone))
        if error.answer == UNDECIDED:
            self._undecided.add(club)
        if error.answer == RECORD_MISSING and self._sent[club] < MOST_SENDS:
            self._sent[club] += 1
            self._lacking.add(club)
        if self._said.is_new(club, f"{number} {error}"):
            logger.warning(
                "a club gave no usable sum",
                extra={"club": club, "round": number, "reason": error.answer, "detail": error},
            )


def _bytes_of(reply: Message) -> bytes:
    """Return the only bytes of a reply; raises RefusedSum, with what the node gave instead."""
    if reply.has_error():
        raise RefusedSum("the node refused", answer=str(reply.error.reason)[:64])
    record = reply.content.get(REPLY)
    data = record.get(BYTES) if isinstance(record, ConfigRecord) else None
    if not isinstance(data, bytes):
        raise RefusedSum("the answer is not a contribution")
    return data
