"""HTTP to the consent service, signed with the node's key. Whatever goes wrong is a refusal: no answer, no use.

Answers are parsed into values before anything is done with them; a snapshot is believed only under the service's
own signature.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from audit.entries.details.base import Details
from chassis.clock import Clock, utc_now
from chassis.errors import KeyNotTaken, ServiceBusy, ServiceUnreachable, UnsoundAnswer
from chassis.hidden_characters import cleaned
from chassis.http.key_change import SignedKeyChange, TakenKey
from chassis.http.limits import MOST_ITEMS
from chassis.http.request_signature import protects_answers
from chassis.http.signed_client import FAULTY, UNAUTHORISED, SignedClient
from chassis.remote_time import outside
from client.consent_answers import (
    AcceptedAnswer,
    ContributionToken,
    DecisionsAnswer,
    EnrolledAnswer,
    ErasedAnswer,
    LeagueAnswer,
    LeaguesAnswer,
    LoggedAnswer,
    NodeSiteAnswer,
    ProposedAnswer,
    TokensAnswer,
)
from client.errors import (
    AnsweredAlready,
    BadNodeSettings,
    ClockApart,
    ConsentBusy,
    ConsentNotAnswering,
    ConsentRefused,
    ConsentUnavailable,
    NodeKeyNotTaken,
)
from client.settings import NodeSettings
from policies.campaign import AnswerNote
from policies.errors import OutsideItsTime, PolicyError
from policies.release import ReleaseProposal
from policies.signing import SigningKey, VerifyKey
from policies.snapshot import ConsentSnapshot, open_snapshot
from policies.vocabulary import Action, AthleteId, Category, Granularity, OrgId, Purpose, Role

LARGEST_ANSWER = 4 * 1024 * 1024
ANSWERED = 410
"""Status of the refusal of a round that this club has answered with other bytes, or may have."""

A = TypeVar("A", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Question:
    """One thing a person of the club wants to see.

    without_wearables: this node computes it from other sources alone, and answers for that (readiness, training load).
    """

    athlete: AthleteId
    category: Category
    granularity: Granularity
    without_wearables: bool = False


@dataclass(frozen=True, slots=True)
class JoinableLeague:
    """A registered league. joined: since when this club is in it; None while it is not."""

    league: OrgId
    name: str
    joined: datetime | None


@dataclass(frozen=True, slots=True)
class Ruling:
    """The service's answer to one question; `epoch` is the athlete's at the moment of the decision."""

    athlete: AthleteId
    category: Category
    allowed: bool
    epoch: int


@dataclass(slots=True)
class NewestSnapshot:
    """When the newest sound snapshot was issued; None before the first."""

    issued: datetime | None = None


@dataclass(frozen=True, slots=True)
class NodeConsentClient:
    """The consent service as one club sees it. Every method raises ConsentUnavailable unless the answer is sound."""

    http: SignedClient
    service_key: VerifyKey
    club: OrgId
    clock: Clock
    newest: NewestSnapshot = field(default_factory=NewestSnapshot)

    @classmethod
    def of(
        cls, settings: NodeSettings, *, clock: Clock = utc_now, key: SigningKey | None = None
    ) -> "NodeConsentClient":
        """Return the client of a linked node, for its caller to close. key: signs in place of the node's present one.

        Raises BadNodeSettings if the node is not linked, or over a line without TLS.
        """
        if settings.consent_url is None or settings.consent_service_key is None:
            raise BadNodeSettings("this node is not linked to a consent service; run `homefield-node link` first")
        if not protects_answers(settings.consent_url):
            raise BadNodeSettings("expected an https address of the consent service; http is for this machine only")
        service_key = VerifyKey.from_text(settings.consent_service_key)
        http = SignedClient(
            settings.consent_url,
            key or settings.node_key(),
            audience=service_key.key_id,
            clock=clock,
            largest_answer=LARGEST_ANSWER,
        )
        return cls(http, service_key, settings.club, clock)

    def close(self) -> None:
        """Close the line to the service; to be called when the program, or its command, ends."""
        self.http.close()

    def enrol(self, *, athlete: AthleteId, name: str, shirt_no: int, is_minor: bool) -> None:
        """Tell the service about one of our athletes. Telling it again is fine.

        A name that this node stored before names had a rule is sent as it is shown.
        """
        body = {"athlete": athlete, "name": cleaned(name), "shirt_no": shirt_no, "is_minor": is_minor}
        self._post("/v1/members", body, EnrolledAnswer)

    def register_site(self, address: str) -> None:
        """Say under which origin athletes reach their own site here, empty for none; the same again is fine."""
        if self._post("/v1/node-site", {"address": address}, NodeSiteAnswer).address != address:
            raise ConsentUnavailable("the consent service kept another address than this node's")

    def erased(self) -> frozenset[AthleteId]:
        """Return which of our athletes are erased, here or at the service."""
        try:
            answer = ErasedAnswer.model_validate_json(self._send("GET", "/v1/members/erased", None))
        except ValidationError as error:
            raise ConsentUnavailable("the consent service gave an answer of another shape") from error
        return frozenset(AthleteId(athlete) for athlete in answer.athletes)

    def join_league(self, league: str) -> JoinableLeague:
        """Join a league; doing it again is fine."""
        return _league(self._post(f"/v1/leagues/{league}/join", {}, LeagueAnswer))

    def leave_league(self, league: str) -> JoinableLeague:
        """Leave a league; its open campaigns are closed for this club."""
        return _league(self._post(f"/v1/leagues/{league}/leave", {}, LeagueAnswer))

    def leagues(self) -> tuple[JoinableLeague, ...]:
        """Return every registered league, with whether this club is in it."""
        try:
            answer = LeaguesAnswer.model_validate_json(self._send("GET", "/v1/leagues", None))
        except ValidationError as error:
            raise ConsentUnavailable("the consent service gave an answer of another shape") from error
        return tuple(_league(one) for one in answer.leagues)

    def snapshot(self) -> ConsentSnapshot:
        """Return the fresh signed snapshot of this club's athletes."""
        data, now = self._send("GET", "/v1/snapshot", None), self.clock()
        try:
            opened = open_snapshot(data, self.service_key, club=self.club, now=now)
            self.newest.issued = opened.issued
            return opened
        except OutsideItsTime as error:
            raise ClockApart(_outside(error, now)) from error
        except PolicyError as error:
            raise ConsentUnavailable("the consent snapshot is not signed, or not ours") from error

    def decisions(
        self, *, person: str, role: Role, action: Action, purpose: Purpose, questions: Sequence[Question]
    ) -> tuple[Ruling, ...]:
        """Ask whether a person may see what they ask for; the service logs each answer before it gives it.

        A list that is longer than one call may be is asked in several.
        """
        rulings: list[Ruling] = []
        for first in range(0, len(questions), MOST_ITEMS):
            rulings += self._decisions(person, role, action, purpose, questions[first : first + MOST_ITEMS])
        return tuple(rulings)

    def _decisions(
        self, person: str, role: Role, action: Action, purpose: Purpose, questions: Sequence[Question]
    ) -> tuple[Ruling, ...]:
        items = [
            {
                "athlete": q.athlete,
                "category": q.category.value,
                "granularity": q.granularity.word,
                "without_wearables": q.without_wearables,
            }
            for q in questions
        ]
        body = {
            "actor": {"person": person, "role": role.value},
            "action": action.value,
            "purpose": purpose.value,
            "items": items,
        }
        answer = self._post("/v1/decisions", body, DecisionsAnswer)
        asked = [(q.athlete, q.category) for q in questions]
        if [(r.athlete, r.category) for r in answer.results] != asked:
            raise ConsentUnavailable("the consent service answered another question than was asked")
        return tuple(Ruling(AthleteId(r.athlete), r.category, r.allowed, r.epoch) for r in answer.results)

    def tokens(self, manifest_sha256: str, athletes: Iterable[AthleteId]) -> dict[AthleteId, ContributionToken]:
        """Return the contribution token of every athlete who may take part; the ledger has reserved their budget."""
        asked = sorted(athletes)
        answer = self._post(f"/v1/campaigns/{manifest_sha256}/tokens", {"athletes": asked}, TokensAnswer)
        tokens = {AthleteId(t.athlete): ContributionToken(t.token, t.sixteenths) for t in answer.tokens}
        if not set(tokens) <= set(asked) or len(tokens) != len(answer.tokens):
            raise ConsentUnavailable("the consent service issued tokens for athletes it was not asked about")
        return tokens

    def commit_round(
        self, manifest_sha256: str, number: int, tokens: Iterable[str], *, again: bool = False
    ) -> frozenset[AthleteId]:
        """Spend one round of the budget behind `tokens`; returns the athletes whose data may be used in it.

        Call it before anything is computed. again: this node asked before and sent no answer to the round since;
        only then may a round that is paid already be used, and nothing is spent again. Raises AnsweredAlready once an
        answer of this club is noted for it.
        """
        body = {"tokens": sorted(tokens), "again": again}
        answer = self._in_round(manifest_sha256, number, "commit", body, AcceptedAnswer)
        return frozenset(AthleteId(athlete) for athlete in answer.accepted)

    def note_answer(self, manifest_sha256: str, number: int, note: AnswerNote) -> None:
        """Have the hash of this club's answer to a round noted. Call it before the answer is sent, and send no other.

        The same hash again is fine. Raises AnsweredAlready if another one is noted, or may be.
        """
        noted = self._in_round(manifest_sha256, number, "answer", note.model_dump(), AnswerNote)
        if noted != note:
            raise ConsentUnavailable("the consent service noted another answer than was sent")

    def _in_round(self, manifest_sha256: str, number: int, step: str, body: Mapping[str, Any], kind: type[A]) -> A:
        """Take one step of a round; raises AnsweredAlready if it has an answer, of which no other may follow."""
        try:
            return self._post(f"/v1/campaigns/{manifest_sha256}/rounds/{number}/{step}", body, kind)
        except ConsentRefused as error:
            if error.status == ANSWERED:
                raise AnsweredAlready(error.status) from error
            raise

    def propose(self, proposal: ReleaseProposal) -> None:
        """Put a release in front of the athlete; what the service took is compared with what was proposed."""
        answer = self._post("/v1/releases", proposal.model_dump(mode="json"), ProposedAnswer)
        taken = (answer.release_id, answer.sha256, answer.bytes_sha256)
        if taken != (proposal.index.approval_id, proposal.sha256, proposal.index.sha256):
            raise ConsentUnavailable("the consent service took another release than was proposed")

    def change_key(self, statement: SignedKeyChange) -> datetime | None:
        """Have the service take another key of this club; returns until when the one before counts beside it.

        Raises KeyNotTaken if it does not know the key that signs this very request.
        """
        try:
            return self._post("/v1/keys", statement.as_json(), TakenKey).former_until(statement)
        except NodeKeyNotTaken as error:
            raise KeyNotTaken("the consent service does not take this key") from error
        except UnsoundAnswer as error:
            raise ConsentUnavailable(str(error)) from error

    def event(self, details: Details) -> None:
        """Have the service log an event of this club: when this returns, the entry is durable."""
        self._post("/v1/events", {"kind": details.kind.value, "details": details.body()}, LoggedAnswer)

    def _post(self, target: str, body: Mapping[str, Any], kind: type[A]) -> A:
        try:
            return kind.model_validate_json(self._send("POST", target, body))
        except ValidationError as error:
            raise ConsentUnavailable("the consent service gave an answer of another shape") from error

    def _send(self, method: str, target: str, body: Mapping[str, Any] | None) -> bytes:
        try:
            answer = self.http.send(method, target, body)
        except ServiceBusy as error:
            raise ConsentBusy(error.retry_after_s) from error
        except ServiceUnreachable as error:
            raise ConsentNotAnswering(self.http.base_url) from error
        except UnsoundAnswer as error:
            raise ConsentUnavailable("the consent service gave an answer of another size") from error
        if answer.status >= FAULTY:
            raise ConsentNotAnswering(self.http.base_url, answer.status)
        problem = answer.clock_problem(own="this node's clock", other="the consent service's")
        if problem:
            raise ClockApart(f"the consent service refused the request: {problem}")
        if answer.status == UNAUTHORISED:
            raise NodeKeyNotTaken(answer.status)
        if answer.status not in (200, 201):
            raise ConsentRefused(answer.status)
        return answer.body


def _outside(error: OutsideItsTime, now: datetime) -> str:
    """Say which clock is how far off, where a snapshot of this moment is outside its time by ours."""
    if error.begins is None or error.ends is None:
        return str(error)
    what, own, other = "the consent snapshot", "this node's clock", "the consent service's"
    return outside(now, begins=error.begins, ends=error.ends, what=what, own=own, other=other) or str(error)


def _league(answer: LeagueAnswer) -> JoinableLeague:
    return JoinableLeague(OrgId(answer.league), answer.name, answer.joined)
