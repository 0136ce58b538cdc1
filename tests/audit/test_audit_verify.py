"""Offline verification: every tampering with a log's files is found, and clean logs raise no alarm."""

import functools
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from audit import events, tiles
from audit.errors import AuditError, LogCorrupt, SourceUnavailable, UnknownSigner
from audit.events import Entry
from audit.log import Log
from audit.note import Signer
from audit.sources import HttpSource, open_source
from audit.verify import verify_log, verify_source

NewEntry = Callable[..., Entry]
Write = Callable[[Sequence[Sequence[Entry]]], Path]
TAMPERINGS = 5_000


def batches(new_entry: NewEntry, *counts: int) -> list[list[Entry]]:
    return [[new_entry() for _ in range(count)] for count in counts]


@pytest.mark.parametrize("counts", [(1,), (255,), (256,), (257, 1), (100, 100, 100), (600,)])
def test_a_clean_log_verifies_with_all_its_entries(
    write_log: Write, new_entry: NewEntry, signer: Signer, counts: tuple[int, ...]
) -> None:
    written = batches(new_entry, *counts)

    log = verify_log(write_log(written), signer.vkey)

    assert list(log.entries) == [entry for batch in written for entry in batch]
    assert (log.origin, log.size, log.is_foreign) == (signer.name, sum(counts), False)


def test_another_key_verifies_nothing(write_log: Write, new_entry: NewEntry, signer: Signer) -> None:
    directory = write_log(batches(new_entry, 3))

    with pytest.raises(UnknownSigner):
        verify_log(directory, Signer.generate(signer.name).vkey)


def flip(files: dict[str, bytes], rng: random.Random) -> None:
    path = rng.choice(sorted(path for path, data in files.items() if data))
    data = bytearray(files[path])
    data[rng.randrange(len(data))] ^= rng.randrange(1, 256)
    files[path] = bytes(data)


def delete(files: dict[str, bytes], rng: random.Random) -> None:
    needed = {"checkpoint", *(tile.path for tile in tiles.tiles_of(300))}
    del files[rng.choice(sorted(needed & files.keys()))]


def truncate(files: dict[str, bytes], rng: random.Random) -> None:
    path = rng.choice(sorted(files))
    files[path] = files[path][: rng.randrange(len(files[path]))]


def extend(files: dict[str, bytes], rng: random.Random) -> None:
    path = rng.choice(sorted(files))
    files[path] += rng.randbytes(rng.choice([1, 2, 32, 34]))


def swap_files(files: dict[str, bytes], rng: random.Random) -> None:
    one, two = rng.sample(sorted(files), 2)
    files[one], files[two] = files[two], files[one]


def swap_entries(files: dict[str, bytes], rng: random.Random) -> None:
    tile = rng.choice([tile for tile in tiles.tiles_of(300) if tile.is_bundle])
    entries = list(tiles.decode_bundle(files[tile.path], tile.width))
    one, two = rng.sample(range(tile.width), 2)
    entries[one], entries[two] = entries[two], entries[one]
    files[tile.path] = tiles.encode_bundle(entries)


def replay(files: dict[str, bytes], rng: random.Random) -> None:
    files["checkpoint"] = rng.choice([files[".old/1"], files[".old/2"]])


@pytest.fixture
def history(
    open_log: Callable[..., Log], new_entry: NewEntry, tmp_path: Path, in_memory: Callable[[Path], Any]
) -> dict[str, bytes]:
    """Return the files of a log of 300 entries with outgrown partial tiles, and two older checkpoints of it."""
    old = []
    with open_log() as log:
        for count in (100, 160, 20, 20):
            log.append_many([new_entry().leaf() for _ in range(count)])
            old.append(log.checkpoint_text().encode())
    files: dict[str, bytes] = in_memory(tmp_path / "log").files
    return {**files, ".old/1": old[0], ".old/2": old[2]}


def test_every_seeded_tampering_is_found(
    history: dict[str, bytes], signer: Signer, in_memory: Callable[[Path], Any]
) -> None:
    rng = random.Random(20261124)
    source = in_memory(Path("nowhere"))
    parse = functools.lru_cache(maxsize=10_000)(events.parse_leaf)
    tamperings = [flip, flip, flip, delete, truncate, extend, swap_files, swap_entries, replay]

    for _ in range(TAMPERINGS):
        published = {path: data for path, data in history.items() if not path.startswith(".old/")}
        tamper = rng.choice(tamperings)
        source.files = dict(history) if tamper is replay else dict(published)
        tamper(source.files, rng)
        changed = {path: data for path, data in source.files.items() if not path.startswith(".old/")}
        if changed == published:
            continue  # two equal files were swapped
        with pytest.raises(AuditError):
            verify_source(source, signer.verifier, parse=parse)

    source.files = published
    assert verify_source(source, signer.verifier, parse=parse).size == 300


