"""A program's line to one service: signed requests over connections that stay open.

Building an HTTP client loads every certificate authority, some 50 ms of CPU, so there is one for the program's life.
A request is sent once: the caller's service may have acted on one whose answer was lost, and only the caller knows
whether asking again is harmless.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from chassis.errors import ServiceBusy, ServiceUnreachable, UnsoundAnswer
from chassis.http.answer_time import skew_of
from chassis.http.authorities import authorities
from chassis.http.request_signature import sign_request
from chassis.remote_time import apart, is_tolerated, tolerated
from policies.signing import SigningKey

TIMEOUT_S = 10.0  # ours: longer than an append with fsync on a busy disk, shorter than a person waits
UNAUTHORISED = 401
FAULTY = 500  # and above: the service cannot answer now
IDLE_S = 3.0
"""An idle connection is dropped after this time: uvicorn closes one after 5 s, and a request sent at that very moment
would be lost without an answer."""


TOO_MANY = 429
LONGEST_WAIT_S = 60  # ours: budgets are by the minute


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """What came back: the status, whatever it is, and the body, at most as long as was agreed.

    skew: our clock minus the service's, as the answer tells it; None where it tells none.
    """

    status: int
    body: bytes
    skew: timedelta | None = None

    def clock_problem(self, *, own: str, other: str) -> str | None:
        """Return how far our clock is off, in words, if that is why a request was refused; None otherwise.

        own, other: whose clocks they are ("this node's clock", "the consent service's").
        """
        if self.status != UNAUTHORISED or self.skew is None or is_tolerated(self.skew):
            return None
        return f"{apart(self.skew, own=own, other=other)}; {tolerated()}"


class SignedClient:
    """Signed requests to one service. Any thread may call `send`; a call that failed spoils no later one.

    skew: our clock minus the service's, as the newest answer told it; None before one did. is_answered: False if the
    newest request had no answer, or one of a service that cannot answer now; None before the first.
    """

    def __init__(
        self,
        base_url: str,
        key: SigningKey,
        *,
        audience: str,
        clock: Callable[[], datetime],
        largest_answer: int,
        timeout_s: float = TIMEOUT_S,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Nothing is sent yet. audience: key id of the service, for which every request is signed.

        largest_answer: bytes; timeout_s: for connecting and for every pause in an answer.
        """
        self.base_url = base_url.rstrip("/")
        self._key = key
        self._audience = audience
        self._clock = clock
        self._largest = largest_answer
        self.skew: timedelta | None = None
        self.is_answered: bool | None = None
        self._http = httpx.Client(
            timeout=timeout_s,
            limits=httpx.Limits(keepalive_expiry=IDLE_S),
            transport=transport,
            verify=authorities(of_environment=False),
            trust_env=False,  # no proxy of the environment may come between
            follow_redirects=False,  # the signature is for this address
            headers={"Accept-Encoding": "identity"},  # what arrives is what is counted against the limit
        )

    def close(self) -> None:
        """Close every connection. Sending afterwards raises ServiceUnreachable."""
        self._http.close()

    def send(self, method: str, target: str, body: Mapping[str, Any] | None = None) -> ServiceAnswer:
        """Send one signed request; returns the answer whatever its status.

        target: path with query string. Raises ServiceUnreachable without an answer, and UnsoundAnswer for one that is
        too long or encoded otherwise than was asked; ServiceBusy for 429, where nothing was done.
        """
        try:
            answer = self._sent(method, target, body)
        except (ServiceUnreachable, UnsoundAnswer):
            self.is_answered = False
            raise
        self.is_answered = answer.status < FAULTY
        self.skew = self.skew if answer.skew is None else answer.skew
        return answer

    @property
    def is_clock_apart(self) -> bool:
        """True if the two clocks are known to be further apart than is tolerated."""
        return self.skew is not None and not is_tolerated(self.skew)

    def _sent(self, method: str, target: str, body: Mapping[str, Any] | None) -> ServiceAnswer:
        data = b"" if body is None else json.dumps(body, separators=(",", ":"), sort_keys=True).encode()
        headers = self._signed(method, target, data)
        if data:
            headers["Content-Type"] = "application/json"
        if self._http.is_closed:
            raise ServiceUnreachable("the line to the service is closed")
        try:
            with self._http.stream(method, self.base_url + target, content=data, headers=headers) as response:
                if response.status_code == TOO_MANY:
                    raise ServiceBusy("the service has had too many requests", retry_after_s=_retry_after(response))
                skew = skew_of(response.headers, now=self._clock())
                return ServiceAnswer(response.status_code, self._limited(response), skew)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ServiceUnreachable(f"the service cannot be reached: {type(error).__name__}") from error

    def _signed(self, method: str, target: str, data: bytes) -> dict[str, str]:
        now = self._clock()
        return sign_request(self._key, audience=self._audience, method=method, target=target, body=data, now=now)

    def _limited(self, response: httpx.Response) -> bytes:
        """The body, read no further than the limit."""
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise UnsoundAnswer("expected an answer that is not compressed")
        data = bytearray()
        for chunk in response.iter_bytes():
            data += chunk
            if len(data) > self._largest:
                raise UnsoundAnswer(f"expected an answer of at most {self._largest:,} bytes")
        return bytes(data)


def _retry_after(response: httpx.Response) -> int:
    """When the service says to come back, in seconds; whatever else it says is a minute."""
    said = response.headers.get("Retry-After", "")
    return min(int(said[:6]), LONGEST_WAIT_S) if said.isascii() and said.isdigit() else LONGEST_WAIT_S
