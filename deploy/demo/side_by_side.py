"""Organisations work at the same time where one need not wait for another, as on machines of their own."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from deploy.demo.tick import Tick

Part = TypeVar("Part")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Part], Result], parts: Iterable[Part], tick: Tick = lambda: None) -> list[Result]:
    """Do `work` on each part, as many at a time as there are cores; returns the results in the order of the parts.

    tick: called as each one ends. What the first part that failed raises is raised once all have ended.
    """
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        begun = [pool.submit(work, part) for part in parts]
        for one in begun:
            one.add_done_callback(lambda _: tick())
    return [one.result() for one in begun]
