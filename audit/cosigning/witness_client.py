"""The other side of a witness: how a log, and whoever watches one, talks to it (C2SP tlog-witness v1.0.0).

What a witness answers is checked to be of the protocol's form, and is otherwise believed in nothing.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import httpx

from audit.errors import MalformedPolicy, MalformedProof, SourceUnavailable
from audit.tlog.canonical_base64 import encode_base64
from audit.tlog.checkpoint import parse_size
from chassis.http.authorities import authorities
from chassis.http.loopback import is_loopback

MOST_BYTES = 1_000_000
"""Longest answer that is read, as for notes."""
SIZE = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Cosigned:
    """Signature lines, not verified."""

    lines: str


@dataclass(frozen=True, slots=True)
class OtherSize:
    """The witness knows the log at this size, and wants a proof from there."""

    size: int


@dataclass(frozen=True, slots=True)
class WitnessRefused:
    """The witness will not cosign; `status` is the HTTP status."""

    status: int


Reply = Cosigned | OtherSize | WitnessRefused


def check_address(url: str) -> str:
    """Return a witness's address without a slash at its end; raises MalformedPolicy unless it is https or loopback.

    Over plain http anybody on the way could answer with an old size, or with nothing, and stop the log.
    """
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise MalformedPolicy("expected the address of a witness as https://host/path") from error
    is_plain = parsed.scheme == "http" and is_loopback(parsed.host)
    if not parsed.host or parsed.userinfo or parsed.query or parsed.fragment:
        raise MalformedPolicy("expected the address of a witness as https://host/path and nothing more")
    if parsed.scheme != "https" and not is_plain:
        raise MalformedPolicy("expected https for the address of a witness on another machine")
    return url.rstrip("/")


def new_client(timeout_s: float) -> httpx.Client:
    """Return a client that follows no redirect; a witness that has moved needs a new policy."""
    return httpx.Client(
        timeout=timeout_s, follow_redirects=False, trust_env=False, verify=authorities(of_environment=False)
    )


def add_checkpoint(
    client: httpx.Client, url: str, *, old_size: int, proof: Sequence[bytes], note: bytes, deadline: float
) -> Reply:
    """Submit a checkpoint; `deadline` is on the monotonic clock. Raises SourceUnavailable, and MalformedProof."""
    head = f"old {old_size}\n" + "".join(f"{encode_base64(value)}\n" for value in proof)
    request = client.build_request(
        "POST", f"{url}/add-checkpoint", content=f"{head}\n".encode() + note, headers={"Content-Type": "text/plain"}
    )
    response, body = _exchange(client, request, deadline)
    if response.status_code == httpx.codes.OK:
        return Cosigned(_text(body))
    if response.status_code == httpx.codes.CONFLICT and response.headers.get("Content-Type") == SIZE:
        text = _text(body)
        if not text.endswith("\n"):
            raise MalformedProof("expected a size and a newline from the witness")
        return OtherSize(parse_size(text[:-1]))
    return WitnessRefused(response.status_code)


def latest_checkpoint(client: httpx.Client, url: str, origin: str, *, deadline: float) -> bytes | None:
    """Return the note that a witness cosigned last for this log, not verified; None if it shows none.

    Raises SourceUnavailable.
    """
    log_id = sha256(origin.encode()).hexdigest()
    response, body = _exchange(client, client.build_request("GET", f"{url}/{log_id}/checkpoint"), deadline)
    if response.status_code in (httpx.codes.NOT_FOUND, httpx.codes.METHOD_NOT_ALLOWED):
        return None
    if response.status_code != httpx.codes.OK:
        raise SourceUnavailable(f"expected a checkpoint from the witness, got status {response.status_code}")
    return body


def _exchange(client: httpx.Client, request: httpx.Request, deadline: float) -> tuple[httpx.Response, bytes]:
    body = bytearray()
    try:
        response = client.send(request, stream=True)
        try:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise SourceUnavailable(f"expected an answer of at most {MOST_BYTES:,} bytes from the witness")
                if time.monotonic() > deadline:  # one that drips keeps every single read alive
                    raise SourceUnavailable("the witness took too long over its answer")
        finally:
            response.close()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceUnavailable(f"cannot reach the witness: {type(error).__name__}") from error
    return response, bytes(body)


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedProof("expected UTF-8 from the witness") from error
