"""Ten thousand seeded tamperings with a log's files: all are found, and clean logs raise no alarm."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from audit.entries.events import Entry
from audit.errors import AuditError, LogCorrupt
from audit.tlog import merkle, tiles
from audit.tlog.checkpoint import Checkpoint
from audit.tlog.note import sign_note
from audit.tlog.note_keys import Signer
from audit.tlog.trust_policy import TrustPolicy
from audit.verification.verify import verify_source
from audit.writer.log import Log
from tests.audit.verification.made_log import files_of, over_http
from tests.scale import counts, scaled, seeded

ROUNDS, TAMPERINGS = 4, scaled(250)
SIZE = 300


@pytest.fixture(scope="module")
def trust(signer: Signer) -> TrustPolicy:
    return TrustPolicy.of_keys([signer.vkey])


def flip(files: dict[str, bytes], rng: random.Random) -> None:
    path = rng.choice(sorted(path for path, data in files.items() if data))
    data = bytearray(files[path])
    data[rng.randrange(len(data))] ^= rng.randrange(1, 256)
    files[path] = bytes(data)


def delete(files: dict[str, bytes], rng: random.Random) -> None:
    needed = {"checkpoint", *(tile.path for tile in tiles.tiles_of(SIZE))}
    del files[rng.choice(sorted(needed & files.keys()))]


def truncate(files: dict[str, bytes], rng: random.Random) -> None:
    path = rng.choice(sorted(files))
    files[path] = files[path][: rng.randrange(len(files[path]))]


def lengthen(files: dict[str, bytes], rng: random.Random) -> None:
    path = rng.choice(sorted(files))
    files[path] += rng.randbytes(rng.choice([1, 2, 32, 34]))


def swap_files(files: dict[str, bytes], rng: random.Random) -> None:
    one, two = rng.sample(sorted(files), 2)
    files[one], files[two] = files[two], files[one]


def reorder(files: dict[str, bytes], rng: random.Random) -> None:
    tile = rng.choice([tile for tile in tiles.tiles_of(SIZE) if tile.is_bundle])
    entries = list(tiles.decode_bundle(files[tile.path], tile.width))
    one, two = rng.sample(range(tile.width), 2)
    entries[one], entries[two] = entries[two], entries[one]
    files[tile.path] = tiles.encode_bundle(entries)


def reorder_with_all_tiles(files: dict[str, bytes], rng: random.Random) -> None:
    """Swap two entries and make every tile agree with it: only the signed root says otherwise."""
    entries = [
        entry
        for tile in tiles.tiles_of(SIZE)
        if tile.is_bundle
        for entry in tiles.decode_bundle(files[tile.path], tile.width)
    ]
    one, two = rng.sample(range(SIZE), 2)
    entries[one], entries[two] = entries[two], entries[one]
    for path in [path for path in files if path.startswith("tile/")]:
        del files[path]
    files.update(files_of(entries))


def grow(files: dict[str, bytes], rng: random.Random) -> None:
    """Add entries with every tile that belongs to them, under the old checkpoint."""
    entries = [rng.randbytes(40) for _ in range(rng.randrange(1, 300))]
    for tile in tiles.tiles_of(SIZE):
        if tile.is_bundle:
            entries[tile.index * tiles.WIDTH : tile.index * tiles.WIDTH] = tiles.decode_bundle(
                files[tile.path], tile.width
            )
    files.update(files_of(entries))


def replay(files: dict[str, bytes], rng: random.Random) -> None:
    files["checkpoint"] = rng.choice([files[".old/1"], files[".old/2"]])


def resign(files: dict[str, bytes], rng: random.Random) -> None:
    """A checkpoint over the same tree by somebody else's key of the same name."""
    body = files["checkpoint"].decode().split("\n\n")[0] + "\n"
    name = body.split("\n")[0]
    files["checkpoint"] = sign_note(body, [Signer(name, rng.randbytes(32))])


