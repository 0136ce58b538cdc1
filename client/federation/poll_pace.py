"""How often a node asks its coordinator for work: often while a round goes on, seldom while nothing comes."""

from dataclasses import dataclass, field

GROWTH, TIMES = 1.05, 10.0
"""From one pause to the next, and at most, at a coordinator that answers at once. Every poll costs it milliseconds of
its processor, and between two campaigns there is nothing to fetch: with pauses of 0.1 s in a round, a quiet node asks
once a second after 20 s. One that holds the question has taken the pause already."""


@dataclass(slots=True)
class PollPace:
    """The pauses between polls. shortest_s: seconds, in a round."""

    shortest_s: float
    _next_s: float = field(init=False)

    def __post_init__(self) -> None:
        """Nothing has been waited for yet."""
        self._next_s = self.shortest_s

    def pause_s(self, *, took_s: float = 0.0) -> float:
        """Return how long to wait after a poll that brought nothing, and took so long."""
        pause_s, self._next_s = self._next_s, min(self._next_s * GROWTH, self.shortest_s * TIMES)
        return max(0.0, pause_s - took_s)

    def on_message(self) -> None:
        """A message came: more of its round may follow at once."""
        self._next_s = self.shortest_s
