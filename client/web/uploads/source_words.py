"""Sources as staff read them: by what kind of thing measured or asked, never by a product, device or serial number."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_WATCH, _STRAP, _RING, _VEST, _PHONE = "watch", "strap", "ring", "vest", "phone"
_ANSWERS, _DIARY, _LISTS = "answers", "training diary", "lists of the medical team"
_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("fit", "tcx", "gpx", "pwx", "polar-hrm", "polar-flow", "suunto-sml"), _WATCH),
        **dict.fromkeys(("fitbit", "garmin", "polar", "suunto"), _WATCH),
        **dict.fromkeys(("whoop", "rr-text", "hrv4training", "elitehrv"), _STRAP),
        **dict.fromkeys(("positions", "drill-report"), _VEST),
        **dict.fromkeys(("apple-health", "health-connect"), _PHONE),
        **dict.fromkeys(("pmsys", "soccermon", "meal-diary", "ostrc-h2"), _ANSWERS),
        **dict.fromkeys(("intervals.icu", "trainingpeaks", "goldencheetah"), _DIARY),
        **dict.fromkeys(("health-log", "availability-list"), _LISTS),
        **dict.fromkeys(("force-plate", "vald-forcedecks", "hawkin"), "jump tests"),
        **dict.fromkeys(("vald-nordbord", "vald-forceframe"), "strength tests"),
        **dict.fromkeys(("cronometer", "myfitnesspal"), "food diary"),
        "timing-gates": "sprint times",
        "oura": _RING,
    }
)
_OTHER: Final = "another table"


def source_word(app: str) -> str:
    """Return for example "watch"; a table that a mapping reads is "another table", whatever its source is called."""
    return _WORDS.get(app, _OTHER)
