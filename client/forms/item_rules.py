"""What a question may be turned into: a stream of the same category, range and direction that people answer for."""

from typing import Final, Literal

from client.biometrics.stream_spec import LOW_IS_BEST
from client.biometrics.streams import SPECS, Stream
from client.forms.items import BodyMapItem, ChoiceItem, Item, NumberItem, ScaleItem, YesNoItem
from policies.vocabulary import Category, Lineage

HEALTH: Final = frozenset({Category.INJURY, Category.NUTRITION})
"""Categories of which a question needs the sign-off of a medical person."""
ASKED: Final = HEALTH | {
    *(Category.READINESS, Category.SLEEP, Category.WELLNESS, Category.TRAINING_LOAD, Category.TESTS),
}
"""Categories that a questionnaire may ask about; cycle, movement, heart and durability are not among them."""
_ANSWERED = frozenset({Lineage.SELF_REPORT, Lineage.SESSION_RPE})
_OSTRC = frozenset({0.0, 8.0, 17.0, 25.0})
_OSTRC_ITEMS = frozenset(
    {Stream.OSTRC_PARTICIPATION, Stream.OSTRC_VOLUME, Stream.OSTRC_PERFORMANCE, Stream.OSTRC_SYMPTOMS}
)


def best_end(stream: Stream) -> Literal["low", "high"] | None:
    """Return which end of a stream's scale is good; None for a stream that has no good end."""
    if LOW_IS_BEST in SPECS[stream].meaning:
        return "low"
    return "high" if "5 is best" in SPECS[stream].meaning or stream is Stream.READINESS else None


def fault_of(item: Item) -> str | None:
    """Return why an item cannot be asked, as a clause; None where it can."""
    if item.category not in ASKED:
        return f"no question may ask about {item.category.value}"
    if item.stream is None:
        return "a body map becomes soreness_area" if isinstance(item, BodyMapItem) else None
    spec = SPECS[item.stream]
    if spec.category is not item.category:
        return f"{item.stream.value} is of the category {spec.category.value}"
    if spec.lineage not in _ANSWERED:
        return f"{item.stream.value} is measured or recorded, not answered"
    return _fault_of_values(item, item.stream)


def _fault_of_values(item: Item, stream: Stream) -> str | None:
    spec, best = SPECS[stream], best_end(stream)
    if isinstance(item, BodyMapItem) or stream is Stream.SORENESS_AREA:
        fits = isinstance(item, BodyMapItem) and stream is Stream.SORENESS_AREA
        return None if fits else "a body map becomes soreness_area, and nothing else does"
    if spec.shape.value != "number":
        return f"{stream.value} is no number"
    if isinstance(item, ScaleItem):
        return _fault_of_scale(item, stream)
    if best is not None:
        return f"{stream.value} is asked on a scale"
    if isinstance(item, NumberItem):
        return _fault_of_number(item, stream)
    if isinstance(item, YesNoItem):
        return None if (spec.low, spec.high) == (0, 1) else f"{stream.value} is no yes or no"
    return _fault_of_choice(item, stream)


def _fault_of_scale(item: ScaleItem, stream: Stream) -> str | None:
    spec = SPECS[stream]
    if (item.low, item.high) != (spec.low, spec.high) or spec.unit != "{score}":
        return f"{stream.value} goes from {spec.low:g} to {spec.high:g}; one scale cannot be turned into another"
    expected = best_end(stream)
    return None if item.best == expected else f'{stream.value} needs "best": {expected or "null"}'


def _fault_of_number(item: NumberItem, stream: Stream) -> str | None:
    spec = SPECS[stream]
    if item.unit != spec.unit:
        return f"{stream.value} has the unit {spec.unit}"
    if not spec.low <= item.low < item.high <= spec.high:
        return f"{stream.value} goes from {spec.low:g} to {spec.high:g}"
    return None


def _fault_of_choice(item: ChoiceItem, stream: Stream) -> str | None:
    spec, values = SPECS[stream], {one.value for one in item.options}
    if stream in _OSTRC_ITEMS and not values <= _OSTRC:
        return f"{stream.value} is 0, 8, 17 or 25"
    if not all(spec.low <= value <= spec.high for value in values):
        return f"{stream.value} goes from {spec.low:g} to {spec.high:g}"
    return None
