"""A front office, a coach and an auditor in a real browser with scripts off."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.following import follow

pytestmark = pytest.mark.xdist_group("demo")

ROW = re.compile(r'<tr><td class="num">\d+</td><th scope="row">[^<]+</th>(<td>.*?</td>)</tr>')


def test_the_front_office_sees_bands_and_one_text_for_everything_else(running_demo, page: Page) -> None:
    page.goto(running_demo.url("Front office"))
    follow(page.locator('form[action="/demo/sign-in"] button').first)
    expect(page.locator("h1")).to_have_text("Squad durability")

    cells = ROW.findall(page.content())

    assert len(cells) == 8
    hidden = {cell for cell in cells if "Not available" in cell}
    assert hidden <= {"<td>Not available</td>"}
    shown = [cell for cell in cells if cell not in hidden]
    assert all(re.fullmatch(r"<td><strong>\d+–\d+</strong> \(\d+–\d+\)</td>", cell) for cell in shown)


def test_a_coach_sees_everybody_of_the_squads_on_the_board(running_demo, page: Page) -> None:
    page.goto(running_demo.url("Club dashboard"))
    follow(page.get_by_role("button", name=re.compile("coach", re.I)).first)

    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("nav [aria-current=page]")).to_have_text("Morning board")
    assert page.locator("ul.rows > li").count() == 8


def test_an_auditor_reads_entries_with_their_proof_state(running_demo, page: Page) -> None:
    page.goto(running_demo.url("Auditor"))

    expect(page.locator("main")).to_contain_text("Proven")
    follow(page.locator("main table a").first)
    expect(page.locator("h1")).to_have_count(1)
