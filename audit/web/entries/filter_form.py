"""The form above the list of entries: what was asked for, and what has to be put right in it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from audit.entries.filtering import Filter, kinds_of
from audit.web.entries.search_query import NOTHING_SOUGHT, Search, UnreadableSearch, parse_search
from chassis.text import long_date, shortened

FIELDS = ("kind", "org", "from", "to", "rules", "q")
"""Names in the page address."""
_RULES = re.compile("[0-9a-f]{0,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class FilterProblem:
    """Something to put right in a form: the field's id, and the sentence."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries the form asks for; `texts` is what stands in its fields, as it came."""

    chosen: Filter = field(default_factory=Filter)
    search: Search = NOTHING_SOUGHT
    problems: tuple[FilterProblem, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_everything(self) -> bool:
        """True if nothing narrows the list."""
        return self.chosen == Filter() and self.search == NOTHING_SOUGHT

    def address(self, path: str = "/", **more: int) -> str:
        """Return the address of `path` with the same filter."""
        kept = {name: text for name, text in self.texts.items() if text}
        values = urlencode({**kept, **more})
        return f"{path}?{values}" if values else path


def parse_form(query: Mapping[str, str], orgs: Sequence[str]) -> Wanted:
    """Read the form from a page address; what cannot be read is left empty and named in a problem."""
    problems: list[FilterProblem] = []
    texts = {name: query.get(name, "").strip() for name in FIELDS}
    start, end = read_period(texts, problems)
    kind, org = _kind(texts["kind"], problems), _org(texts["org"], orgs, problems)
    chosen = Filter(kind, org, start, end, _rules(texts["rules"].lower(), problems))
    try:
        search = parse_search(texts["q"], orgs)
    except UnreadableSearch as error:
        problems.append(FilterProblem("q", str(error)))
        search = NOTHING_SOUGHT
    return Wanted(chosen, search, tuple(problems), texts)


def read_period(texts: Mapping[str, str], problems: list[FilterProblem]) -> tuple[date | None, date | None]:
    """Return first and last day as the fields from and to name them; adds what is wrong to `problems`."""
    start, end = _day(texts, "from", problems), _day(texts, "to", problems)
    if start and end and start > end:
        problems.append(FilterProblem("to", f"“To” is {long_date(end)}, which is earlier than {long_date(start)}."))
    return start, end


def _kind(text: str, problems: list[FilterProblem]) -> str:
    if text and not kinds_of(text):
        problems.append(FilterProblem("kind", "Choose a kind from the list."))
        return ""
    return text


def _org(text: str, orgs: Sequence[str], problems: list[FilterProblem]) -> str:
    if text and text not in orgs:
        problems.append(FilterProblem("org", "Choose an organisation from the list."))
        return ""
    return text


def _rules(text: str, problems: list[FilterProblem]) -> str:
    if _RULES.fullmatch(text):
        return text
    problems.append(
        FilterProblem(
            "rules", f"Rules start with digits and the letters a to f, as 7f3a9c does; “{shortened(text)}” does not."
        )
    )
    return ""


def _day(texts: Mapping[str, str], name: str, problems: list[FilterProblem]) -> date | None:
    text = texts.get(name, "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        told = f"“{name.capitalize()}” needs a date such as 2026-11-24; “{shortened(text)}” is none."
        problems.append(FilterProblem(name, told))
        return None
