"""How long the demo waits for its programs: as long as they move, within a generous bound."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

QUIET_S = 300.0  # ours: what has not moved for so long will not move any more, even on a busy machine
LONGEST_S = 1_800.0  # ours: ends the wait for a program that moves and gets nowhere
ANSWER_WITHIN_S = 120.0  # ours: one page of a program that runs; it is slow on a busy machine, not lost


@dataclass(slots=True)
class Patience:
    """One wait. It is told each time round how far things are, and says when waiting is of no use any more."""

    clock: Callable[[], float] = time.monotonic
    quiet_s: float = QUIET_S
    longest_s: float = LONGEST_S
    _began: float | None = field(default=None, init=False)
    _moved: float = field(default=0.0, init=False)
    _progress: object = field(default=None, init=False)

    def is_over(self, progress: object) -> bool:
        """Whether nothing has moved for `quiet_s`, or the whole wait has taken `longest_s`.

        progress: any value that changes while something moves, such as a number of rounds or of seconds computed.
        """
        now = self.clock()
        if self._began is None:
            self._began = now
            self._moved = now
        if progress != self._progress:
            self._progress, self._moved = progress, now
        return now - self._moved > self.quiet_s or now - self._began > self.longest_s
