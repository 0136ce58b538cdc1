"""A measured value beside the athlete's own usual range, in words that hold for the figures as they are printed.

Rounding alone may print 3.96 as "below 3.96 to 4.10". The measured value is rounded as usual; a limit then gives way by
one step where the printed figures would contradict the word beside them.
"""

from dataclasses import dataclass

from client.coaching.domains import Domain
from client.coaching.evidence import Finding


@dataclass(frozen=True, slots=True)
class Printed:
    """Value and limits of the usual range in whole steps of what is printed."""

    value: int
    low: int
    high: int


def printed(value: float, low: float, high: float, *, step: float) -> Printed:
    """Round to steps; the value stands below, inside or above the printed limits as it does to the real ones."""
    shown, bottom, top = (round(number / step) for number in (value, low, high))
    if value < low:
        return Printed(shown, max(bottom, shown + 1), max(top, shown + 1))
    if value > high:
        return Printed(shown, min(bottom, shown - 1), min(top, shown - 1))
    return Printed(shown, min(bottom, shown), max(top, shown))


def against_usual(finding: Finding) -> str:
    """Return where the value stands: "As usual", "Below", "Well below", "Above"; a high resting pulse is "Above"."""
    if finding.domain is Domain.RESTING_PULSE:
        return "Above" if finding.points else "As usual"
    if finding.value < finding.low:
        return "Well below" if finding.points == 2 else "Below"
    return "Above" if finding.value > finding.high else "As usual"
