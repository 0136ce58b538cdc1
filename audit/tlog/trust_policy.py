"""Whom to believe about a log: its keys, its witnesses, and how many of them are needed (C2SP tlog-policy).

`TrustPolicy.open` is the one place where a checkpoint becomes trusted.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from audit.errors import MalformedPolicy, MalformedProof, ProofFailed, QuorumNotMet, UnknownSigner
from audit.tlog.checkpoint import Checkpoint, parse_body
from audit.tlog.note import open_note
from audit.tlog.note_keys import Algorithm, Verifier

NONE = "none"
MAX_BYTES = 1_000_000
"""Longest policy file we read (our choice); 32 ML-DSA-44 witnesses take about 60 kB."""

_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_BLANK = re.compile("[ \t]+")
_COUNT = re.compile("[0-9]{1,9}", re.ASCII)
_LOG_KEYS = frozenset({Algorithm.ED25519, Algorithm.ML_DSA_44})
_WITNESS_KEYS = frozenset({Algorithm.ED25519_COSIGNATURE, Algorithm.ML_DSA_44})


@dataclass(frozen=True, slots=True)
class KnownLog:
    """A log key whose checkpoints are believed; `url` is where the log is served, if the policy says so."""

    verifier: Verifier
    url: str | None = None


@dataclass(frozen=True, slots=True)
class KnownWitness:
    """A witness under its name in the policy; `url` is its submission prefix, if the policy says so."""

    name: str
    verifier: Verifier
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A group that has witnessed a checkpoint once `needed` of its members have."""

    needed: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A witness's statement: it saw this checkpoint as the largest at `timestamp_s`, POSIX time (0: unstated)."""

    witness: str
    timestamp_s: int


@dataclass(frozen=True, slots=True)
class TrustedCheckpoint:
    """A checkpoint that a policy accepts, its note, which log keys signed it, and which witnesses."""

    checkpoint: Checkpoint
    note: bytes
    signed_by: tuple[Verifier, ...]
    cosignatures: tuple[Cosignature, ...] = ()
    signed_at_s: int = 0


@dataclass(frozen=True, slots=True)
class TrustPolicy:
    """Known logs, known witnesses, and the quorum: "none", a witness or a group.

    groups: in the order of their definition, so that members come before the group they are in.
    needs_every_log_key: with keys given one by one, each of them must have signed; a policy file asks for any.
    """

    logs: tuple[KnownLog, ...]
    witnesses: tuple[KnownWitness, ...] = ()
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str = NONE
    needs_every_log_key: bool = False

    @classmethod
    def of_keys(cls, vkeys: Sequence[str]) -> "TrustPolicy":
        """Return the policy "signed by every one of these log keys, no witness needed".

        Raises MalformedProof for a key that is not one, and MalformedPolicy for none, a witness's, or several logs'.
        """
        verifiers = [Verifier.from_vkey(vkey) for vkey in vkeys]
        if not verifiers:
            raise MalformedPolicy("expected at least one key of the log")
        if any(verifier.algorithm not in _LOG_KEYS for verifier in verifiers):
            raise MalformedPolicy("expected keys of a log, got the key of a witness")
        if len({verifier.name for verifier in verifiers}) > 1:
            raise MalformedPolicy("expected keys of one log, got keys of several")
        return cls(tuple(map(KnownLog, dict.fromkeys(verifiers))), needs_every_log_key=True)

    @property
    def witness_names(self) -> tuple[str, ...]:
        """Names of the witnesses, in the order of the policy."""
        return tuple(witness.name for witness in self.witnesses)

    def needed(self) -> tuple[int, int]:
        """Return how many witness lines of the policy suffice at the least, and how many there are."""
        fewest = {NONE: 0} | dict.fromkeys(self.witness_names, 1)
        for name, group in self.groups.items():
            fewest[name] = sum(sorted(fewest[member] for member in group.members)[: group.needed])
        return fewest[self.quorum], len(self.witnesses)

    def counters(self, names: Iterable[str]) -> tuple[int, int, int]:
        """Return how many witnesses suffice at the least, how many these are, and how many there are.

        Keys that bear one name are one witness's, which counts once: two keys do not make two that are independent.
        """
        bearer = {witness.name: witness.verifier.name for witness in self.witnesses}
        known = len(set(bearer.values()))
        return min(self.needed()[0], known), len({bearer[name] for name in names if name in bearer}), known

    def is_met_by(self, names: Iterable[str]) -> bool:
        """Return whether cosignatures of these witnesses are enough."""
        met = {NONE} | (set(names) & set(self.witness_names))
        # One pass in the order of definition: groups may be nested deeper than a stack is.
        for name, group in self.groups.items():
            if sum(member in met for member in group.members) >= group.needed:
                met.add(name)
        return self.quorum in met

    def open(self, note: bytes) -> TrustedCheckpoint:
        """Return the checkpoint in a signed note if this policy accepts it.

        Raises MalformedProof, ProofFailed, UnknownSigner (not signed by the log), or QuorumNotMet.
        """
        by_witness = {witness.verifier: witness.name for witness in self.witnesses}
        opened = open_note(note, dict.fromkeys([*(log.verifier for log in self.logs), *by_witness]))
        checkpoint = parse_body(opened.text)
        found = {(signature.name, signature.key_id): signature.signature for signature in opened.signatures}
        signed_by = _signed(found, [log.verifier for log in self.logs if log.verifier.name == checkpoint.origin])
        self._check_log_keys(list(signed_by))
        cosignatures = tuple(Cosignature(by_witness[key], time_s) for key, time_s in _signed(found, by_witness).items())
        names = [cosignature.witness for cosignature in cosignatures]
        if not self.is_met_by(names):
            fewest, got, _ = self.counters(names)
            raise QuorumNotMet(f"expected at least {fewest} witnesses of the quorum, got {got} in all")
        if all(key.algorithm is Algorithm.ML_DSA_44 for key in signed_by):
            # Such a signature leaves extension lines out, so anybody may have written these.
            checkpoint = replace(checkpoint, extensions=())
        return TrustedCheckpoint(checkpoint, note, tuple(signed_by), cosignatures, max(signed_by.values()))

    def _check_log_keys(self, signed_by: Sequence[Verifier]) -> None:
        if not signed_by:
            raise UnknownSigner("the checkpoint is not signed by a key of the log that it names")
        if self.needs_every_log_key and len(signed_by) < len(self.logs):
            raise ProofFailed(f"expected signatures by all {len(self.logs)} keys of the log, got {len(signed_by)}")


