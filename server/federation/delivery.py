"""Published models, and evidence on them, on their way to the clubs: each club gets the newest of each model once, when
it is online.

Every parcel holds the chain since the beginning, so that a club that was away misses nothing. A club that has answered,
be it with a refusal, is not sent the same again before the coordinator's next start: then once more, since only the
node knows what it holds.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

import server.federation.switches  # noqa: F401 - must come before flwr

# isort: split
from flwr.app import ConfigRecord, Message, RecordDict
from flwr.serverapp import Grid

from models.features import SCHEMAS
from policies.campaign import CampaignManifest
from server.federation.fleet import Fleet
from server.federation.rounds import BYTES, REQUEST

DELIVERY_S = 30.0

logger = logging.getLogger(__name__)


class PublishedRecords(Protocol):
    """What is delivered, and to whom."""

    def latest(self, model: str) -> str | None:
        """Name of the newest version of `model`."""

    def campaigns(self, name: str) -> tuple[CampaignManifest, ...]:
        """The campaigns of a version and of those before it, whose clubs it is for."""

    def parcel(self, name: str) -> bytes:
        """A version as it is sent to nodes."""


class PublishedEvidence(PublishedRecords, Protocol):
    """Evidence on models, delivered like them."""

    def has(self, name: str) -> bool:
        """Whether this is the name of an evidence record."""


class PublishedModels(PublishedRecords, Protocol):
    """Models, and the evidence on them."""

    @property
    def evidence(self) -> PublishedEvidence:
        """The evidence on these models."""


@dataclass(slots=True)
class Delivery:
    """Who has answered to which newest version. The worker's thread is the only caller."""

    models: PublishedModels
    fleet: Fleet
    _answered: dict[str, set[str]] = field(default_factory=dict)
    _clubs: dict[str, frozenset[str]] = field(default_factory=dict)

    def waiting(self) -> dict[str, frozenset[str]]:
        """The newest versions, each with the clubs that are online and have not answered to it."""
        sources: tuple[PublishedRecords, ...] = (self.models, self.models.evidence)  # a model before what is said of it
        names = [name for one in sources for model in sorted(SCHEMAS) if (name := one.latest(model)) is not None]
        if not names:
            return {}
        online = self.fleet.online()
        found = {name: (self._for(name) & online) - self._answered.get(name, set()) for name in names}
        return {name: clubs for name, clubs in found.items() if clubs}

    def send(self, grid: Grid, name: str, clubs: Iterable[str]) -> None:
        """Send a version to these clubs. Answers are empty; a club that gives none in time is sent it later."""
        nodes = {self.fleet.nodes[club]: club for club in clubs if club in self.fleet.nodes}
        content = RecordDict({REQUEST: ConfigRecord({BYTES: self._source(name).parcel(name)})})
        messages = [Message(content, node, "query.model", group_id="published") for node in nodes]
        replies = {reply.metadata.src_node_id: reply for reply in grid.send_and_receive(messages, timeout=DELIVERY_S)}
        self._answered.setdefault(name, set()).update(club for node, club in nodes.items() if node in replies)
        refused = sum(1 for reply in replies.values() if reply.has_error())
        logger.info("the published model was sent", extra={"nodes": len(messages), "reached": len(replies) - refused})

    def _source(self, name: str) -> PublishedRecords:
        return self.models.evidence if self.models.evidence.has(name) else self.models

    def _for(self, name: str) -> frozenset[str]:
        if name not in self._clubs:
            self._clubs[name] = frozenset(club for one in self._source(name).campaigns(name) for club in one.clubs)
        return self._clubs[name]
