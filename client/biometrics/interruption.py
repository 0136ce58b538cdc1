"""Reading that ends inside a file: readers ask at every row, message or piece whether anybody still waits for it.

The check belongs to the thread that reads, so that no reader has to hand it on; without one nothing is asked.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


def _go_on() -> None:
    return


_CHECK: ContextVar[Callable[[], None]] = ContextVar("interruption", default=_go_on)


@contextmanager
def interrupted_by(check: Callable[[], None]) -> Iterator[None]:
    """Have readers of this thread call `check` as they go; what it raises ends the reading, so UnreadableFile."""
    token = _CHECK.set(check)
    try:
        yield
    finally:
        _CHECK.reset(token)


def check_interruption() -> None:
    """Return if reading is to go on; raises what the check of this thread raises."""
    _CHECK.get()()
