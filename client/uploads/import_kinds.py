"""Kinds of imported files as staff read them: what was measured and by what kind of thing, never by whose product.

A kind beside a name says that a stream of these categories exists, so a name stands beside it only where all of them
may be seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from policies.vocabulary import Category

_LOAD, _HEART, _SLEEP = Category.TRAINING_LOAD, Category.HEART, Category.SLEEP
_ANSWERS, _READY, _TESTS = Category.WELLNESS, Category.READINESS, Category.TESTS
_INJURY, _FOOD = Category.INJURY, Category.NUTRITION


@dataclass(frozen=True, slots=True)
class ImportKind:
    """One kind of file. categories: all that its reader can take; None where that depends on the file."""

    words: str
    categories: frozenset[Category] | None


def _kind(words: str, *categories: Category) -> ImportKind:
    return ImportKind(words, frozenset(categories) or None)


_TRAINING = _kind("Training, watch", _LOAD, _HEART)
_NIGHT = _kind("Night, watch", _SLEEP, _HEART)
_RING = _kind("Night, ring", _SLEEP, _HEART, _LOAD, _READY)
_STRAP = _kind("Night and training, strap", _SLEEP, _HEART, _LOAD)
_VARIABILITY = _kind("Heart-rate variability", _HEART)
_MEALS = _kind("Meals and fluid", _FOOD)
_HEALTH = _kind("Health record, phone", _HEART, _SLEEP, _LOAD, _FOOD)
_JUMPS, _STRENGTH = _kind("Jump tests", _TESTS), _kind("Strength tests", _TESTS)
_DIARY = _kind("Answers and measures", _ANSWERS, _SLEEP, _HEART, _LOAD, _FOOD)

_KINDS: Final[Mapping[str, ImportKind]] = MappingProxyType(
    {
        "mapped-csv": _kind("Table"),
        "pmsys-wellness": _kind("Morning answers", _ANSWERS, _SLEEP, _READY),
        "pmsys-srpe": _kind("Session answers", _LOAD),
        "pmsys-injury": _kind("Injury answers", _INJURY),
        "soccermon-readiness": _kind("Morning answers", _READY),
        "fitbit-sleep": _kind("Sleep, watch", _SLEEP),
        "fitbit-sleep-score": _kind("Sleep score, watch", _SLEEP, _HEART),
        "fitbit-exercise": _TRAINING,
        "fitbit-resting-heart-rate": _kind("Resting pulse, watch", _HEART),
        "fitbit-variability": _kind("Heart-rate variability, watch", _HEART),
        **dict.fromkeys(("hrv4training", "hrv4training-lying"), _VARIABILITY),
        "elitehrv": _VARIABILITY,
        "rr-text": _kind("Beat intervals, strap", _HEART),
        **dict.fromkeys(("fit-activity", "tcx", "gpx", "pwx", "suunto-sml", "suunto-json"), _TRAINING),
        **dict.fromkeys(("polar-hrm", "polar-session", "polar-flow"), _TRAINING),
        # One reader takes both, for a file of either may hold messages of the other.
        "fit-monitoring": _kind("Steps and resting pulse, watch", _LOAD, _HEART, _SLEEP),
        "fit-night": _kind("Night, watch", _LOAD, _HEART, _SLEEP),
        "polar-night": _NIGHT,
        "fit-weight": _kind("Body mass, scale", _FOOD),
        **dict.fromkeys(("positions", "drill-report"), _kind("Training, vest", _LOAD, _HEART)),
        **dict.fromkeys(("apple-health", "health-connect"), _HEALTH),
        "garmin-health": _kind("Night and day, watch", _SLEEP, _HEART, _LOAD, _FOOD),
        **dict.fromkeys(("oura", "oura-trends"), _RING),
        **dict.fromkeys(("whoop", "whoop-cycles", "whoop-sleeps"), _STRAP),
        "whoop-workouts": _kind("Training, strap", _LOAD, _HEART),
        **dict.fromkeys(("intervals-wellness", "trainingpeaks-metrics", "goldencheetah-measures"), _DIARY),
        **dict.fromkeys(("meal-diary", "cronometer-servings", "cronometer-days", "myfitnesspal-meals"), _MEALS),
        "ostrc-h2": _kind("Health answers", _INJURY),
        "health-log": _kind("Injury and illness log", _INJURY),
        "availability-list": _kind("Availability list", _INJURY),
        **dict.fromkeys(("vald-forcedecks", "hawkin", "force-plate"), _JUMPS),
        **dict.fromkeys(("vald-forceframe", "vald-nordbord"), _STRENGTH),
        "timing-gates": _kind("Sprint times", _TESTS),
        "": _kind("Not recognised"),
    }
)
_OTHER: Final = _kind("Another kind of file")


def kind_of(reader: str) -> ImportKind:
    """Return the kind of what a reader takes; of one that is not in the list nothing is told but that it is another."""
    return _KINDS.get(reader, _OTHER)
