"""The node's threads in the federation: the Fleet loop, and reserving budget for approved campaigns."""

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from chassis.clock import Clock
from chassis.operations.once_until_changed import OnceUntilChanged
from client.consent_client import NodeConsentClient
from client.errors import BadNodeSettings, ClientError, NoLeague
from client.federation.client_app import build_client_app
from client.federation.decided.awaiting_approval import AwaitingApproval
from client.federation.fleet import FleetLoop
from client.federation.identity import approvals_of, fleet_key
from client.federation.journal import RoundJournal
from client.federation.masked.participation import MaskedParticipation
from client.federation.masked.stages import StageJournal
from client.federation.participation import Participation
from client.federation.refusals import Refusals
from client.federation.series import SeriesSource
from client.league_models.received import ReceivedModels
from client.league_models.season_starts import SeasonStarts
from client.settings import NodeSettings
from client.vault.access import open_vault
from models.errors import ModelError
from models.masks.enrolled_keys import FleetSigner
from policies.campaign import CampaignManifest

RESERVE_EVERY_S = 2.0
STOP_WITHIN_S = 8.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CampaignProgress:
    """One approved campaign as this node sees it. is_reserved: it has the tokens for it."""

    manifest: CampaignManifest
    rounds_done: int
    is_reserved: bool

    @property
    def rounds(self) -> int:
        """How many rounds it has."""
        return self.manifest.rounds


@dataclass(slots=True)
class FederationNode:
    """One running node. `status` may be read from any thread."""

    participation: Participation
    loop: FleetLoop
    masked: MaskedParticipation
    _stop: threading.Event = field(default_factory=threading.Event)
    _online: threading.Event = field(default_factory=threading.Event)
    _reserved: set[str] = field(default_factory=set)
    _threads: list[threading.Thread] = field(default_factory=list)
    _waiting: OnceUntilChanged = field(default_factory=OnceUntilChanged)

    @classmethod
    def open(
        cls,
        settings: NodeSettings,
        *,
        consent: NodeConsentClient,
        clock: Clock,
        notice: Callable[[bytes], None] | None = None,
    ) -> "FederationNode":
        """Wire everything from a node's folder; raises NoLeague if it is linked to none. notice: takes notices."""
        if settings.coordinator is None or settings.ca_file is None:
            raise NoLeague
        approvals = approvals_of(settings)
        received = ReceivedModels(settings.received, approvals, settings.models, clock)
        participation = Participation(
            club=settings.club,
            approvals=approvals,
            journal=_journal(settings),
            ledger=consent,
            days=SeriesSource(lambda: open_vault(settings)),
            clock=clock,
            published=SeasonStarts(received).published,
        )
        key, refusals = fleet_key(settings), Refusals(consent.event)
        masked = MaskedParticipation(participation, StageJournal(settings.journal_path), FleetSigner(key))
        stop, approvals = threading.Event(), participation.approvals
        waiting = AwaitingApproval(approvals.is_decided, stop.wait)
        loop = FleetLoop(
            address=settings.coordinator,
            ca=settings.ca_file.read_bytes(),
            key=key,
            app=build_client_app(
                answer=refusals.noting(waiting.holding(participation.answer)),
                masked=refusals.noting(waiting.holding(masked.answer)),
                receive=received.receive,
                notice=notice,
            ),
        )
        node = cls(participation, loop, masked, _stop=stop)
        loop.on_change = node._changed
        return node

    def _changed(self, online: bool) -> None:
        if online:
            self._online.set()
        else:
            self._online.clear()

    def status(self) -> dict[str, Any]:
        """Online or not, and how far approved campaigns are; numbers of rounds, never of athletes."""
        return {
            "online": self.is_online,
            "campaigns": [
                {
                    "campaign_id": one.manifest.campaign_id,
                    "sha256": one.manifest.sha256,
                    "model": one.manifest.model,
                    "rounds": one.rounds,
                    "rounds_done": one.rounds_done,
                    "reserved": one.is_reserved,
                }
                for one in self.progress()
            ],
        }

    @property
    def is_in_league(self) -> bool:
        """True: without a league none of these is made."""
        return True

    @property
    def is_online(self) -> bool:
        """True while the node is signed in at the coordinator."""
        return self._online.is_set()

    @property
    def is_working(self) -> bool:
        """True while every thread of its own runs."""
        return bool(self._threads) and all(thread.is_alive() for thread in self._threads)

    def progress(self) -> tuple[CampaignProgress, ...]:
        """How far each approved campaign is that is open now."""
        journal = self.participation.journal
        return tuple(
            CampaignProgress(one, journal.rounds_done(one.sha256), one.sha256 in self._reserved)
            for one in self.participation.approvals.open_at(self.participation.clock())
        )

    def reserve_once(self) -> None:
        """Ask for tokens of every approved campaign that has none yet; what fails is asked again next time."""
        for manifest in self.participation.approvals.open_at(self.participation.clock()):
            if manifest.sha256 in self._reserved:
                continue
            if self.participation.journal.rounds_done(manifest.sha256):  # whoever answered a round has asked for them
                self._reserved.add(manifest.sha256)
                continue
            try:
                self.participation.reserve(manifest)
            except (ClientError, ModelError) as error:  # the ledger may not know the campaign yet
                self._note_waiting(manifest, type(error).__name__)
            else:
                self._waiting.is_over(manifest.sha256)
                self._reserved.add(manifest.sha256)

    def _note_waiting(self, manifest: CampaignManifest, reason: str) -> None:
        """Once for a campaign and a reason: it is tried every two seconds, for as long as the league takes."""
        if self._waiting.is_new(manifest.sha256, reason):
            logger.info("no tokens yet", extra={"campaign": manifest.campaign_id, "reason": reason})

    def _keep_reserving(self) -> None:
        while not self._stop.is_set():
            self.reserve_once()
            self.masked.erase_spent()
            self._stop.wait(RESERVE_EVERY_S)

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """Take part until the block ends."""
        self._threads = threads = [
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
            self.masked.close()
            self.participation.journal.close()


def _journal(settings: NodeSettings) -> RoundJournal:
    try:
        return RoundJournal(settings.journal_path)
    except sqlite3.Error as error:
        raise BadNodeSettings(f"{settings.journal_path} is damaged; put it back from a backup") from error
