"""How long one file may be read: one thread reads for everybody, and all other files wait meanwhile."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from client.biometrics.interruption import interrupted_by
from client.errors import UnreadableFile
from client.uploads.brought import Upload
from client.uploads.limits import LONGEST_READING_S

TOO_LONG: Final = (
    "expected a file that is read within {seconds:g} seconds, and this one takes longer; bring it in parts, by season "
    "or by athlete, or have whoever runs the node import it with `homefield-node ingest`"
)


@contextmanager
def bounded_reading(upload: Upload, *, times: int = 1) -> Iterator[None]:
    """Have readers of this thread end with UnreadableFile when the upload is gone, or the time of one file is over.

    The time is that of the processor, so that a busy machine refuses no file. times: how many times the usual bound; a
    file that was looked at is not refused when it is read again to be stored.
    """
    over = time.thread_time() + LONGEST_READING_S * times

    def check() -> None:
        upload.check_is_here()
        if time.thread_time() > over:
            raise UnreadableFile(TOO_LONG.format(seconds=LONGEST_READING_S))

    with interrupted_by(check):
        yield
