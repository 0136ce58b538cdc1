"""The node's threads in the federation: the Fleet loop, and reserving budget for approved campaigns."""

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from chassis.clock import Clock
from client.consent_client import NodeConsentClient
from client.errors import BadNodeSettings, ClientError
from client.federation.client_app import build_client_app
from client.federation.fleet import FleetLoop
from client.federation.identity import approvals_of, fleet_key
from client.federation.journal import RoundJournal
from client.federation.participation import Participation
from client.federation.received import ReceivedModels
from client.federation.series import SeriesSource
from client.settings import NodeSettings
from client.vault.access import open_vault
from models.errors import ModelError

RESERVE_EVERY_S = 2.0
RECEIVED = "received"  # models as they arrived; `homefield-node adopt` judges them
STOP_WITHIN_S = 8.0

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class FederationNode:
    """One running node. `status` may be read from any thread."""

    participation: Participation
    loop: FleetLoop
    _stop: threading.Event = field(default_factory=threading.Event)
    _online: threading.Event = field(default_factory=threading.Event)
    _reserved: set[str] = field(default_factory=set)

    @classmethod
    def open(cls, settings: NodeSettings, *, consent: NodeConsentClient, clock: Clock) -> "FederationNode":
        """Wire everything from a node's folder; raises BadNodeSettings if it is not linked."""
        if settings.coordinator is None or settings.ca_file is None:
            raise BadNodeSettings("this node is not linked to a coordinator; run `homefield-node link` first")
        participation = Participation(
            club=settings.club,
            approvals=approvals_of(settings),
            journal=_journal(settings),
            ledger=consent,
            days=SeriesSource(lambda: open_vault(settings)),
            clock=clock,
        )
        loop = FleetLoop(
            address=settings.coordinator,
            ca=settings.ca_file.read_bytes(),
            key=fleet_key(settings),
            app=build_client_app(
                answer=participation.answer,
                receive=ReceivedModels(settings.directory / RECEIVED, participation.approvals).receive,
            ),
        )
        node = cls(participation, loop)
        loop.on_change = node._changed
        return node

    def _changed(self, online: bool) -> None:
        if online:
            self._online.set()
        else:
            self._online.clear()

    def status(self) -> dict[str, Any]:
        """Online or not, and how far approved campaigns are; numbers of rounds, never of athletes."""
        journal = self.participation.journal
        campaigns = self.participation.approvals.open_at(self.participation.clock())
        return {
            "online": self._online.is_set(),
            "campaigns": [
                {
                    "campaign_id": manifest.campaign_id,
                    "sha256": manifest.sha256,
                    "model": manifest.model,
                    "rounds": manifest.rounds,
                    "rounds_done": journal.rounds_done(manifest.sha256),
                    "reserved": manifest.sha256 in self._reserved,
                }
                for manifest in campaigns
            ],
        }

    def reserve_once(self) -> None:
        """Ask for tokens of every approved campaign that has none yet; what fails is asked again next time."""
        for manifest in self.participation.approvals.open_at(self.participation.clock()):
            if manifest.sha256 in self._reserved:
                continue
            try:
                self.participation.reserve(manifest)
            except (ClientError, ModelError) as error:  # the ledger may not know the campaign yet
                logger.info("no tokens for %s yet: %s", manifest.campaign_id, type(error).__name__)
            else:
                self._reserved.add(manifest.sha256)

    def _keep_reserving(self) -> None:
        while not self._stop.is_set():
            self.reserve_once()
            self._stop.wait(RESERVE_EVERY_S)

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """Take part until the block ends."""
        threads = [
            threading.Thread(target=self.loop.run, args=(self._stop,), name="fleet", daemon=True),
            threading.Thread(target=self._keep_reserving, name="reserve", daemon=True),
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(STOP_WITHIN_S)
            self.participation.journal.close()


def _journal(settings: NodeSettings) -> RoundJournal:
    try:
        return RoundJournal(settings.journal_path)
    except sqlite3.Error as error:
        raise BadNodeSettings(f"{settings.journal_path} is damaged; put it back from a backup") from error
