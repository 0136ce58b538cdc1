"""An athlete's own entries: what is right is accepted, and nothing can be hidden, added, changed or moved."""

import json
import random
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from audit.entries import commitments
from audit.entries.commitments import KeyedOpening
from audit.entries.disclosure import FIELDS, Opening, SecretFields, commit, open_fields
from audit.entries.events import Entry, EventKind
from audit.errors import AuditError, LogCorrupt, MalformedProof, ProofFailed, UnknownSigner
from audit.tlog import merkle
from audit.tlog.note_keys import Signer
from audit.tlog.trust_policy import TrustPolicy, parse_policy
from audit.verification.athlete_export import AthleteExport, own_entry, parse_export, write_export
from audit.verification.check_athlete_export import check_export, check_in_log
from audit.verification.sources import open_source
from audit.writer.log import Log
from policies.canonical import canonical_bytes
from tests.scale import scaled, seeded

KEY = bytes(range(100, 132))


class Athlete:
    """What the consent service knows about one athlete's entries. version: which entries it writes."""

    def __init__(self, log: Log, new_entry: Callable[..., Entry], *, version: int = 2) -> None:
        self.log, self.key, self.version = log, KEY, version
        self.leaves: list[bytes] = []
        self.openings: list[Opening | KeyedOpening | None] = []
        self._new_entry = new_entry
        self.policy = f"log {log.vkey}\nquorum none\n"

    def record(self, *, skip: bool = False, **details: object) -> None:
        """Append an entry under the next number."""
        number = len(self.leaves) + skip
        said = {"kind": "look_allowed", "number": number, "at": "2026-11-24T08:00:00+00:00", **details}
        leaf, opening = self._sealed(said, commitments.tag(self.key, number))
        self.log.append_many([leaf])
        self.leaves.append(leaf)
        self.openings.append(opening)

    def _sealed(self, said: dict[str, object], tag: bytes) -> tuple[bytes, Opening | KeyedOpening]:
        kind = EventKind.LOOK_ALLOWED
        if self.version == 1:
            key = secrets.token_bytes(commitments.KEY_SIZE)
            leaf = self._new_entry(kind, commitment=commitments.commit(key, said), tag=tag, version=1).leaf()
            return leaf, KeyedOpening(key, said)
        fields = fields_of(said)
        commitment, digests = commit(*fields)
        leaf = self._new_entry(kind, commitment=commitment, tag=tag).leaf()
        return leaf, open_fields(FIELDS, fields, digests=digests, leaf=leaf)

    def file(self, checkpoint: bytes | None = None, total: int | None = None) -> AthleteExport:
        entries = []
        total = len(self.leaves) if total is None else total
        for number, (leaf, opening) in enumerate(zip(self.leaves[:total], self.openings, strict=False)):
            index = self.log.index_of(merkle.leaf_hash(leaf))
            text = None if index is None else self.log.proof_text(index)
            entries.append(own_entry(number, leaf, text, opening))
        checkpoint = checkpoint or self.log.checkpoint_text().encode()
        return AthleteExport(self.log.origin, self.policy, self.key, total, checkpoint, tuple(entries))


def fields_of(said: dict[str, object]) -> tuple[SecretFields, SecretFields]:
    rest = canonical_bytes(said).decode()
    return SecretFields.of_org({"role": "coach"}), SecretFields.of_subject(subject="ath-1", rest=rest)


@pytest.fixture(params=[1, 2], ids=["v1", "v2"])
def athlete(request: pytest.FixtureRequest, open_log: Callable[..., Log], new_entry: Callable[..., Entry]) -> Athlete:
    """An athlete with five published entries and one that waits, among forty of others."""
    log = open_log()
    me = Athlete(log, new_entry, version=request.param)
    for _ in range(5):
        log.append_many([new_entry().leaf() for _ in range(8)])
        me.record(because="your consent")
        log.publish()
    me.record()
    return me


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "log"


def check(own: AthleteExport) -> Any:
    return check_export(parse_export(write_export(own)), parse_policy(own.policy.encode()))


def test_the_file_reads_back_as_it_was_written(athlete: Athlete) -> None:
    own = athlete.file()

    assert parse_export(write_export(own)) == own
    # The checkpoint, which is the longest part, stands in it once for all proofs made at one time.
    assert write_export(own).count(b"log.example/2026\\n45") == 1


def test_every_entry_is_checked_and_found_in_the_log(athlete: Athlete, directory: Path) -> None:
    checked = check(athlete.file())
    trust = parse_policy(athlete.policy.encode())
    before = check_in_log(checked, open_source(directory), trust)
    athlete.log.publish()
    after = check_in_log(checked, open_source(directory), trust)

    assert (len(checked.entries), checked.proven, checked.sealed) == (6, 5, 0)
    assert checked.entries[0].details["because"] == "your consent"
    assert (before.log.size, before.found, before.newer) == (45, 5, 0)
    assert (after.log.size, after.found, after.newer) == (46, 6, 0)


