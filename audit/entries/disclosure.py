"""An entry's fields, which open one by one: ten salted digests in a fixed order under one commitment (version 2).

    digest = SHA-256("homefield-field-v2\\n" || canonical JSON of {name, salt, value})
    c      = SHA-256("homefield-entry-v2\\n" || the ten digests)
    salt   = HKDF-SHA-256 over a fresh random secret, info = the field's name, 16 bytes

The first eight fields say what an organisation did; the last two say whose entry it is and what else is known. Each of
the two groups has a secret of its own, so that one can be destroyed and the other still opens. A value is text or
null, never a number: canonical JSON writes 1 and 1.0 alike. All ten digests are kept beside the secrets: without a
secret its digests can never be made again. The idea of salted digests is that of RFC 9901 §4.2.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from json.encoder import encode_basestring

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from audit.entries.events import Entry, parse_leaf
from audit.errors import MalformedProof, ProofFailed
from audit.tlog import merkle
from chassis.keys import subkeys

VERSION = 2
ORG_FIELDS = ("organisation", "role", "purpose", "category", "granularity", "rule", "outcome", "part_of_day")
OWN_FIELDS = ("subject", "rest")
FIELDS = ORG_FIELDS + OWN_FIELDS
SECRET_SIZE, SALT_SIZE, DIGEST_SIZE = 32, 16, 32

_PLACES = {name: place for place, name in enumerate(FIELDS)}
_FIELD_DOMAIN = b"homefield-field-v2\n"
_ENTRY_DOMAIN = b"homefield-entry-v2\n"

FieldValue = str | None


@dataclass(frozen=True, slots=True)
class SecretFields:
    """Some fields of one entry with the secret of 32 bytes that salts them. Every field has a value: None if absent."""

    values: Mapping[str, FieldValue] = field(repr=False)
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_SIZE:
            raise MalformedProof(f"expected a secret of {SECRET_SIZE} bytes, got {len(self.secret)}")
        if tuple(self.values) not in (ORG_FIELDS, OWN_FIELDS):
            raise MalformedProof("expected all fields of one of the two groups, in their order")

    @classmethod
    def of_org(cls, values: Mapping[str, FieldValue]) -> "SecretFields":
        """Return the first eight fields, under a fresh secret; fields that are not named are absent."""
        return cls._fresh(ORG_FIELDS, values)

    @classmethod
    def of_subject(cls, *, subject: FieldValue, rest: FieldValue) -> "SecretFields":
        """Return the last two fields, under a fresh secret. rest: canonical JSON text of every other detail."""
        return cls._fresh(OWN_FIELDS, {"subject": subject, "rest": rest})

    @classmethod
    def _fresh(cls, names: Sequence[str], values: Mapping[str, FieldValue]) -> "SecretFields":
        return cls({**dict.fromkeys(names), **values}, secrets.token_bytes(SECRET_SIZE))

    def shown(self) -> "tuple[ShownField, ...]":
        """Return every field with its salt."""
        return tuple(map(ShownField, self.values, self._salts(), self.values.values()))

    def digests(self) -> tuple[bytes, ...]:
        """Return every field's digest, 32 bytes each; raises MalformedProof as `ShownField` does."""
        return tuple(map(_digest, self.values, self._salts(), self.values.values()))

    def _salts(self) -> Iterator[bytes]:
        key = HKDF.extract(SHA256(), None, self.secret)  # once for all: HKDF is extract, then expand per name
        return subkeys(key, map(str.encode, self.values), size=SALT_SIZE)


@dataclass(frozen=True, slots=True)
class ShownField:
    """One field as it is shown: with its salt of 16 bytes, which makes its digest again."""

    name: str
    salt: bytes = field(repr=False)
    value: FieldValue = field(repr=False)

    def __post_init__(self) -> None:
        if self.name not in _PLACES or len(self.salt) != SALT_SIZE:
            raise MalformedProof(f"expected the name of a field and a salt of {SALT_SIZE} bytes")
        _check_value(self.name, self.value)

    @property
    def digest(self) -> bytes:
        """The field's digest, 32 bytes; raises MalformedProof for text that UTF-8 cannot hold."""
        return _digest(self.name, self.salt, self.value)


