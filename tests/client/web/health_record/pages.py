"""Forms of the health pages as a browser fills them."""

import re
from typing import Any

from policies.vocabulary import Purpose, Role
from tests.client.web.conftest import FakeConsent, StaffBrowser

ENTRY = {"what": "MATCH-NO_CONTACT", "place": "thigh, right", "type": "muscle", "began": "2026-11-03"}
LIMIT = {"availability": "reduced", "limits": "no_sprinting", "cap": "300", "unit": "au", "until": "2026-12-04"}


def as_coach(browser: StaffBrowser, consent: FakeConsent) -> None:
    """Let the coach sign in, to whom everybody shares the same."""
    browser.sign_in("coach")
    consent.role, consent.purpose = Role.COACH, Purpose.TRAINING


def as_physio(browser: StaffBrowser, consent: FakeConsent) -> None:
    browser.sign_in("medical")
    consent.role, consent.purpose = Role.MEDICAL, Purpose.CARE


def enter(browser: StaffBrowser, athlete: str, **changes: str) -> Any:
    page = browser.http.get("/medical").text
    return browser.send(page, "/medical/enter", **{"athlete": athlete, **ENTRY, **changes})


def form(browser: StaffBrowser, athlete: str, deed: str, **fields: Any) -> Any:
    """Send one of the forms on an athlete's health page."""
    path = f"/athletes/{athlete}/health"
    page = browser.http.get(path).text
    return browser.send(page, f"{path}/{deed}", **fields)


def say(browser: StaffBrowser, athlete: str, **changes: str) -> Any:
    """Look at the words of a statement. A field left out of a browser's form is one that is empty here."""
    return form(browser, athlete, "say", **{name: value for name, value in (LIMIT | changes).items() if value})


def state(browser: StaffBrowser, athlete: str, **changes: str) -> Any:
    """Look at the words of a statement, and send it; returns the page with the words."""
    check = say(browser, athlete, **changes)
    if check.status_code == 200:
        path = f"/athletes/{athlete}/health/state"
        sent = browser.send(check.text, path)
        assert (sent.status_code, sent.headers["location"]) == (303, f"/athletes/{athlete}/health#told")
    return check


def text_of(page: str) -> str:
    """The text of a page without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())
