"""What the log records: the closed list of event kinds, and the public leaf of one entry.

A leaf is canonical JSON {c, day, kind, org, policy_hash, tag, v}, followed by spaces up to a size class.
It holds no name, no value, no time of day and no athlete: what happened is sealed behind the commitment. What `c`
commits to depends on the version: keyed details as a whole (1, `commitments`) or ten fields (2, `disclosure`).
"""

import json
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from audit.entries.commitments import COMMITMENT_SIZE, TAG_SIZE
from audit.errors import MalformedProof
from policies.canonical import canonical_bytes

VERSION = 2
"""The version of new entries; those of version 1 are read for ever."""
VERSIONS = (1, VERSION)
SIZE_CLASSES = (320, 512)
"""Lengths in bytes that a leaf may have (our choice): the first fits every kind with a pseudonym of two words."""

_HASH = re.compile("[0-9a-f]{0,64}", re.ASCII)
_HEX = re.compile("(?:[0-9a-f]{2})*", re.ASCII)
_ORG = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,60}")

LeafParts = tuple[bytes, bytes, bytes, bytes]
"""Day, kind, organisation and rules as they are written in a leaf."""

_LEAF = re.compile(
    rb'\{"c":"[0-9a-f]{64}","day":"([0-9]{4}-[0-9]{2}-[0-9]{2})","kind":"([a-z_]+)",'
    rb'"org":"((?:[^"\\]|\\.)*+)","policy_hash":"([0-9a-f]{0,64})","tag":"(?:[0-9a-f]{32})?","v":[12]\}( *)',
    re.DOTALL,
)
# Fewer spaces than this at the end of a leaf of this length, or its text would have fitted a smaller class.
_PADDING = {size: size - below for below, size in zip((0, *SIZE_CLASSES), SIZE_CLASSES, strict=False)}


class EventKind(StrEnum):
    """Everything the log can record."""

    CONSENT_DECISION = "consent_decision"
    LOOK_ALLOWED = "look_allowed"
    LOOK_REFUSED = "look_refused"
    RELEASE_PROPOSED = "release_proposed"
    RELEASE_ANSWERED = "release_answered"
    BUDGET_RESERVED = "budget_reserved"
    BUDGET_REFUNDED = "budget_refunded"
    ROUND_COMMITTED = "round_committed"
    ROUND_AGGREGATED = "round_aggregated"
    CAMPAIGN_OPENED = "campaign_opened"
    CAMPAIGN_APPROVED = "campaign_approved"
    CAMPAIGN_CLOSED = "campaign_closed"
    CAMPAIGN_REFUSED = "campaign_refused"
    MODEL_REGISTERED = "model_registered"
    MODEL_ADOPTED = "model_adopted"
    MEMBER_ENROLLED = "member_enrolled"
    ORG_REGISTERED = "org_registered"
    RULES_LOADED = "rules_loaded"
    INGEST = "ingest"
    PROPOSAL_DECIDED = "proposal_decided"
    ERASED = "erased"
    SIGNED_IN = "signed_in"
    CODE_ISSUED = "code_issued"
    PAGE_OPENED = "page_opened"
    OPERATOR_LOOK = "operator_look"
    PLAN_SET = "plan_set"
    NODE_ADDED = "node_added"
    ANSWER_SENT = "answer_sent"
    HEARTBEAT = "heartbeat"
    ACCESS = "access"
    LEAGUE_JOINED = "league_joined"
    LEAGUE_LEFT = "league_left"
    ORG_KEY_CHANGED = "org_key_changed"
    ORG_REVOKED = "org_revoked"
    NODE_ACCESS_CHANGED = "node_access_changed"
    ROUND_ANSWERED = "round_answered"
    ATHLETE_ASKED = "athlete_asked"
    OWN_SITE = "own_site"
    TICKET_REFUSED = "ticket_refused"
    RECORD_WRITTEN = "record_written"


