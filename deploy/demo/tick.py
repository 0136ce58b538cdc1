"""How a step of the demo says that one of its parts is done."""

from collections.abc import Callable

Tick = Callable[[], None]
"""Moves the step's progress bar by one part."""
