"""Streams, units and values as the page of a brought file says them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from client.biometrics.observations import Value
from client.biometrics.streams import SPECS, Stream
from client.web.text import hours

_NAMES: Final[Mapping[Stream, str]] = MappingProxyType(
    {
        Stream.SLEEP_DURATION_H: "Sleep",
        Stream.SLEEP_PERIOD_MIN: "Sleep",
        Stream.DEEP_SLEEP_MIN: "Deep sleep",
        Stream.RMSSD: "RMSSD",
        Stream.RR_INTERVALS: "Beat intervals",
        Stream.SESSION_RPE: "Effort",
        Stream.SESSION_DURATION_MIN: "Session length",
        Stream.ACTIVITY_DURATION_MIN: "Activity length",
        Stream.JUMP_HEIGHT_CM: "Jump height",
        Stream.BODY_WEIGHT: "Body mass",
    }
)
_UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "/min": "beats per minute",
        "{AU}": "AU",
        "[mi_i]": "miles",
        "[yd_i]": "yards",
        "[ft_i]": "feet",
        "[in_i]": "inches",
        "[lb_av]": "pounds",
        "{count}": "",
        "{score}": "",
        "{0:1}": "",
        "{0:2}": "",
        "1": "",
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


def unit_word(unit: str) -> str:
    """Return a UCUM unit in words, empty for a mere count or score."""
    return _UNITS.get(unit, "" if unit.startswith("{") else unit)


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
    word = {"/min": "/min"}.get(unit, unit_word(unit))
    number = f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{number}\u00a0{word}" if word else number


def cells_in_words(stream: Stream, reason: str, number: int) -> str:
    """Return for example "6 outside 0.25 to 24 h"."""
    if reason == "range":
        spec = SPECS[stream]
        return f"{number:,} outside {spec.low:g} to {spec.high:g} {unit_word(spec.unit)}".rstrip()
    return f"{number:,} {_CELLS.get(reason) or reason.replace('_', ' ')}"
