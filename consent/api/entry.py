"""What every route of the interface has: the signed caller, the store, strict bodies, and one answer per error."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.concurrency import run_in_threadpool

from audit.errors import AuditError
from chassis.errors import BadName, HiddenText, RepeatedName
from chassis.http.budgets import TOO_MANY, Budget
from chassis.http.clean_text import refuse_hidden, refuse_repeated
from chassis.http.limited_bodies import SMALL_BODY
from chassis.http.limits import LARGEST_BODY
from chassis.http.request_signature import SignedHeaders, read_headers
from consent.api.turns import CallTurns
from consent.errors import (
    AlreadyAnswered,
    ConsentError,
    InvalidChange,
    KeyDestroyed,
    NotAllowed,
    NotFound,
    RequestRefused,
    StoreUnavailable,
    TooLarge,
    TooOften,
)
from consent.identity.signed_requests import SignedRequests
from consent.registry.values import Org
from consent.store import ConsentStore
from policies.errors import BadSignature

SQUAD = 60  # items that a call costs at least which leaves an entry for every athlete of a club

_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (RequestRefused, 401),
    (TooLarge, 413),
    (NotAllowed, 403),
    (NotFound, 404),
    (InvalidChange, 422),
    (AlreadyAnswered, 410),
    (KeyDestroyed, 410),
    (StoreUnavailable, 503),
    (AuditError, 503),
    (ConsentError, 409),
)
_UNAVAILABLE = "no answer without a record of it; try again later"


class Body(BaseModel):
    """Base of every body that comes in."""

    model_config = ConfigDict(extra="forbid", frozen=True)


B = TypeVar("B", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class CallBudgets:
    """What one organisation may ask for in a minute: requests, and the items in them."""

    requests: Budget
    items: Budget


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request whose signature has been checked: who sent it, and its bytes."""

    org: Org
    body: bytes
    items: Budget

    def spend(self, items: int) -> None:
        """Spend from what the caller may ask for in a minute, before any row is locked; raises TooOften."""
        if wait := self.items.spend(self.org.org_id, items):
            raise TooOften(wait)

    def read(self, kind: type[B]) -> B:
        """Parse the body; raises InvalidChange naming the field that is wrong, never its content."""
        try:
            refuse_hidden(self.body)
            refuse_repeated(self.body)
            return kind.model_validate_json(self.body)
        except (HiddenText, RepeatedName) as error:
            raise InvalidChange(str(error)) from error
        except ValidationError as error:
            raise InvalidChange(_what_is_wrong(error)) from error

    async def read_beside(self, kind: type[B]) -> B:
        """Do what `read` does; a long body is parsed in a thread, so that nobody else waits for it."""
        if len(self.body) <= SMALL_BODY:
            return self.read(kind)
        return await run_in_threadpool(self.read, kind)


def _what_is_wrong(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "the body"
    cause = first.get("ctx", {}).get("error")
    return f"{field}: {cause}" if isinstance(cause, BadName) else f"{field} is not as expected"


async def _signed_bytes_of(request: Request) -> tuple[SignedHeaders, bytes]:
    """Headers and body of a request that is signed as far as the headers tell; not a byte of any other is read."""
    try:
        signed = read_headers(request.headers)
    except BadSignature as error:
        raise RequestRefused("request refused") from error
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST_BODY:
            raise TooLarge(f"expected a body of at most {LARGEST_BODY:,} bytes")
        parts.append(part)
    return signed, b"".join(parts)


async def _store(request: Request) -> ConsentStore:
    store: ConsentStore = request.app.state.store
    return store


def _checked(request: Request, signed: SignedHeaders, body: bytes) -> SignedRequest:
    requests: SignedRequests = request.app.state.requests
    raw_path = request.scope.get("raw_path") or request.scope["path"].encode()
    query = request.scope.get("query_string", b"")
    target = raw_path.split(b"?")[0] + (b"?" + query if query else b"")
    org = requests.check(signed, method=request.method, target=target.decode("latin-1"), body=body)
    request.state.caller = org.org_id
    budgets: CallBudgets = request.app.state.budgets
    if wait := budgets.requests.spend(org.org_id):
        raise TooOften(wait)
    return SignedRequest(org, body, budgets.items)


@asynccontextmanager
async def signed_in_turn(request: Request) -> AsyncIterator[SignedRequest]:
    """Check who sends a request, and hold a turn of theirs until the block ends."""
    checked = await run_in_threadpool(_checked, request, *await _signed_bytes_of(request))
    turns: CallTurns = request.app.state.turns
    async with turns.turn(checked.org.org_id):
        yield checked


async def _in_turn(request: Request) -> AsyncIterator[SignedRequest]:
    async with signed_in_turn(request) as signed:
        yield signed


Store = Annotated[ConsentStore, Depends(_store)]
Signed = Annotated[SignedRequest, Depends(_in_turn)]


def add_error_answers(app: FastAPI) -> None:
    """Give every error of ours its status; a refusal of a known caller is logged before it is answered."""
    for kind, status in _STATUS:
        app.add_exception_handler(kind, _answer_with(status))
    app.add_exception_handler(NotAllowed, _log_and_refuse)
    app.add_exception_handler(TooOften, _too_often)
    app.add_exception_handler(RequestValidationError, _malformed)


def _answer_with(status: int) -> Callable[[Request, Exception], JSONResponse]:
    def answer(_request: Request, error: Exception) -> JSONResponse:
        return _error(status, str(error))

    return answer


def _too_often(_request: Request, error: Exception) -> JSONResponse:
    wait = getattr(error, "retry_after_s", 1)
    return JSONResponse({"error": str(error)}, status_code=TOO_MANY, headers={"Retry-After": str(wait)})


def _log_and_refuse(request: Request, error: Exception) -> JSONResponse:
    caller = getattr(request.state, "caller", None)
    if caller is not None:
        try:
            route = request.scope.get("route")
            store: ConsentStore = request.app.state.store
            store.note_refusal(caller, f"{request.method} {getattr(route, 'path', 'unknown')}")
        except (AuditError, ConsentError):
            return _error(503, "")
    return _error(403, str(error))


def _malformed(_request: Request, _error_: Exception) -> JSONResponse:
    return _error(422, "the address or its query is not as expected")


def _error(status: int, text: str) -> JSONResponse:
    return JSONResponse({"error": _UNAVAILABLE if status == 503 else text}, status_code=status)
