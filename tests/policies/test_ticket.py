"""A ticket opens for its node, in its two minutes, and unchanged; every other text is refused by one of our errors."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.canonical import canonical_bytes
from policies.errors import BadSignature, InvalidInput, OutsideItsTime, PolicyError
from policies.sign_in.ticket import LONGEST_TICKET, TICKET_LIFE, Ticket, open_ticket
from policies.signing import SigningKey
from policies.snapshot import ConsentSnapshot
from policies.vocabulary import AthleteId, OrgId

KEY, OTHER_KEY = SigningKey(b"k" * 32), SigningKey(b"o" * 32)
NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
CLUB = OrgId("club-a")
TICKET = Ticket(AthleteId("ath-00000000000000aa"), CLUB, "ab" * 16, NOW, NOW + TICKET_LIFE)


def opened(text: str, *, now: datetime = NOW, node: OrgId = CLUB) -> Ticket:
    return open_ticket(text, KEY.verify_key, node=node, now=now)


def changed(**fields: Any) -> str:
    """The signed ticket with other fields under its old signature."""
    outer = json.loads(base64.urlsafe_b64decode(TICKET.signed(KEY)))
    outer["body"] |= fields
    return base64.urlsafe_b64encode(canonical_bytes(outer)).decode()


def signed_as_is(body: dict[str, Any]) -> str:
    """Whatever body, signed by the right key."""
    signature = KEY.sign(b"homefield ticket 1\n" + canonical_bytes(body)).hex()
    return base64.urlsafe_b64encode(canonical_bytes({"body": body, "signature": signature})).decode()


def test_a_ticket_opens_as_it_was_issued() -> None:
    assert opened(TICKET.signed(KEY)) == TICKET


@pytest.mark.parametrize(
    ("after", "holds"), [(-61, False), (-60, True), (0, True), (119, True), (120, False), (3600, False)]
)
def test_it_holds_for_120_seconds_and_a_minute_before_where_a_clock_is_behind(after: int, holds: bool) -> None:
    now = NOW + timedelta(seconds=after)
    if holds:
        assert opened(TICKET.signed(KEY), now=now) == TICKET
    else:
        with pytest.raises(OutsideItsTime):
            opened(TICKET.signed(KEY), now=now)


def test_a_ticket_of_another_node_or_another_key_is_refused() -> None:
    with pytest.raises(BadSignature):
        opened(TICKET.signed(KEY), node=OrgId("club-b"))
    with pytest.raises(BadSignature):
        opened(TICKET.signed(OTHER_KEY))


@pytest.mark.parametrize(
    "fields",
    [
        {"athlete": "ath-00000000000000bb"},
        {"node": "club-b"},
        {"id": "cd" * 16},
        {"issued": (NOW + timedelta(seconds=1)).isoformat()},
        {"expires": (NOW + timedelta(days=1)).isoformat()},
    ],
)
def test_a_changed_field_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        opened(changed(**fields))


@pytest.mark.parametrize("fields", [{"more": "x"}, {"athlete": "Ada Lund"}, {"id": "ab"}, {"id": "zz" * 16}])
def test_a_body_of_another_shape_is_refused_even_where_it_is_signed(fields: dict[str, str]) -> None:
    outer = json.loads(base64.urlsafe_b64decode(TICKET.signed(KEY)))
    with pytest.raises(InvalidInput) as error:
        opened(signed_as_is(outer["body"] | fields))
    assert "Ada" not in str(error.value)


def test_a_ticket_of_a_day_is_refused_even_where_it_is_signed() -> None:
    long = Ticket(TICKET.athlete, CLUB, TICKET.id, NOW, NOW + timedelta(days=1))
    with pytest.raises(InvalidInput):
        opened(long.signed(KEY))


def test_a_signed_snapshot_is_no_ticket_and_a_ticket_without_its_domain_is_none() -> None:
    snapshot = ConsentSnapshot(CLUB, NOW, NOW + timedelta(minutes=5), {}, ()).signed(KEY)
    with pytest.raises(PolicyError):
        opened(base64.urlsafe_b64encode(snapshot).decode())
    body = json.loads(base64.urlsafe_b64decode(TICKET.signed(KEY)))["body"]
    signature = KEY.sign(canonical_bytes(body)).hex()
    with pytest.raises(BadSignature):
        opened(base64.urlsafe_b64encode(canonical_bytes({"body": body, "signature": signature})).decode())


ENCODED = st.binary(max_size=300).map(lambda data: base64.urlsafe_b64encode(data).decode())


@given(st.text(max_size=LONGEST_TICKET + 10) | ENCODED)
def test_any_other_text_is_refused_by_an_error_of_ours(text: str) -> None:
    with pytest.raises(PolicyError):
        opened(text)


@given(st.integers(0, len(TICKET.signed(KEY)) - 1), st.characters(codec="ascii"))
def test_a_changed_sign_is_refused_or_changes_nothing(at: int, sign: str) -> None:
    text = TICKET.signed(KEY)
    other = text[:at] + sign + text[at + 1 :]
    try:
        assert opened(other) == TICKET  # base64 has spellings of the same bytes
    except PolicyError:
        assert other != text
