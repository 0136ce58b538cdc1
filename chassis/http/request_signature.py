"""Signed HTTP requests between programs: which bytes are signed, and the check on arrival.

The signature covers version, audience, method, path with query, time, nonce and the body's hash, so that nothing of a
request can be changed, replayed, or passed on to another service. The audience is the key id of the service that is
called. The caller keeps the clock and the memory of nonces. Answers are not signed: it is TLS that protects them, see
`protects_answers`; they carry the service's time, so that a caller can tell how far its clock is off.
"""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from chassis.http.loopback import is_loopback
from chassis.remote_time import apart, is_tolerated, tolerated
from policies.canonical import canonical_bytes, sha256_hex
from policies.errors import BadSignature, OutsideItsTime
from policies.signing import SigningKey, VerifyKey

VERSION = "2"
"""Of the signature. The first version named no audience: a service could use what it was sent at another one."""

VERSION_HEADER = "X-Homefield-Version"
AUDIENCE_HEADER = "X-Homefield-Audience"
KEY_HEADER = "X-Homefield-Key"
TIME_HEADER = "X-Homefield-Time"
NONCE_HEADER = "X-Homefield-Nonce"
SIGNATURE_HEADER = "X-Homefield-Signature"


@dataclass(frozen=True, slots=True)
class SignedHeaders:
    """The headers of a signed request, parsed. audience: key id of the service it is for. time: `at` as written."""

    key_id: str
    audience: str
    at: datetime
    time: str
    nonce: str
    signature: bytes


def _message(*, audience: str, method: str, target: str, at: str, nonce: str, body: bytes) -> bytes:
    return canonical_bytes(
        {
            "version": VERSION,
            "audience": audience,
            "method": method.upper(),
            "target": target,
            "time": at,
            "nonce": nonce,
            "body": sha256_hex(body),
        }
    )


def sign_request(
    key: SigningKey, *, audience: str, method: str, target: str, body: bytes, now: datetime
) -> dict[str, str]:
    """Return the headers that sign one request.

    audience: key id of the service that is called. target: the path with its query string.
    """
    at, nonce = now.astimezone(UTC).isoformat(timespec="milliseconds"), secrets.token_hex(16)
    message = _message(audience=audience, method=method, target=target, at=at, nonce=nonce, body=body)
    return {
        VERSION_HEADER: VERSION,
        AUDIENCE_HEADER: audience,
        KEY_HEADER: key.verify_key.key_id,
        TIME_HEADER: at,
        NONCE_HEADER: nonce,
        SIGNATURE_HEADER: base64.b64encode(key.sign(message)).decode(),
    }


def read_headers(headers: Mapping[str, str]) -> SignedHeaders:
    """Parse the headers; raises BadSignature if any is missing, malformed, or of another version."""
    try:
        version, audience, time = headers[VERSION_HEADER], headers[AUDIENCE_HEADER], headers[TIME_HEADER]
        at = datetime.fromisoformat(time)
        signature = base64.b64decode(headers[SIGNATURE_HEADER], validate=True)
        parsed = SignedHeaders(headers[KEY_HEADER], audience, at, time, headers[NONCE_HEADER], signature)
    except (KeyError, ValueError) as error:
        raise BadSignature("expected a signed request, got none or malformed headers") from error
    if version != VERSION:
        raise BadSignature(f"expected a signature of version {VERSION}; upgrade all programs together")
    if at.tzinfo is None or len(parsed.nonce) != 32:
        raise BadSignature("expected a time with zone and a nonce of 32 digits")
    return parsed


def verify_request(
    key: VerifyKey,
    headers: Mapping[str, str],
    *,
    audience: str,
    method: str,
    target: str,
    body: bytes,
    now: datetime,
) -> SignedHeaders:
    """Return the parsed headers if they sign this request; raises what `read_headers` and `verify_signed` raise."""
    parsed = read_headers(headers)
    verify_signed(key, parsed, audience=audience, method=method, target=target, body=body, now=now)
    return parsed


def verify_signed(
    key: VerifyKey, signed: SignedHeaders, *, audience: str, method: str, target: str, body: bytes, now: datetime
) -> None:
    """Return if `key` signed the request for `audience`, at about this time.

    Raises BadSignature, or OutsideItsTime for an authentic request whose time is further off than clocks may be apart.
    Refusing a nonce seen before is the caller's duty: it owns the memory.
    """
    if signed.key_id != key.key_id:
        raise BadSignature("expected another key id")
    if signed.audience != audience:
        raise BadSignature("expected a request for this service, got one for another")
    message = _message(audience=audience, method=method, target=target, at=signed.time, nonce=signed.nonce, body=body)
    key.verify(message, signed.signature)
    if not is_tolerated(signed.at - now):
        words = apart(signed.at - now, own="the caller's clock", other="this service's")
        raise OutsideItsTime(f"the request is not of this minute: {words}; {tolerated()}")


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
