"""Keys of one club for one round, their announcement, and what each pair of clubs shares because of them.

Two X25519 keys (RFC 7748): one for masks, whose secret half the others put together if the club drops out; one for
sealing shares and marks, which is never revealed. Both are bound to the campaign and the round, and by the salt to the
very roster: with other announcements every derived key is another.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from models.errors import MasksRefused
from models.masks.enrolled_keys import EnrolledKeys, NodeSigner
from models.masks.keystream import KEY_BYTES, RingVector, derived, mask
from models.masks.masked_round import MaskedRound
from models.masks.messages import KeyAnnouncement
from policies.canonical import canonical_bytes, sha256_hex

_SEAL, _MARK = "shares", "marks"


@dataclass(frozen=True, slots=True)
class RoundSecrets:
    """The secrets of one club for one round; their representation never shows them."""

    mask_key: X25519PrivateKey = field(repr=False)
    seal_key: X25519PrivateKey = field(repr=False)
    seed: bytes = field(repr=False)

    @classmethod
    def fresh(cls) -> "RoundSecrets":
        """New ones from the system's secure generator."""
        return cls(X25519PrivateKey.generate(), X25519PrivateKey.generate(), secrets.token_bytes(KEY_BYTES))

    @property
    def mask_secret(self) -> bytes:
        """The secret half of the mask key, 32 bytes."""
        return self.mask_key.private_bytes_raw()

    def announcement(self, one: MaskedRound, club: str, signer: NodeSigner) -> KeyAnnouncement:
        """What is told of them to all, signed as `club`."""
        body: dict[str, str | int] = {
            "manifest_sha256": one.manifest_sha256,
            "round": one.number,
            "club": club,
            "mask_key": self.mask_key.public_key().public_bytes_raw().hex(),
            "seal_key": self.seal_key.public_key().public_bytes_raw().hex(),
            "seed_hash": sha256_hex(self.seed),
        }
        return KeyAnnouncement.model_validate({**body, "signature": signer.sign(_signed(body)).hex()})


def _signed(body: Mapping[str, str | int]) -> bytes:
    return canonical_bytes({"scheme": "homefield secagg-1 keys", **body})


def announced(one: KeyAnnouncement) -> bytes:
    """Return the bytes of an announcement that its club signs."""
    return _signed(one.model_dump(exclude={"signature"}))


def check_announcement(one: KeyAnnouncement, of: MaskedRound, enrolled: EnrolledKeys) -> None:
    """Return if an announcement is for this very round and signed by the club's node; raises MasksRefused otherwise."""
    _check_of_round(one, of)
    enrolled.verify(one.club, announced(one), bytes.fromhex(one.signature))


def _check_of_round(one: KeyAnnouncement, of: MaskedRound) -> None:
    """Refuse keys of another round, or of another campaign: a club that drops out of one would be unmasked there."""
    if (one.manifest_sha256, one.round) != (of.manifest_sha256, of.number):
        raise MasksRefused("expected keys made for this round, got those of another")
    of.place(one.club)


def check_usable(one: KeyAnnouncement, others: Iterable[KeyAnnouncement]) -> None:
    """Return if a key can be agreed on with this announcement, and nobody else has it; raises MasksRefused otherwise.

    The coordinator looks before everybody else does: such an announcement costs its own club the round, and no other.
    """
    for key in (one.mask_key, one.seal_key):
        _shared(X25519PrivateKey.generate(), key)
    if any(_own(one) & _own(other) for other in others):
        raise MasksRefused("expected one announcement of each club, with keys of its own")


def _own(one: KeyAnnouncement) -> set[str]:
    return {one.mask_key, one.seal_key, one.seed_hash}


