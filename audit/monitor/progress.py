"""What a monitor tells its operator: when it checked last, what it found, and whether it can check at all."""

from dataclasses import dataclass
from datetime import datetime

from chassis.clock import Clock
from chassis.operations.figures import OperatorMetric, ProgramFigures
from chassis.operations.health import NotReady, ProgramHealth

SIZE = OperatorMetric("homefield_monitored_entries", "Entries of the log at the newest check.")
AGE = OperatorMetric("homefield_monitor_check_age_seconds", "Time since the newest check; none before the first.")
ALARMS = OperatorMetric("homefield_monitor_alarms", "Alarms of the newest check.")
REACHED = OperatorMetric("homefield_monitor_log_reached", "1 if the newest try reached the log.")


@dataclass(slots=True)
class MonitorProgress:
    """How far the monitor is; written by its one thread."""

    at: datetime | None = None
    size: int | None = None
    alarms: int = 0
    is_reached: bool = True

    def checked(self, at: datetime, *, alarms: int, size: int | None) -> None:
        """Note a check that could be made."""
        self.at, self.alarms, self.is_reached = at, alarms, True
        self.size = self.size if size is None else size

    def unreached(self, *, alarms: int) -> None:
        """Note a try that did not reach the log; what the check before it found stays, unless this is an alarm."""
        self.is_reached, self.alarms = False, alarms or self.alarms


def monitor_figures(progress: MonitorProgress, *, clock: Clock) -> ProgramFigures:
    """Return the figures of one monitor."""
    figures = ProgramFigures()
    figures.reading(SIZE, lambda: progress.size)
    figures.reading(AGE, lambda: None if progress.at is None else (clock() - progress.at).total_seconds())
    figures.reading(ALARMS, lambda: progress.alarms)
    figures.reading(REACHED, lambda: progress.is_reached)
    return figures


def monitor_health(progress: MonitorProgress) -> ProgramHealth:
    """Return how a monitor is asked: ready once a check was made, and while the log can be reached."""

    def find_unready() -> NotReady | None:
        if not progress.is_reached:
            return NotReady.SOURCE
        return NotReady.CHECKING if progress.at is None else None

    return ProgramHealth(lambda: not progress.is_reached, find_unready)
