"""What a stream promises about its readings, and the forms that such promises come in."""

from dataclasses import dataclass
from enum import StrEnum

from policies.vocabulary import Category, Lineage


class Aggregation(StrEnum):
    """How several readings of one day become the day's number."""

    LAST = "last"
    MEAN = "mean"
    SUM = "sum"
    MAX = "max"
    NONE = "none"  # text and beat series: no number of its own in the daily table


class Shape(StrEnum):
    """What a reading's value is."""

    NUMBER = "number"
    SERIES = "series"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class StreamSpec:
    """What one stream promises about its readings.

    low, high: inclusive bounds, in `unit`; for a series they bound each element.
    bounds_from: where the bounds come from: a paper, a section of our documentation, or "ours" with the reason.
    lineage: where such a value comes from unless its source says otherwise (some agreements forbid some).
    day_of_end: True where the day is that of waking up (sleep, and what is measured over a night), False where it is
    that of starting.
    """

    unit: str
    low: float
    high: float
    bounds_from: str
    category: Category
    aggregation: Aggregation
    lineage: Lineage
    shape: Shape = Shape.NUMBER
    day_of_end: bool = False
    meaning: str = ""


WIDE = "ours: wide enough for any person"
NO_OR_YES = "ours: 0 is no, 1 is yes"
TEXT = "ours: a text has no range"
ONE_DAY = "ours: no more than one day"
LOW_IS_BEST = "1 is best"
THREE = "ours: three degrees"
HARDEST = "ours: the highest rating times the longest session"
FIVE_STEPS = "McLean et al. 2010"
PULSE = "ours: catches a shifted column, wide enough for any person"


def item(category: Category, meaning: str) -> StreamSpec:
    """An answer from 1 to 5, of which 5 is best."""
    return StreamSpec("{score}", 1, 5, FIVE_STEPS, category, Aggregation.LAST, Lineage.SELF_REPORT, meaning=meaning)


def answer(
    unit: str,
    low: float,
    high: float,
    category: Category,
    meaning: str,
    aggregation: Aggregation = Aggregation.LAST,
    *,
    bounds_from: str = WIDE,
) -> StreamSpec:
    """What a person says; the last answer of a day counts."""
    return StreamSpec(unit, low, high, bounds_from, category, aggregation, Lineage.SELF_REPORT, meaning=meaning)


def written(category: Category, meaning: str) -> StreamSpec:
    """A short text."""
    none = Aggregation.NONE
    return StreamSpec("1", 0, 0, TEXT, category, none, Lineage.SELF_REPORT, Shape.TEXT, meaning=meaning)


def trial(unit: str, low: float, high: float, meaning: str, *, bounds_from: str = WIDE) -> StreamSpec:
    """A test of which several belong to one day: the mean counts."""
    return StreamSpec(unit, low, high, bounds_from, Category.TESTS, Aggregation.MEAN, Lineage.CLINICAL, meaning=meaning)


def worn(
    unit: str,
    low: float,
    high: float,
    category: Category,
    aggregation: Aggregation,
    meaning: str,
    *,
    bounds_from: str = WIDE,
    day_of_end: bool = False,
) -> StreamSpec:
    """What a device measures."""
    return StreamSpec(
        unit, low, high, bounds_from, category, aggregation, Lineage.WEARABLE, day_of_end=day_of_end, meaning=meaning
    )


def slept(
    unit: str, low: float, high: float, aggregation: Aggregation, meaning: str, *, bounds_from: str
) -> StreamSpec:
    """What a device measures over a night."""
    return StreamSpec(
        unit, low, high, bounds_from, Category.SLEEP, aggregation, Lineage.WEARABLE, day_of_end=True, meaning=meaning
    )


def recorded(unit: str, high: float, category: Category, meaning: str, bounds_from: str, low: float = 0) -> StreamSpec:
    """A series of numbers that a device measures."""
    none = Aggregation.NONE
    return StreamSpec(unit, low, high, bounds_from, category, none, Lineage.WEARABLE, Shape.SERIES, meaning=meaning)


def flag(meaning: str) -> StreamSpec:
    """1 where the club records it, else 0."""
    return StreamSpec("{0:1}", 0, 1, NO_OR_YES, Category.INJURY, Aggregation.MAX, Lineage.CLUB_RECORD, meaning=meaning)


def low_is_good(item: str, high: int, category: Category, bounds_from: str) -> StreamSpec:
    """An answer from 1, which is best, to `high`."""
    meaning = f"{item} item, {LOW_IS_BEST}"
    return StreamSpec("{score}", 1, high, bounds_from, category, Aggregation.LAST, Lineage.SELF_REPORT, meaning=meaning)


def ostrc_item(meaning: str) -> StreamSpec:
    """One of the four answers of OSTRC-H2."""
    return answer(
        "{score}", 0, 25, Category.INJURY, f"OSTRC-H2: {meaning}, 0, 8, 17 or 25", bounds_from="Clarsen et al. 2020"
    )
