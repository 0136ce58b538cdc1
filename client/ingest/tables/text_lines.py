"""The lines of a text, read anew each time they are gone through, so that a table of any size is never held whole."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from client.biometrics.interruption import check_interruption
from client.errors import UnreadableFile
from client.ingest.input_file import CUT_OFF, DAMAGES, InputFile

MOST_LINE = 2**20  # ours: signs of one line; the beats of a whole day in one have half as many
TOO_LONG = f"expected lines of at most {MOST_LINE:,} signs, found a longer one; export it again"


@dataclass(frozen=True, slots=True)
class TextLines:
    """Lines of a text file without their ends, be those LF, CR or both, from the line `skipped` on.

    Going through them raises UnreadableFile for binary content, an unknown code page and a file that is damaged.
    """

    file: InputFile
    skipped: int = 0

    def __iter__(self) -> Iterator[str]:
        return islice(self._all(), self.skipped, None)

    def below(self, lines: int) -> "TextLines":
        """Return the lines that come after the first `lines`."""
        return TextLines(self.file, self.skipped + lines)

    def first(self, most: int) -> list[str]:
        """Return the first lines, at most `most`."""
        return list(islice(self, most))

    def _all(self) -> Iterator[str]:
        codec = self.file.codec
        try:
            with io.TextIOWrapper(self.file.open(), encoding=codec, newline=None) as text:
                while line := text.readline(MOST_LINE + 1):
                    if len(line) > MOST_LINE:
                        raise UnreadableFile(TOO_LONG)
                    check_interruption()
                    yield line.removesuffix("\n")
        except DAMAGES as error:
            raise UnreadableFile(CUT_OFF) from error