def test_entries_made_after_the_file_are_newer_and_no_alarm(athlete: Athlete, directory: Path) -> None:
    checked = check(athlete.file())
    athlete.record()
    athlete.log.publish()

    found = check_in_log(checked, open_source(directory), parse_policy(athlete.policy.encode()))

    assert (found.found, found.newer) == (6, 1)


@pytest.mark.parametrize("is_skipped", [False, True])
def test_an_entry_that_was_left_out_is_found_in_the_log(athlete: Athlete, directory: Path, is_skipped: bool) -> None:
    """Whoever makes the file leaves the newest entry out, or skips a number so that the rest looks whole."""
    athlete.record(skip=is_skipped)
    athlete.log.publish()
    checked = check(athlete.file(total=6))

    with pytest.raises(LogCorrupt, match="1 more entries under your key"):
        check_in_log(checked, open_source(directory), parse_policy(athlete.policy.encode()))


def test_two_entries_with_one_number_are_found(athlete: Athlete, directory: Path) -> None:
    checked = check(athlete.file())
    athlete.leaves.pop()
    athlete.record()
    athlete.log.publish()

    with pytest.raises(LogCorrupt, match="two entries with your number 6"):
        check_in_log(checked, open_source(directory), parse_policy(athlete.policy.encode()))


def test_an_entry_that_waited_stands_in_the_log_as_the_file_has_it(athlete: Athlete, directory: Path) -> None:
    own = athlete.file()
    other = Entry(EventKind.ERASED, "Quiet heron", date(2026, 11, 24), "", bytes(32), commitments.tag(KEY, 5))
    checked = check(changed(own, 5, leaf=other.leaf(), opening=None))
    athlete.log.publish()

    with pytest.raises(LogCorrupt, match="entry 6 of the file"):
        check_in_log(checked, open_source(directory), parse_policy(athlete.policy.encode()))


def test_another_log_is_not_the_one_that_the_file_is_about(
    athlete: Athlete, new_entry: Callable[..., Entry], signer: Signer, tmp_path: Path
) -> None:
    checked = check(athlete.file())
    with Log.open(tmp_path / "other", signers=[signer]) as log:
        log.append_many([new_entry().leaf() for _ in range(60)])
        log.publish()

    with pytest.raises(LogCorrupt, match="history was changed"):
        check_in_log(checked, open_source(tmp_path / "other"), parse_policy(athlete.policy.encode()))


def test_a_file_of_an_empty_log_has_only_entries_that_wait(
    open_log: Callable[..., Log], new_entry: Callable[..., Entry], directory: Path
) -> None:
    me = Athlete(open_log(), new_entry)
    me.record()

    checked = check(me.file())
    found = check_in_log(checked, open_source(directory), parse_policy(me.policy.encode()))

    assert (checked.trusted, checked.proven) == (None, 0)
    assert (found.found, found.newer) == (0, 0)


def test_an_entry_that_nobody_can_open_counts_as_sealed(athlete: Athlete) -> None:
    athlete.openings[2] = None

    assert check(athlete.file()).sealed == 1


def test_keys_of_somebody_else_are_not_believed(athlete: Athlete, signer: Signer) -> None:
    with pytest.raises(UnknownSigner):
        check_export(athlete.file(), TrustPolicy.of_keys([Signer.generate(signer.name).vkey]))


def changed(own: AthleteExport, number: int, **changes: Any) -> AthleteExport:
    entries = list(own.entries)
    entries[number] = replace(entries[number], **changes)
    return replace(own, entries=tuple(entries))


def reworded(own: AthleteExport, number: int, **says: object) -> AthleteExport:
    """The file in which the details of one entry say something else."""
    opening = own.entries[number].opening
    if isinstance(opening, KeyedOpening):
        return changed(own, number, opening=KeyedOpening(opening.key, {**opening.details, **says}))
    assert opening is not None
    rest = {**json.loads(opening.shown[-1].value or ""), **says}
    shown = (*opening.shown[:-1], replace(opening.shown[-1], value=json.dumps(rest)))
    return changed(own, number, opening=replace(opening, shown=shown))


def other_version(opening: Opening | KeyedOpening | None) -> Opening | KeyedOpening:
    """An opening that is right in itself, of the version that the entry is not of."""
    if isinstance(opening, Opening):
        return KeyedOpening(bytes(32), {"role": "coach"})
    fields = fields_of({"number": 2})
    return open_fields(FIELDS, fields, digests=commit(*fields)[1], leaf=b"")


