"""What a node does when it is asked to train: every check, in order, before anything is computed.

The order matters. Approval, squad list, weights, journal, consent and tokens come first, then the ledger's commit. From
there on nothing is refused, since a refusal after the payment would be an answer more: a gradient is computed, only for
accepted athletes, the answer is put into the journal, its hash is noted at the ledger, and then it leaves. Wherever
this is cut off, at most one answer to a paid round has left and no other can follow.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from chassis.clock import Clock
from client.consent_answers import ContributionToken
from client.errors import AnsweredAlready, RoundRefused
from client.federation.approval import Approvals, check_squad
from client.federation.journal import RoundJournal
from client.federation.season_start import PublishedStart, check_exchange, nothing_published
from models.errors import BadWeights
from models.evidence.contribution import evidence_contribution
from models.features import SCHEMAS, AthleteSeries
from models.privacy.contribution import contribution
from models.training.initial_weights import weights_sha256
from models.wire import ContributionSum, TrainRequest, read_train_request, to_bytes
from policies.campaign import AnswerNote, CampaignManifest
from policies.snapshot import ConsentSnapshot
from policies.vocabulary import AthleteId, OrgId


class Ledger(Protocol):
    """What participation needs of the consent service."""

    def snapshot(self) -> ConsentSnapshot:
        """The fresh signed snapshot of this club's athletes."""

    def tokens(self, manifest_sha256: str, athletes: Iterable[AthleteId]) -> dict[AthleteId, ContributionToken]:
        """Tokens of the athletes whose budget is reserved."""

    def commit_round(
        self, manifest_sha256: str, number: int, tokens: Iterable[str], *, again: bool
    ) -> frozenset[AthleteId]:
        """Spend one round; the athletes that may be used in it. again: asked before, and no answer left since.

        Raises AnsweredAlready once an answer is noted.
        """

    def note_answer(self, manifest_sha256: str, number: int, note: AnswerNote) -> None:
        """Note the hash of the answer that will be sent; raises AnsweredAlready for another one."""


class Days(Protocol):
    """Where athletes' series come from."""

    def athletes(self) -> tuple[AthleteId, ...]:
        """Athletes this node can still read."""

    def learnable(self, manifest: CampaignManifest, athletes: Iterable[AthleteId]) -> frozenset[AthleteId]:
        """Those with at least one day that the campaign's model can learn from, or be judged on where it asks that."""

    def series(self, manifest: CampaignManifest, athletes: Mapping[AthleteId, int]) -> Sequence[AthleteSeries]:
        """One series per readable athlete. athletes: each with the weight in sixteenths that it must carry."""


