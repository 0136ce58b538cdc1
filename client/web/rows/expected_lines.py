"""What is expected of tomorrow on an athlete's page: the same lines for every reader, in figures or in a word."""

from client.learning.expected_words import expected_in_a_word, expected_in_figures
from client.learning.tomorrow import CATEGORY_OF, Tomorrow
from client.web.access import PageAccess
from policies.vocabulary import AthleteId, Category


def expected_lines(access: PageAccess, athlete: AthleteId, one: Tomorrow | None) -> dict[str, str]:
    """Return the same lines for every reader: figures for who may see readiness day by day, else a word."""
    if not access.is_daily(athlete, Category.READINESS):
        return expected_in_a_word(one)
    return expected_in_figures(one, {by for by, what in CATEGORY_OF.items() if access.is_daily(athlete, what)})
