"""The coordinator put together: link state, Fleet API, pages and the worker, ready to be served."""

import contextlib
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI

from chassis.clock import Clock
from chassis.operations.figures import ProgramFigures
from chassis.operations.health import ProgramHealth
from chassis.web.site_address import OWN_MACHINE_ONLY, SiteAddress
from server.app import build_app
from server.consent_client import CoordinatorConsentClient
from server.federation.campaigns import CampaignWorker
from server.federation.checkpoints import Checkpoints
from server.federation.fleet import Fleet, build_fleet_app
from server.federation.fleet_api.arrivals import HOLD_S
from server.federation.fleet_certificate import CertificateWatch, read_fleet_certificate
from server.figures import coordinator_figures, coordinator_health
from server.registry_store import RegistryStore
from server.serving_lock import only_one
from server.settings import CoordinatorSettings
from server.store import CoordinatorStore, open_database

STOP_WITHIN_S = 8.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Coordinator:
    """One coordinator; `working` runs its threads."""

    folder: Path
    fleet: Fleet
    web_app: FastAPI
    fleet_app: FastAPI
    worker: CampaignWorker
    certificate: CertificateWatch
    consent: CoordinatorConsentClient
    figures: ProgramFigures
    health: ProgramHealth
    threads: list[threading.Thread]

    @classmethod
    def open(
        cls,
        settings: CoordinatorSettings,
        *,
        clock: Clock,
        wait_s: float,
        demo: bool,
        site: SiteAddress = OWN_MACHINE_ONLY,
    ) -> "Coordinator":
        """Wire everything from a folder's settings. site: where the pages are reached.

        Raises BadCoordinatorSettings if the consent service is asked without TLS, or the certificate cannot be read.
        """
        certificate = CertificateWatch(read_fleet_certificate(settings).ends, clock)
        consent = CoordinatorConsentClient.of(settings, clock=clock)
        engine = open_database(settings)
        fleet = Fleet.open(hold_s=HOLD_S)
        worker = CampaignWorker(
            store=CoordinatorStore(engine, clock=clock),
            fleet=fleet,
            consent=consent,
            registry=RegistryStore(
                settings.models, key=settings.league_key(), clock=clock, former=settings.rotating_key.former
            ),
            checkpoints=Checkpoints(settings.checkpoints),
            signers=settings.campaign_signers(),
            clock=clock,
            wait_s=wait_s,
        )
        threads: list[threading.Thread] = []
        health = coordinator_health(
            worker.store,
            consent,
            certificate,
            is_working=lambda: bool(threads) and all(one.is_alive() for one in threads),
        )
        web = build_app(
            settings, engine=engine, consent=consent, roster=fleet, clock=clock, demo=demo, site=site, health=health
        )
        figures = coordinator_figures(worker.store, fleet, consent, certificate)
        fleet_app = build_fleet_app(fleet, health=health)
        return cls(settings.directory, fleet, web, fleet_app, worker, certificate, consent, figures, health, threads)

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """Enrol nodes and carry out campaigns until the block ends; then the line to the consent service is closed.

        Raises BadCoordinatorSettings if another coordinator does so here.
        """
        with contextlib.closing(self.consent), only_one(self.folder):
            yield from self._threads()

    def _threads(self) -> Iterator[None]:
        for campaign_id in self.worker.recover():
            logger.warning(
                "a campaign was interrupted; `campaign resume` goes on with it", extra={"campaign": campaign_id}
            )
        self.worker.enrol_nodes()
        self.threads[:] = [
            threading.Thread(target=target, name=name, daemon=True)
            for name, target in (
                ("campaigns", self.worker.run),
                ("roster", self.worker.keep_roster),
                ("certificate", lambda: self.certificate.run(self.worker.stop)),
            )
        ]
        for thread in self.threads:
            thread.start()
        try:
            yield
        finally:
            self.worker.stop.set()
            for thread in self.threads:
                thread.join(STOP_WITHIN_S)