@dataclass(frozen=True, slots=True)
class Masking:
    """What a masked round has beside the usual. asked: the very request; put_on: puts a vector under the masks."""

    asked: bytes
    put_on: Callable[[tuple[int, ...]], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Participation:
    """One club's part in campaigns. Any exception is a refusal; nothing has left when one is raised.

    published: what exchanges of a season have published, as this node holds and has proven it.
    """

    club: OrgId
    approvals: Approvals
    journal: RoundJournal
    ledger: Ledger
    days: Days
    clock: Clock
    published: PublishedStart = nothing_published

    def answer(self, data: bytes, masking: Masking | None = None) -> bytes:
        """Return the wire bytes that answer a training message, the same bytes each time it is asked.

        masking: where the campaign's sums are masked, and only there: a vector never leaves unmasked instead.
        Raises BadWire, NotApproved, RoundRefused, ConsentUnavailable.
        """
        request = read_train_request(data)
        manifest = self.approvals.get(request.manifest_sha256, now=self.clock())
        self._squad(manifest)
        _check_request(request, manifest)
        _check_masking(manifest, masking)
        check_exchange(request, manifest, now=self.clock(), published=self.published)
        with self._giving_up(manifest, request.round):
            reply = self._recorded(request, manifest, masking)
            if not self.journal.is_noted(manifest.sha256, request.round):
                self.ledger.note_answer(manifest.sha256, request.round, AnswerNote.of(reply))
                self.journal.noted(manifest.sha256, request.round)
        return reply

    def reserve(self, manifest: CampaignManifest) -> dict[AthleteId, ContributionToken]:
        """Ask for the tokens of every athlete who lets this campaign learn from them; asking again is fine.

        Nothing is asked for an athlete without a day to learn from: their budget would be spent on no contribution.
        It is asked also for nobody: neither the log nor the time an answer takes may tell whether somebody takes part.
        """
        return self.ledger.tokens(manifest.sha256, self._taking_part(manifest))

    def _recorded(self, request: TrainRequest, manifest: CampaignManifest, masking: Masking | None) -> bytes:
        """Return the answer in the journal; if there is none, pay, compute, and put one there."""
        exact = to_bytes(request) if masking is None else masking.asked
        known = self.journal.answered(manifest.sha256, request.round, exact)
        if known is not None:
            return known
        accepted = self._accepted(manifest, request.round)
        answer = contribution if manifest.evidence is None else evidence_contribution
        values = answer(manifest, request.weights, self.days.series(manifest, accepted))
        if masking is not None:
            values = masking.put_on(values)
        reply = to_bytes(
            ContributionSum(manifest_sha256=manifest.sha256, round=request.round, club=self.club, values=values)
        )
        self.journal.record(manifest.sha256, request.round, exact, reply, self.clock())
        return reply

    @contextmanager
    def _giving_up(self, manifest: CampaignManifest, number: int) -> Iterator[None]:
        """Ask no more for a round of which the ledger knows another answer: this node has lost the bytes."""
        try:
            yield
        except AnsweredAlready as error:
            self.journal.give_up(manifest.sha256, number)
            raise RoundRefused(
                "this club has answered this round, and this node no longer holds that answer; the round stays paid"
            ) from error

    def _squad(self, manifest: CampaignManifest) -> tuple[AthleteId, ...]:
        """Athletes on this club's list; raises NotApproved if they are more than the campaign is laid out for."""
        squad = self.days.athletes()
        check_squad(manifest, len(squad), club=self.club)
        return squad

    def _accepted(self, manifest: CampaignManifest, number: int) -> dict[AthleteId, int]:
        """Athletes whose round is paid, each with the weight that it is paid for."""
        tokens = self.reserve(manifest)
        again = self.journal.begin(manifest.sha256, number)
        presented = [one.token for one in tokens.values()]
        paid = self.ledger.commit_round(manifest.sha256, number, presented, again=again)
        return {athlete: one.sixteenths for athlete, one in tokens.items() if athlete in paid}

    def _taking_part(self, manifest: CampaignManifest) -> list[AthleteId]:
        live = self._live(manifest)
        return sorted(self.days.learnable(manifest, live))

    def _live(self, manifest: CampaignManifest) -> list[AthleteId]:
        squad = self._squad(manifest)
        snapshot, now = self.ledger.snapshot(), self.clock()
        return [
            athlete
            for athlete in squad
            if snapshot.may_learn(athlete, categories=manifest.categories, league=OrgId(manifest.league), now=now)
        ]


def _check_masking(manifest: CampaignManifest, masking: Masking | None) -> None:
    if (manifest.masking != "none") != (masking is not None):
        raise RoundRefused("the campaign's sums are masked, or they are not; the message asks for the other")


def _check_request(request: TrainRequest, manifest: CampaignManifest) -> None:
    if request.round > manifest.rounds:
        raise RoundRefused("the campaign has no such round")
    try:
        SCHEMAS[manifest.model].check_weights(np.asarray(request.weights, dtype=np.float64))
    except (KeyError, BadWeights) as error:
        raise RoundRefused("the message holds another number of weights than the model has") from error
    if request.round == 1 and weights_sha256(request.weights) != manifest.initial_weights:
        raise RoundRefused("the first round does not begin with the approved weights")
