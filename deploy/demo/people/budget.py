"""An athlete reads in the portal which rounds of which model have used the privacy budget."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from deploy.demo.people.browser import BrowserSession
from deploy.demo.plan import DemoPlan, Person
from models.features import RECOVERY_SCHEMA, RISK_SCHEMA

LABELS = {RECOVERY_SCHEMA.model: "Recovery model", RISK_SCHEMA.model: "Injury risk model"}
"""How the portal calls each model."""
SPAN = re.compile(r"rounds (\d+) to (\d+)$")
LISTED = re.compile(r"rounds? ((?:\d+, )*\d+)$")


def rounds_used(plan: DemoPlan, person: Person) -> dict[str, int]:
    """Return for each model the number of rounds that counted this athlete; a model with none is left out."""
    with BrowserSession(plan.consent_url, {"athlete": person.athlete}) as session:
        return rounds_on(session.page("/budget"))


def rounds_on(page: str) -> dict[str, int]:
    """Read the table of the budget page."""
    reader = _Table()
    reader.feed(page)
    used = {row.cells[0]: row for row in reader.rows if len(row.cells) > 1 and row.cells[-1] == "Used"}
    return {model: _count(used[label].hint) for model, label in LABELS.items() if label in used}


def _count(rounds: str) -> int:
    if span := SPAN.search(rounds):
        return int(span[2]) - int(span[1]) + 1
    listed = LISTED.search(rounds)
    return len(listed[1].split(", ")) if listed else 0


@dataclass(slots=True)
class _Row:
    """The texts of one row. hint: the second text of its first cell, which says the campaign and its rounds."""

    cells: list[str] = field(default_factory=list)
    hint: str = ""


class _Table(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[_Row] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append(_Row())

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if not text or not self.rows:
            return
        row = self.rows[-1]
        if "round" in text and len(row.cells) == 1:
            row.hint = text
        else:
            row.cells.append(text)
