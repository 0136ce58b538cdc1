"""The coordinator's worker: takes open campaigns one after the other and carries each to done or failed.

A restart loses the run inside Flower, so a campaign that was under way is marked interrupted and says so; its
checkpoints stay on disk and its rounds stay spent. The operator resumes or closes it. It goes on after the last round
that was finished; nodes that answered the next one answer with the same bytes, and pay nothing again. The ledger is
told of every campaign that is over, as soon as it can be, and gives back what no round used.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from audit.entries.details.base import Details
from audit.entries.details.league import CampaignClosed, ModelRegistered, RoundAggregated
from chassis.clock import Clock
from chassis.error_place import place_of
from chassis.operations.once_until_changed import OnceUntilChanged
from chassis.remote_time import outside
from models.errors import ModelError
from models.masks.node_line import is_named
from models.training.server_step import ServerState
from policies.campaign import CampaignManifest, SignedManifest
from policies.campaigns.signatures import CampaignSigners
from policies.errors import PolicyError
from server.errors import CampaignFailed, CampaignInterrupted, ConsentDown, ConsentServiceFailed, ServerError
from server.federation.campaign_services import CampaignConsent, Registry, judged_weights, kept_by
from server.federation.checkpoints import Checkpoints
from server.federation.delivery import Delivery
from server.federation.fleet import Fleet
from server.federation.grid import StateGrid
from server.federation.rounds import CLOSED, INTERRUPTED, PAUSE_S, Training
from server.federation.seasons import course as season
from server.federation.told.notices import Notices
from server.store import OVER, Campaign, CampaignState, CoordinatorStore

IDLE_S, LOOK_S = 0.5, 0.05
"""Between two turns of the worker, and between two looks for a campaign that a command has started meanwhile."""
CONSENT_ATTEMPTS = 6
CONSENT_PAUSE_S = 0.5
LONGEST_PAUSE_S = 10.0
EXPIRED = "the campaign ended while it was interrupted"

Told = TypeVar("Told")

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class CampaignWorker:
    """Runs campaigns until stopped; the only user of the link state's runs.

    wait_s: how long a campaign may wait for its clubs to be online and to have approved it. signers: who must have
    signed it; one of before two signatures were asked stays stored, and is not carried out.
    """

    store: CoordinatorStore
    fleet: Fleet
    consent: CampaignConsent
    registry: Registry
    checkpoints: Checkpoints
    signers: CampaignSigners
    clock: Clock
    wait_s: float = 900.0
    consent_pause_s: float = CONSENT_PAUSE_S
    retry_pause_s: float = PAUSE_S
    stop: threading.Event = field(default_factory=threading.Event)
    _enrolling: OnceUntilChanged = field(default_factory=OnceUntilChanged)
    _undelivered: OnceUntilChanged = field(default_factory=OnceUntilChanged)
    _deliveries: Delivery | None = None
    _notices: Notices = field(default_factory=Notices)

    def recover(self) -> tuple[str, ...]:
        """Mark campaigns that a restart interrupted; returns their ids. They wait for the operator."""
        return self.store.interrupt_unfinished(INTERRUPTED)

    def keep_roster(self) -> None:
        """Enrol every node the operator added, until stopped; also while a campaign runs."""
        while not self.stop.is_set():
            self.enrol_nodes()
            self.stop.wait(IDLE_S)

    def enrol_nodes(self) -> None:
        """Enrol the nodes of the database once."""
        for node in self.store.nodes():
            try:
                self.fleet.enrol(node.club, node.fleet_key)
            except ServerError as error:
                if self._enrolling.is_new(node.club, str(error)):
                    logger.warning(
                        "a club cannot be enrolled", extra={"club": node.club, "error": type(error).__name__}
                    )

    def run(self) -> None:
        """Carry out open campaigns until stopped."""
        while not self.stop.is_set():
            for campaign in self.store.campaigns():
                if not self.stop.is_set():
                    self._attend(campaign)
            self.deliver_missed()
            self.tell_ended()
            self._rest()

    def _rest(self) -> None:
        """Wait for the next turn, which is at once if a campaign is started."""
        end = time.monotonic() + IDLE_S
        while not self.stop.wait(LOOK_S) and time.monotonic() < end and not self.store.has_open():
            pass

    def _attend(self, campaign: Campaign) -> None:
        if campaign.state is CampaignState.OPEN:
            self.conduct(campaign)
        elif campaign.state is CampaignState.INTERRUPTED and self.clock() >= season.next_window(campaign)[1]:
            self._end(campaign, CampaignState.FAILED, detail=season.window_over(campaign, self.clock()) or EXPIRED)
        elif campaign.state is CampaignState.RESTING and self.clock() >= season.asked_next(campaign):
            self.conduct(campaign)
        elif campaign.state in OVER and campaign.reported_at is None:
            self._report(campaign)

    def deliver_missed(self) -> None:
        """Send the newest models to clubs that are online and have not had them; what fails is tried again."""
        with self._undelivered_noted():
            for name, clubs in self._delivery().waiting().items():
                with self._grid() as grid:
                    self._delivery().send(grid, name, clubs)

    def tell_ended(self) -> None:
        """Tell clubs that are online of campaigns that ended before their time, each once."""
        with self._undelivered_noted():
            self._notices.tell_ended(self._grid, self.fleet, self.store.campaigns(), now=self.clock())

    @contextlib.contextmanager
    def _undelivered_noted(self) -> Iterator[None]:
        """Go on where a delivery fails: what is published stays so, and is sent again."""
        try:
            yield
        except Exception as error:
            if self._undelivered.is_new("delivery", type(error).__name__):
                logger.warning("a published model cannot be delivered", extra={"error": type(error).__name__})

    def _grid(self) -> StateGrid:
        return StateGrid(self.fleet.state, pushed=self.fleet.arrivals.pushed)

    def _delivery(self) -> Delivery:
        if self._deliveries is None:
            self._deliveries = Delivery(self.registry, self.fleet)
        return self._deliveries

    def conduct(self, campaign: Campaign) -> None:
        """Carry one campaign to done or failed, or a season to its next rest."""
        try:
            model_id = self._conduct(campaign)
        except CampaignInterrupted as error:
            self.store.set_state(campaign.sha256, CampaignState.INTERRUPTED, detail=str(error))
            return
        except (ServerError, ModelError, PolicyError) as error:
            if self.stop.is_set():  # what stands on disk is enough to go on from
                self.store.set_state(campaign.sha256, CampaignState.INTERRUPTED, detail=INTERRUPTED)
                return
            later = season.another_try(self.store.campaign(campaign.sha256), error, self.clock())
            if later is not None:
                self.store.set_state(campaign.sha256, later[0], detail=later[1])
                return
            logger.warning(
                "a campaign failed",
                extra={"campaign": campaign.manifest.campaign_id, "error": type(error).__name__, "detail": error},
            )
            self._end(campaign, CampaignState.FAILED, detail=str(error))
            return
        except Exception as error:
            logger.error(
                "a campaign failed",
                extra={"campaign": campaign.manifest.campaign_id, "error": type(error).__name__, "at": place_of(error)},
            )
            self._end(campaign, CampaignState.FAILED, detail="an unexpected fault; see the log")
            return
        rest = season.rest_of(self.store.campaign(campaign.sha256))
        if rest:
            self.store.set_state(campaign.sha256, CampaignState.RESTING, detail=rest, model_id=model_id)
        else:
            self._end(campaign, CampaignState.DONE, model_id=model_id)

    def _end(self, campaign: Campaign, state: CampaignState, *, detail: str = "", model_id: str = "") -> None:
        """Mark a campaign as over and tell the ledger; a restart in between tells it then.

        What was noted while it ran, such as who turned it down, stays beside why it ended.
        """
        present = self.store.campaign(campaign.sha256)
        noted = present.detail if present.state in (CampaignState.WAITING, CampaignState.RUNNING) else ""
        told = "; ".join(part for part in (detail, noted) if part)
        self.store.set_state(campaign.sha256, state, detail=told, model_id=model_id)
        self._report(self.store.campaign(campaign.sha256))

    def _report(self, campaign: Campaign) -> None:
        """Have the ledger give back what no round of a campaign has used, and reserve nothing for it any more.

        A ledger that is away is told later. Doing it again gives nothing back twice.
        """
        if campaign.reported_at is not None:
            return  # the operator closed it, which tells the ledger first
        try:
            self.consent.event(CampaignClosed(campaign=campaign.sha256))
        except ConsentDown:
            return
        except ConsentServiceFailed as error:
            logger.warning(
                "what a campaign reserved comes back only when it expires",
                extra={"campaign": campaign.manifest.campaign_id, "error": type(error).__name__},
            )
        self.store.set_reported(campaign.sha256)

    def _conduct(self, campaign: Campaign) -> str:
        manifest = self.signers.check(campaign.signed)
        self.store.set_state(campaign.sha256, CampaignState.WAITING)
        self._register(campaign.signed)
        self._check_open(manifest)
        part = season.SeasonPart.of(campaign, self.registry)
        if part.is_early(self.clock()):
            return part.goes_on_from or ""
        states: list[ServerState] = []
        wait_s = min(self.wait_s, season.AGAIN_S) if season.is_asked_again(campaign) else self.wait_s
        self.store.set_waits_until(campaign.sha256, self.clock() + timedelta(seconds=wait_s))
        with self._grid() as grid:
            training = Training(
                manifest=manifest,
                nodes=self._nodes(manifest, without_others=part.is_later),
                reporting=_Reports(self, manifest),
                stop=self.stop,
                wait_s=wait_s,
                pause_s=self.retry_pause_s,
                begun=self.checkpoints.after(campaign.sha256, campaign.rounds_done) if campaign.rounds_done else None,
                is_closed=lambda: self.store.is_closed(campaign.sha256),
                judged=judged_weights(self.registry, manifest),
                until=part.until,
                send_record=lambda clubs: self._send_again(grid, part.goes_on_from, clubs),
                folder=self.checkpoints.folder(campaign.sha256),
                tell=lambda clubs: self._notices.tell(grid, self.fleet, campaign, clubs),
            )
            training.server_app(states.append)(grid, grid.context())
            if self.store.is_closed(campaign.sha256):
                raise CampaignFailed(CLOSED)
            model_id = part.published() or self._publish(manifest, states[-1])
            with self._undelivered_noted():
                self._delivery().send(grid, model_id, manifest.clubs)
        return model_id

    def _send_again(self, grid: StateGrid, model_id: str | None, clubs: Set[str]) -> None:
        if model_id is not None:
            with self._undelivered_noted():
                self._delivery().send(grid, model_id, clubs)

    def _publish(self, manifest: CampaignManifest, state: ServerState) -> str:
        """Sign the model, or the evidence on one, have it logged, and make it the newest; returns its name."""
        kept = kept_by(self.registry, manifest)
        model_id = kept.seal(manifest, state)
        registered = ModelRegistered(manifest=manifest.sha256, model=manifest.model, model_id=model_id)
        kept.publish(model_id, self._insist(lambda: self.consent.register_model(registered)))
        return model_id

    def _check_open(self, manifest: CampaignManifest) -> None:
        problem = outside(
            self.clock(),
            begins=manifest.opens,
            ends=manifest.expires,
            what="the campaign",
            own="the coordinator's clock",
            other="the opening that was signed",
            is_lasting=True,
        )
        if problem:
            raise CampaignFailed(problem)

    def _nodes(self, manifest: CampaignManifest, *, without_others: bool = False) -> dict[str, int]:
        """Node ids of the manifest's clubs. The key that the manifest names is the one that may answer.

        without_others: leave out a club that has left or has another key by now, where a season goes on.
        """
        enrolled = {node.club: node for node in self.store.nodes()}
        self.enrol_nodes()
        nodes = {}
        for club, key_line in manifest.clubs.items():
            is_same = club in enrolled and is_named(enrolled[club].fleet_key, key_line)
            if not is_same or club not in self.fleet.nodes:
                if without_others:
                    continue
                raise CampaignFailed(f"{club} is not enrolled with the key that the manifest names")
            nodes[club] = self.fleet.nodes[club]
        return nodes

    def log(self, details: Details) -> None:
        """Have an event logged; raises ConsentServiceFailed if it cannot be, and the campaign stops there."""
        self._insist(lambda: self.consent.event(details))

    def _register(self, signed: SignedManifest) -> None:
        """Make the campaign known to the ledger; a service that is down is waited for as long as clubs are."""
        waited, pause = 0.0, self.consent_pause_s
        while True:
            try:
                self.consent.register_campaign(signed)
            except ConsentDown:
                if waited >= self.wait_s or self.stop.wait(pause):
                    raise
                waited, pause = waited + pause, min(2 * pause, LONGEST_PAUSE_S)
            else:
                return

    def _insist(self, ask: Callable[[], Told]) -> Told:
        failed = 0
        while True:
            try:
                return ask()
            except ConsentServiceFailed:
                failed += 1
                if failed == CONSENT_ATTEMPTS or self.stop.wait(self.consent_pause_s * 2 ** (failed - 1)):
                    raise


@dataclass(frozen=True, slots=True)
class _Reports:
    """Progress of one campaign: shown to the operator, kept on disk, logged."""

    worker: CampaignWorker
    manifest: CampaignManifest

    def part_received(self, number: int, parts: int) -> None:
        """Show how many clubs have answered in round `number`."""
        if parts:
            self.worker.store.set_running(self.manifest.sha256)
        self.worker.store.set_progress(self.manifest.sha256, rounds_done=number - 1, parts=parts)

    def turned_down(self, clubs: frozenset[str]) -> None:
        """Show which clubs are not waited for; that is the clubs' own word, and about no athlete."""
        names = ", ".join(sorted(clubs))
        self.worker.store.set_note(self.manifest.sha256, f"not waited for, since the club turned it down: {names}")

    def left_out(self, clubs: Mapping[str, str]) -> None:
        """Show which clubs are not in a masked sum that all were asked to open, and why."""
        named = ", ".join(f"{club} ({reason.replace('_', ' ')})" for club, reason in sorted(clubs.items()))
        note = f"the masked sum was too large for honest clubs, and these are left out of it: {named or 'none'}"
        self.worker.store.set_note(self.manifest.sha256, note)

    def round_finished(self, state: ServerState, clubs: int) -> None:
        """Keep the state, then log the round, then show it; the next round begins only after all three."""
        self.worker.checkpoints.save(self.manifest.sha256, state)
        self.worker.log(RoundAggregated(manifest=self.manifest.sha256, round=state.round, clubs=clubs))
        self.worker.store.set_progress(self.manifest.sha256, rounds_done=state.round, parts=0)