@dataclass(frozen=True, slots=True)
class RoundKeys:
    """The announcements that a round goes on with, by club, and their hash."""

    announcements: Mapping[str, KeyAnnouncement]
    sha256: str

    @classmethod
    def checked(cls, announcements: Sequence[KeyAnnouncement], of: MaskedRound, enrolled: EnrolledKeys) -> "RoundKeys":
        """Check every announcement; raises MasksRefused for a wrong one, two of one club, a key twice, or too few.

        Where clubs have keys for masks, signatures are not looked at here: whoever did not make the keys that stand
        in a club's place can neither read nor deal shares under them, nor agree to a list (`seal_keys`).
        """
        for one in announcements:
            if enrolled.for_masks is None:
                check_announcement(one, of, enrolled)
            else:
                _check_of_round(one, of)
        by_club = {one.club: one for one in sorted(announcements, key=lambda one: one.club)}
        keys = {key for one in announcements for key in _own(one)}
        if len(by_club) != len(announcements) or len(keys) != 3 * len(announcements):
            raise MasksRefused("expected one announcement of each club, with keys of its own")
        of.check_enough(len(by_club), "with keys")
        return cls(by_club, roster_hash(by_club) if enrolled.for_masks is None else hash_of_known(by_club, of))


def roster_hash(announcements: Mapping[str, KeyAnnouncement]) -> str:
    """Hash of the announcements of a round, which every derived key is bound to."""
    found = {club: sha256_hex(announced(one) + bytes.fromhex(one.signature)) for club, one in announcements.items()}
    return sha256_hex(canonical_bytes({"scheme": "homefield secagg-1 roster", "announcements": found}))


def hash_of_known(announcements: Mapping[str, KeyAnnouncement], of: MaskedRound) -> str:
    """The same where clubs have keys for masks: a line a club, by name; no field holds a space or a newline."""
    lines = [f"homefield secagg-1 roster of nodes known by their keys {of.manifest_sha256} {of.number}\n"]
    for club, one in sorted(announcements.items()):
        lines.append(f"{club} {one.mask_key} {one.seal_key} {one.seed_hash} {one.signature}\n")
    return sha256_hex("".join(lines).encode())


@dataclass(frozen=True, slots=True)
class SealKeys:
    """What two clubs share: a key for each way that shares go, and one for marks each way."""

    to_peer: bytes = field(repr=False)
    from_peer: bytes = field(repr=False)
    marking: bytes = field(repr=False)

    def mark(self, maker: str, message: bytes) -> str:
        """The keyed hash with which `maker` agrees to a message towards the other of the two."""
        return hmac.digest(self.marking, f"{maker}\n".encode() + message, hashlib.sha256).hex()


def seal_keys(
    own: X25519PrivateKey, club: str, peer: KeyAnnouncement, roster: str, *, standing: bytes = b""
) -> SealKeys:
    """Return the sealing keys that `club` shares with a peer; the peer's are the same with its ways exchanged.

    standing: the secret of both nodes' keys for masks, if they have any. Only those two nodes then derive these keys,
    whoever made the announcements; and only with the secrets of this round, which a stolen node key does not give.
    """
    low, high = sorted((club, peer.club))
    label, length = f"{_SEAL} and {_MARK} of {low} and {high}", 3 * KEY_BYTES
    if standing:
        label = f"{label}, known by their nodes' keys"
    secret = _shared(own, peer.seal_key) + standing
    bytes_ = derived(secret, salt=bytes.fromhex(roster), label=label, length=length)
    upward, downward, marking = (bytes_[place : place + KEY_BYTES] for place in range(0, length, KEY_BYTES))
    return SealKeys(upward, downward, marking) if club == low else SealKeys(downward, upward, marking)


def pair_mask(own: X25519PrivateKey, club: str, peer: KeyAnnouncement, roster: str, of: MaskedRound) -> RingVector:
    """Return the mask of two clubs, which the one whose name comes first adds and the other takes away."""
    low, high = sorted((club, peer.club))
    key = derived(_shared(own, peer.mask_key), salt=bytes.fromhex(roster), label=f"mask of {low} and {high}")
    return mask(key, length=of.length, modulus_bits=of.modulus_bits)


def self_mask(seed: bytes, of: MaskedRound) -> RingVector:
    """Return the mask that a club adds for itself: what protects it if it is taken for dropped out, and was not."""
    salt = bytes.fromhex(of.manifest_sha256)
    return mask(derived(seed, salt=salt, label="own mask"), length=of.length, modulus_bits=of.modulus_bits)


def _shared(own: X25519PrivateKey, peer: str) -> bytes:
    try:
        return own.exchange(X25519PublicKey.from_public_bytes(bytes.fromhex(peer)))
    except ValueError as error:  # a point of low order
        raise MasksRefused("expected public keys of the curve, got one of low order") from error
