"""Offline verification: every tampering with a log's files is found, and clean logs raise no alarm."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from audit.entries.events import Entry
from audit.errors import LogCorrupt, ProofFailed, SourceUnavailable, UnknownSigner
from audit.tlog import merkle
from audit.tlog.checkpoint import Checkpoint
from audit.tlog.note import sign_note, split_note, write_note
from audit.tlog.note_keys import Signer
from audit.tlog.signers import witness_signers
from audit.tlog.trust_policy import TrustPolicy, parse_policy
from audit.verification.sources import open_source
from audit.verification.verify import extend, verify_log, verify_source
from audit.writer.log import Log
from tests.audit.verification.made_log import files_of, over_http
from tests.waiting import HANG_S

NewEntry = Callable[..., Entry]
Write = Callable[[Sequence[Sequence[Entry]]], Path]
SIZE = 300


def batches(new_entry: NewEntry, *counts: int) -> list[list[Entry]]:
    return [[new_entry() for _ in range(count)] for count in counts]


def publish(log: Log, leaves: Sequence[bytes]) -> None:
    log.append_many(leaves)
    log.publish()


@pytest.fixture(scope="module")
def trust(signer: Signer) -> TrustPolicy:
    return TrustPolicy.of_keys([signer.vkey])


@pytest.mark.parametrize("counts", [(1,), (255,), (256,), (257, 1), (100, 100, 100), (600,)])
def test_a_clean_log_verifies_with_all_its_entries(
    write_log: Write, new_entry: NewEntry, trust: TrustPolicy, signer: Signer, counts: tuple[int, ...]
) -> None:
    written = batches(new_entry, *counts)
    seen: list[bytes] = []
    told: list[tuple[int, int]] = []

    log = verify_source(
        open_source(write_log(written)),
        trust,
        on_entries=lambda first, leaves: seen.extend(leaves) if first == len(seen) else pytest.fail("out of order"),
        on_progress=lambda done, total: told.append((done, total)),
    )

    # Each publication is shuffled; what it holds is what was appended.
    start = 0
    for batch in written:
        assert sorted(seen[start : start + len(batch)]) == sorted(entry.leaf() for entry in batch)
        start += len(batch)
    assert (log.origin, log.size, log.is_foreign, len(log.columns)) == (signer.name, sum(counts), False, sum(counts))
    assert log.root == merkle.root([merkle.leaf_hash(leaf) for leaf in seen])
    assert told[-1] == (log.size, log.size)


def test_another_key_verifies_nothing(write_log: Write, new_entry: NewEntry, signer: Signer) -> None:
    directory = write_log(batches(new_entry, 3))

    with pytest.raises(UnknownSigner):
        verify_log(directory, TrustPolicy.of_keys([Signer.generate(signer.name).vkey]))


def test_every_key_that_was_asked_for_must_have_signed(
    write_log: Write, new_entry: NewEntry, signers: tuple[Signer, Signer]
) -> None:
    directory = write_log(batches(new_entry, 3))

    with pytest.raises(ProofFailed, match="all 2 keys"):
        verify_log(directory, TrustPolicy.of_keys([signer.vkey for signer in signers]))


def test_a_rewritten_history_is_found_by_whoever_kept_a_checkpoint(
    write_log: Write, new_entry: NewEntry, signer: Signer, trust: TrustPolicy, tmp_path: Path
) -> None:
    kept = write_log(batches(new_entry, 10)) / "checkpoint"
    known = kept.read_bytes()
    other = tmp_path / "other" / "log"
    with Log.open(other, signers=[signer]) as log:
        publish(log, [new_entry().leaf() for _ in range(20)])

    verify_log(other, trust)
    with pytest.raises(LogCorrupt, match="history was changed"):
        verify_log(other, trust, known=known)


def test_a_log_that_shrank_is_found_by_whoever_kept_a_checkpoint(
    write_log: Write, new_entry: NewEntry, signer: Signer, trust: TrustPolicy, tmp_path: Path
) -> None:
    known = (write_log(batches(new_entry, 10)) / "checkpoint").read_bytes()
    other = tmp_path / "other" / "log"
    with Log.open(other, signers=[signer]) as log:
        publish(log, [new_entry().leaf()])

    with pytest.raises(LogCorrupt, match="smaller"):
        verify_log(other, trust, known=known)


@pytest.mark.parametrize("size", [0, 1, 100, 255, 256, 257, 299, 300])
def test_a_log_has_grown_from_every_older_checkpoint(
    open_log: Callable[..., Log], new_entry: NewEntry, trust: TrustPolicy, tmp_path: Path, size: int
) -> None:
    log = open_log()
    publish(log, [new_entry().leaf() for _ in range(size)])
    known = log.checkpoint_text().encode()
    publish(log, [new_entry().leaf() for _ in range(SIZE - size)])

    assert verify_log(tmp_path / "log", trust, known=known).size == SIZE


def test_the_empty_log_is_a_beginning_of_every_log_and_needs_no_witness(
    open_log: Callable[..., Log], new_entry: NewEntry, signer: Signer, tmp_path: Path
) -> None:
    log = open_log()
    known = log.checkpoint_text().encode()
    publish(log, [new_entry().leaf()])
    witness, _ = witness_signers("w.example", bytes(32))
    text, signatures = split_note((tmp_path / "log" / "checkpoint").read_bytes())
    (tmp_path / "log" / "checkpoint").write_bytes(write_note(text, [*signatures, witness.sign(text, timestamp_s=1)]))
    trust = parse_policy(f"log {signer.vkey}\nwitness w {witness.vkey}\nquorum w\n".encode())

    assert verify_log(tmp_path / "log", trust, known=known).size == 1
    with pytest.raises(LogCorrupt, match="another log"):
        verify_log(tmp_path / "log", trust, known=known.replace(b"log.example", b"lob.example"))


@pytest.mark.parametrize("counts", [(0, 3), (1, 1), (100, 200), (255, 1), (255, 2), (256, 1), (300, 0), (700, 1400)])
def test_what_was_added_is_verified_from_where_one_stood(
    open_log: Callable[..., Log], new_entry: NewEntry, trust: TrustPolicy, tmp_path: Path, counts: tuple[int, int]
) -> None:
    log, source = open_log(), open_source(tmp_path / "log")
    publish(log, [new_entry().leaf() for _ in range(counts[0])])
    before = verify_source(source, trust)
    publish(log, [new_entry().leaf() for _ in range(counts[1])])
    given: list[int] = []

    after = extend(before, source, trust, on_entries=lambda first, leaves: given.extend([first, len(leaves)]))
    whole = verify_source(source, trust)

    assert (after.size, after.root, after.edge) == (whole.size, whole.root, whole.edge)
    assert list(after.columns) == list(whole.columns)
    assert len(before.columns) == counts[0]
    assert sum(given[1::2]) == counts[1]
    assert extend(after, source, trust) is after


def test_a_log_that_is_not_the_continuation_is_found(
    write_log: Write, new_entry: NewEntry, signer: Signer, trust: TrustPolicy, tmp_path: Path
) -> None:
    before = verify_log(write_log(batches(new_entry, 20)), trust)
    for count, said in ((10, "smaller"), (20, "history was changed"), (30, "stood there before"), (300, "stood there")):
        other = tmp_path / str(count) / "log"
        with Log.open(other, signers=[signer]) as log:
            publish(log, [new_entry().leaf() for _ in range(count)])

        with pytest.raises(LogCorrupt, match=said):
            extend(before, open_source(other), trust)


def test_a_log_of_another_format_verifies_without_entries(
    open_log: Callable[..., Log], trust: TrustPolicy, tmp_path: Path
) -> None:
    log = open_log()
    publish(log, [b"one", b"two", b""])

    before = verify_log(tmp_path / "log", trust)
    publish(log, [b"three"])
    after = extend(before, open_source(tmp_path / "log"), trust)

    assert (before.size, len(before.columns), before.is_foreign) == (3, 0, True)
    assert (after.size, len(after.columns), after.is_foreign) == (4, 0, True)


@pytest.mark.parametrize("is_ours_first", [True, False])
@pytest.mark.parametrize("counts", [(1, 1), (2, 300)])
def test_a_mixture_of_formats_is_corrupt(
    open_log: Callable[..., Log],
    new_entry: NewEntry,
    trust: TrustPolicy,
    tmp_path: Path,
    is_ours_first: bool,
    counts: tuple[int, int],
) -> None:
    ours, others = [new_entry().leaf() for _ in range(counts[0])], [b"something else"] * counts[1]
    log = open_log()
    publish(log, ours if is_ours_first else others)
    publish(log, others if is_ours_first else ours)

    with pytest.raises(LogCorrupt, match="format"):
        verify_log(tmp_path / "log", trust)


def test_tesseras_test_log_has_the_root_that_its_authors_signed(
    in_memory: Callable[[Path], Any], signer: Signer, trust: TrustPolicy
) -> None:
    """Leaves and root as in transparency-dev/tessera, testdata/build_log.sh and testdata/log/checkpoint.15."""
    words = "one two three four five six seven eit nain ten ileven twelf threeten fourten fivten".split()
    root = "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs="
    source = in_memory(Path("nowhere"))
    for size in range(1, 16):  # it keeps every partial tile it ever had, and checkpoints and state beside them
        source.files.update(files_of([word.encode() for word in words[:size]]))
    source.files["checkpoint"] = sign_note(f"{signer.name}\n15\n{root}\n", [signer])
    source.files[".state/treeState"] = b"{}"
    source.files["checkpoint.7"] = b"older"

    log = verify_source(source, trust, patience_s=0)

    assert (log.size, log.is_foreign, log.trusted.checkpoint.root_text) == (15, True, root)


def test_files_that_nobody_reads_raise_no_alarm(write_log: Write, new_entry: NewEntry, trust: TrustPolicy) -> None:
    directory = write_log(batches(new_entry, 3))
    (directory / "tile" / "README.txt").write_text("copied on Tuesday")

    assert verify_log(directory, trust).size == 3


class Growing:
    """A source that does something to the log right after the checkpoint was read, once."""

    def __init__(self, directory: Path, act: Callable[[], object]) -> None:
        self._inner = open_source(directory)
        self._act: Callable[[], object] | None = act

    def read(self, path: str) -> bytes | None:
        data = self._inner.read(path)
        if self._act:
            act, self._act = self._act, None
            act()
        return data

    def paths(self) -> Any:
        return self._inner.paths()


@pytest.mark.parametrize("counts", [(0, 1), (250, 3), (250, 20), (256, 1), (300, 600)])
def test_a_log_that_grows_while_it_is_read_verifies(
    open_log: Callable[..., Log], new_entry: NewEntry, trust: TrustPolicy, tmp_path: Path, counts: tuple[int, int]
) -> None:
    log = open_log()
    publish(log, [new_entry().leaf() for _ in range(counts[0])])
    source = Growing(tmp_path / "log", lambda: publish(log, [new_entry().leaf() for _ in range(counts[1])]))

    assert verify_source(source, trust, patience_s=0).size == sum(counts)


def test_tiles_that_wait_for_their_checkpoint_are_waited_for(
    open_log: Callable[..., Log], new_entry: NewEntry, trust: TrustPolicy, tmp_path: Path, in_memory: Any
) -> None:
    log = open_log()
    publish(log, [new_entry().leaf() for _ in range(250)])
    before = log.checkpoint_text().encode()
    publish(log, [new_entry().leaf() for _ in range(50)])

    class Slow:
        """Puts the new checkpoint in place only when it is asked for the third time."""

        inner = in_memory(tmp_path / "log")
        asked = 0

        def read(self, path: str) -> bytes | None:
            if path == "checkpoint":
                self.asked += 1
                return before if self.asked < 3 else bytes(self.inner.files[path])
            data: bytes | None = self.inner.read(path)
            return data

        def paths(self) -> Any:
            return self.inner.paths()

    with pytest.raises(LogCorrupt, match="beyond the checkpoint"):
        verify_source(Slow(), trust, patience_s=0)
    assert verify_source(Slow(), trust, patience_s=HANG_S).size == 300


def test_a_missing_directory_is_no_verdict_on_the_log(trust: TrustPolicy, tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable):
        verify_log(tmp_path / "none", trust)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 9_000])
def test_a_log_far_away_is_read_with_one_request_per_file(signer: Signer, trust: TrustPolicy, size: int) -> None:
    entries = [index.to_bytes(3, "big") for index in range(size)]
    files = files_of(entries)
    root = merkle.root([merkle.leaf_hash(entry) for entry in entries])
    files["checkpoint"] = sign_note(Checkpoint(signer.name, size, root).body, [signer])
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path.removeprefix("/"))
        data = files.get(asked[-1])
        return httpx.Response(404) if data is None else httpx.Response(200, content=data)

    assert verify_source(over_http(answer), trust).size == size
    assert sorted(asked) == sorted(files)


@pytest.mark.parametrize("status", [301, 403, 500, 503])
def test_other_answers_over_http_are_no_verdict_on_the_log(trust: TrustPolicy, status: int) -> None:
    with pytest.raises(SourceUnavailable):
        verify_source(over_http(lambda request: httpx.Response(status)), trust)


def test_an_unreachable_server_and_an_endless_file_are_no_verdict(
    trust: TrustPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route")

    with pytest.raises(SourceUnavailable):
        verify_source(over_http(refuse), trust)
    monkeypatch.setattr("audit.verification.sources.MAX_BYTES", 1000)
    with pytest.raises(SourceUnavailable, match="at most"):
        verify_source(over_http(lambda request: httpx.Response(200, content=bytes(2000))), trust)


def test_a_folder_that_nobody_may_list_is_no_verdict(
    write_log: Write, new_entry: NewEntry, trust: TrustPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = write_log(batches(new_entry, 3))

    def refuse(path: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("os.scandir", refuse)
    with pytest.raises(SourceUnavailable, match="cannot list"):
        verify_log(directory, trust)
