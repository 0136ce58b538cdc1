"""A log as a stranger has it: every byte that it serves, fetched over HTTP, and nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from fastapi.testclient import TestClient

from audit.entries.events import EventKind, parse_leaf
from audit.tlog import tiles
from audit.tlog.checkpoint import parse_body
from audit.tlog.note import split_note

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Response:
    """One answer: its address, headers and body as they were served."""

    path: str
    headers: bytes
    body: bytes


def everything(http: TestClient, prefix: str = "/log") -> Iterator[Response]:
    """Fetch the checkpoint, the trust policy and every tile and bundle that the checkpoint speaks of."""
    checkpoint = _get(http, f"{prefix}/checkpoint")
    yield checkpoint
    yield _get(http, f"{prefix}/trust.policy")
    size = size_of(checkpoint.body)
    for tile in tiles.tiles_of(size):
        yield _get(http, f"{prefix}/{tile.path}")


def size_of(note: bytes) -> int:
    """Size of the tree that a checkpoint speaks of; a stranger needs no key to read it."""
    return parse_body(split_note(note)[0]).size


def leaves(http: TestClient, prefix: str = "/log") -> list[bytes]:
    """Every entry in its order."""
    found: list[bytes] = []
    for response in everything(http, prefix):
        if "/entries/" in response.path:
            tile = tiles.parse_path(response.path.removeprefix(f"{prefix}/"))
            found += tiles.decode_bundle(response.body, tile.width)
    return found


def _get(http: TestClient, path: str) -> Response:
    answer = http.get(path)
    assert answer.status_code == 200, path
    headers = b"\n".join(name + b": " + value for name, value in answer.headers.raw)
    return Response(path, headers, answer.content)


@dataclass(frozen=True)
class Seen:
    """What a stranger makes of a log: per entry its public fields, and in which publication it appeared.

    Arrays of one row per entry. tags: (n, 16), zero where there is none; commitments: (n, 32).
    """

    kinds: Numbers
    orgs: Numbers
    days: Numbers
    publications: Numbers
    tags: Bytes
    commitments: Bytes
    lengths: Numbers
    leaf_hashes: Bytes
    starts: Numbers
    """First entry of each publication, and the end of the last: known to whoever keeps every checkpoint."""

    def __len__(self) -> int:
        return len(self.kinds)


def read(entries: Sequence[bytes], hashes: Sequence[bytes], sizes: Sequence[int]) -> Seen:
    """Parse entries; `hashes` are the leaf hashes of level 0, `sizes` the tree size after each publication."""
    parsed = [parse_leaf(leaf) for leaf in entries]
    kinds, orgs = list(EventKind), sorted({entry.org for entry in parsed})
    starts = np.array([0, *sizes], dtype=np.int64)
    return Seen(
        kinds=np.array([kinds.index(entry.kind) for entry in parsed], dtype=np.int64),
        orgs=np.array([orgs.index(entry.org) for entry in parsed], dtype=np.int64),
        days=np.array([entry.day.toordinal() for entry in parsed], dtype=np.int64),
        publications=np.searchsorted(starts, np.arange(len(parsed)), side="right") - 1,
        tags=_rows([entry.tag or bytes(16) for entry in parsed]),
        commitments=_rows([entry.commitment for entry in parsed]),
        lengths=np.array([len(leaf) for leaf in entries], dtype=np.int64),
        leaf_hashes=_rows(hashes),
        starts=starts,
    )


def _rows(values: Sequence[bytes]) -> Bytes:
    return np.frombuffer(b"".join(values), dtype=np.uint8).reshape(len(values), -1)
