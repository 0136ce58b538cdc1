"""Signed HTTP requests between programs: which bytes are signed, and the check on arrival.

The signature covers method, path with query, time, nonce and the body's hash, so that nothing of a
request can be changed or replayed. The caller keeps the clock and the memory of nonces. Answers are not
signed: it is TLS that protects them, see `protects_answers`.
"""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from chassis.http.loopback import is_loopback
from policies.canonical import canonical_bytes, sha256_hex
from policies.errors import BadSignature
from policies.signing import SigningKey, VerifyKey

CLOCK_SKEW = timedelta(seconds=60)  # ours: loopback and club networks keep time far better than this

KEY_HEADER = "X-Homefield-Key"
TIME_HEADER = "X-Homefield-Time"
NONCE_HEADER = "X-Homefield-Nonce"
SIGNATURE_HEADER = "X-Homefield-Signature"


@dataclass(frozen=True, slots=True)
class SignedHeaders:
    """The four headers of a signed request, parsed."""

    key_id: str
    at: datetime
    nonce: str
    signature: bytes


def _message(*, method: str, target: str, at: str, nonce: str, body: bytes) -> bytes:
    return canonical_bytes(
        {"method": method.upper(), "target": target, "time": at, "nonce": nonce, "body": sha256_hex(body)}
    )


def sign_request(key: SigningKey, *, method: str, target: str, body: bytes, now: datetime) -> dict[str, str]:
    """Return the headers that sign one request; `target` is the path with its query string."""
    at, nonce = now.astimezone(UTC).isoformat(timespec="milliseconds"), secrets.token_hex(16)
    signature = key.sign(_message(method=method, target=target, at=at, nonce=nonce, body=body))
    return {
        KEY_HEADER: key.verify_key.key_id,
        TIME_HEADER: at,
        NONCE_HEADER: nonce,
        SIGNATURE_HEADER: base64.b64encode(signature).decode(),
    }


def read_headers(headers: Mapping[str, str]) -> SignedHeaders:
    """Parse the four headers; raises BadSignature if any is missing or malformed."""
    try:
        at = datetime.fromisoformat(headers[TIME_HEADER])
        signature = base64.b64decode(headers[SIGNATURE_HEADER], validate=True)
        parsed = SignedHeaders(headers[KEY_HEADER], at, headers[NONCE_HEADER], signature)
    except (KeyError, ValueError) as error:
        raise BadSignature("expected a signed request, got none or malformed headers") from error
    if at.tzinfo is None or len(parsed.nonce) != 32:
        raise BadSignature("expected a time with zone and a nonce of 32 digits")
    return parsed


def verify_request(
    key: VerifyKey, headers: Mapping[str, str], *, method: str, target: str, body: bytes, now: datetime
) -> SignedHeaders:
    """Return the parsed headers if the request is signed by `key` within the clock skew, else raise.

    Raises BadSignature. Refusing a nonce seen before is the caller's duty: it owns the memory.
    """
    parsed = read_headers(headers)
    if parsed.key_id != key.key_id:
        raise BadSignature("expected another key id")
    if abs(now - parsed.at) > CLOCK_SKEW:
        raise BadSignature("expected a request signed within the last minute")
    key.verify(
        _message(method=method, target=target, at=headers[TIME_HEADER], nonce=parsed.nonce, body=body),
        parsed.signature,
    )
    return parsed


def protects_answers(url: str) -> bool:
    """True if nobody between us and the program at `url` can change its answers: https, or this very machine.

    A changed answer is as good as a forged permission: "allowed" for a look, "accepted" for a round.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if not host or parts.scheme not in ("http", "https"):
        return False
    return parts.scheme == "https" or is_loopback(host)
