"""Signed notes, checkpoints, cosignatures and proof files, written out by hand from the C2SP specifications.

Uses `cryptography` and nothing of `audit`. ML-DSA-44 signatures differ each time they are made, so those that were
made before are kept for as long as they verify.
"""

import hashlib
import struct
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from tlog_merkle import EMPTY, LEAVES, OTHER, mth, path

Case = dict[str, Any]

PLAIN, TIMED, POST_QUANTUM = 0x01, 0x04, 0x06
ORIGIN = "log.example/2026"
TIME_S = 1_679_315_147


class Key:
    """A key whose seed is a hash of its name and type, so that the vectors come out alike each time."""

    def __init__(self, name: str, kind: int, kept: Iterable[bytes] = (), seed: bytes = b"") -> None:
        self.name, self.kind, self._kept = name, kind, list(kept)
        self.seed = seed or hashlib.sha256(f"{name} {kind}".encode()).digest()
        self._private: Any = (
            MLDSA44PrivateKey.from_seed_bytes(self.seed)
            if kind == POST_QUANTUM
            else Ed25519PrivateKey.from_private_bytes(self.seed)
        )
        self.public: bytes = self._private.public_key().public_bytes_raw()
        self._made: dict[tuple[str, int], bytes] = {}
        typed = bytes([kind]) + self.public
        self.key_id = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]
        self.vkey = f"{name}+{self.key_id.hex()}+{text(typed)}"

    def message(self, body: str, time_s: int = TIME_S) -> bytes:
        """What this key signs to sign a note of this text."""
        if self.kind == PLAIN:
            return body.encode()
        if self.kind == TIMED:
            return b"cosignature/v1\n" + f"time {time_s}\n".encode() + body.encode()
        origin, size, root = body.split("\n")[:3]
        name, origin_bytes = self.name.encode(), origin.encode()
        return b"".join(
            [
                b"subtree/v1\n\x00",
                struct.pack("B", len(name)) + name,
                struct.pack(">Q", time_s),
                struct.pack("B", len(origin_bytes)) + origin_bytes,
                struct.pack(">QQ", 0, int(size)),
                b64decode(root),
            ]
        )

    def blob(self, body: str, time_s: int = TIME_S) -> bytes:
        """The signature as a note carries it, without the key id."""
        if (body, time_s) not in self._made:
            self._made[body, time_s] = self._blob(body, time_s)
        return self._made[body, time_s]

    def _blob(self, body: str, time_s: int) -> bytes:
        message = self.message(body, time_s)
        time = b"" if self.kind == PLAIN else struct.pack(">Q", time_s)
        for kept in self._kept:
            if kept.startswith(self.key_id + time) and self._verifies(kept[4 + len(time) :], message):
                return kept[4:]
        return time + bytes(self._private.sign(message))

    def line(self, body: str, time_s: int = TIME_S) -> str:
        """The signature line, with its newline."""
        return line(self.name, self.key_id + self.blob(body, time_s))

    def _verifies(self, signature: bytes, message: bytes) -> bool:
        try:
            self._private.public_key().verify(signature, message)
        except InvalidSignature:
            return False
        return True


def text(data: bytes) -> str:
    """Standard base64."""
    return b64encode(data).decode()


def line(name: str, blob: bytes) -> str:
    """A signature line: em dash, space, name, space, base64, newline."""
    return f"\u2014 {name} {text(blob)}\n"


def body(size: int, origin: str = ORIGIN, extensions: str = "") -> str:
    """The text of the checkpoint over the first `size` leaves."""
    return f"{origin}\n{size}\n{text(mth(LEAVES[:size]))}\n{extensions}"


