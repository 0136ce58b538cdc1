"""How long tests wait: until what they wait for has come, however busy the machine is."""

import threading
import time
from collections.abc import Callable

HANG_S = 300.0
"""Ends a wait for what will never come. No test is quick or slow by it, and none of them measures time with it."""
PAUSE_S = 0.02


def wait_until(claim: Callable[[], bool]) -> None:
    """Return when `claim` holds; fails only where it never will."""
    pause, deadline = threading.Event(), time.monotonic() + HANG_S
    while not claim():
        assert time.monotonic() < deadline, "the awaited state was not reached"
        pause.wait(PAUSE_S)