_SENTENCES = {
    EventKind.CONSENT_DECISION: "Consent decision recorded (which way is sealed)",
    EventKind.LOOK_ALLOWED: "Look allowed (what was seen is sealed)",
    EventKind.LOOK_REFUSED: "Look refused (what was asked for is sealed)",
    EventKind.RELEASE_PROPOSED: "Athlete asked whether an index may be released",
    EventKind.RELEASE_ANSWERED: "Athlete answered a release request (which way is sealed)",
    EventKind.BUDGET_RESERVED: "Privacy budget set aside for a campaign",
    EventKind.BUDGET_REFUNDED: "Privacy budget given back unused",
    EventKind.ROUND_COMMITTED: "Privacy budget of one round spent",
    EventKind.ROUND_AGGREGATED: "Training round added up",
    EventKind.CAMPAIGN_OPENED: "Training campaign opened",
    EventKind.CAMPAIGN_APPROVED: "Training campaign approved by a club",
    EventKind.CAMPAIGN_CLOSED: "Training campaign closed",
    EventKind.CAMPAIGN_REFUSED: "Campaign message refused",
    EventKind.MODEL_REGISTERED: "Model registered",
    EventKind.MODEL_ADOPTED: "Club judged a model on its own later data (which way is told to nobody)",
    EventKind.MEMBER_ENROLLED: "Athlete enrolled",
    EventKind.ORG_REGISTERED: "Organisation registered",
    EventKind.RULES_LOADED: "Rules loaded",
    EventKind.INGEST: "Files brought into a club’s own store",
    EventKind.PROPOSAL_DECIDED: "A person decided on a proposed change to a session",
    EventKind.ERASED: "Data erased and its key destroyed",
    EventKind.SIGNED_IN: "Sign-in",
    EventKind.CODE_ISSUED: "Sign-in code issued (for whom is sealed)",
    EventKind.PAGE_OPENED: "Page opened that shows no one athlete (which page is sealed)",
    EventKind.OPERATOR_LOOK: "Look at a node’s own terminal, or a correction there (which is sealed)",
    EventKind.PLAN_SET: "Club set the plan of a day",
    EventKind.NODE_ADDED: "Club’s node let into league training",
    EventKind.ANSWER_SENT: "Outcome of a recorded request (whether its answer was sent is sealed)",
    EventKind.HEARTBEAT: "Heartbeat of the log",
    EventKind.ACCESS: "Access to an athlete’s data (whether it was granted is sealed)",
    EventKind.LEAGUE_JOINED: "Club joined a league (which one is sealed)",
    EventKind.LEAGUE_LEFT: "Club left a league (which one is sealed)",
    EventKind.ORG_KEY_CHANGED: "Organisation’s signing key changed (how is sealed)",
    EventKind.NODE_ACCESS_CHANGED: "Club changed who may see athletes at its node (how is sealed)",
    EventKind.ORG_REVOKED: "Organisation’s key revoked: nothing that it signs counts any more",
    EventKind.ROUND_ANSWERED: "Club bound to one answer to a training round (which answer is sealed)",
    EventKind.ATHLETE_ASKED: "A person of a club asked or read how an athlete is (what was said stays at the club)",
    EventKind.OWN_SITE: "Athlete’s own site at their club’s node was used (for what is sealed)",
    EventKind.TICKET_REFUSED: "Ticket to an athlete’s own site refused (why is told to nobody)",
    EventKind.RECORD_WRITTEN: "A person of a club wrote in an athlete’s record there (what is sealed)",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One public entry.

    org: organisation pseudonym, 1 to 60 characters. policy_hash: rules in force, up to 64 hexadecimal digits, or "".
    commitment: 32 bytes. tag: 16 bytes, or none where the entry is about no athlete. version: 1 or 2.
    """

    kind: EventKind
    org: str
    day: date
    policy_hash: str
    commitment: bytes
    tag: bytes = b""
    version: int = VERSION

    def __post_init__(self) -> None:
        if not _ORG.fullmatch(self.org):
            raise MalformedProof("expected a cover name of 1 to 60 printable characters")
        if not _HASH.fullmatch(self.policy_hash):
            raise MalformedProof("expected a rules hash of up to 64 hexadecimal digits")
        if len(self.commitment) != COMMITMENT_SIZE:
            raise MalformedProof(f"expected a commitment of {COMMITMENT_SIZE} bytes")
        if len(self.tag) not in (0, TAG_SIZE):
            raise MalformedProof(f"expected a tag of {TAG_SIZE} bytes or none")
        if self.version not in VERSIONS:
            raise MalformedProof(f"expected version 1 or {VERSION}, got {self.version}")

    def leaf(self) -> bytes:
        """Return the bytes that stand in the log."""
        text = canonical_bytes(
            {
                "c": self.commitment.hex(),
                "day": self.day.isoformat(),
                "kind": self.kind.value,
                "org": self.org,
                "policy_hash": self.policy_hash,
                "tag": self.tag.hex(),
                "v": self.version,
            }
        )
        return text.ljust(_size_class(len(text)), b" ")


def parse_leaf(leaf: bytes) -> Entry:
    """Parse a leaf; raises MalformedProof unless it is byte for byte what `Entry.leaf` writes."""
    try:
        value = json.loads(leaf.decode("utf-8"))
        entry = _entry(value)
    except (ValueError, TypeError, RecursionError) as error:
        raise MalformedProof("expected an entry of this log") from error
    if entry.leaf() != leaf:
        raise MalformedProof("expected an entry in its canonical bytes")
    return entry


def split_leaf(leaf: bytes) -> LeafParts | None:
    """Return the parts of a leaf that say something in public, or None for what `parse_leaf` would refuse anyway.

    The fast half of `parse_leaf`: if each part stands in some leaf that `parse_leaf` accepted, it accepts this leaf
    too, because all else about it has been checked here and the parts are written independently of one another.
    """
    found = _LEAF.fullmatch(leaf)
    if found is None:
        return None
    day, kind, org, rules, padding = found.groups()
    return (day, kind, org, rules) if len(padding) < _PADDING.get(len(leaf), 0) else None


def sentence(entry: Entry) -> str:
    """Return what happened, in plain words, as far as the public leaf says it."""
    return sentence_of(entry.kind)


def sentence_of(kind: EventKind) -> str:
    """Return what an entry of this kind says happened, in plain words."""
    return _SENTENCES[kind]


def _entry(value: Any) -> Entry:
    if not isinstance(value, dict) or len(value) != 7 or type(value.get("v")) is not int:  # True == 1, and 2.0 == 2
        raise MalformedProof("expected an entry with seven members")
    texts = [value.get(name) for name in ("kind", "org", "day", "policy_hash", "c", "tag")]
    kind, org, day, policy_hash, commitment, tag = (_text(text) for text in texts)
    return Entry(
        EventKind(kind), org, date.fromisoformat(day), policy_hash, _bytes(commitment), _bytes(tag), value["v"]
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise MalformedProof("expected text in every member of an entry")
    return value


def _bytes(text: str) -> bytes:
    if not _HEX.fullmatch(text):
        raise MalformedProof("expected lower-case hexadecimal digits")
    return bytes.fromhex(text)


def _size_class(length: int) -> int:
    for size in SIZE_CLASSES:
        if length <= size:
            return size
    raise MalformedProof(f"expected an entry of at most {SIZE_CLASSES[-1]} bytes")
