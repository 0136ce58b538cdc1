"""Imports what arrives in folders and does with each file what was asked: keep, move or delete."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from client.ingest.results.file_answer import FileAnswer
from client.ingest.watch.after_import import AfterImport
from client.ingest.watch.finished_files import FileStamp, FinishedFiles, count_taken, put_away, stamp_of

ImportFiles = Callable[[Sequence[Path]], Sequence[Sequence[FileAnswer]]]
"""Imports files and returns the answers of each, one for a plain file and several for an archive."""


class WatchedFolder:
    """One round after another: what is finished is imported, and then kept, moved or deleted.

    A file of which anything was refused is neither moved nor deleted, whatever was asked, and so is one that was
    written to meanwhile: what it holds may be nowhere else.
    """

    def __init__(self, folders: Sequence[Path], finished: FinishedFiles, after: AfterImport) -> None:
        self._folders, self._finished, self._after = folders, finished, after

    def round(self, take: ImportFiles) -> list[FileAnswer]:
        """Import what is finished and return the answers; where `take` fails nothing was done, and they come again."""
        found = self._finished.next()
        if not found:
            return []
        try:
            answers = take(tuple(found))
        except BaseException:
            self._finished.put_back(found)
            raise
        for (path, stamp), of_file in zip(found.items(), answers, strict=True):
            if of_file and all(map(_is_held_whole, of_file)):
                self._clear(path, stamp)
        return [one for of_file in answers for one in of_file]

    @property
    def in_the_clear(self) -> int:
        """How many files lie in the folders now, put away or not, readable by whoever can open them."""
        return sum(stamp_of(path) is not None for path in self._finished.lying) + count_taken(self._folders)

    def _clear(self, path: Path, stamp: FileStamp) -> None:
        if self._after is AfterImport.KEEP or stamp_of(path) != stamp:
            return
        with suppress(OSError):  # it stays and is counted among those that lie there
            if self._after is AfterImport.DELETE:
                path.unlink()
            else:
                put_away(path, next(folder for folder in self._folders if path.is_relative_to(folder)))


def _is_held_whole(answer: FileAnswer) -> bool:
    """True where the vault holds every row of a file; what no reader takes yet is skipped, but held nowhere."""
    if answer.status == "stored":
        return True
    is_known = answer.status == "skipped" and answer.account.duplicates > 0
    return is_known and not answer.account.dropped and not any(one.report.dropped for one in answer.results)


def counted(number: int) -> str:
    """Return "1 file lies" or "n files lie"."""
    return "1 file lies" if number == 1 else f"{number} files lie"
