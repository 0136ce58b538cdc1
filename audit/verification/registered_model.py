"""Whether the public log has a league's model: its record's hash, in an entry that the league's opening opens.

A record is read as plain JSON: what its weights are worth is for the programs that can compute them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from audit.entries.disclosure import Opening
from audit.entries.events import EventKind, parse_leaf
from audit.entries.opening_json import parse_once
from audit.errors import MalformedProof, ProofFailed
from audit.tlog import merkle
from audit.tlog.trust_policy import TrustedCheckpoint, TrustPolicy
from audit.verification.prover import find_entry, prove_entry
from audit.verification.sources import LogSource
from audit.verification.verified_details import verified_details
from audit.verification.verify import OnProgress
from policies.campaigns.card_text import is_text_of
from policies.canonical import canonical_bytes, sha256_hex
from policies.errors import InvalidInput

CARD, CARD_TEXT = "card.json", "card.md"
FILES = {"weights.safetensors": "weights_file", CARD: "card", "manifest.json": "campaign"}
"""The files of a published model beside its record, with the field of the record that holds their hash."""
MAX_BYTES = 4 * 1024 * 1024
"""Longest record that we read (our choice): a sum of 16 rounds of 10,000 weights."""


@dataclass(frozen=True, slots=True)
class GivenRecord:
    """What of a record is compared with the log. model_id: the SHA-256 of its canonical JSON.

    files: SHA-256 of each file that it names, by the file's name.
    """

    model_id: str
    model: str
    manifest: str
    files: Mapping[str, str]

    def compared(self, name: str, data: bytes | None) -> bool:
        """Whether a file beside the record was there to be compared; raises ProofFailed if it is not the one named."""
        if data is None:
            return False
        if sha256_hex(data) != self.files[name]:
            raise ProofFailed(f"{name} is not the file that the record names: it was changed, or is another model's")
        return True


def compared_text(text: bytes | None, card: bytes | None) -> bool:
    """Whether the card for people was there to be compared; raises ProofFailed if it is not what its JSON gives.

    card: the bytes of `card.json`, which the record names; without them there is nothing to compare it with.
    """
    if text is None or card is None:
        return False
    try:
        is_same = is_text_of(text, parse_once(card))
    except (InvalidInput, MalformedProof) as error:
        raise MalformedProof(f"expected a model's card in {CARD}") from error
    if not is_same:
        raise ProofFailed(f"{CARD_TEXT} does not say what {CARD} says: it was changed; read {CARD}, which is signed")
    return True


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """Where the log has a model. organisation: who reported it, under the name that the consent service knows."""

    index: int
    day: date
    organisation: str
    trusted: TrustedCheckpoint


def read_record(data: bytes) -> GivenRecord:
    """Read a signed record as it is published; raises MalformedProof for any other file."""
    try:
        record: dict[str, Any] = parse_once(data)["record"]
        text = canonical_bytes(record)
        files = {name: str(record[key]) for name, key in FILES.items()}
        return GivenRecord(sha256_hex(text), str(record["model"]), str(record["campaign"]), files)
    except (KeyError, TypeError, InvalidInput, MalformedProof) as error:
        raise MalformedProof("expected the signed record of a model: JSON with record and signature") from error


def find_registered(
    source: LogSource,
    trust: TrustPolicy,
    record: GivenRecord,
    opening: Opening,
    *,
    on_progress: OnProgress | None = None,
) -> RegisteredModel:
    """Verify the whole log and return where it has the record; raises a child of AuditError if it has not.

    MalformedProof where the opening is of no entry of this log (one that waits for publication is not in it yet),
    ProofFailed where it is of another model, or shows something that its entry does not commit to.
    """
    log, index = find_entry(source, trust, lambda leaf: merkle.leaf_hash(leaf) == opening.leaf, on_progress=on_progress)
    found = prove_entry(source, trust, index, trusted=log.trusted)
    entry = parse_leaf(found.leaf)
    details = verified_details(opening, entry)
    if entry.kind is not EventKind.MODEL_REGISTERED:
        raise ProofFailed("the entry that the opening opens is of no published model")
    said = tuple(details.get(name) for name in ("model_id", "model", "manifest"))
    if said != (record.model_id, record.model, record.manifest):
        raise ProofFailed("the entry that the opening opens is of another model than this record")
    return RegisteredModel(index, entry.day, str(details.get("organisation", "")), found.trusted)
