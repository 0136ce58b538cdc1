"""A physiotherapist with scripts off: an injury in five acts, a stage in two, a limit told, read by a coach, undone."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Locator, Page, expect

from client.app import build_app
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from policies.vocabulary import Granularity, Purpose, Role
from tests.browser.following import follow
from tests.client.node_settings import node_settings
from tests.client.web.conftest import ALL, HURT, TIRED, Clock, FakeConsent, readings

NAMES = {TIRED: "Bea Sand", HURT: "Edda Vale"}


@dataclass
class Node:
    """A node's pages in a browser, and every act of the person in front of it."""

    page: Page
    base: str
    consent: FakeConsent
    acts: int = 0

    def sign_in(self, persona: str) -> None:
        self.page.goto(f"{self.base}/sign-in")
        follow(self.page.locator(f"button[value={persona}], form:has(input[value={persona}]) button").first)
        medical = (Role.MEDICAL, Purpose.CARE)
        self.consent.role, self.consent.purpose = medical if persona == "medical" else (Role.COACH, Purpose.TRAINING)

    def goto(self, path: str) -> None:
        self.page.goto(self.base + path)
        self.acts = 0

    def choose(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.select_option(f"#{name}", value)
            self.acts += 1

    def press(self, button: Locator) -> None:
        follow(button)
        self.acts += 1


@contextmanager
def served(app: object) -> Iterator[str]:
    """Serve an application on a port of this machine; its socket listens before anybody asks."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", log_config=None, ws="none", lifespan="off"))  # type: ignore[arg-type]  # an ASGI application
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@pytest.fixture
def node(tmp_path: Path, page: Page) -> Iterator[Node]:
    (tmp_path / "keys").mkdir(mode=0o700)
    clock = Clock()
    granted = dict.fromkeys(NAMES, ALL)
    consent = FakeConsent(granted, finest=Granularity.RAW, clock=clock, enrolled=set(NAMES))
    with Vault.open(tmp_path / "vault.sqlite3", UnlockKey(b"k" * 32)) as vault:
        for number, (athlete, name) in enumerate(NAMES.items(), start=1):
            vault.add_athlete(athlete, name, shirt_no=number)
            vault.add(athlete, readings(50, seed=number))
        app = build_app(node_settings(tmp_path), vault=vault, consent_client=consent, clock=clock, demo=True)
        with served(app) as base:
            yield Node(page, base, consent)


def test_the_morning_of_a_physiotherapist(node: Node) -> None:
    page, record = node.page, f"/athletes/{HURT}/health"
    node.sign_in("medical")

    node.goto("/medical")
    node.choose(athlete=HURT, what="MATCH-NO_CONTACT", place="thigh, right", type="muscle")
    node.press(page.get_by_role("button", name="Save"))
    expect(page.locator("h1")).to_have_text("Edda Vale: no stage signed")
    assert node.acts <= 5

    node.goto(record)
    node.press(page.locator('button[name=stage][value="1"]'))
    expect(page.locator("h1")).to_have_text("Edda Vale: stage 1, rehabilitation")
    assert node.acts == 1

    node.choose(availability="reduced")
    page.check("#limit-no_sprinting")
    page.fill("#until", "2026-12-04")
    node.press(page.get_by_role("button", name="Look at the words first"))
    expect(page.locator(".slip")).to_contain_text("Modified: no sprinting until 4 December 2026.")
    expect(page.locator("main")).to_contain_text("Robin Dale, performance coach")
    node.press(page.get_by_role("button", name="Send to the coaches"))

    node.sign_in("coach")
    node.goto("/board")
    expect(page.locator(f"#a-{HURT}")).to_contain_text("modified: no sprinting until 4 December 2026")
    assert "thigh" not in page.content().lower()

    node.sign_in("medical")
    node.goto(record)
    node.press(page.get_by_role("button", name="Take the newest back"))
    expect(page.locator("#told")).to_contain_text("Nothing stated")
    assert node.acts == 1
