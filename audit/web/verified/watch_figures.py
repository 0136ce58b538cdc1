"""What the auditor's pages tell their operator: whether the log they show is verified, and since when."""

from audit.web.verified.watch import LogVerdict, LogWatch
from chassis.clock import Clock
from chassis.operations.figures import OperatorMetric, ProgramFigures
from chassis.operations.health import NotReady, ProgramHealth

VERIFIED = OperatorMetric("homefield_verified_entries", "Entries of the log as it was verified last.")
AGE = OperatorMetric("homefield_verified_age_seconds", "Time since the newest verification that ended well.")
BAD = OperatorMetric("homefield_verification_failed", "1 while the log cannot be reached or is not whole.")
_REASONS = {
    LogVerdict.CHECKING: NotReady.CHECKING,
    LogVerdict.OUT_OF_REACH: NotReady.SOURCE,
    LogVerdict.NOT_WHOLE: NotReady.SOURCE,
}


def watch_figures(watch: LogWatch, *, clock: Clock) -> ProgramFigures:
    """Return the figures of the auditor's pages."""
    figures = ProgramFigures()

    def age() -> float | None:
        at = watch.status().checked_at
        return None if at is None else (clock() - at).total_seconds()

    figures.reading(VERIFIED, lambda: watch.status().size)
    figures.reading(AGE, age)
    figures.reading(BAD, lambda: _is_bad(watch))
    return figures


def watch_health(watch: LogWatch) -> ProgramHealth:
    """Return how the pages are asked: late when the newest verification did not end well."""
    return ProgramHealth(lambda: _is_bad(watch), lambda: _REASONS.get(watch.status().verdict))


def _is_bad(watch: LogWatch) -> bool:
    return watch.status().verdict in (LogVerdict.OUT_OF_REACH, LogVerdict.NOT_WHOLE)
