"""JSON in which no object names a member twice (RFC 8259 §4)."""

from collections.abc import Sequence
from typing import Any

from chassis.errors import RepeatedName


def members_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its members, as `object_pairs_hook` of json; raises RepeatedName.

    Of two equal names one reader takes the first and another the last: what was signed would say two things.
    """
    members = dict(pairs)
    if len(members) != len(pairs):
        raise RepeatedName("expected every name of an object once, and one stands there twice")
    return members
