"""Ctrl-C and its relatives: a run is broken off at a safe moment, and being asked twice harms nothing."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # Ctrl-C, `kill`, and the terminal's window being closed


@dataclass(slots=True)
class Stopping:
    """Whether somebody asked the run to stop.

    Until the pages are up a request raises KeyboardInterrupt, but never between the start of a program and the note
    that it runs, and never while programs are being ended: none is left behind. Once the pages are up
    (`is_serving`) it only sets `asked`. A second request changes nothing.
    """

    asked: threading.Event = field(default_factory=threading.Event)
    is_serving: bool = False
    _is_held: bool = False

    def listen(self) -> None:
        """Answer the signals from now on; to be called in the main thread."""
        for number in SIGNALS:
            signal.signal(number, self.on_signal)

    def on_signal(self, *_: object) -> None:
        """Note the request, and break off unless this is no moment for it."""
        if self.asked.is_set():
            return
        self.asked.set()
        if not self._is_held:
            self.raise_if_asked()

    def raise_if_asked(self) -> None:
        """Raise KeyboardInterrupt when a request has come before the pages were up."""
        if self.asked.is_set() and not self.is_serving:
            raise KeyboardInterrupt

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep requests waiting while the block runs."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
