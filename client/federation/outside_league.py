"""The node's part in learning as its other rooms see it, and that of a club in no league: none."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from client.federation.running import CampaignProgress


class LearningPart(Protocol):
    """What metrics, readiness and `run` ask of the part that learns."""

    @property
    def is_in_league(self) -> bool:
        """True where there is a coordinator to be signed in at."""

    @property
    def is_online(self) -> bool:
        """True while the node is signed in at a coordinator."""

    @property
    def is_working(self) -> bool:
        """True while every thread of its own runs."""

    def progress(self) -> "Sequence[CampaignProgress]":
        """Return how far each approved campaign is that is open now."""

    def status(self) -> dict[str, Any]:
        """Return whether it is online and how far campaigns are, for programs."""

    def working(self) -> AbstractContextManager[None]:
        """Take part until the block ends."""


class OutsideLeague:
    """A club in no league: nothing asks it to learn, and everything else of the node works."""

    is_in_league = False
    is_online = False
    is_working = True

    def progress(self) -> "Sequence[CampaignProgress]":
        """Return no campaign."""
        return ()

    def status(self) -> dict[str, Any]:
        """Return what a node in a league answers that is signed in nowhere."""
        return {"online": False, "campaigns": []}

    @contextmanager
    def working(self) -> Iterator[None]:
        """Wait for the end of the block; no thread is started."""
        yield
