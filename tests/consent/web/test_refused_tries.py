"""Refused tries that stand on one line: of each is said what it asked for, and nothing that another one did."""

from collections import Counter
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.text import counted, listed
from consent.web.history.access_history import AccessFilter, access_history_view
from consent.web.history.entry_lines import MOST_CONTENTS
from consent.web.text import CATEGORIES
from policies.vocabulary import Category
from tests.consent.web.test_portal_looked import LOG, NOW, TODAY, MakeLook, looks_of

CONTENTS = st.frozensets(st.sampled_from([c for c in Category if c.is_personal]), min_size=1, max_size=4)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CONTENTS, min_size=1, max_size=30))
def test_a_line_says_of_each_try_what_it_asked_for(look: MakeLook, contents: list[frozenset[Category]]) -> None:
    numbered = iter(range(1, 1_000))
    entries = [
        look(next(numbered), allowed=False, at=NOW + timedelta(seconds=second), category=category, because="not shared")
        for second, content in enumerate(contents)
        for category in content
    ]

    (day,) = access_history_view(looks_of(*entries), wanted=AccessFilter(), today=TODAY, log=LOG).days
    (line,) = day.entries

    asked = Counter(
        f"your {listed([CATEGORIES[one].phrase for one in Category if one in content])}" for content in contents
    )
    said = line.detail.removesuffix(", for planning your training. Not shared.").removeprefix("They asked ")
    if len(asked) == 1:
        assert said == f"for {next(iter(asked))}"
        return
    told = dict(reversed(part.split(" for ", 1)) for part in said.split("; "))
    rest = told.pop("other parts", None)
    number = {"once": 1} | {counted(n, "time"): n for n in range(2, 31)}
    assert {what: number[times] for what, times in told.items()} == {what: asked[what] for what in told}
    assert len(told) == min(len(asked), MOST_CONTENTS)
    assert (number[rest] if rest else 0) == len(contents) - sum(asked[what] for what in told)
