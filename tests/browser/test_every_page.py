"""Every page of every surface: no accessibility finding, no sideways scrolling, no script, light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.following import SCREENS, follow, new_context, shared_out

pytestmark = pytest.mark.xdist_group("demo")

PORTAL = ("/shared", "/asked", "/looked", "/budget", "/rules", "/receipts", "/settings", "/change/sleep")
CLUB = ("/board", "/athletes", "/imports", "/model")
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


def opened(browser: Browser, demo, surface: str, persona: int | None, *, width: int, scheme: str) -> Page:
    """A page of one surface, signed in. The content policy is set aside only so that axe itself may run."""
    context = new_context(browser, viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(demo.url(surface))
    if persona is not None:
        follow(page.locator('form[action="/demo/sign-in"] button').nth(persona))
    return page


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
@pytest.mark.parametrize(("surface", "persona", "paths"), SURFACES)
def test_axe_finds_nothing(running_demo, chromium: Browser, surface, persona, paths, width: int, scheme: str) -> None:
    page = opened(chromium, running_demo, surface, persona, width=width, scheme=scheme)
    found = {}

    for path in shared_out(paths, (width, scheme)):
        page.goto(running_demo.base(surface) + path)
        assert page.url == running_demo.base(surface) + path
        results = Axe().run(page)
        found |= {f"{path} {v['id']}": [n["target"] for n in v["nodes"]][:3] for v in results.response["violations"]}

    page.context.close()
    assert found == {}


@pytest.mark.parametrize(("surface", "persona", "paths"), SURFACES)
def test_no_page_scrolls_sideways_on_a_small_phone(running_demo, chromium: Browser, surface, persona, paths) -> None:
    page = opened(chromium, running_demo, surface, persona, width=320, scheme="light")
    wide = []

    for path in paths:
        page.goto(running_demo.base(surface) + path)
        assert page.url == running_demo.base(surface) + path
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(path)

    page.context.close()
    assert wide == []


@pytest.mark.parametrize(("surface", "persona", "paths"), SURFACES)
def test_no_page_breaks_its_own_content_policy(running_demo, chromium: Browser, surface, persona, paths) -> None:
    context = new_context(chromium)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(running_demo.url(surface))
    if persona is not None:
        follow(page.locator('form[action="/demo/sign-in"] button').nth(persona))

    for path in paths:
        page.goto(running_demo.base(surface) + path)
        assert page.url == running_demo.base(surface) + path
        assert page.locator("script, [style]").count() == 0

    context.close()
    assert complaints == []
