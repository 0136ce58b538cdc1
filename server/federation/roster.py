"""Which enrolled clubs' nodes are online, for whoever only needs to know that."""

from typing import Protocol


class Roster(Protocol):
    """The one thing pages may know about nodes."""

    def online(self) -> frozenset[str]:
        """Clubs whose node has been heard lately."""
