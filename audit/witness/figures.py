"""What a witness tells its operator: how far it has cosigned, and whether it can keep its record."""

from dataclasses import dataclass, field

from audit.errors import AuditError
from audit.witness.witness import Witness
from chassis.clock import Clock
from chassis.operations.figures import OperatorMetric, ProgramFigures
from chassis.operations.health import NotReady, ProgramHealth

LOGS = OperatorMetric("homefield_witness_logs", "Logs that are watched.")
COSIGNED = OperatorMetric(
    "homefield_witness_cosigned_entries", "Entries under the newest checkpoints cosigned, all logs together."
)
OLDEST = OperatorMetric(
    "homefield_witness_oldest_cosignature_seconds",
    "Time since the log that was cosigned longest ago; none before the first.",
)
EVIDENCE = OperatorMetric("homefield_witness_evidence", "Pieces of evidence kept against logs.")


@dataclass(slots=True)
class RecordKeeping:
    """Whether the newest request found a record that can be kept and read."""

    is_kept: bool = field(default=True)


def witness_figures(witness: Witness, *, clock: Clock) -> ProgramFigures:
    """Return the figures of one witness."""
    figures = ProgramFigures()

    def oldest() -> float | None:
        times = [one.seen.timestamp_s for one in witness.watched() if one.seen]
        return clock().timestamp() - min(times) if times else None

    figures.reading(LOGS, lambda: len(witness.config.logs))
    figures.reading(COSIGNED, lambda: sum(one.seen.checkpoint.size for one in witness.watched() if one.seen))
    figures.reading(OLDEST, oldest)
    figures.reading(EVIDENCE, lambda: sum(len(one.evidence) for one in witness.watched()))
    return figures


def witness_health(witness: Witness, records: RecordKeeping) -> ProgramHealth:
    """Return how a witness is asked: late when the newest request could not be answered for its record's sake."""

    def find_unready() -> NotReady | None:
        try:
            witness.watched()
        except (AuditError, OSError):
            return NotReady.RECORD
        return None if records.is_kept else NotReady.RECORD

    return ProgramHealth(lambda: not records.is_kept, find_unready)