def checkpoints() -> list[Case]:
    """Checkpoint texts: what each says, or that it is none."""
    root = text(OTHER)
    good = [body(0), body(1), body(130), f"go.sum + tree\n{(1 << 63) - 1}\n{root}\n", body(5, extensions="a\nb c\n")]
    cases: list[Case] = []
    for value in good:
        origin, size, hashed, *extensions = value[:-1].split("\n")
        cases.append({"text": value, "origin": origin, "size": int(size), "root": hashed, "extensions": extensions})
    bad = {
        "nothing": "",
        "two lines": f"{ORIGIN}\n1\n",
        "no newline at the end": body(1)[:-1],
        "an empty origin": f"\n1\n{root}\n",
        "an empty size": f"{ORIGIN}\n\n{root}\n",
        "an empty extension": body(1, extensions="\n"),
        "an empty line among extensions": body(1, extensions="a\n\nb\n"),
        "a leading zero": f"{ORIGIN}\n01\n{root}\n",
        "two zeroes": f"{ORIGIN}\n00\n{text(EMPTY)}\n",
        "a plus sign": f"{ORIGIN}\n+1\n{root}\n",
        "a minus sign": f"{ORIGIN}\n-1\n{root}\n",
        "a space": f"{ORIGIN}\n1 \n{root}\n",
        "an underscore": f"{ORIGIN}\n1_0\n{root}\n",
        "a point": f"{ORIGIN}\n1.0\n{root}\n",
        "hexadecimal": f"{ORIGIN}\n0x1\n{root}\n",
        "Arabic digits": f"{ORIGIN}\n\u0661\n{root}\n",
        "2^63": f"{ORIGIN}\n{1 << 63}\n{root}\n",
        "a very long size": f"{ORIGIN}\n{'9' * 5000}\n{root}\n",
        "a root of 31 bytes": f"{ORIGIN}\n1\n{text(bytes(31))}\n",
        "a root of 33 bytes": f"{ORIGIN}\n1\n{text(bytes(33))}\n",
        "a root without padding": f"{ORIGIN}\n1\n{root[:-1]}\n",
        "a root with unused bits": f"{ORIGIN}\n1\n{root[:-2]}{chr(ord(root[-2]) + 1)}=\n",
        "a root in the alphabet for addresses": f"{ORIGIN}\n1\n{text(bytes([251] * 32)).replace('+', '-')}\n",
        "a root in hexadecimal": f"{ORIGIN}\n1\n{OTHER.hex()}\n",
        "an empty tree with a root": f"{ORIGIN}\n0\n{root}\n",
        "carriage returns": body(1).replace("\n", "\r\n"),
        "a tab": body(1, origin="log\texample"),
    }
    return cases + [{"text": value, "why": why} for why, value in bad.items()]


def cosignatures(kept: list[bytes]) -> list[Case]:
    """Cosignatures of both types: key, message and blob of good ones, and what does not fit in changed ones."""
    ed = Key("witness.example/ed", TIMED)
    ml = Key("witness.example/ml", POST_QUANTUM, kept)
    cases: list[Case] = []
    for key in (ed, ml):
        for signed, time_s in ((body(5), TIME_S), (body(0), 0), (body(130, extensions="more\n"), (1 << 63) - 1)):
            blob = key.blob(signed, time_s)
            case = {"vkey": key.vkey, "text": signed, "time": blob[:8].hex(), "signature": text(blob[8:])}
            cases.append({"valid": True, **case, "time_s": time_s, "message": key.message(signed, time_s).hex()})
    later, late = struct.pack(">Q", TIME_S + 1).hex(), struct.pack(">Q", 1 << 63).hex()
    good = ed.blob(body(5))[8:]
    bad: list[tuple[str, int, Case]] = [
        ("no time", 0, {"time": ""}),
        ("one byte more", 0, {"signature": text(good + b"\0")}),
        ("one byte less", 0, {"signature": text(good[:-1])}),
        ("nothing but a time", 0, {"signature": ""}),
        ("another extension", 0, {"text": body(5, extensions="more\n")}),
        ("an extension less", 2, {"text": body(130)}),
        ("a plain signature", 0, {"time": "", "signature": text(Key(ed.name, PLAIN, seed=ed.seed).blob(body(5)))}),
        ("no time", 3, {"time": ""}),
        ("an origin of 256 bytes", 3, {"text": body(5, origin="o" * 256)}),
        ("a signature of the other type", 3, {"signature": text(good)}),
        ("the same key by another name", 3, {"vkey": Key("witness.example/mk", POST_QUANTUM, seed=ml.seed).vkey}),
    ]
    for of in (0, 3):
        bad += [
            ("another time", of, {"time": later}),
            ("a time above 2^63 - 1", of, {"time": late}),
            ("another origin", of, {"text": body(5, origin="other.example")}),
            ("another size", of, {"text": body(5).replace("\n5\n", "\n6\n")}),
            ("another root", of, {"text": body(6).replace("\n6\n", "\n5\n")}),
            ("no checkpoint", of, {"text": "any text\n"}),
        ]
    # The post-quantum message leaves extension lines out: they can be changed, and nobody may rely on them.
    cases.append({"valid": True, "why": "another extension", "of": 3, "text": body(5, extensions="more\n")})
    return cases + [{"valid": False, "why": why, "of": of, **change} for why, of, change in bad]


