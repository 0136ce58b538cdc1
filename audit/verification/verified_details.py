"""What an opening says of an entry, once it is verified: details by name, whichever version the entry is of."""

from collections.abc import Mapping
from typing import Any

from audit.entries import commitments, disclosure
from audit.entries.commitments import KeyedOpening
from audit.entries.disclosure import FIELDS, Opening
from audit.entries.events import Entry
from audit.entries.opening_json import parse_once
from audit.errors import MalformedProof, ProofFailed
from policies.canonical import canonical_bytes
from policies.errors import InvalidInput


def verified_details(opening: Opening | KeyedOpening, entry: Entry) -> dict[str, Any]:
    """Verify an opening against its entry and return the details that it shows; raises a child of AuditError.

    Of an entry of version 2: the shown fields that have a value, with the members of `rest` in place of `rest` itself.
    """
    if isinstance(opening, KeyedOpening):
        if entry.version != 1:
            raise ProofFailed("the opening is of version 1, and the entry is not")
        commitments.verify_opening(entry.commitment, opening.key, opening.details)
        return dict(opening.details)
    return details_of(disclosure.verify_opening(opening, entry.leaf()))


def check_is_whole(opening: Opening) -> None:
    """Raise MalformedProof unless every field is shown, as an athlete's own entries show them."""
    if len(opening.shown) != len(FIELDS):
        raise MalformedProof("expected all ten fields of an own entry, or none")


def details_of(shown: Mapping[str, str | None]) -> dict[str, Any]:
    """Return what verified fields say; raises ProofFailed where `rest` is not canonical JSON of other details."""
    said = {name: value for name, value in shown.items() if value is not None and name != "rest"}
    rest = _members(shown.get("rest"))
    if rest.keys() & said.keys():
        raise ProofFailed("rest repeats a field, and so the entry would say two things")
    return {**said, **rest}


def _members(rest: str | None) -> dict[str, Any]:
    if rest is None:
        return {}
    try:
        members = parse_once(rest.encode())
        is_canonical = isinstance(members, dict) and canonical_bytes(members) == rest.encode()
    except (InvalidInput, MalformedProof) as error:
        raise ProofFailed("expected rest as canonical JSON") from error
    if not is_canonical:
        raise ProofFailed("expected rest as the canonical JSON of an object")
    return dict(members)