@dataclass(frozen=True, slots=True)
class Opening:
    """Some fields of one entry, shown. leaf: the hash of its leaf. digests: all ten. shown: in the fields' order."""

    leaf: bytes
    digests: tuple[bytes, ...]
    shown: tuple[ShownField, ...]

    def __post_init__(self) -> None:
        if len(self.leaf) != DIGEST_SIZE:
            raise MalformedProof("expected the hash of a leaf")
        _check_digests(self.digests)
        places = [_PLACES[one.name] for one in self.shown]
        if places != sorted(set(places)):
            raise MalformedProof("expected each field at most once, in their order")


def commit(org: SecretFields, own: SecretFields) -> tuple[bytes, tuple[bytes, ...]]:
    """Return the commitment, 32 bytes, and the ten digests under it.

    org: the first eight fields; own: the last two. Both secrets are used for one entry only.
    """
    if (*org.values, *own.values) != FIELDS:
        raise MalformedProof("expected the eight fields first, then the two")
    digests = (*org.digests(), *own.digests())
    return commitment_of(digests), digests


def open_fields(
    names: Iterable[str], known: Iterable[SecretFields], *, digests: Sequence[bytes], leaf: bytes
) -> Opening:
    """Return an opening of the named fields. known: what could be unsealed. leaf: the leaf's bytes.

    Raises MalformedProof where a field is not among those that are known; verifies nothing.
    """
    asked, at_hand = set(names), [one for group in known for one in group.shown()]
    shown = sorted((one for one in at_hand if one.name in asked), key=lambda one: _PLACES[one.name])
    if asked != {one.name for one in shown}:
        raise MalformedProof("expected fields that are known")
    return Opening(merkle.leaf_hash(leaf), tuple(digests), tuple(shown))


def verify_opening(opening: Opening, leaf: bytes) -> dict[str, FieldValue]:
    """Return the shown values if they are what `leaf` commits to; raises ProofFailed otherwise.

    Raises MalformedProof for a leaf that is not ours. That the leaf stands in the log is the inclusion proof's word.
    """
    if opening.leaf != merkle.leaf_hash(leaf):
        raise ProofFailed("the opening is of another entry")
    entry = parse_leaf(leaf)
    if entry.version != VERSION:
        raise ProofFailed(f"the entry is of version {entry.version}; its fields do not open one by one")
    if not hmac.compare_digest(commitment_of(opening.digests), entry.commitment):
        raise ProofFailed("the ten digests are not those that the entry commits to")
    for one in opening.shown:
        if not hmac.compare_digest(one.digest, opening.digests[_PLACES[one.name]]):
            raise ProofFailed(f"{one.name} is not what the entry commits to")
    return {one.name: one.value for one in opening.shown}


def verify_whole(org: SecretFields, own: SecretFields, entry: Entry) -> None:
    """Return if `entry` commits to exactly these ten fields; raises ProofFailed otherwise."""
    if entry.version != VERSION:
        raise ProofFailed(f"the entry is of version {entry.version}; its fields do not open one by one")
    if not hmac.compare_digest(commit(org, own)[0], entry.commitment):
        raise ProofFailed("the ten fields are not what the entry commits to")


def commitment_of(digests: Sequence[bytes]) -> bytes:
    """Return the commitment to ten digests, 32 bytes."""
    _check_digests(digests)
    return hashlib.sha256(_ENTRY_DOMAIN + b"".join(digests)).digest()


def _digest(name: str, salt: bytes, value: FieldValue) -> bytes:
    _check_value(name, value)
    # Of text alone the encoder writes byte for byte what RFC 8785 §3.2.2.2 does.
    written = "null" if value is None else encode_basestring(value)
    try:
        text = f'{{"name":"{name}","salt":"{salt.hex()}","value":{written}}}'.encode()
    except UnicodeEncodeError as error:
        raise MalformedProof(f"{name}: expected text without lone surrogates") from error
    return hashlib.sha256(_FIELD_DOMAIN + text).digest()


def _check_value(name: str, value: FieldValue) -> None:
    if not (value is None or type(value) is str):
        raise MalformedProof(f"{name}: expected text or null")


def _check_digests(digests: Sequence[bytes]) -> None:
    """The number stays fixed: with it a preimage of version 2 has 339 bytes, and none of version 1 can have as many."""
    if [len(digest) for digest in digests] != [DIGEST_SIZE] * len(FIELDS):
        raise MalformedProof(f"expected {len(FIELDS)} digests of {DIGEST_SIZE} bytes")