TAMPER = [
    flip,
    flip,
    flip,
    flip,
    delete,
    truncate,
    lengthen,
    swap_files,
    reorder,
    reorder_with_all_tiles,
    grow,
    replay,
    resign,
]


@pytest.fixture
def history(
    open_log: Callable[..., Log], new_entry: Callable[..., Entry], tmp_path: Path, in_memory: Callable[[Path], Any]
) -> Callable[..., dict[str, bytes]]:
    """Return a function that writes a log with outgrown partial tiles and returns its files and older checkpoints."""

    def write(*signers: Signer) -> dict[str, bytes]:
        old = []
        with open_log(signers=signers) as log:
            for count in (100, 160, 20, 20):
                log.append_many([new_entry().leaf() for _ in range(count)])
                log.publish()
                old.append(log.checkpoint_text().encode())
        files: dict[str, bytes] = in_memory(tmp_path / "log").files
        assert {"tile/0/001.p/4", "tile/entries/001.p/24"} <= files.keys()
        return {**files, ".old/1": old[0], ".old/2": old[2]}

    return write


def public(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: data for path, data in files.items() if not path.startswith(".old/")}


@pytest.mark.parametrize("number", range(ROUNDS))
def test_every_seeded_tampering_is_found(
    history: Callable[..., dict[str, bytes]],
    signers: tuple[Signer, Signer],
    in_memory: Callable[[Path], Any],
    number: int,
) -> None:
    """A thousand in all, ten thousand in the drill; half of them on a log signed with both keys."""
    rng = random.Random(seeded(20261124) + number)
    keys = signers if number % 2 else signers[:1]
    trust = TrustPolicy.of_keys([signer.vkey for signer in keys])
    files = history(*keys)
    published = public(files)
    source = in_memory(Path("nowhere"))
    found = 0

    while found < TAMPERINGS:
        source.files = dict(files)
        rng.choice(TAMPER)(source.files, rng)
        source.files = public(source.files)
        if source.files == published:
            continue  # two equal files were swapped
        with pytest.raises(AuditError):
            verify_source(source, trust, patience_s=0)
        found += 1
    counts["tamperings found"] += found

    source.files = published
    assert verify_source(source, trust, patience_s=0).size == SIZE


def test_clean_logs_raise_no_alarm(signer: Signer, trust: TrustPolicy, in_memory: Callable[[Path], Any]) -> None:
    """Logs of any size, with any choice of outgrown partial tiles and files of others beside them."""
    rng = random.Random(7)
    source = in_memory(Path("nowhere"))
    for _ in range(200):
        entries = [rng.randbytes(rng.choice([0, 1, 40])) for _ in range(rng.choice([0, 1, 2, 255, 256, 257, 700]))]
        source.files = {}
        for older in sorted(rng.sample(range(len(entries) + 1), min(len(entries), 3))):
            source.files.update(files_of(entries[:older]))
        source.files.update(files_of(entries))
        root = merkle.root([merkle.leaf_hash(entry) for entry in entries])
        source.files["checkpoint"] = sign_note(Checkpoint(signer.name, len(entries), root).body, [signer])
        source.files["tile/README.md"] = b"not a tile"
        source.files["tile/entries/.new-000"] = b"half"

        assert verify_source(source, trust, patience_s=0).size == len(entries)


def test_a_log_over_http_verifies_and_tampering_is_found(
    history: Callable[..., dict[str, bytes]], signer: Signer, trust: TrustPolicy
) -> None:
    files = public(history(signer))

    def answer(request: httpx.Request) -> httpx.Response:
        data = files.get(request.url.path.removeprefix("/"))
        return httpx.Response(404) if data is None else httpx.Response(200, content=data)

    assert verify_source(over_http(answer), trust).size == SIZE

    files["tile/0/001.p/44"] = bytes(44 * 32)
    with pytest.raises(LogCorrupt):
        verify_source(over_http(answer), trust)
    del files["tile/0/001.p/44"]
    with pytest.raises(LogCorrupt, match="found none"):
        verify_source(over_http(answer), trust)
