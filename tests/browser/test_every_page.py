"""Every page of every surface: no accessibility finding, no sideways scrolling, no script, light and dark."""

from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.following import SCREENS, follow, new_context, shared_out

pytestmark = pytest.mark.xdist_group("demo")

PORTAL = ("/shared", "/asked", "/looked", "/budget", "/rules", "/receipts", "/settings", "/change/sleep")
CLUB = ("/board", "/athletes", "/plan", "/availability", "/imports", "/model")
OFFICE = ("/squad", "/meaning")
OPERATOR = ("/campaigns", "/models", "/nodes")
AUDITOR = (
    "/",
    "/?q=look",
    "/entries/0",
    "/rules",
    "/ledger",
    "/report",
    "/report?from=2026-01-01&to=2026-12-31",
    "/check",
)
SURFACES = (
    ("Athlete portal", 0, PORTAL),
    ("Club dashboard", 0, CLUB),
    ("Front office", 0, OFFICE),
    ("Front office", -1, OPERATOR),
    ("Auditor", None, AUDITOR),
)


def opened(
    browser: Browser, demo, surface: str, persona: int | None, *, width: int, scheme: str, bypass_csp: bool
) -> Page:
    """A page of one surface, signed in."""
    screen = {"width": width, "height": 900}
    context = new_context(browser, viewport=screen, color_scheme=scheme, bypass_csp=bypass_csp)
    page = context.new_page()
    page.goto(demo.url(surface))
    if persona is not None:
        follow(page.locator('form[action="/demo/sign-in"] button').nth(persona))
    return page


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
@pytest.mark.parametrize(("surface", "persona", "paths"), SURFACES)
def test_axe_finds_nothing(running_demo, chromium: Browser, surface, persona, paths, width: int, scheme: str) -> None:
    # The content policy is set aside only so that axe itself may run.
    page = opened(chromium, running_demo, surface, persona, width=width, scheme=scheme, bypass_csp=True)
    found = {}

    for path in shared_out(paths, (width, scheme)):
        page.goto(running_demo.base(surface) + path)
        assert page.url == running_demo.base(surface) + path
        results = Axe().run(page)
        found |= {f"{path} {v['id']}": [n["target"] for n in v["nodes"]][:3] for v in results.response["violations"]}

    page.context.close()
    assert found == {}


@dataclass(frozen=True, slots=True)
class Visited:
    """What a small phone found on the pages of one surface: those too wide, those with scripts, and what it refused."""

    wide: list[str]
    scripted: list[str]
    complaints: list[str]


@pytest.fixture(scope="module", params=SURFACES, ids=lambda surface: surface[0] if surface[1] != -1 else "Operator")
def visited(request: pytest.FixtureRequest, running_demo, chromium: Browser) -> Visited:
    """Every page of a surface, loaded once, with its own content policy in force."""
    surface, persona, paths = request.param
    found = Visited([], [], [])
    page = opened(chromium, running_demo, surface, persona, width=320, scheme="light", bypass_csp=False)
    page.on("console", lambda message: found.complaints.append(message.text) if message.type == "error" else None)
    for path in paths:
        page.goto(running_demo.base(surface) + path)
        assert page.url == running_demo.base(surface) + path
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.wide.append(path)
        if page.locator("script, [style]").count():
            found.scripted.append(path)
    page.context.close()
    return found


def test_no_page_scrolls_sideways_on_a_small_phone(visited: Visited) -> None:
    assert visited.wide == []


def test_no_page_breaks_its_own_content_policy(visited: Visited) -> None:
    assert visited.scripted == []
    assert visited.complaints == []