def test_a_rewritten_history_is_found_by_whoever_kept_a_checkpoint(
    write_log: Write, new_entry: NewEntry, signer: Signer, tmp_path: Path
) -> None:
    kept = write_log(batches(new_entry, 10)) / "checkpoint"
    known = kept.read_bytes()
    other = tmp_path / "other" / "log"
    with Log.open(other, signer=signer, origin=signer.name) as log:
        log.append_many([new_entry().leaf() for _ in range(20)])

    verify_log(other, signer.vkey)
    with pytest.raises(LogCorrupt, match="history was changed"):
        verify_log(other, signer.vkey, known=known)


def test_a_log_that_shrank_is_found_by_whoever_kept_a_checkpoint(
    write_log: Write, new_entry: NewEntry, signer: Signer, tmp_path: Path
) -> None:
    known = (write_log(batches(new_entry, 10)) / "checkpoint").read_bytes()
    other = tmp_path / "other" / "log"
    with Log.open(other, signer=signer, origin=signer.name) as log:
        log.append_many([new_entry().leaf()])

    with pytest.raises(LogCorrupt, match="smaller"):
        verify_log(other, signer.vkey, known=known)


def test_the_empty_log_is_a_beginning_of_every_log(
    open_log: Callable[..., Log], new_entry: NewEntry, signer: Signer, tmp_path: Path
) -> None:
    log = open_log()
    known = log.checkpoint_text().encode()
    log.append_many([new_entry().leaf()])

    assert verify_log(tmp_path / "log", signer.vkey, known=known).size == 1


def test_a_log_of_another_format_verifies_without_entries(
    open_log: Callable[..., Log], signer: Signer, tmp_path: Path
) -> None:
    open_log().append_many([b"one", b"two", b""])

    log = verify_log(tmp_path / "log", signer.vkey)

    assert (log.size, log.entries, log.is_foreign) == (3, (), True)


@pytest.mark.parametrize("is_ours_first", [True, False])
def test_a_mixture_of_formats_is_corrupt(
    open_log: Callable[..., Log], new_entry: NewEntry, signer: Signer, tmp_path: Path, is_ours_first: bool
) -> None:
    mixture = [new_entry().leaf(), b"something else"]
    open_log().append_many(mixture if is_ours_first else mixture[::-1])

    with pytest.raises(LogCorrupt, match="format"):
        verify_log(tmp_path / "log", signer.vkey)


def test_files_that_nobody_reads_raise_no_alarm(write_log: Write, new_entry: NewEntry, signer: Signer) -> None:
    directory = write_log(batches(new_entry, 3))
    (directory / "tile" / "README.txt").write_text("copied on Tuesday")

    assert verify_log(directory, signer.vkey).size == 3


def test_a_log_that_grows_while_it_is_read_verifies(
    open_log: Callable[..., Log], new_entry: NewEntry, signer: Signer, tmp_path: Path
) -> None:
    log = open_log()
    log.append_many([new_entry().leaf() for _ in range(250)])

    class Growing:
        """Appends once, right after the checkpoint was read."""

        inner = open_source(tmp_path / "log")
        has_grown = False

        def read(self, path: str) -> bytes | None:
            data = self.inner.read(path)
            if not self.has_grown:
                self.has_grown = True
                log.append_many([new_entry().leaf() for _ in range(20)])
            return data

        def paths(self) -> Any:
            return self.inner.paths()

    assert verify_source(Growing(), signer.verifier).size == 270


def test_a_missing_directory_is_no_verdict_on_the_log(signer: Signer, tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable):
        verify_log(tmp_path / "none", signer.vkey)


def over_http(answer: Callable[[httpx.Request], httpx.Response]) -> HttpSource:
    return HttpSource("http://log.example/", client=httpx.Client(transport=httpx.MockTransport(answer)))


def test_a_log_over_http_verifies_and_tampering_is_found(
    history: dict[str, bytes], signer: Signer, in_memory: Callable[[Path], Any]
) -> None:
    files = dict(history)

    def answer(request: httpx.Request) -> httpx.Response:
        data = files.get(request.url.path.removeprefix("/"))
        return httpx.Response(404) if data is None else httpx.Response(200, content=data)

    assert verify_source(over_http(answer), signer.verifier).size == 300

    files["tile/0/001.p/44"] = bytes(44 * 32)
    with pytest.raises(LogCorrupt):
        verify_source(over_http(answer), signer.verifier)
    del files["tile/0/001.p/44"]
    with pytest.raises(LogCorrupt, match="found none"):
        verify_source(over_http(answer), signer.verifier)


@pytest.mark.parametrize("status", [301, 403, 500, 503])
def test_other_answers_over_http_are_no_verdict_on_the_log(signer: Signer, status: int) -> None:
    with pytest.raises(SourceUnavailable):
        verify_source(over_http(lambda request: httpx.Response(status)), signer.verifier)


def test_an_unreachable_server_and_an_endless_file_are_no_verdict(
    signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route")

    with pytest.raises(SourceUnavailable):
        verify_source(over_http(refuse), signer.verifier)
    monkeypatch.setattr("audit.sources.MAX_BYTES", 1000)
    with pytest.raises(SourceUnavailable, match="at most"):
        verify_source(over_http(lambda request: httpx.Response(200, content=bytes(2000))), signer.verifier)
