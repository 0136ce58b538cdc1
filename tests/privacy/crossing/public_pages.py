"""What everybody may read: the auditor's pages, a witness, and the operators' listeners; the same to every caller."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient

import audit.app
from audit.entries.events import EventKind
from audit.witness.app import build_witness_app
from audit.witness.config import add_logs, create_witness, watched_log
from audit.witness.store import WitnessStore, begin_record
from audit.witness.witness import Witness
from chassis.http.request_signature import sign_request
from chassis.operations.operator_listener import build_operator_app
from tests.consent.league import World
from tests.privacy.crossing.consent_api import watch
from tests.privacy.crossing.findings import Answered, Crossing
from tests.privacy.crossing.tenants import OTHER, OWN, Tenants
from tests.waiting import wait_until

CALLERS = ("nobody", "a club's signature", "an athlete's session", "a cookie of the club's pages")
AUDITOR = {
    "GET /": "/",
    "GET /entries/{index}": "/entries/7",
    "GET /entries/{index}/leaf": "/entries/7/leaf",
    "GET /entries/{index}/proof": "/entries/7/proof",
    "GET /rules": "/rules",
    "GET /ledger": "/ledger",
    "GET /report": "/report",
    "GET /check": "/check",
    "GET /checkpoint": "/checkpoint",
    "GET /policy": "/policy",
    "GET /keys": "/keys",
    "GET /evidence": "/evidence",
    "GET /export.csv": "/export.csv",
    "GET /export.json": "/export.json",
    "GET /health": "/health",
    "MOUNT /static": "/static/homefield.css",
}
WITNESS = {
    "GET /": "/",
    "POST /add-checkpoint": "/add-checkpoint",
    "GET /{log_id}/checkpoint": f"/{'0' * 64}/checkpoint",
    "GET /health": "/health",
    "MOUNT /static": "/static/homefield.css",
}
OPERATOR = {"GET /metrics": "/metrics", "GET /ready": "/ready"}
ROUTES = {"auditor": AUDITOR, "witness": WITNESS, "operator": OPERATOR}
"""How every public route of each application is filled; nothing in an address belongs to anybody."""


@dataclass
class PublicCrossings:
    """Carries crossings out over the real applications, which read the tenants' log."""

    tenants: Tenants
    folder: Path
    kinds: list[EventKind] = field(default_factory=list)
    told: set[str] = field(default_factory=set)

    @contextlib.contextmanager
    def opened(self) -> Iterator[dict[str, FastAPI]]:
        """Every application by its name, until the block ends."""
        with contextlib.closing(self.tenants.open_copy().service) as service, contextlib.ExitStack() as held:
            self.world = World(service, service.store.transactions.context.clock, dict(self.tenants.keys))  # type: ignore[arg-type]
            self.world.publish()
            self.held = service.sessions.sign_in_with_code(self.tenants.codes[self.tenants.athletes[OWN][0]])
            self.kinds, self.told = watch(self.world)
            log = watched_log(service.log.vkeys)
            config = add_logs(create_witness(self.folder, "board.example/w1"), [log])
            begin_record(self.folder, log)
            store = held.enter_context(WitnessStore.open(self.folder, config))
            witness = build_witness_app(Witness(config, store, clock=lambda: datetime.now(UTC)))
            pages = audit.app.build_app(source=str(service.settings.log_directory), policy=service.trust.policy)
            operator = build_operator_app(service.figures, service.health)
            apps = {"auditor": pages, "witness": witness, "operator": operator}
            self.http = {
                name: held.enter_context(TestClient(app, raise_server_exceptions=False)) for name, app in apps.items()
            }
            wait_until(lambda: "entries verified" in self.http["auditor"].get("/check").text or self._is_checked())
            yield apps

    def _is_checked(self) -> bool:
        return self.http["auditor"].get("/entries/7").status_code == 200

    def send(self, app: str, crossing: Crossing) -> Answered:
        """Carry out one crossing."""
        method, path = crossing.route.split()[0].replace("MOUNT", "GET"), ROUTES[app][crossing.route]
        self.kinds.clear()
        headers = self._headers(crossing.caller, method, path)
        answer = self.http[app].request(method, path, headers=headers, follow_redirects=False)
        return Answered.of(answer, (), self.kinds)

    def _headers(self, caller: str, method: str, path: str) -> dict[str, str]:
        if caller == "a club's signature":
            audience, now = self.world.service.keys.service.verify_key.key_id, datetime.now(UTC)
            key = self.world.keys[OWN]
            return sign_request(key, audience=audience, method=method, target=path, body=b"", now=now)
        cookies = {"an athlete's session": "homefield-portal", "a cookie of the club's pages": "homefield-node-club-a"}
        return {"Cookie": f"{cookies[caller]}={self.held}"} if caller in cookies else {}

    def secret(self) -> list[str]:
        """Every text that names or tells anything of anybody."""
        private = [text for texts in self.tenants.private.values() for text in texts]
        return private + [text for club in (OWN, OTHER) for text in (*self.tenants.things[club].secrets, club)]
