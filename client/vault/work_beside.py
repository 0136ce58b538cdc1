"""A thread of the node that works on the vault beside its pages, and has ended before the vault is closed."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from chassis.error_place import place_of

STOP_WITHIN_S: Final = 8.0
AGAIN_AFTER_S: Final = 60.0  # ours: what fails for a reason that nobody foresaw is tried again, and not at once

logger = logging.getLogger(__name__)


@contextmanager
def work_beside(
    work: Callable[[threading.Event], None], *, name: str, again_after_s: float = AGAIN_AFTER_S
) -> Iterator[None]:
    """Do `work` in a thread while the block runs; its event is set when the block ends, and `work` returns then.

    Work that fails is logged by the place of its error, and begins again.
    """
    stop = threading.Event()
    thread = threading.Thread(target=_kept_up, args=(work, stop, again_after_s), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(STOP_WITHIN_S)


def _kept_up(work: Callable[[threading.Event], None], stop: threading.Event, again_after_s: float) -> None:
    while not stop.is_set():
        try:
            work(stop)
            return
        except Exception as error:  # a thread that ends is missed by nobody until what it does is needed
            logger.error("work beside the pages failed", extra={"error": type(error).__name__, "at": place_of(error)})
        stop.wait(again_after_s)