def parse_policy(data: bytes) -> TrustPolicy:
    """Parse a policy file; raises MalformedPolicy, naming the line."""
    if len(data) > MAX_BYTES:
        raise MalformedPolicy(f"expected a policy of at most {MAX_BYTES} bytes")
    if _FORBIDDEN.search(data):
        raise MalformedPolicy("expected a policy without control characters other than tab and newline")
    if data and not data.endswith(b"\n"):
        raise MalformedPolicy("expected a policy whose last line ends with a newline")
    reader = _Reader()
    # Octets above 0x7F are opaque: this decoding keeps them apart and loses none.
    for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), start=1):
        words = _BLANK.split(line.strip(" \t"))
        if words[0] and not words[0].startswith("#"):
            try:
                reader.read(words)
            except (MalformedPolicy, MalformedProof) as error:
                raise MalformedPolicy(f"line {number} of the policy: {error}") from error
    return reader.policy()


class _Reader:
    """What the lines read so far define."""

    def __init__(self) -> None:
        self._logs: list[KnownLog] = []
        self._witnesses: dict[str, KnownWitness] = {}
        self._groups: dict[str, Group] = {}
        self._members: set[str] = set()
        self._log_keys: set[bytes] = set()
        self._witness_keys: set[bytes] = set()
        self._quorum: str | None = None

    def read(self, words: list[str]) -> None:
        match words:
            case ["log", vkey, *url] if len(url) <= 1:
                self._log(vkey, *url)
            case ["witness", name, vkey, *url] if len(url) <= 1:
                self._witness(name, vkey, *url)
            case ["group", name, needed, *members]:
                self._group(name, needed, members)
            case ["quorum", name]:
                self._set_quorum(name)
            case _:
                raise MalformedPolicy("expected log, witness, group or quorum with its words")

    def policy(self) -> TrustPolicy:
        if self._quorum is None:
            raise MalformedPolicy("expected a line with the quorum; `quorum none` asks for no witness")
        return TrustPolicy(tuple(self._logs), tuple(self._witnesses.values()), dict(self._groups), self._quorum)

    def _log(self, vkey: str, url: str | None = None) -> None:
        self._logs.append(KnownLog(_key(vkey, _LOG_KEYS, self._log_keys), url))

    def _witness(self, name: str, vkey: str, url: str | None = None) -> None:
        self._check_new(name)
        self._witnesses[name] = KnownWitness(name, _key(vkey, _WITNESS_KEYS, self._witness_keys), url)

    def _group(self, name: str, needed: str, members: list[str]) -> None:
        self._check_new(name)
        if not members:
            raise MalformedPolicy("expected a group with at least one member")
        for member in members:
            if not self._is_defined(member):
                raise MalformedPolicy("expected members that an earlier line defines")
            if member in self._members:
                raise MalformedPolicy("expected each member once; one stands in two places")
            self._members.add(member)
        self._groups[name] = Group(_threshold(needed, len(members)), tuple(members))

    def _set_quorum(self, name: str) -> None:
        if self._quorum is not None:
            raise MalformedPolicy("expected one quorum line, got a second one")
        if name != NONE and not self._is_defined(name):
            raise MalformedPolicy("expected a quorum that an earlier line defines")
        self._quorum = name

    def _is_defined(self, name: str) -> bool:
        return name in self._witnesses or name in self._groups

    def _check_new(self, name: str) -> None:
        if name == NONE or self._is_defined(name):
            raise MalformedPolicy("expected a name that is not taken yet")


def _key(vkey: str, kinds: frozenset[Algorithm], held: set[bytes]) -> Verifier:
    """Parse a key and put it among those `held`, which are told apart by the public key alone."""
    verifier = Verifier.from_vkey(vkey)
    if verifier.algorithm not in kinds:
        raise MalformedPolicy("expected another type of key here")
    if verifier.public in held:
        raise MalformedPolicy("expected each key once; this one is listed already")
    held.add(verifier.public)
    return verifier


def _threshold(text: str, members: int) -> int:
    if text in ("any", "all"):
        return 1 if text == "any" else members
    if not _COUNT.fullmatch(text) or not 1 <= int(text) <= members:
        raise MalformedPolicy(f"expected all, any or a number from 1 to {members}")
    return int(text)


def _signed(found: Mapping[tuple[str, bytes], bytes], keys: Iterable[Verifier]) -> dict[Verifier, int]:
    """Return those of `keys` that have signed, with the POSIX time that each states (0: none)."""
    signatures = {key: found.get((key.name, key.key_id)) for key in keys}
    return {key: key.time_of(signature) for key, signature in signatures.items() if signature is not None}
