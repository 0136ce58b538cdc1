"""Writes openings.json: entries of version 2 whose fields open one by one, and openings that must be refused.

python tests/vectors/make_opening_vectors.py [file]

Knows nothing of `audit`, which is tested against the file: HKDF by RFC 5869, text by RFC 8785 §3.2.2.2, both spelt out.
"""

import copy
import hashlib
import hmac
import json
import sys
from pathlib import Path
from typing import Any

CHECKED_IN = Path(__file__).with_name("openings.json")
ORG = ("organisation", "role", "purpose", "category", "granularity", "rule", "outcome", "part_of_day")
OWN = ("subject", "rest")
NAMES = ORG + OWN

ENTRIES: dict[str, dict[str, str | None]] = {
    "an access": {
        "organisation": "club-7",
        "role": "coach",
        "purpose": "training",
        "category": "sleep",
        "granularity": "daily",
        "rule": "D07",
        "outcome": "granted",
        "part_of_day": "morning",
        "subject": "ath-0000000000000031",
        "rest": '{"at":"2026-11-29T08:15:00+00:00","event":"00ff","number":4}',
    },
    "nothing but nulls": dict.fromkeys(NAMES),
    "equal values": dict.fromkeys(NAMES, "same"),
    "text that must be escaped": {
        **dict.fromkeys(NAMES),
        "organisation": 'a "quoted" \\ back\\slash / slash',
        "role": "".join(chr(code) for code in range(32)),
        "purpose": "\x7f\x80\u2028\u2029\ufeff\uffff",
        "category": "é ü 日本 \U0001f3df",
        "rule": "",
        "outcome": "null",
    },
}


def secrets_of(number: int) -> tuple[bytes, bytes]:
    """Two secrets of 32 bytes for each entry."""
    return (
        hashlib.sha256(b"organisation %d" % number).digest(),
        hashlib.sha256(b"athlete %d" % number).digest(),
    )


def salt(secret: bytes, name: str) -> bytes:
    """HKDF-SHA-256 (RFC 5869 §2): no salt, info = name, 16 bytes."""
    key = hmac.new(bytes(32), secret, hashlib.sha256).digest()
    return hmac.new(key, name.encode() + b"\x01", hashlib.sha256).digest()[:16]


def text(value: str) -> str:
    """A JSON string as RFC 8785 §3.2.2.2 (ECMA-262 QuoteJSONString) writes it."""
    short = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
    return '"' + "".join(short.get(c) or (f"\\u{ord(c):04x}" if ord(c) < 32 else c) for c in value) + '"'


def digest(name: str, salted: bytes, value: str | None) -> bytes:
    """The digest of one field; members in alphabetical order, no spaces."""
    written = "null" if value is None else text(value)
    line = "{" + f'"name":{text(name)},"salt":{text(salted.hex())},"value":{written}' + "}"
    return hashlib.sha256(b"homefield-field-v2\n" + line.encode()).digest()


def leaf_of(commitment: bytes, *, version: int = 2, day: str = "2026-11-29") -> bytes:
    """A public leaf of 320 bytes."""
    line = (
        f'{{"c":"{commitment.hex()}","day":"{day}","kind":"access","org":"Quiet heron","policy_hash":"7f3a",'
        f'"tag":"{"01" * 16}","v":{version}}}'
    )
    return line.encode().ljust(320)


def entry_of(number: int, values: dict[str, str | None]) -> dict[str, Any]:
    """One entry with everything about it."""
    org, own = secrets_of(number)
    salts = {name: salt(org if name in ORG else own, name) for name in NAMES}
    digests = [digest(name, salts[name], values[name]) for name in NAMES]
    commitment = hashlib.sha256(b"homefield-entry-v2\n" + b"".join(digests)).digest()
    leaf = leaf_of(commitment)
    return {
        "organisation_secret": org.hex(),
        "athlete_secret": own.hex(),
        "values": values,
        "commitment": commitment.hex(),
        "leaf": leaf.decode(),
        "opening": {
            "v": 2,
            "leaf": hashlib.sha256(b"\x00" + leaf).hexdigest(),
            "digests": [one.hex() for one in digests],
            "shown": [{"name": name, "salt": salts[name].hex(), "value": values[name]} for name in NAMES],
        },
    }


def refused(entry: dict[str, Any], other: dict[str, Any], same: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Openings that must be refused, each with the leaf it is held against."""
    cases: dict[str, dict[str, Any]] = {}

    def case(name: str, of: dict[str, Any] = entry, leaf: str = "") -> Any:
        cases[name] = {"leaf": leaf or of["leaf"], "opening": copy.deepcopy(of["opening"])}
        return cases[name]["opening"]

    for name, value in {"other": "captain", "null": None, "empty": "", "longer": "coach\0", "number": 1}.items():
        case(f"swapped value: {name}")["shown"][1]["value"] = value
    case("swapped value: absent shown as empty", other)["shown"][0]["value"] = ""
    case("swapped salt")["shown"][1]["salt"] = entry["opening"]["shown"][2]["salt"]

    def swap(shown: list[dict[str, Any]]) -> None:
        shown[1]["name"], shown[2]["name"] = shown[2]["name"], shown[1]["name"]
        shown[1], shown[2] = shown[2], shown[1]

    swap(case("swapped position: names, equal values", same)["shown"])
    case("swapped position: digests")["digests"][1:3] = entry["opening"]["digests"][2:0:-1]
    both = case("swapped position: names and digests", same)
    both["digests"][1:3] = same["opening"]["digests"][2:0:-1]
    swap(both["shown"])
    case("out of order")["shown"].reverse()
    case("a field twice")["shown"].insert(0, entry["opening"]["shown"][0])
    case("an unknown field")["shown"][0]["name"] = "athlete"

    case("another leaf", leaf=other["leaf"])
    day = leaf_of(bytes.fromhex(entry["commitment"]), day="2026-11-28").decode()
    case("the same commitment on another day", leaf=day)
    claims = case("another leaf, claimed outright", leaf=other["leaf"])
    claims["leaf"] = other["opening"]["leaf"]
    case("borrowed digests")["digests"] = other["opening"]["digests"]
    case("borrowed digest of one field")["digests"][0] = other["opening"]["digests"][0]
    case("nine digests")["digests"].pop()
    case("eleven digests")["digests"].append("00" * 32)

    for name, version in {"1": 1, "3": 3, "text": "2", "true": True, "2.0": 2.0, "null": None}.items():
        case(f"version {name}")["v"] = version
    old = leaf_of(bytes.fromhex(entry["commitment"]), version=1)
    case("a leaf that says version 1", leaf=old.decode())["leaf"] = hashlib.sha256(b"\x00" + old).hexdigest()
    keyed = leaf_of(hmac.new(bytes(32), b"homefield-entry-v1\n{}", hashlib.sha256).digest())
    case("a keyed commitment", leaf=keyed.decode())["leaf"] = hashlib.sha256(b"\x00" + keyed).hexdigest()
    return cases


def vectors() -> dict[str, Any]:
    """Everything that stands in the file."""
    entries = {name: entry_of(number, values) for number, (name, values) in enumerate(ENTRIES.items())}
    return {
        "entries": entries,
        "refused": refused(entries["an access"], entries["nothing but nulls"], entries["equal values"]),
    }


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else CHECKED_IN
    target.write_text(json.dumps(vectors(), indent=1) + "\n")
