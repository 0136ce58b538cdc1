"""The uploads of every session, and the one thread that reads and stores them beside the pages.

What a session brought is found by that session alone, and is gone with it: at sign-out, when it ends, and with the
process.
"""

import contextlib
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import CancelledError
from typing import Final

from chassis.sign_in.sessions import session_digest
from client.errors import UploadRefused
from client.ingest.mapping import Mapping as CsvMapping
from client.uploads.brought import BroughtFile, FileState, LookedAt, Upload
from client.uploads.limits import MOST_WAITING
from client.uploads.reading import UploadReader
from client.uploads.reading_thread import ReadingThread
from client.uploads.remembered import propose_labels
from client.uploads.spool import Spool
from client.vault.work_beside import STOP_WITHIN_S
from policies.vocabulary import AthleteId

MOMENT_S: Final = 1.0  # ours: how long a request waits for what it began
TOO_MANY: Final = f"{MOST_WAITING} uploads wait already; store or leave out what waits, then try again"


class SessionUploads:
    """Keeps uploads by session and has them read, one after another."""

    def __init__(self, spool: Spool, reader: UploadReader) -> None:
        self.spool = spool
        self._reader = reader
        self._lock = threading.Lock()
        self._by_session: dict[str, list[Upload]] = {}
        self._thread = ReadingThread()

    def of(self, held: str | None) -> list[Upload]:
        """Return the uploads of a session, the newest first. held: its id."""
        with self._lock:
            return list(reversed(self._by_session.get(session_digest(held or ""), ())))

    def find(self, held: str | None, key: str) -> tuple[Upload, BroughtFile] | None:
        """Return a file of this session, and the upload that it came in; None for any other."""
        return next(((up, one) for up in self.of(held) for one in list(up.files) if one.key == key), None)

    def check_room(self, held: str | None) -> None:
        """Return if the session may bring more; raises UploadRefused."""
        self._check_room(self.of(held))

    def add(self, held: str, upload: Upload) -> None:
        """Take an upload of a session and have it read; raises UploadRefused where others took the room meanwhile."""
        with self._lock:
            waiting = self._by_session.get(session_digest(held), [])
            self._check_room(waiting)
            self._by_session[session_digest(held)] = [*waiting, upload]
        self._beside(lambda: self._reader.read(upload))

    def read_again(self, upload: Upload, file: BroughtFile, mapping: CsvMapping | None) -> None:
        """Have one file read anew by this mapping, unless it is being read or stored."""
        with upload.lock:
            if not file.can_be_read_again:
                return
            file.read_as(mapping)
        self._beside(lambda: self._reader.read_again(upload, file))

    def store(self, upload: Upload, looked: Mapping[str, LookedAt]) -> bool:
        """Have files stored as they were looked at, by key; one that is being stored is not stored again.

        Returns False where one was read anew since: of that one nothing is stored.
        """
        with upload.lock:
            wanted = [one for one in upload.files if one.key in looked]
            as_seen = [one for one in wanted if one.is_at(looked[one.key].version)]
            ready = [one for one in as_seen if one.state is FileState.READ]
            for one in ready:
                one.state, one.put_on = FileState.STORING, dict(looked[one.key].owners)
        taken = {one.key: looked[one.key].owners for one in ready}
        if taken:
            self._forget_comparisons(upload)
            self._beside(lambda: self._reader.store(upload, taken))
        return len(as_seen) == len(wanted)

    def share_answers(self, upload: Upload, file: BroughtFile) -> None:
        """Propose what was answered for a file for the others of its session, where they have its columns or labels."""
        others = [(each, one) for each in self._of_same_session(upload) for one in list(each.files) if one is not file]

        def propose_each() -> None:
            for each, one in others:
                if one.asks_like(file):
                    self._reader.propose(each, one, file)
                propose_labels(upload.role, one, file)

        self._beside(propose_each)

    def compare(self, wanted: Sequence[tuple[Upload, BroughtFile, Mapping[str, AthleteId]]]) -> None:
        """Have noted what storing files as these owners' would do; what is noted already is not looked for again."""
        new = [one for one in wanted if not (one[1].comparison and one[1].comparison.is_of(one[1].version, one[2]))]

        def compare_each() -> None:
            for upload, file, owners in new:
                self._reader.compare(upload, file, owners)

        if new:
            self._beside(compare_each)

    def undo(self, upload: Upload, file: BroughtFile) -> None:
        """Have taken out again what a stored file brought, and nothing else."""
        with upload.lock:
            if file.state is not FileState.STORED or not file.imports:
                return
            file.state, file.problem = FileState.UNDOING, ""
        self._forget_comparisons(upload)
        self._beside(lambda: self._reader.undo(upload, file))

    def leave_out(self, upload: Upload, file: BroughtFile) -> None:
        """Store nothing of a file, and forget what was read of it."""
        with upload.lock:
            if file.can_be_read_again:
                file.state, file.contents, file.columns = FileState.LEFT_OUT, None, ()
        upload.settle()

    def end_session(self, held: str | None) -> None:
        """Forget what a session brought."""
        self._forget([session_digest(held)] if held else [])

    def keep_only(self, alive: Collection[str]) -> None:
        """Forget what was brought in sessions that have ended. alive: the digests of those that have not."""
        with self._lock:
            over = [digest for digest in self._by_session if digest not in alive]
        self._forget(over)

    def finish(self) -> None:
        """Return once everything that waits now is read and stored."""
        self._thread.submit(lambda: None).result()

    def close(self) -> None:
        """Forget everything; nothing more is read. What is being stored is given its time, a reading none."""
        self._thread.stop()
        with self._lock:
            files = [one for waiting in self._by_session.values() for upload in waiting for one in list(upload.files)]
        is_storing = any(one.state in (FileState.STORING, FileState.UNDOING) for one in files)
        self._forget(list(self._by_session))
        self._thread.wait(STOP_WITHIN_S if is_storing else 0)

    def _beside(self, work: Callable[[], None]) -> None:
        """Have it done in turn; what is done within a moment is there on the page that follows."""
        with contextlib.suppress(TimeoutError, CancelledError):
            self._thread.submit(work).result(timeout=MOMENT_S)

    def _forget(self, digests: Iterable[str]) -> None:
        with self._lock:
            gone = [upload for digest in digests for upload in self._by_session.pop(digest, ())]
        for upload in gone:
            upload.is_gone = True
            upload.files.clear()
            upload.spooled.close()

    def _forget_comparisons(self, upload: Upload) -> None:
        """What was compared in this session was compared with another state of the vault than that which comes."""
        for file in (one for each in self._of_same_session(upload) for one in list(each.files)):
            file.comparison = None

    def _of_same_session(self, upload: Upload) -> list[Upload]:
        with self._lock:
            held = self._by_session.values()
            return list(next((found for found in held if any(one is upload for one in found)), [upload]))

    def _check_room(self, uploads: Iterable[Upload]) -> None:
        if sum(self._waits(one) for one in uploads) >= MOST_WAITING:
            raise UploadRefused(TOO_MANY)

    @staticmethod
    def _waits(upload: Upload) -> bool:
        return not upload.is_read or any(one.needs_its_bytes for one in upload.files)
