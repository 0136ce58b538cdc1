"""Asks for files before they are needed, several at a time: a log far away is then read as fast as the line allows."""

import contextlib
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

from audit.tlog import tiles
from audit.tlog.tiles import Tile
from audit.verification.sources import HttpSource, LogSource

WORKERS = 8
AHEAD = 32
"""Files in memory or on their way (our choice): 5 MB of bundles and tiles."""


class ReadAhead:
    """A source whose reader comes by the files named in `paths`, in about this order. A context manager."""

    def __init__(self, source: LogSource, paths: Iterator[str]) -> None:
        """Nothing is asked for yet."""
        self._source = source
        self._coming = paths
        self._asked: OrderedDict[str, Future[bytes | None]] = OrderedDict()
        self._pool = ThreadPoolExecutor(WORKERS)

    def __enter__(self) -> "ReadAhead":
        """Return this source."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give up what is on its way."""
        self._pool.shutdown(cancel_futures=True)

    def read(self, path: str) -> bytes | None:
        """Return the file, or None if there is none; raises what the source raises."""
        while len(self._asked) < AHEAD and (coming := next(self._coming, None)) is not None:
            self._asked[coming] = self._pool.submit(self._source.read, coming)
        asked = self._asked.pop(path, None)
        return self._source.read(path) if asked is None else asked.result()

    def paths(self) -> Iterator[str] | None:
        """Return what the source lists."""
        return self._source.paths()


@contextlib.contextmanager
def reading_ahead(source: LogSource, start: int, size: int) -> Iterator[LogSource]:
    """Yield the source for a walk over the entries from `start` to `size`; one at a web address is asked ahead."""
    if not isinstance(source, HttpSource):
        yield source
        return
    with ReadAhead(source, _coming(start, size)) as ahead:
        yield ahead


def _coming(start: int, size: int) -> Iterator[str]:
    """Yield the bundles and full level-0 tiles that a walk from `start` to `size` comes by, in its order."""
    for at in range(start // tiles.WIDTH, -(-size // tiles.WIDTH)):
        bundle = tiles.tile_at(-1, at, size)
        yield bundle.path
        if bundle.is_full:
            yield Tile(0, at).path
