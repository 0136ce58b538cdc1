"""One figure on one day, as it is given to people and programs: how it was made, never a bare number."""

from datetime import date, timedelta
from typing import Any, NamedTuple

from client.features.days.figure_rules import Lack


class SourceDays(NamedTuple):
    """A source, an app with its device, and on how many days of a window it has a reading."""

    source: str
    days: int


class MetricDay(NamedTuple):
    """One figure on one day. A named tuple, because the figures of three years are seventy thousand of them.

    value: None where the method is undefined or too little is known; `quality` then says why. expected: days of the
    window, which ends with `day`; valid: those that are known. inputs_hmac: see `client.metrics.fingerprints`.
    sources: where days of another source do not count, every source of the window. lacks: of one without a value, what
    is needed and how much of it there is; empty where all is there, or a constant is not set.
    """

    day: date
    value: float | None
    unit: str
    valid: int
    expected: int
    quality: tuple[str, ...]
    method: str
    version: int
    inputs_hmac: str
    sources: tuple[SourceDays, ...] = ()
    lacks: tuple[Lack, ...] = ()

    @property
    def first(self) -> date:
        """The first day of the window."""
        return self.day - timedelta(days=self.expected - 1)

    def as_json(self) -> dict[str, Any]:
        """Every field in plain JSON."""
        day = self.day.isoformat()
        return {
            "day": day,
            "value": self.value,
            "unit": self.unit,
            "window": [self.first.isoformat() if self.expected > 1 else day, day],
            "valid": self.valid,
            "expected": self.expected,
            "quality": list(self.quality),
            "method": self.method,
            "version": self.version,
            "inputs_hmac": self.inputs_hmac,
            "sources": [one._asdict() for one in self.sources] if self.sources else [],
            "lacks": [one._asdict() for one in self.lacks] if self.lacks else [],
        }
