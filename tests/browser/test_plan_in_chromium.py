"""A coach with scripts off plans a week for a group from the week before, in at most eight acts, and takes it back."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from client.app import build_app
from client.coaching.journal import CoachingJournal
from client.coaching.training_session import TrainingSession
from client.planning.plan_for import PlanFor
from client.planning.planner import Planner, terminal_save
from client.planning.records import PlannedRow
from client.planning.sessions import PlannedSession
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from policies.vocabulary import PersonId
from tests.browser.following import SCREENS, follow, new_context
from tests.browser.test_injury_in_chromium import Node, served
from tests.client.node_settings import node_settings
from tests.client.web.conftest import ALL, HURT, NOW, TIRED, Clock, FakeConsent, readings

NAMES = {TIRED: "Bea Sand", HURT: "Edda Vale"}
KEEPERS = PlanFor("first-team", "Goalkeepers")
MONDAY = date(2026, 11, 23)
WEEK = (("Rest", 0, 0), ("Shots", 7, 60), ("Large game", 8, 60), ("Speed", 6, 60), ("Activation", 3, 40))


def fill(vault: Vault, path: Path) -> None:
    """Two athletes, one of them in a group, and this week's plan of the group."""
    for number, (athlete, name) in enumerate(NAMES.items(), start=1):
        vault.add_athlete(athlete, name, shirt_no=number)
        vault.add(athlete, readings(50, seed=number))
    journal = CoachingJournal(path, lambda athlete: vault.seal_of(athlete)[2])
    planner = Planner.over(vault, journal)
    planner.groups.put({HURT: KEEPERS.group}, person=PersonId("staff-0123456789ab"), at=NOW)
    sessions = [
        PlannedSession(TrainingSession.of(rpe=rpe, minutes=minutes), title, match=title == "Match")
        for title, rpe, minutes in (*WEEK, ("Match", 7, 90), ("Recovery", 2, 30))
    ]
    rows = [PlannedRow(KEEPERS, MONDAY + timedelta(days=n), 1, one) for n, one in enumerate(sessions)]
    planner.records.save(terminal_save(NOW), rows)
    journal.close()


@pytest.fixture
def node(tmp_path: Path, page: Page) -> Iterator[Node]:
    (tmp_path / "keys").mkdir(mode=0o700)
    clock, settings = Clock(), node_settings(tmp_path)
    consent = FakeConsent(dict.fromkeys(NAMES, ALL), clock=clock, enrolled=set(NAMES))
    with Vault.open(tmp_path / "vault.sqlite3", UnlockKey(b"k" * 32)) as vault:
        fill(vault, settings.journal_path)
        with served(build_app(settings, vault=vault, consent_client=consent, clock=clock, demo=True)) as base:
            yield Node(page, base, consent)


def test_a_week_of_a_group_from_the_week_before(node: Node) -> None:
    page = node.page
    node.sign_in("coach")
    node.goto("/board")

    node.press(page.get_by_role("link", name="Plan", exact=True))
    node.press(page.get_by_role("link", name="30 November"))
    node.press(page.get_by_role("link", name="Goalkeepers").first)
    node.press(page.get_by_role("link", name="Copy the week before"))
    page.fill("#minutes-2026-12-02-1", "45")
    node.acts += 1
    node.press(page.get_by_role("button", name="See what it adds up to"))
    expect(page.locator("h1")).to_have_text(
        "Not saved yet. Goalkeepers: 1,950 AU planned, 6 % less than the week before"
    )
    node.press(page.get_by_role("button", name="Save for Goalkeepers"))

    assert node.acts <= 8
    expect(page.locator("h1")).to_have_text("Goalkeepers: 1,950 AU planned, 6 % less than the week before")
    expect(page.locator("th", has_text="Sat 5").first).to_contain_text("match")
    expect(page.locator("th", has_text="Fri 4").first).to_contain_text("D−1")

    node.acts = 0
    node.press(page.get_by_role("button", name="Undo the newest"))
    expect(page.locator("h1")).to_have_text("Goalkeepers: no plan for this week yet")
    assert node.acts == 1


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_the_page_fits_and_has_no_accessibility_finding(node: Node, chromium: Browser, width: int, scheme: str) -> None:
    context = new_context(
        chromium, viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )  # the content policy is set aside only so that axe itself may run
    page = context.new_page()
    page.goto(f"{node.base}/sign-in")
    follow(page.locator("button[value=coach], form:has(input[value=coach]) button").first)

    page.goto(f"{node.base}/plan?who=group:first-team/Goalkeepers&copy=2026-11-23&week=2026-11-30")
    found = Axe().run(page).response["violations"]
    is_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")

    context.close()
    assert [(one["id"], [n["target"] for n in one["nodes"]][:3]) for one in found] == []
    assert not is_wide
