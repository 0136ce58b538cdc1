"""A log grown by hand, for tests of those who watch logs: naive hashing straight from RFC 6962, and no writer."""

import base64
import hashlib
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from audit.tlog.checkpoint import Checkpoint
from audit.tlog.note import sign_note
from audit.tlog.note_keys import Signer
from audit.tlog.signers import log_signers

ORIGIN = "log.example/2026"
SEED = bytes(range(32))
WITNESS = "witness.example/w1"
NOW_S = 1_800_000_000


def tree_hash(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + tree_hash(leaves[:split]) + tree_hash(leaves[split:])).digest()


def subproof(m: int, leaves: Sequence[bytes], is_whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962 §2.1.2, word for word."""
    n = len(leaves)
    if m == n:
        return [] if is_whole else [tree_hash(leaves)]
    split = 1 << (n - 1).bit_length() - 1
    if m <= split:
        return [*subproof(m, leaves[:split], is_whole), tree_hash(leaves[split:])]
    return [*subproof(m - split, leaves[split:], False), tree_hash(leaves[:split])]


class GrownLog:
    """Entries under one log key pair; every size up to the newest can be signed, proved and served."""

    def __init__(self, leaves: Sequence[bytes] = (), *, origin: str = ORIGIN, seed: bytes = SEED) -> None:
        self.leaves = list(leaves)
        self.origin = origin
        self.signers = log_signers(origin, seed)
        # ML-DSA signatures differ each time; a test compares the bytes of one note.
        self._notes: dict[tuple[int, int], bytes] = {}

    @classmethod
    def of(cls, size: int, *, fork: str = "", forked_at: int = 0, **options: object) -> "GrownLog":
        """Return a log of `size` numbered entries; with `fork`, those from `forked_at` on are different."""
        leaves = [f"entry {number}{fork if number >= forked_at else ''}".encode() for number in range(size)]
        return cls(leaves, **options)  # type: ignore[arg-type]

    @property
    def vkeys(self) -> list[str]:
        return [signer.vkey for signer in self.signers]

    def checkpoint(self, size: int | None = None) -> Checkpoint:
        held = self.leaves if size is None else self.leaves[:size]
        return Checkpoint(self.origin, len(held), tree_hash(held))

    def note(self, size: int | None = None, *, signers: Sequence[Signer] | None = None, at_s: int = NOW_S) -> bytes:
        checkpoint = self.checkpoint(size)
        if signers is not None:
            return sign_note(checkpoint.body, signers, timestamp_s=at_s)
        if (checkpoint.size, at_s) not in self._notes:
            self._notes[checkpoint.size, at_s] = sign_note(checkpoint.body, self.signers, timestamp_s=at_s)
        return self._notes[checkpoint.size, at_s]

    def proof(self, old: int, size: int | None = None) -> list[bytes]:
        held = self.leaves if size is None else self.leaves[:size]
        return subproof(old, held, True) if 0 < old < len(held) else []

    def request(self, old: int, size: int | None = None) -> bytes:
        return request_bytes(old, self.proof(old, size), self.note(size))

    def files(self, size: int | None = None, *, note: bytes | None = None) -> dict[str, bytes]:
        """Every file of the log at one size, by path: C2SP tlog-tiles, built level by level."""
        held = self.leaves if size is None else self.leaves[:size]
        files = {"checkpoint": note or self.note(size)}
        for at in range(0, len(held), 256):
            part = held[at : at + 256]
            files[tile_path("entries", at // 256, len(part))] = b"".join(struct.pack(">H", len(e)) + e for e in part)
        hashes, level = [tree_hash([leaf]) for leaf in held], 0
        while hashes:
            for at in range(0, len(hashes), 256):
                part = hashes[at : at + 256]
                files[tile_path(str(level), at // 256, len(part))] = b"".join(part)
            whole = len(hashes) // 256
            width = 256 ** (level + 1)
            hashes = [tree_hash(held[at * width : (at + 1) * width]) for at in range(whole)]
            level += 1
        return files

    def write(self, directory: Path, size: int | None = None, *, note: bytes | None = None) -> None:
        for path, data in self.files(size, note=note).items():
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            (directory / path).write_bytes(data)


class ServedFiles:
    """A log's files in a dictionary that a test may exchange at any moment."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.reads: list[str] = []

    def read(self, path: str) -> bytes | None:
        self.reads.append(path)
        return self.files.get(path)

    def paths(self) -> Iterator[str]:
        yield from sorted(path for path in self.files if path.startswith("tile/"))


def tile_path(level: str, index: int, width: int) -> str:
    groups = f"{index:03d}" if index < 1000 else f"x{index // 1000:03d}/{index % 1000:03d}"
    return f"tile/{level}/{groups}" + ("" if width == 256 else f".p/{width}")


def request_bytes(old: int, proof: Sequence[bytes], note: bytes) -> bytes:
    """The body of an add-checkpoint request, as the specification writes it down."""
    lines = "".join(base64.b64encode(one).decode() + "\n" for one in proof)
    return f"old {old}\n{lines}\n".encode() + note


def verify_cosignatures(answer: str, note: bytes, vkeys: Sequence[str]) -> list[int]:
    """Verify one line per key, in their order, with nothing of ours but the bytes; return the times stated."""
    body = note.decode().rpartition("\n\n")[0] + "\n"
    origin, size, root = body.split("\n")[:3]
    times = []
    for line, vkey in zip(answer.removesuffix("\n").split("\n"), vkeys, strict=True):
        dash, name, encoded = line.split(" ")
        key_name, key_id, key = vkey.split("+", 2)
        blob, typed = base64.b64decode(encoded, validate=True), base64.b64decode(key, validate=True)
        assert (dash, name, blob[:4].hex()) == ("\u2014", key_name, key_id)
        assert hashlib.sha256(f"{name}\n".encode() + typed).digest()[:4] == blob[:4]
        (time_s,) = struct.unpack(">Q", blob[4:12])
        if typed[0] == 0x04:
            message = f"cosignature/v1\ntime {time_s}\n{body}".encode()
            Ed25519PublicKey.from_public_bytes(typed[1:]).verify(blob[12:], message)
        else:
            assert typed[0] == 0x06
            message = b"subtree/v1\n\0" + bytes([len(name)]) + name.encode() + struct.pack(">Q", time_s)
            message += bytes([len(origin)]) + origin.encode() + struct.pack(">QQ", 0, int(size))
            MLDSA44PublicKey.from_public_bytes(typed[1:]).verify(blob[12:], message + base64.b64decode(root))
        times.append(time_s)
    return times
