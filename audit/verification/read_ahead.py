"""Asks for files before they are needed, several at a time: a log far away is then read as fast as the line allows."""

from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

from audit.verification.sources import LogSource

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
