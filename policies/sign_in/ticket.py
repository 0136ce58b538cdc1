"""A ticket: with it one athlete signs in at one node, once, within two minutes. The consent service signs it.

It carries no data and opens nothing but that athlete's own site; the node keeps which tickets were used.
"""

import base64
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from policies.canonical import canonical_bytes
from policies.errors import BadSignature, InvalidInput, OutsideItsTime
from policies.signing import SigningKey, VerifyKey
from policies.snapshot import CLOCK_TOLERANCE
from policies.vocabulary import AthleteId, OrgId, is_athlete_id

TICKET_LIFE: Final = timedelta(seconds=120)
LONGEST_TICKET: Final = 2_000
"""Characters; ours, about three times the longest that is written."""
_DOMAIN: Final = b"homefield ticket 1\n"
"""Stands before what is signed, so that nothing else under the service's key is ever a ticket."""
_FIELDS: Final = frozenset({"athlete", "node", "id", "issued", "expires"})


@dataclass(frozen=True, slots=True)
class Ticket:
    """One athlete, one node, one use. id: 32 hexadecimal digits from a secure generator."""

    athlete: AthleteId
    node: OrgId
    id: str
    issued: datetime
    expires: datetime

    def signed(self, key: SigningKey) -> str:
        """Return the text that a form carries: body and signature, canonical JSON in base64url."""
        body = canonical_bytes(
            {
                "athlete": self.athlete,
                "node": self.node,
                "id": self.id,
                "issued": self.issued.isoformat(),
                "expires": self.expires.isoformat(),
            }
        )
        signature = key.sign(_DOMAIN + body).hex().encode()
        return base64.urlsafe_b64encode(b'{"body":' + body + b',"signature":"' + signature + b'"}').decode()


def open_ticket(text: str, key: VerifyKey, *, node: OrgId, now: datetime) -> Ticket:
    """Return the ticket if `key` signed it for `node` and it holds at `now`; whether it was used, the node knows.

    Raises InvalidInput if malformed, BadSignature if not signed or for another node, OutsideItsTime.
    """
    body, signature = _parts(text)
    key.verify(_DOMAIN + canonical_bytes(body), signature)
    ticket = _parse(body)
    if ticket.node != node:
        raise BadSignature("expected a ticket for this node, got one for another")
    if ticket.expires - ticket.issued > TICKET_LIFE:
        raise InvalidInput(f"expected a ticket of at most {TICKET_LIFE.seconds} seconds")
    if not ticket.issued - CLOCK_TOLERANCE <= now < ticket.expires:
        raise OutsideItsTime("expected a ticket of now", begins=ticket.issued, ends=ticket.expires)
    return ticket


def _parts(text: str) -> tuple[dict[str, Any], bytes]:
    if len(text) > LONGEST_TICKET:
        raise InvalidInput(f"expected a ticket of at most {LONGEST_TICKET} characters, got {len(text)}")
    try:
        outer = json.loads(base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True))
        body, signature = outer["body"], bytes.fromhex(outer["signature"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidInput("expected a signed ticket") from error
    if not isinstance(body, dict) or set(body) != _FIELDS or set(outer) != {"body", "signature"}:
        raise InvalidInput("expected the five fields of a ticket")
    return body, signature


def _parse(body: dict[str, Any]) -> Ticket:
    try:
        issued, expires = datetime.fromisoformat(body["issued"]), datetime.fromisoformat(body["expires"])
        bytes.fromhex(body["id"])
    except (ValueError, TypeError) as error:
        raise InvalidInput("expected a ticket, got another shape") from error
    is_zoned = issued.tzinfo is not None and expires.tzinfo is not None
    if not is_zoned or not is_athlete_id(body["athlete"]) or len(body["id"]) != 32:
        raise InvalidInput("expected a ticket, got another shape")
    return Ticket(AthleteId(body["athlete"]), OrgId(body["node"]), body["id"], issued, expires)
