"""A thread of the node that works on the vault beside its pages, and has ended before the vault is closed."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

STOP_WITHIN_S: Final = 8.0


@contextmanager
def work_beside(work: Callable[[threading.Event], None], *, name: str) -> Iterator[None]:
    """Do `work` in a thread while the block runs; its event is set when the block ends, and `work` returns then."""
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(stop,), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(STOP_WITHIN_S)
