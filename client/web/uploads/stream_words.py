"""Streams, units and values as the page of a brought file says them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from client.biometrics.observations import Value
from client.biometrics.streams import SPECS, Stream
from client.biometrics.unit_words import unit_word
from client.ingest.cells.column_check import RATED
from client.web.text import hours
from policies.vocabulary import Category

_NAMES: Final[Mapping[Stream, str]] = MappingProxyType(
    {
        Stream.SLEEP_DURATION_H: "Sleep",
        Stream.SLEEP_PERIOD_MIN: "Time asleep, as measured",
        Stream.DEEP_SLEEP_MIN: "Deep sleep",
        Stream.RMSSD: "Heart-rate variability (RMSSD)",
        Stream.SDNN: "Heart-rate variability (SDNN)",
        Stream.RR_INTERVALS: "Beat intervals",
        Stream.HEART_RATE_MEAN: "Mean heart rate of a session",
        Stream.HEART_RATE_MAX: "Highest heart rate of a session",
        Stream.SESSION_RPE: "Effort",
        Stream.SESSION_DURATION_MIN: "Session length",
        Stream.SESSION_LOAD: "Session load (effort times minutes)",
        Stream.ACTIVITY_DURATION_MIN: "Session length, as measured",
        Stream.HIGH_SPEED_DISTANCE: "Distance at high speed",
        Stream.SPRINT_DISTANCE: "Distance in sprints",
        Stream.POWER_MEAN: "Mean power of a session",
        Stream.EXERCISE_ENERGY: "Energy spent in training",
        Stream.JUMP_HEIGHT_CM: "Jump height",
        Stream.JUMP_HEIGHT_IMPULSE_CM: "Jump height from take-off speed",
        Stream.JUMP_HEIGHT_FLIGHT_CM: "Jump height from flight time",
        Stream.RSI_MODIFIED: "Reactive strength (jump height by time to take-off)",
        Stream.TIME_TO_TAKEOFF: "Time to take-off",
        Stream.JUMP_PEAK_POWER: "Peak power of a jump",
        **{Stream(f"sprint_{metres}m"): f"Sprint over {metres} m" for metres in (5, 10, 20, 30, 40)},
        **{
            Stream(f"{test}_{side}"): f"{words}, {side} leg"
            for test, words in (
                ("nordic", "Nordic curl"),
                ("adduction", "Hip adduction"),
                ("abduction", "Hip abduction"),
            )
            for side in ("left", "right")
        },
        **{
            Stream(f"hooper_{item}"): f"{item.capitalize()}, 1 to 7, 1 is best (Hooper)"
            for item in ("sleep", "fatigue", "stress", "soreness")
        },
        **{
            Stream(f"intervals_{item}"): f"{item.replace('_', ' ').capitalize()}, 1 to 4, 1 is best"
            for item in ("sleep_quality", "fatigue", "stress", "soreness", "mood", "motivation")
        },
        Stream.BODY_WEIGHT: "Body mass",
        Stream.FLUID_GLASSES: "Glasses drunk",
        Stream.ALCOHOL_DAY: "Day with alcohol",
        Stream.FAT_FREE_MASS: "Fat-free mass",
        Stream.TIME_LOSS: "Day lost to injury",
        Stream.ABSENCE: "Day away, not for injury",
        **{
            Stream(f"ostrc_{item}"): f"OSTRC {item}"
            for item in ("score", "participation", "volume", "performance", "symptoms")
        },
    }
)
CATEGORY_NAMES: Final[Mapping[Category, str]] = MappingProxyType(
    {
        Category.READINESS: "Readiness",
        Category.WELLNESS: "Morning answers",
        Category.SLEEP: "Sleep",
        Category.HEART: "Heart",
        Category.TRAINING_LOAD: "Training",
        Category.TESTS: "Jump, sprint and strength tests",
        Category.NUTRITION: "Food and body mass",
        Category.INJURY: "Injury and illness",
    }
)
"""Kinds of figures, in the order of the choices."""
_UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "/min": "beats per minute",
        "[mi_i]": "miles",
        "[yd_i]": "yards",
        "[ft_i]": "feet",
        "[in_i]": "inches",
        "[lb_av]": "pounds",
    }
)
_YES_OR_NO: Final = "{0:1}"
_CELLS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "not_a_number": "no number",
        "sign": "a decimal or grouping sign that does not fit",
        "end_unknown": "no end, so that the day is not known",
        "text": "too long a text",
    }
)


def stream_name(stream: Stream) -> str:
    """Return for example "Sleep quality"."""
    return _NAMES.get(stream) or stream.value.replace("_", " ").capitalize()


def best_answer(stream: Stream) -> float:
    """Return the answer of a rating that is the best, as ratings are stored."""
    spec = SPECS[stream]
    return spec.low if spec.meaning.endswith("1 is best") else spec.high


def heading_of(stream: Stream) -> str:
    """Return the name above values as they would be stored: of a rating, which answer is the best."""
    has_best = stream in RATED and stream is not Stream.SESSION_RPE
    return f"{stream_name(stream)}, {best_answer(stream):g} is best" if has_best else stream_name(stream)


def unit_in_words(unit: str) -> str:
    """Return a UCUM unit in words, empty for a mere count or score."""
    return _UNITS.get(unit) or unit_word(unit)


def value_words(stream: Stream, value: Value) -> str:
    """Return a value with its unit; of a series how many numbers it has."""
    unit = SPECS[stream].unit
    if isinstance(value, tuple):
        return f"{len(value):,} values"
    if isinstance(value, str):
        return value
    if unit == _YES_OR_NO:
        return "yes" if value else "no"
    if unit == "h":
        return hours(value)
    word = unit_word(unit)
    number = f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{number}\u00a0{word}" if word else number


def cells_in_words(stream: Stream, reason: str, number: int) -> str:
    """Return for example "6 outside 0.25 to 24 h"."""
    if reason == "range":
        spec = SPECS[stream]
        return f"{number:,} outside {spec.low:g} to {spec.high:g} {unit_in_words(spec.unit)}".rstrip()
    return f"{number:,} {_CELLS.get(reason) or reason.replace('_', ' ')}"
