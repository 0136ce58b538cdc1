"""The two parts of an entry as the database keeps them: each with its secret, sealed under a key of its own.

The eight fields are sealed under the acting organisation's audit key, subject and rest under the athlete's: erasing
the athlete destroys the second only. Parts are padded before they are sealed, so that their length tells nothing, and
bound to who holds them and to their commitment, so that none can be put in another's place.
"""

from collections.abc import Sequence
from json.encoder import encode_basestring

from audit.entries.disclosure import DIGEST_SIZE, ORG_FIELDS, OWN_FIELDS, SecretFields, commitment_of
from consent.storage.sealing import open_json, seal_text

ORG_PART, OWN_PART = ORG_FIELDS, OWN_FIELDS
_SMALLEST = {ORG_PART: 512, OWN_PART: 1024}  # bytes: every dummy and all it stands in for fit (our choice)


def seal_part(key: bytes, fields: SecretFields, commitment: bytes, *, held_by: str) -> bytes:
    """Return one part sealed under a key of 32 bytes. held_by: whose it is, and where it stands."""
    values = ",".join(["null" if value is None else encode_basestring(value) for value in fields.values.values()])
    text = f'{{"secret":"{fields.secret.hex()}","values":[{values}]}}'.encode()  # canonical, of texts and null
    return seal_text(key, text, about=_about(held_by, commitment), at_least=_SMALLEST[tuple(fields.values)])


def open_part(
    key: bytes, sealed: bytes, part: tuple[str, ...], digests: Sequence[bytes], *, held_by: str
) -> SecretFields:
    """Return one part; raises KeyDestroyed if key, holder or commitment is another."""
    value = open_json(key, sealed, about=_about(held_by, commitment_of(digests)))
    return SecretFields(dict(zip(part, value["values"], strict=True)), bytes.fromhex(value["secret"]))


def split_digests(stored: bytes) -> tuple[bytes, ...]:
    """Return the digests as they stand one after the other in a row."""
    return tuple(stored[at : at + DIGEST_SIZE] for at in range(0, len(stored), DIGEST_SIZE))


def _about(held_by: str, commitment: bytes) -> str:
    return f"{held_by}, committed to as {commitment.hex()}"
