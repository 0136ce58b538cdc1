"""How the time of a piece of work grows with its input: a ratio, so that neither machine nor load decides a test."""

import gc
import time
from collections.abc import Callable
from typing import TypeVar

Input = TypeVar("Input")

TIMES_LARGER = 8
SLACK = 3.0
"""Work in proportion to its input takes 8 times as long on 8 times as much, and at most 24 are let pass; what looks at
each pair takes 64 times as long."""
TRIES = 5


def processor_s(work: Callable[[], object]) -> float:
    """Processor time of this process, in seconds, that one call takes."""
    gc.collect()
    before = time.process_time()
    work()
    return time.process_time() - before


def assert_grows_in_proportion(make: Callable[[int], Input], work: Callable[[Input], object], largest: int) -> None:
    """Fail where `work` on `make(largest)` takes far more than 8 times what it takes on `make(largest // 8)`.

    The best of several tries counts: a busy machine can only make one of the two look slow.
    """
    small, large = make(largest // TIMES_LARGER), make(largest)
    ratios: list[float] = []
    while len(ratios) < TRIES and min(ratios, default=float("inf")) >= TIMES_LARGER * SLACK:
        small_s = processor_s(lambda: work(small))
        ratios.append(processor_s(lambda: work(large)) / small_s)
    assert min(ratios) < TIMES_LARGER * SLACK, ratios
