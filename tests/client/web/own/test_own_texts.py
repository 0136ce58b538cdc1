"""Every text of the athlete's own site passes through the catalogue: one that does not is found, wherever it stands."""

import re

import pytest
from jinja2 import Environment, FileSystemLoader
from jinja2.nodes import TemplateData

from client.athlete_web.site import TEMPLATES

SHOWN = re.compile(r'\b(?:aria-label|title|alt|placeholder)="([^"]*)"')
HELD = "\x00"
"""Stands for what a template computes or looks up."""


def outside(template: str) -> list[str]:
    """Texts of a template that a person reads and that are in no catalogue."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES), extensions=["jinja2.ext.i18n"], autoescape=True)
    plain = HELD.join(one.data for one in environment.parse(template).find_all(TemplateData))
    texts = [*SHOWN.findall(plain), *re.sub(r"<[^>]*>", "\n", plain).split("\n")]
    return [text.strip() for text in texts if re.search(r"[^\W\d_]", text.replace(HELD, ""))]


@pytest.mark.parametrize("name", sorted(path.name for path in TEMPLATES.glob("*.html")))
def test_no_text_of_a_template_stands_outside_the_catalogue(name: str) -> None:
    assert outside((TEMPLATES / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Forgotten</p>", ["Forgotten"]),
        ('<a href="/me" aria-label="Forgotten">{{ _("Kept") }}</a>', ["Forgotten"]),
        ('<p>{{ _("Kept") }} and {{ name }}</p>', [f"{HELD} and {HELD}"]),
        ("<p>{% trans n=3 %}{{ n }} kept{% endtrans %}</p>", []),
        ('<p class="quiet">{{ _("Kept") }}: 12 %</p>', []),
    ],
)
def test_the_finder_finds(template: str, found: list[str]) -> None:
    assert outside(template) == found
