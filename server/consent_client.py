"""HTTP to the consent service, signed with the league's key. No sound answer means: show nothing, continue nothing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from audit.entries.details.base import Details
from audit.entries.details.league import ModelRegistered
from chassis.clock import Clock
from chassis.errors import ServiceBusy, ServiceUnreachable, UnsoundAnswer
from chassis.http.key_change import SignedKeyChange, TakenKey
from chassis.http.request_signature import protects_answers
from chassis.http.signed_client import UNAUTHORISED, SignedClient
from chassis.remote_service import not_answering, nothing_lost
from policies.campaign import SignedManifest
from policies.signing import SigningKey, VerifyKey
from policies.vocabulary import Role
from server.errors import (
    BadCoordinatorSettings,
    ConsentAskedTooOften,
    ConsentDown,
    ConsentServiceFailed,
    LeagueKeyNotTaken,
    NothingForThisLeague,
)
from server.settings import CoordinatorSettings

LARGEST_ANSWER = 1024 * 1024
NOTHING_THERE = 404

BandText = Annotated[str, Field(pattern=r"^\d{1,3}-\d{1,3}$")]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SquadPageLine(_Answer):
    """One line of the squad page. band and range are both there or both None; None has one meaning: not available."""

    no: int = Field(ge=0, le=999)
    name: str = Field(min_length=1, max_length=80)
    band: BandText | None
    range: BandText | None

    @model_validator(mode="after")
    def _both_or_neither(self) -> "SquadPageLine":
        if (self.band is None) != (self.range is None):
            raise ValueError("expected band and range together")
        return self


class OfficeView(_Answer):
    """What one person of a front office may see of one squad now."""

    club_name: str = Field(min_length=1, max_length=80)
    published: str | None = None
    rows: tuple[SquadPageLine, ...] = Field(max_length=200)


class Spend(_Answer):
    """What one campaign has cost an athlete at most, rounded by the service so that nobody joining shows."""

    epsilon_per_athlete_max: float
    rho_micro_per_athlete_max: int


class _Registered(_Answer):
    sha256: str


class _Logged(_Answer):
    entry: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Opened(_Logged):
    opening: dict[str, JsonValue]


A = TypeVar("A", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class CoordinatorConsentClient:
    """The consent service as the league sees it. Without a sound answer every method raises ConsentServiceFailed."""

    http: SignedClient

    @classmethod
    def of(
        cls, settings: CoordinatorSettings, *, clock: Clock, key: SigningKey | None = None
    ) -> "CoordinatorConsentClient":
        """Return the client of a coordinator's folder, for its caller to close. key: signs in place of the league's.

        Raises BadCoordinatorSettings over a line without TLS, or if the service's key is not known here.
        """
        if not protects_answers(settings.consent_url):
            raise BadCoordinatorSettings(
                "expected an https address of the consent service; http is for this machine only"
            )
        if not settings.service_key:
            raise BadCoordinatorSettings(
                "this coordinator does not know the consent service's key, for which its requests are signed; "
                "run `homefield-server link` with it"
            )
        http = SignedClient(
            settings.consent_url,
            key or settings.league_key(),
            audience=VerifyKey.from_text(settings.service_key).key_id,
            clock=clock,
            largest_answer=LARGEST_ANSWER,
        )
        return cls(http)

    def close(self) -> None:
        """Close the line to the service; to be called when the program, or its command, ends."""
        self.http.close()

    def register_campaign(self, signed: SignedManifest) -> None:
        """Make a campaign known to the ledger; doing it again is fine."""
        answer = self._send("POST", "/v1/campaigns", signed.as_json(), _Registered)
        if answer.sha256 != signed.manifest.sha256:
            raise ConsentServiceFailed("the consent service registered another campaign than was sent")

    def change_key(self, statement: SignedKeyChange) -> datetime | None:
        """Have the service take another key of the league; returns until when the one before counts beside it.

        Raises LeagueKeyNotTaken if it does not know the key that signs this very request.
        """
        try:
            return self._send("POST", "/v1/keys", statement.as_json(), TakenKey).former_until(statement)
        except UnsoundAnswer as error:
            raise ConsentServiceFailed(str(error)) from error

    def event(self, details: Details) -> None:
        """Have the service log an event of the league: when this returns, the entry is durable."""
        self._send("POST", "/v1/events", {"kind": details.kind.value, "details": details.body()}, _Logged)

    def register_model(self, details: ModelRegistered) -> bytes:
        """Have a published model logged; returns what opens the entry to everybody, as JSON."""
        body = {"kind": details.kind.value, "details": details.body(), "opening": True}
        return json.dumps(self._send("POST", "/v1/events", body, _Opened).opening).encode()

    def office(self, club: str, *, person: str) -> OfficeView:
        """One look at a squad page; the service decides and logs it before it answers.

        Raises NothingForThisLeague for a club that is not in the league now.
        """
        query = urlencode({"person": person, "role": Role.FRONT_OFFICE.value})
        return self._send("GET", f"/v1/office/{club}?{query}", None, OfficeView)

    def spend(self, manifest_sha256: str) -> Spend:
        """What a campaign has cost so far."""
        return self._send("GET", f"/v1/campaigns/{manifest_sha256}/spend", None, Spend)

    def _send(self, method: str, target: str, body: Mapping[str, Any] | None, kind: type[A]) -> A:
        try:
            answer = self.http.send(method, target, body)
        except ServiceBusy as error:
            raise ConsentAskedTooOften(error.retry_after_s) from error
        except ServiceUnreachable as error:
            raise _away(self.http.base_url) from error
        except UnsoundAnswer as error:
            raise ConsentServiceFailed("the consent service gave an answer of another size") from error
        if answer.status >= 500:
            raise _away(self.http.base_url, answer.status)
        problem = answer.clock_problem(own="the coordinator's clock", other="the consent service's")
        if problem:
            raise ConsentServiceFailed(f"the consent service refused the request: {problem}")
        if answer.status == UNAUTHORISED:
            raise LeagueKeyNotTaken(
                "the consent service does not take the league's key (status 401); it was revoked or replaced, or "
                "is not registered: ask the union's operator, and `homefield-server rotate-key` says what they have to "
                "run"
            )
        if answer.status == NOTHING_THERE:
            raise NothingForThisLeague(
                "the consent service knows no such thing for this league; a club has to join it first "
                "(`homefield-node league join`, run by the club)"
            )
        if answer.status not in (200, 201):
            raise ConsentServiceFailed(f"the consent service refused the request (status {answer.status})")
        try:
            return kind.model_validate_json(answer.body)
        except ValidationError as error:
            raise ConsentServiceFailed("the consent service gave an answer of another shape") from error


def _away(address: str, status: int | None = None) -> ConsentDown:
    came = not_answering("the consent service", address, status)
    return ConsentDown(nothing_lost(came, holder="this coordinator", until="it answers"))
