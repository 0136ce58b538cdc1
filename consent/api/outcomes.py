"""Outcome after intent: once the answer to a audit event is handed to the network, or cannot be, the log is told."""

import logging
from dataclasses import dataclass, field
from typing import Annotated

import anyio
from fastapi import Depends, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audit.errors import AuditError
from consent.api.shared_acts import SharedActs
from consent.decisions.values import OutcomeReport
from consent.errors import ConsentError
from policies.vocabulary import OrgId

logger = logging.getLogger(__name__)

OK = range(200, 300)


@dataclass(slots=True)
class Intent:
    """What a route recorded before it answers; nothing by default."""

    events: list[tuple[OrgId, str]] = field(default_factory=list)

    def recorded(self, org: OrgId, event: str | None) -> None:
        """Say that the answer to `org` follows this act, as well as those said before; None: nothing was recorded."""
        if event is not None:
            self.events.append((org, event))


def intent_of(request: Request) -> Intent:
    """Return what the route of this request records."""
    intent: Intent = request.state.intent
    return intent


async def _intent(request: Request) -> Intent:
    return intent_of(request)


ThisIntent = Annotated[Intent, Depends(_intent)]


class DeliveryRecorder:
    """The outermost layer of the application: sees the last byte of an answer go, or an error in its place."""

    def __init__(self, app: ASGIApp, *, acts: SharedActs) -> None:
        self._app = app
        self._acts = acts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; afterwards record what became of an act that it led to."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        intent = scope.setdefault("state", {})["intent"] = Intent()
        answer = _Answer(intent, receive, send)
        try:
            await self._app(scope, receive, answer.send)
        finally:
            for org, event in intent.events:
                with anyio.CancelScope(shield=True):
                    await self._note(OutcomeReport(org, event, answer.is_sent))

    async def _note(self, report: OutcomeReport) -> None:
        """Record the outcome. If that fails nothing is undone: the athlete's page then says that it is not known."""
        try:
            await self._acts.note(report)
        except (AuditError, ConsentError) as error:
            logger.warning("the outcome of an answer was not recorded", extra={"error": type(error).__name__})


@dataclass(slots=True)
class _Answer:
    """One answer on its way out. is_sent: all of it was handed over, while somebody was there to take it."""

    intent: Intent
    receive_from: Receive
    send_to: Send
    status: int = 0
    is_sent: bool = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        is_last = message["type"] == "http.response.body" and not message.get("more_body", False)
        is_claimed = is_last and bool(self.intent.events) and self.status in OK and not self._is_alone()
        await self.send_to(message)
        self.is_sent = self.is_sent or is_claimed

    def _is_alone(self) -> bool:
        """True if the caller has gone. The request was read to its end before, so nothing else can be waiting here.

        Its going is there to be received at once, or has not happened: what would have to be waited for is given up.
        """
        receiving = self.receive_from().__await__()
        try:
            next(receiving)
        except StopIteration as received:
            message: Message = received.value
            return bool(message["type"] == "http.disconnect")
        receiving.close()
        return False
