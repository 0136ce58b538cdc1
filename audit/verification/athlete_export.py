"""An athlete's own entries as one file: every entry, its proof and its opening, checkable without asking anybody.

The file is UTF-8 JSON with these members, no others:

    version      2; files of version 1, whose openings are all keyed, are read as well
    origin       the log's name
    policy       a trust policy (C2SP tlog-policy) as text
    tag_key      the athlete's tag key, 64 hexadecimal digits; with it alone every own entry can be found
    total        how many entries there are
    checkpoints  signed notes that the proofs lead to; the first was read before the entries were listed
    entries      one for each number from 0, in order:
      number     the entry's number among the athlete's own
      leaf       the entry's bytes, base64
      proof      {checkpoint: place in `checkpoints`, index, hashes: base64, sibling first}, or null while it waits
      opening    null where nobody can open it any more; of an entry of version 2, all ten fields in the form of
                 `opening_json`; of version 1, {key: 64 hexadecimal digits, details: JSON object}
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from audit.entries.commitments import KeyedOpening
from audit.entries.disclosure import Opening
from audit.entries.opening_json import (
    AnyOpeningModel,
    KeyedOpeningModel,
    OpeningModel,
    ShownFieldModel,
    opening_json,
    parse_once,
)
from audit.errors import MalformedProof
from audit.tlog import note, tlog_proof, trust_policy
from audit.tlog.canonical_base64 import decode_base64, encode_base64
from audit.tlog.checkpoint import MAX_SIZE
from audit.tlog.tlog_proof import TlogProof, parse_proof

VERSION = 2
MAX_BYTES = 512 * 1024 * 1024
"""Longest file we read (our choice): as many entries as it may hold, each with its proof and opening."""
MAX_ENTRIES = 100_000

_HexKey = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
_Base64 = Annotated[str, Field(max_length=90_000)]


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """One of an athlete's entries. proof: None while it waits for publication. opening: None where there is none."""

    number: int
    leaf: bytes
    proof: TlogProof | None
    opening: Opening | KeyedOpening | None


@dataclass(frozen=True, slots=True)
class AthleteExport:
    """The file, parsed; nothing in it is verified.

    checkpoint: the log's as it was before the entries were listed.
    """

    origin: str
    policy: str
    tag_key: bytes = field(repr=False)
    total: int
    checkpoint: bytes
    entries: tuple[OwnEntry, ...]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Proof(_Model):
    checkpoint: Annotated[int, Field(ge=0, le=MAX_ENTRIES)]
    index: Annotated[int, Field(ge=0, le=MAX_SIZE)]
    hashes: Annotated[list[Annotated[str, Field(max_length=44)]], Field(max_length=tlog_proof.MAX_HASHES)]


class _Entry(_Model):
    number: Annotated[int, Field(ge=0, le=MAX_ENTRIES)]
    leaf: _Base64
    proof: _Proof | None
    opening: AnyOpeningModel | None


class _File(_Model):
    version: Annotated[int, Field(ge=1, le=VERSION)]
    origin: Annotated[str, Field(min_length=1, max_length=255)]
    policy: Annotated[str, Field(max_length=trust_policy.MAX_BYTES)]
    tag_key: _HexKey
    total: Annotated[int, Field(ge=0, le=MAX_ENTRIES)]
    checkpoints: Annotated[
        list[Annotated[str, Field(max_length=note.MAX_BYTES)]], Field(min_length=1, max_length=1_000)
    ]
    entries: Annotated[list[_Entry], Field(max_length=MAX_ENTRIES)]


_MODELS = (_File, _Entry, _Proof, KeyedOpeningModel, OpeningModel, ShownFieldModel)
_NAMES = frozenset(name for model in _MODELS for name in model.model_fields)


def write_export(own: AthleteExport) -> bytes:
    """Return the file's bytes. Every proof leads to a checkpoint that is written once."""
    checkpoints = list(dict.fromkeys([own.checkpoint, *(e.proof.checkpoint for e in own.entries if e.proof)]))
    places = {checkpoint: place for place, checkpoint in enumerate(checkpoints)}
    value = {
        "version": VERSION,
        "origin": own.origin,
        "policy": own.policy,
        "tag_key": own.tag_key.hex(),
        "total": own.total,
        "checkpoints": [checkpoint.decode() for checkpoint in checkpoints],
        "entries": [_entry_json(entry, places) for entry in own.entries],
    }
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def parse_export(data: bytes) -> AthleteExport:
    """Parse a file of either version; raises MalformedProof, which never repeats what stands in it."""
    if len(data) > MAX_BYTES:
        raise MalformedProof(f"expected a file of at most {MAX_BYTES:,} bytes")
    try:
        file = _File.model_validate(parse_once(data))
    except ValidationError as error:
        raise MalformedProof(f"expected a file of own entries; not right: {_place(error)}") from error
    except MalformedProof as error:
        raise MalformedProof("expected a file of own entries: JSON, no name twice in one place") from error
    if file.version == 1 and any(isinstance(entry.opening, OpeningModel) for entry in file.entries):
        raise MalformedProof("expected keyed openings only in a file of version 1")
    checkpoints = [checkpoint.encode() for checkpoint in file.checkpoints]
    return AthleteExport(
        file.origin,
        file.policy,
        bytes.fromhex(file.tag_key),
        file.total,
        checkpoints[0],
        tuple(_entry(entry, checkpoints) for entry in file.entries),
    )


def own_entry(number: int, leaf: bytes, proof_text: str | None, opening: Opening | KeyedOpening | None) -> OwnEntry:
    """Return an entry from the text of its `.tlog-proof`, or none while it waits; raises MalformedProof."""
    return OwnEntry(number, leaf, None if proof_text is None else parse_proof(proof_text), opening)


def _place(error: ValidationError) -> str:
    """Return where in the file the first fault is, in names of ours and numbers; the file's own words stay out."""
    loc = error.errors(include_url=False, include_input=False)[0]["loc"]
    return ".".join(str(part) for part in loc if isinstance(part, int) or part in _NAMES) or "the file as a whole"


def _entry(entry: _Entry, checkpoints: Sequence[bytes]) -> OwnEntry:
    proof = None
    if entry.proof is not None:
        if entry.proof.checkpoint >= len(checkpoints):
            raise MalformedProof("expected a proof that leads to one of the file's checkpoints")
        hashes = tuple(map(decode_base64, entry.proof.hashes))
        proof = TlogProof(entry.proof.index, hashes, checkpoints[entry.proof.checkpoint])
    opening = None if entry.opening is None else entry.opening.opening()
    return OwnEntry(entry.number, decode_base64(entry.leaf), proof, opening)


def _entry_json(entry: OwnEntry, places: Mapping[bytes, int]) -> dict[str, object]:
    proof, opening = entry.proof, entry.opening
    return {
        "number": entry.number,
        "leaf": encode_base64(entry.leaf),
        "proof": proof
        and {
            "checkpoint": places[proof.checkpoint],
            "index": proof.index,
            "hashes": [encode_base64(value) for value in proof.hashes],
        },
        "opening": opening and opening_json(opening),
    }
