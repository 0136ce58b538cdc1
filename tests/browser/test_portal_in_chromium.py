"""An athlete in the portal, in a real browser with scripts off: give, see, stop, and find out who looked."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.following import follow

pytestmark = pytest.mark.xdist_group("demo")


def sign_in(page: Page, demo, number: int = 0) -> None:
    page.goto(demo.url("Athlete portal"))
    follow(page.locator('form[action="/demo/sign-in"] button').nth(number))
    expect(page.locator("h1")).to_have_text("What is shared now")


def share_tests_with_the_coach(page: Page) -> None:
    follow(page.locator("tr", has_text="Jump and strength tests").get_by_role("link", name=re.compile("Change")))
    coach = page.locator('[name$=".coach"]').first
    page.locator(f'input[name="{coach.get_attribute("name")}"][value="daily"]').check()
    follow(page.get_by_role("button", name=re.compile("Continue|Check")).first)
    follow(page.get_by_role("button", name="Record my choice"))


def coach_cell(page: Page):
    row = page.locator("tr", has_text="Jump and strength tests")
    return row.locator('td[data-label="Coaches"]')


def test_giving_and_stopping_show_at_once_and_leave_receipts(running_demo, page: Page) -> None:
    sign_in(page, running_demo)
    if "Off" not in coach_cell(page).inner_text():
        pytest.fail("the first athlete already shares tests; the demo never turns them on")

    share_tests_with_the_coach(page)
    expect(page.locator("main")).to_contain_text("rcp-")
    page.goto(f"{running_demo.base('Athlete portal')}/shared")
    expect(coach_cell(page)).to_contain_text("Daily numbers")

    card = page.locator("section.panel.away", has=page.get_by_role("heading", name=re.compile("coaches", re.I)))
    follow(card.get_by_role("button", name=re.compile("Stop sharing")))
    expect(page.locator("main")).to_contain_text("rcp-")
    page.goto(f"{running_demo.base('Athlete portal')}/shared")
    expect(coach_cell(page)).to_contain_text("Off")


def test_who_looked_is_listed_with_its_proof(running_demo, page: Page) -> None:
    sign_in(page, running_demo, 1)

    follow(page.get_by_role("navigation", name="Main").get_by_role("link", name="Who looked"))

    expect(page.locator("main")).to_contain_text("Proven")


def test_every_page_of_the_navigation_opens(running_demo, page: Page) -> None:
    sign_in(page, running_demo, 2)

    for label in ("Asked of me", "Who looked", "Budget and rights", "Shared now"):
        follow(page.locator("nav").get_by_role("link", name=re.compile(label)))
        expect(page.locator("h1")).to_have_count(1)
        expect(page.locator("nav [aria-current=page]")).to_contain_text(label)


def test_a_stranger_is_shown_the_door(running_demo, page: Page) -> None:
    page.goto(f"{running_demo.base('Athlete portal')}/shared")

    expect(page).to_have_url(re.compile("/sign-in"))


def test_an_athlete_comes_from_the_portal_to_their_own_data(running_demo, page: Page) -> None:
    """The portal's form crosses with a ticket; one page names the athlete, one press opens their own site."""
    sign_in(page, running_demo, 3)
    name = page.locator(".me span").first.inner_text()

    follow(page.get_by_role("link", name="Open my data"))
    follow(page.get_by_role("button", name="Open my data"))
    expect(page.locator("h1")).to_have_text(f"You are opening the data of {name}")
    follow(page.get_by_role("button", name=re.compile("Yes, open")))
    for label in ("My data", "My decisions", "Who looked", "Today"):
        follow(page.get_by_role("navigation", name="Main").get_by_role("link", name=label))
    follow(page.get_by_role("link", name="I am not OK, ill or in pain"))
    expect(page.locator("main")).to_contain_text("Robin Dale")
    follow(page.get_by_role("button", name="I am in pain"))
    expect(page.locator("h1")).to_have_text("You said that you are not OK today")
    follow(page.get_by_role("button", name="Take it back"))
    expect(page.locator("h1")).to_have_text("Not OK today?")
