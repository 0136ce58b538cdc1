"""A node on a port that can go away and come back, with athletes who sign in on a phone."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from chassis.clock import utc_now
from chassis.web.serving import listen, serving
from client.app import build_app
from client.forms.answers.own_answers import OwnAnswers
from client.forms.library.form_library import FormLibrary
from client.settings import NodeSettings
from client.vault.keys import UnlockKey
from client.vault.own_answers.kept_answers import KeptAnswer, KeptAnswers
from client.vault.store import Vault
from policies.vocabulary import AthleteId
from tests.browser.following import follow, new_context
from tests.client.node_settings import node_settings
from tests.client.web.conftest import FakeConsent
from tests.client.web.own.athlete_codes import new_athlete_code

ADA, BEA = AthleteId("ath-00000000000000aa"), AthleteId("ath-00000000000000bb")


@dataclass
class OwnNode:
    """A node that serves the athletes' own site on one port, when it is up."""

    settings: NodeSettings
    vault: Vault
    port: int = 0
    up: ExitStack = field(default_factory=ExitStack)

    def start(self) -> "OwnNode":
        app = build_app(self.settings, vault=self.vault, consent_client=FakeConsent({}, clock=utc_now))  # type: ignore[arg-type]  # a clock is a clock
        listener = listen(app, host="127.0.0.1", port=self.port)
        self.port = listener.port
        self.up.enter_context(serving([listener]))
        return self

    def stop(self) -> None:
        self.up.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def sign_in(self, page: Page, athlete: AthleteId = ADA) -> None:
        page.goto(f"{self.url}/me/sign-in")
        page.fill("#code", new_athlete_code(self.settings.directory, utc_now, athlete))
        follow(page.get_by_role("button", name="Continue"))

    def kept(self, athlete: AthleteId = ADA) -> list[KeptAnswer]:
        return KeptAnswers(self.vault, athlete).all()

    def counting(self, athlete: AthleteId = ADA) -> dict[str, object]:
        return {one.stream.value: one.value for one in self.vault.read(athlete)}

    def own(self, athlete: AthleteId = ADA) -> OwnAnswers:
        return OwnAnswers(self.vault, athlete, FormLibrary.read(self.settings.directory), UTC)

    @property
    def today(self) -> str:
        return datetime.now(UTC).date().isoformat()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[OwnNode]:
    """The node, up."""
    (tmp_path / "keys").mkdir(mode=0o700)
    with Vault.open(tmp_path / "vault.sqlite3", UnlockKey(bytes(32))) as vault:
        vault.add_athlete(ADA, "Ada Lund", shirt_no=1)
        vault.add_athlete(BEA, "Bea Sand", shirt_no=2)
        node = OwnNode(node_settings(tmp_path), vault).start()
        yield node
        node.stop()


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    """A phone with scripts."""
    context = new_context(chromium, viewport={"width": 390, "height": 844}, has_touch=True)
    yield context
    context.close()


@pytest.fixture
def opened(node: OwnNode, phone: BrowserContext) -> Callable[..., Page]:
    """Signs an athlete in and opens a form, once the phone has kept what it needs."""

    def open_form(form: str = "morning", athlete: AthleteId = ADA) -> Page:
        page = phone.new_page()
        node.sign_in(page, athlete)
        page.goto(f"{node.url}/me/forms/{form}")
        page.wait_for_selector("html[data-ready=kept]")
        return page

    return open_form
