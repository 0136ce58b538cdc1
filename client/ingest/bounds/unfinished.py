"""How much a parser may take without coming to the end of anything: a token is begun anew with every chunk of it.

Both parsers look at a token from its beginning with each chunk that does not end it, so that their work grows with the
square of its length: it is bounded here, and asked with every chunk, for every way in which a file comes.
"""

from typing import Final

from client.biometrics.interruption import check_interruption
from client.errors import UnreadableFile

MOST_UNFINISHED: Final = 2**20  # ours: bytes; the beats of a whole day in one text are half as many
TOO_LONG: Final = "expected {kind} without a text, gap or tag of over {size} MiB, found one; export it again"


class Unfinished:
    """Counts what a parser took since it last came to an end of something. kind: of file, in the words of a refusal."""

    __slots__ = ("_kind", "size")

    def __init__(self, kind: str) -> None:
        self._kind, self.size = kind, 0

    def take(self, size: int) -> None:
        """Take the next chunk; raises UnreadableFile where too much is unfinished or the reading is interrupted."""
        check_interruption()
        self.size += size
        if self.size > MOST_UNFINISHED:
            raise UnreadableFile(TOO_LONG.format(kind=self._kind, size=MOST_UNFINISHED // 2**20))
