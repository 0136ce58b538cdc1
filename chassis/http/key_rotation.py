"""An organisation replaces the key that it signs with: its own program asks the service, and puts the key in place.

Whatever ends in between, a key that counts is there, and the same command goes on: the service takes the same new key
again without an entry, and a key that its operator added by hand is found to count.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.errors import KeyNotTaken
from chassis.files.rotating_key import RotatingKey
from chassis.http.key_change import SignedKeyChange
from policies.signing import SigningKey, VerifyKey

Ask = Callable[[SigningKey, SignedKeyChange], datetime | None]


@dataclass(frozen=True, slots=True)
class RotatedKey:
    """The new key, and until when the one before counts beside it; None if it counts no longer."""

    key: VerifyKey
    former_until: datetime | None


def rotate_key(
    rotating: RotatingKey,
    *,
    organisation: str,
    service_key_id: str,
    now: datetime,
    ask: Ask,
    keep: Callable[[SignedKeyChange], None] = lambda _: None,
) -> RotatedKey:
    """Replace the key. ask: sends the statement in a request signed with the given key, and returns until when the
    one before counts; raises KeyNotTaken where the service does not know the key. keep: gets the statement first.

    Raises KeyNotTaken, with what to do, if the service takes neither key; the new one then waits.
    """
    new, present = rotating.waiting(), rotating.present
    statement = SignedKeyChange.create(organisation, former=present, new=new, service_key_id=service_key_id, now=now)
    keep(statement)
    try:
        until = ask(present, statement)
    except KeyNotTaken:
        until = _ask_with_new(ask, new, statement)
    rotating.put_in_place()
    return RotatedKey(new.verify_key, until)


def _ask_with_new(ask: Ask, new: SigningKey, statement: SignedKeyChange) -> datetime | None:
    """The present key counts no longer: revoked, or its overlap is over. The new one may have been added by hand."""
    try:
        return ask(new, statement)
    except KeyNotTaken as error:
        organisation, key = statement.change.organisation, new.verify_key.text
        raise KeyNotTaken(
            "the consent service takes neither the present key nor the new one; its operator has to run "
            f"`homefield-consent org add-key UNION-FOLDER {organisation} --key {key}`, then give this command again"
        ) from error
