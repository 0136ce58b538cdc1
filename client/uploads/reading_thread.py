"""One thread that does what it is given, one thing after another; the end of the program never waits for a reading."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue

_Work = tuple[Callable[[], object], "Future[None]"]


class ReadingThread:
    """Does work in turn, beside the pages. It begins with the first work.

    A pool of `concurrent.futures` is waited for at the end of the program, however long its work takes.
    """

    def __init__(self) -> None:
        self._waiting: SimpleQueue[_Work | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="uploads", daemon=True)
        self._lock = threading.Lock()
        self._is_over = False

    def submit(self, work: Callable[[], object]) -> "Future[None]":
        """Have it done after what was given before; once the thread is closed it is cancelled."""
        future: Future[None] = Future()
        with self._lock:
            if self._is_over:
                future.cancel()
                return future
            if self._thread.ident is None:
                self._thread.start()
            self._waiting.put((work, future))
        return future

    def stop(self) -> None:
        """Cancel what waits; what is being done goes on."""
        with self._lock:
            self._is_over = True
        with suppress(Empty):
            while True:
                self._cancel(self._waiting.get_nowait())
        self._waiting.put(None)

    def wait(self, seconds: float) -> None:
        """Wait for what is being done, at most so long."""
        if self._thread.ident is not None:
            self._thread.join(seconds)

    @staticmethod
    def _cancel(waiting: _Work | None) -> None:
        if waiting is not None:
            waiting[1].cancel()

    def _work(self) -> None:
        while (given := self._waiting.get()) is not None:
            work, future = given
            if not future.set_running_or_notify_cancel():
                continue
            try:
                work()
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(None)
