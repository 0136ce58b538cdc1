"""How far a file is read: told from the bytes that were read of it, to whoever shows it.

As with an interruption it belongs to the thread that reads, so that no reader has to hand it on.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import BinaryIO, Final, cast

BUFFER: Final = 2**18  # bytes, ours
LEFT: Final = 2 / 3  # ours: of what is left, so much is left after the file was read through once more

TellBytes = Callable[[int, int], None]
"""Is told how many bytes were read, and how many the file has."""
_TELL: ContextVar[TellBytes | None] = ContextVar("reading_progress", default=None)


@contextmanager
def reading_told_to(tell: TellBytes) -> Iterator[None]:
    """Have `tell` called with every piece of a watched file that this thread reads."""
    token = _TELL.set(tell)
    try:
        yield
    finally:
        _TELL.reset(token)


class ReadShare:
    """Makes a share of the bytes that were read, from 0 towards 1, which only grows.

    A reader goes through a file as often as it needs, which nobody knows before: the share moves each time.
    """

    def __init__(self, say: Callable[[float], None]) -> None:
        self._say, self._times = say, 0.0

    def __call__(self, read: int, size: int) -> None:
        self._times += read / max(size, 1)
        self._say(1.0 - LEFT**self._times)


def watched(stream: BinaryIO, size: int) -> BinaryIO:
    """Return the stream so that reading it is told. size: bytes of the whole file."""
    return cast(BinaryIO, io.BufferedReader(_Watched(stream, size), BUFFER))


class _Watched(io.RawIOBase):
    def __init__(self, stream: BinaryIO, size: int) -> None:
        super().__init__()
        self._stream, self._size = stream, size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._stream.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # io's own type is wider
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        tell = _TELL.get()
        if tell is not None:
            tell(len(data), self._size)
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()
