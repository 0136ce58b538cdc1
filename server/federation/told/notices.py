"""Telling nodes of campaigns beside their questions: what waits for a club's decision, and what the league has ended.

A node of an earlier version does not know such a message, and answers with an error; nothing depends on the answer.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

import server.federation.switches  # noqa: F401 - must come before flwr

# isort: split
from flwr.app import ConfigRecord, Message, RecordDict
from flwr.serverapp import Grid

from policies.campaigns.notice import CampaignNotice
from server.federation.fleet import Fleet
from server.federation.grid import StateGrid
from server.federation.rounds import BYTES, REQUEST
from server.store import Campaign, CampaignState

ACTION = "query.campaign"
NOTICE_S = 5.0
ENDED = (CampaignState.CLOSED, CampaignState.FAILED)


@dataclass(slots=True)
class Notices:
    """Who has been told what. The worker's thread is the only caller; after a restart each is told once more."""

    _told: dict[tuple[str, bool], set[str]] = field(default_factory=dict)

    def tell_ended(
        self, open_grid: Callable[[], StateGrid], fleet: Fleet, campaigns: Iterable[Campaign], *, now: datetime
    ) -> None:
        """Tell clubs that are online of campaigns that ended before their time."""
        online = fleet.online()
        for campaign in campaigns:
            if campaign.state in ENDED and now < campaign.manifest.expires:
                waiting = (campaign.manifest.clubs.keys() & online) - self._of(campaign, is_ended=True)
                if waiting:
                    with open_grid() as grid:
                        self.tell(grid, fleet, campaign, waiting, is_ended=True)

    def tell(
        self, grid: Grid, fleet: Fleet, campaign: Campaign, clubs: Iterable[str], *, is_ended: bool = False
    ) -> None:
        """Tell these clubs of a campaign, each once; one that does not answer in time is told again."""
        told = self._of(campaign, is_ended=is_ended)
        nodes = {fleet.nodes[club]: club for club in set(clubs) - told if club in fleet.nodes}
        if not nodes:
            return
        data = CampaignNotice(signed=campaign.signed, is_ended=is_ended).as_bytes()
        content = RecordDict({REQUEST: ConfigRecord({BYTES: data})})
        messages = [Message(content, node, ACTION, group_id="notice") for node in nodes]
        for reply in grid.send_and_receive(messages, timeout=NOTICE_S):
            club = nodes.get(reply.metadata.src_node_id)
            if club is not None:
                told.add(club)

    def _of(self, campaign: Campaign, *, is_ended: bool) -> set[str]:
        return self._told.setdefault((campaign.sha256, is_ended), set())
