"""What a node does when it is asked to train: every check, in order, before anything is computed.

The order matters. Approval, journal, consent, tokens and the ledger's commit come first; only then is a gradient
computed, only for accepted athletes; and the answer is in the journal before it leaves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from chassis.clock import Clock
from client.errors import RoundRefused
from client.federation.approval import Approvals
from client.federation.journal import RoundJournal
from models.features import SCHEMAS, AthleteSeries
from models.privacy.contribution import contribution
from models.training.initial_weights import weights_sha256
from models.wire import ContributionSum, TrainRequest, read_train_request, to_bytes
from policies.campaign import CampaignManifest
from policies.snapshot import ConsentSnapshot
from policies.vocabulary import AthleteId, OrgId


class Ledger(Protocol):
    """What participation needs of the consent service."""

    def snapshot(self) -> ConsentSnapshot:
        """The fresh signed snapshot of this club's athletes."""

    def tokens(self, manifest_sha256: str, athletes: Iterable[AthleteId]) -> dict[AthleteId, str]:
        """Tokens of the athletes whose budget is reserved."""

    def commit_round(
        self, manifest_sha256: str, number: int, tokens: Iterable[str], *, again: bool
    ) -> frozenset[AthleteId]:
        """Spend one round; the athletes that may be used in it. again: asked before, and no answer left since."""


class Days(Protocol):
    """Where athletes' series come from."""

    def athletes(self) -> tuple[AthleteId, ...]:
        """Athletes this node can still read."""

    def learnable(self, manifest: CampaignManifest, athletes: Iterable[AthleteId]) -> frozenset[AthleteId]:
        """Those with at least one day that the campaign's model can learn from."""

    def series(self, manifest: CampaignManifest, athletes: Iterable[AthleteId]) -> Sequence[AthleteSeries]:
        """One series per readable athlete."""


@dataclass(frozen=True, slots=True)
class Participation:
    """One club's part in campaigns. Any exception is a refusal; nothing has left when one is raised."""

    club: OrgId
    approvals: Approvals
    journal: RoundJournal
    ledger: Ledger
    days: Days
    clock: Clock

    def answer(self, data: bytes) -> bytes:
        """Return the wire bytes that answer a training message, the same bytes each time it is asked.

        Raises BadWire, NotApproved, RoundRefused, ConsentUnavailable, BadWeights.
        """
        request = read_train_request(data)
        manifest = self.approvals.get(request.manifest_sha256, now=self.clock())
        _check_request(request, manifest)
        exact = to_bytes(request)
        known = self.journal.answered(manifest.sha256, request.round, exact)
        if known is not None:
            return known
        accepted = self._accepted(manifest, request.round)
        values = contribution(manifest, request.weights, self.days.series(manifest, accepted))
        reply = to_bytes(
            ContributionSum(manifest_sha256=manifest.sha256, round=request.round, club=self.club, values=values)
        )
        self.journal.record(manifest.sha256, request.round, exact, reply, self.clock())
        return reply

    def reserve(self, manifest: CampaignManifest) -> dict[AthleteId, str]:
        """Ask for the tokens of every athlete who lets this campaign learn from them; asking again is fine.

        Nothing is asked for an athlete without a day to learn from: their budget would be spent on no contribution.
        It is asked also for nobody: neither the log nor the time an answer takes may tell whether somebody takes part.
        """
        return self.ledger.tokens(manifest.sha256, self._taking_part(manifest))

    def _accepted(self, manifest: CampaignManifest, number: int) -> frozenset[AthleteId]:
        tokens = self.reserve(manifest)
        again = self.journal.begin(manifest.sha256, number)
        paid = self.ledger.commit_round(manifest.sha256, number, tokens.values(), again=again)
        return paid & frozenset(tokens)

    def _taking_part(self, manifest: CampaignManifest) -> list[AthleteId]:
        live = self._live(manifest)
        return sorted(self.days.learnable(manifest, live))

    def _live(self, manifest: CampaignManifest) -> list[AthleteId]:
        snapshot, now = self.ledger.snapshot(), self.clock()
        return [
            athlete
            for athlete in self.days.athletes()
            if snapshot.may_learn(athlete, categories=manifest.categories, league=OrgId(manifest.league), now=now)
        ]


def _check_request(request: TrainRequest, manifest: CampaignManifest) -> None:
    if request.round > manifest.rounds:
        raise RoundRefused("the campaign has no such round")
    schema = SCHEMAS.get(manifest.model)
    if schema is None or len(request.weights) != schema.dimension:
        raise RoundRefused("the message holds another number of weights than the model has")
    if request.round == 1 and weights_sha256(request.weights) != manifest.initial_weights:
        raise RoundRefused("the first round does not begin with the approved weights")