def proofs() -> list[Case]:
    """Proof files for an entry at index 4 among 11, and one alone in its log; with what is wrong in the others."""
    log = Key(ORIGIN, PLAIN)
    hashes = [text(value) for value in path(4, LEAVES[:11])]
    note = f"{body(11)}\n{log.line(body(11))}"

    def file(head: str = "c2sp.org/tlog-proof@v1", *, extra: str = "", index: str = "index 4", at: Any = None) -> str:
        return "".join(f"{row}\n" for row in [head, extra, index, *(at or hashes)] if row) + "\n" + note

    alone = f"c2sp.org/tlog-proof@v1\nindex 0\n\n{body(1)}\n{log.line(body(1))}"
    good = [(file(), 4, ""), (file(extra="extra Y29udGV4dA=="), 4, "context"), (alone, 0, "")]
    bad = {
        "nothing": "",
        "another version": file("c2sp.org/tlog-proof@v2"),
        "no header": file(""),
        "extra data that is empty": file().replace("index 4", "extra \nindex 4"),
        "extra data without padding": file(extra="extra Y29udGV4dA"),
        "extra data twice": file().replace("index 4", "extra Y29u\nextra Y29u\nindex 4"),
        "extra data after the index": file().replace("index 4", "index 4\nextra Y29u"),
        "no index": file(index=""),
        "the index in another word": file(index="Index 4"),
        "a leading zero": file(index="index 04"),
        "a plus sign": file(index="index +4"),
        "a space too many": file(index="index  4"),
        "Arabic digits": file(index="index \u0664"),
        "2^63": file(index=f"index {1 << 63}"),
        "a very long index": file(index=f"index {'9' * 5000}"),
        "an index at the size": file(index="index 11"),
        "another index": file(index="index 5"),
        "a hash missing": file(at=hashes[:-1]),
        "a hash too many": file(at=[*hashes, hashes[0]]),
        "64 hashes": file(at=hashes[:1] * 64),
        "hashes upside down": file(at=hashes[::-1]),
        "a hash of 31 bytes": file(at=[text(bytes(31)), *hashes[1:]]),
        "a hash in hexadecimal": file(at=[bytes(32).hex(), *hashes[1:]]),
        "no blank line": file().replace("\n\n", "\n", 1),
        "two blank lines": file().replace("\n\n", "\n\n\n", 1),
        "carriage returns": file().replace("\n", "\r\n"),
        "no checkpoint": file().partition("\n\n")[0] + "\n\n",
        "a checkpoint without signature": file().partition("\n\n")[0] + "\n\n" + body(11),
        "a checkpoint of another size": file().replace(note, f"{body(12)}\n{log.line(body(12))}"),
        "something behind the checkpoint": file() + "\n",
        "the last newline missing": file()[:-1],
    }
    written = [{"file": value, "index": index, "extra": extra, "valid": True} for value, index, extra in good]
    return [{"vkey": log.vkey}, *written, *({"file": value, "why": why, "valid": False} for why, value in bad.items())]
