"""The progress bar of an import: it moves with the bytes that are read, so that one large file moves it too."""

from collections.abc import Callable, Sequence
from pathlib import Path

from client.biometrics.reading_progress import ReadShare


class ByteBar:
    """Shows how many bytes of some files are done; of the present one a share that grows while it is read.

    show: is told how many bytes are done, and how many there are.
    """

    def __init__(self, show: Callable[[int, int], None], files: Sequence[Path]) -> None:
        self._show, self._sizes = show, {path: _size(path) for path in files}
        self._total, self._done, self._present = sum(self._sizes.values()), 0, 0
        self._share = ReadShare(self._move)

    def told(self, read: int, size: int) -> None:
        """Take that so many bytes of the present file, which has `size`, were read."""
        self._present = size
        self._share(read, size)

    def finish(self, path: Path) -> None:
        """Take that a file is done, whatever was read of it."""
        self._done += self._sizes[path]
        self._share = ReadShare(self._move)
        self._show(self._done, self._total)

    def _move(self, share: float) -> None:
        self._show(self._done + int(share * self._present), self._total)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # it went away; the import says so
        return 0
