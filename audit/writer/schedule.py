"""Publishes a log at a fixed schedule: at every multiple of the interval since 1970 (UTC), whatever was appended.

A log that takes nothing before it is published does not wait for the next of these moments.
"""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from chassis.clock import Clock

logger = logging.getLogger(__name__)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
LOOK_EVERY_S = 60.0
"""How long a log that takes nothing, or a clock that was set, goes unnoticed (our choice)."""


class Publishes(Protocol):
    """What the publication schedule needs of `audit.writer.log.Log`."""

    @property
    def needs_publication(self) -> bool:
        """Whether the log accepts no entry until a publication succeeds."""
        ...

    def publish(self) -> object:
        """Publish everything that waits."""
        ...

    def call_when_crowded(self, on_high_water_mark: Callable[[], None]) -> None:
        """Have this called when so many entries wait that a publication is due before its time."""
        ...


class PublicationSchedule:
    """A thread that publishes. Start it once; stop it before the log is closed."""

    def __init__(
        self,
        log: Publishes,
        *,
        every_s: float,
        clock: Clock,
        wait: Callable[[threading.Event, float], bool] = threading.Event.wait,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        """every_s: interval in seconds. wait: waits for an event for at most so many seconds.

        look_every_s: the longest wait, after which clock and log are looked at again.
        """
        self._log = log
        self._every = max(timedelta(seconds=every_s), _MICROSECOND)
        self._clock = clock
        self._wait = wait
        self._look_every_s = look_every_s
        # Set for a publication before its time, and to stop.
        self._wake = threading.Event()
        self._is_stopping = False
        self._thread = threading.Thread(target=self._run, name="log-cadence", daemon=True)

    def next_publication(self, now: datetime) -> datetime:
        """Return the first publication after `now`."""
        return now + self._every - (now - _EPOCH) % self._every

    def start(self) -> None:
        """Begin to publish."""
        self._log.call_when_crowded(self._wake.set)
        self._thread.start()

    def stop(self) -> None:
        """Return when the thread has ended, after a publication that is under way; what waits goes on waiting."""
        self._is_stopping = True
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._is_stopping:
            now = self._clock()
            due = self.next_publication(now)
            # In short steps: a wait does not count the time that a machine sleeps, and the clock may be set.
            is_woken = self._wait(self._wake, min((due - now).total_seconds(), self._look_every_s))
            self._wake.clear()
            # A wait may end early, and the clock may have been set back: then there is more to wait.
            if not self._is_stopping and (is_woken or self._clock() >= due or self._log.needs_publication):
                self._publish()

    def _publish(self) -> None:
        try:
            self._log.publish()
        except Exception as error:  # whatever it was, the next publication must come
            logger.warning("the log was not published", extra={"error": type(error).__name__, "detail": error})
