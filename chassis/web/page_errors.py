"""What a page raises when it is not shown, and the words of the page that each program answers with, by status.

The words of a status are the same whatever the reason was, so they say nothing that is true of one reason alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final


@dataclass(frozen=True, slots=True)
class ClosedWords:
    """What stands on a page that is shown instead of another."""

    heading: str
    text: str
    foot: str = "If a check cannot be made, Homefield shows nothing."


_FORM: Final = "A form counts only from the page that shows it."
_NOW: Final = ClosedWords(
    "We cannot show this page right now", "Nothing is opened. Nothing was changed. Try again in a few minutes."
)
_NOT_HERE: Final = ClosedWords(
    "Nothing is shown at this address",
    "The address may be mistyped, or what stood here is no longer there, or is not shared with you now. Nothing was "
    "changed. Waiting does not help: start from the first page.",
    "What is not there and what is not shared with you look the same.",
)
_NOT_FROM_HERE: Final = ClosedWords(
    "What you sent was not accepted",
    "Nothing was changed. It did not come from a page of this session, or the session has ended. Open the page again, "
    "and send it from there.",
    _FORM,
)
_UNREADABLE: Final = ClosedWords(
    "What you sent cannot be read",
    "Nothing was changed. Open the page again, fill the form in there, and send it from there.",
    _FORM,
)
_NO_LONGER: Final = ClosedWords(
    "What you sent is not possible now",
    "Nothing was changed. Something else holds by now: open the page again, and look at what it shows.",
    _FORM,
)
_PAGES_OF_FORMS: Final = {"/demo/sign-in": "/sign-in"}
_WORDS: Final[Mapping[int, ClosedWords]] = {
    HTTPStatus.FORBIDDEN: _NOT_FROM_HERE,
    HTTPStatus.NOT_FOUND: _NOT_HERE,
    HTTPStatus.METHOD_NOT_ALLOWED: _NOT_HERE,
    HTTPStatus.CONFLICT: _NO_LONGER,
    HTTPStatus.UNPROCESSABLE_ENTITY: _UNREADABLE,
}


def closed_words(status: int, *, text: str = "") -> ClosedWords:
    """Return what the closed page with this HTTP status says. text: what it says instead, where more is known."""
    words = _WORDS.get(status, _NOW)
    return replace(words, text=text, foot=_NOW.foot) if text else words


def page_of_form(path: str) -> str:
    """Return the page on which the form with this address stands: each form's address lies below that of its page.

    A browser that reloads the answer to a form asks for the form's address with GET, where there is no page.
    """
    return _PAGES_OF_FORMS.get(path) or path.rpartition("/")[0] or "/"


class SignInNeeded(Exception):
    """Nobody is signed in here."""


class PageLocked(Exception):
    """Somebody is signed in here, and their PIN is needed before anything is shown again."""


class Closed(Exception):
    """This page is not shown; unknown, not allowed and not possible look the same."""


class NotForThisRole(Exception):
    """Somebody is signed in, and this page is for people of another role."""


class Refused(Exception):
    """A form that did not come from our own page in this session."""
