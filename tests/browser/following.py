"""Going from page to page in a browser: what follows a click waits for the page that the click leads to."""

from collections.abc import Sequence
from typing import Any, TypeVar

from playwright.sync_api import Browser, BrowserContext, Locator

from tests.scale import FACTOR, sized
from tests.waiting import HANG_S

Shown = TypeVar("Shown")
WITHIN_MS = HANG_S * 1000
ACTION_WITHIN_MS = 120_000.0  # on a page that has loaded: a field that is not there by then is missing

SCREENS = sized(
    [(390, "dark"), (1280, "light")],
    in_drill=[(390, "dark"), (390, "light"), (1280, "dark"), (1280, "light")],
)
"""Widths in pixels, and colour schemes: each once in the gate, all together in a drill."""


def shared_out(paths: Sequence[Shown], screen: tuple[int, str]) -> Sequence[Shown]:
    """The paths to look at on one screen: every one in a drill; in the gate each path is looked at on one of them."""
    return paths if FACTOR > 1 else paths[SCREENS.index(screen) :: len(SCREENS)]


def new_context(browser: Browser, **options: Any) -> BrowserContext:
    """A person with a browser of their own, who waits for as long as a busy machine needs."""
    context = browser.new_context(**options)
    context.set_default_timeout(ACTION_WITHIN_MS)
    context.set_default_navigation_timeout(WITHIN_MS)
    return context


def follow(leading: Locator) -> None:
    """Click what leads to another page, and return once that page has loaded; a click alone returns before."""
    with leading.page.expect_navigation(wait_until="load"):
        leading.click()
