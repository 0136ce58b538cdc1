"""What is expected of tomorrow's readiness answer, in words: in figures, or in one word and the same lines."""

from collections.abc import Mapping, Set

from chassis.text import listed
from client.learning.kept_head import ModelSource
from client.learning.tomorrow import MovedBy, Tomorrow

EXPECTED, RANGE, MOVED, SOURCE = "Expected", "On 80 of 100 such days", "Moved most by", "Comes from"
NOT_KNOWN = "Not known here: it takes an answer today and on 14 days, and a node that ran in the last two days"
BELOW, NOT_BELOW = "Probably below usual", "No sign of less than usual"
DAILY_ONLY = "For readers of readiness day by day"
NOT_NAMED = "something that is not shown here"
MOVED_WORDS: Mapping[MovedBy, str] = {
    MovedBy.TODAY: "today’s answer",
    MovedBy.LAST_DAYS: "the last days",
    MovedBy.LAST_WEEKS: "the last weeks",
    MovedBy.MISSING: "days without an answer",
    MovedBy.WEEKDAY: "the day of the week",
}
SOURCE_WORDS: Mapping[ModelSource, str] = {
    ModelSource.OWN_MEAN: "The athlete’s own mean; no model has proved closer at this club",
    ModelSource.PUBLIC: "The public initial weights with the athlete’s own head",
    ModelSource.LEAGUE: "The league’s model with the athlete’s own head",
}


def expected_in_figures(one: Tomorrow | None, named: Set[MovedBy]) -> dict[str, str]:
    """Return the lines in points of 0 to 10. named: the drivers that this reader may see by name."""
    if one is None:
        return {EXPECTED: NOT_KNOWN, RANGE: "Not known", MOVED: "Not known", SOURCE: "Not known"}
    word = BELOW if one.is_probably_below else NOT_BELOW
    return {
        EXPECTED: f"{one.expected:.1f} of 10; own mean {one.usual:.1f}. {word}",
        RANGE: f"{one.low:.1f} to {one.high:.1f} of 10",
        MOVED: _moved(one, named),
        SOURCE: SOURCE_WORDS[one.source],
    }


def expected_in_a_word(one: Tomorrow | None) -> dict[str, str]:
    """Return the same lines for a reader whose readiness ends at a light and a word: a word, and no figure."""
    word = NOT_KNOWN if one is None else BELOW if one.is_probably_below else NOT_BELOW
    return {EXPECTED: word, RANGE: DAILY_ONLY, MOVED: DAILY_ONLY, SOURCE: DAILY_ONLY}


def _moved(one: Tomorrow, named: Set[MovedBy]) -> str:
    if not one.drivers:
        return "Nothing: it is the own mean"
    told = [(MOVED_WORDS[d.by] if d.by in named else NOT_NAMED, _signed(d.points)) for d in one.drivers]
    return listed([f"{name} ({points})" for name, points in told])


def _signed(points: float) -> str:
    """Points with a sign; nothing is called −0.0."""
    return f"{round(points, 1) + 0.0:+.1f}".replace("-", "−")