SPOILT: dict[str, Callable[[AthleteExport], AthleteExport]] = {
    "one is missing": lambda own: replace(own, entries=own.entries[:-1]),
    "the total is lower": lambda own: replace(own, total=5),
    "two are swapped": lambda own: replace(own, entries=(own.entries[1], own.entries[0], *own.entries[2:])),
    "one stands twice": lambda own: changed(own, 1, leaf=own.entries[0].leaf, proof=own.entries[0].proof),
    "another key": lambda own: replace(own, tag_key=bytes(32)),
    "another leaf": lambda own: changed(own, 2, leaf=own.entries[3].leaf),
    "another proof": lambda own: changed(own, 2, proof=own.entries[3].proof),
    "another opening": lambda own: changed(own, 2, opening=own.entries[3].opening),
    "other details": lambda own: reworded(own, 2, because="you said yes"),
    "details that canonical JSON cannot hold": lambda own: reworded(own, 2, big=2**70),
    "an opening of the other version": lambda own: changed(own, 2, opening=other_version(own.entries[2].opening)),
    "another origin": lambda own: replace(own, origin="log.example/2027"),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
def test_a_file_that_was_changed_is_refused(athlete: Athlete, spoil: Callable[[AthleteExport], AthleteExport]) -> None:
    own = athlete.file()
    check(own)

    with pytest.raises(AuditError):
        check(spoil(own))


@pytest.mark.parametrize(
    "lie", [{"kind": "look_refused"}, {"number": 7}, {"at": "2026-11-23T23:59:59+00:00"}], ids=["kind", "number", "day"]
)
def test_details_that_contradict_the_public_entry_are_refused(athlete: Athlete, lie: dict[str, object]) -> None:
    athlete.record(**lie)

    with pytest.raises(ProofFailed, match=r"entry 7: its sealed details"):
        check(athlete.file())


def test_every_seeded_change_of_the_file_is_found_or_means_nothing(athlete: Athlete) -> None:
    """One byte at a time, anywhere. What is still accepted says exactly what it said before."""
    rng = random.Random(seeded(5))
    own = athlete.file()
    data = write_export(own)
    trust = parse_policy(own.policy.encode())
    before = check_export(own, trust)
    refused = 0
    for _ in range(scaled(1_000)):
        spoilt = bytearray(data)
        spoilt[rng.randrange(len(spoilt))] = rng.choice(b'"\\{}[],:0aF \x00\xff' + bytes(range(256)))
        try:
            after = check_export(parse_export(bytes(spoilt)), trust)
        except AuditError:
            refused += 1
            continue
        # The last entry waits: nothing is claimed of it yet, and its details are all that is bound.
        assert (after.tag_key, after.entries[:-1]) == (before.tag_key, before.entries[:-1])
        assert after.entries[-1].details in (before.entries[-1].details, None)
    assert refused > scaled(660)


def test_no_key_and_no_detail_stands_in_what_an_error_report_would_print(athlete: Athlete) -> None:
    own = athlete.file()
    checked = check_export(own, parse_policy(athlete.policy.encode()))

    for printed in (repr(own), repr(checked)):
        assert repr(KEY) not in printed
        assert "your consent" not in printed


def test_an_own_entry_shows_all_ten_fields_or_none(
    open_log: Callable[..., Log], new_entry: Callable[..., Entry]
) -> None:
    me = Athlete(open_log(), new_entry)
    me.record()
    whole = me.openings[0]
    assert isinstance(whole, Opening)
    check(me.file())
    me.openings[0] = replace(whole, shown=whole.shown[:-1])

    with pytest.raises(MalformedProof, match="entry 1: expected all ten fields"):
        check(me.file())


@pytest.mark.parametrize("rest", ["", "[]", '{"b":1, "a":2}', '{"a":1.0}', '{"role":"medic"}', '{"a":1,"a":1}', None])
def test_rest_is_the_canonical_json_of_other_details(
    open_log: Callable[..., Log], new_entry: Callable[..., Entry], rest: str | None
) -> None:
    me = Athlete(open_log(), new_entry)
    fields = SecretFields.of_org({"role": "coach"}), SecretFields.of_subject(subject="ath-1", rest=rest)
    commitment, digests = commit(*fields)
    leaf = new_entry(commitment=commitment, tag=commitments.tag(KEY, 0)).leaf()
    me.log.append_many([leaf])
    me.leaves, me.openings = [leaf], [open_fields(FIELDS, fields, digests=digests, leaf=leaf)]

    if rest is None:
        assert check(me.file()).entries[0].details == {"role": "coach", "subject": "ath-1"}
    else:
        with pytest.raises(ProofFailed, match="entry 1: "):
            check(me.file())


def test_a_file_of_version_1_holds_no_opening_of_version_2(athlete: Athlete) -> None:
    data = write_export(athlete.file()).replace(b'"version": 2', b'"version": 1', 1)

    if athlete.version == 1:
        assert parse_export(data) == athlete.file()
    else:
        with pytest.raises(MalformedProof, match="keyed openings only"):
            parse_export(data)
