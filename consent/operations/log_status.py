"""How the public log stands now: what its checkpoint says, who cosigned it, and when the next one is due."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from audit.tlog.trust_policy import NONE
from consent.storage.transaction import Transaction

LATE_AFTER = 2  # publications, ours: one may be missed while witnesses are away for a moment


@dataclass(frozen=True, slots=True)
class LogState:
    """The newest checkpoint. published_at: as its signature states; None for a log that never published an entry.

    cosigned: how many of the `witnesses` that the policy names have cosigned it, each counted once however
    many keys it has; `needed` is the least that suffices, has_quorum whether these suffice. is_unasked: no witness was
    asked at the start of the service whether this log is the newest one.
    """

    origin: str
    size: int
    published_at: datetime | None
    cosigned: int
    witnesses: int
    needed: int
    has_quorum: bool
    next_checkpoint: datetime
    every: timedelta
    is_unasked: bool = False

    def is_late(self, now: datetime) -> bool:
        """True if so much time has passed since the checkpoint that publishing must be failing."""
        return self.published_at is not None and now - self.published_at > LATE_AFTER * self.every


def now(tx: Transaction) -> LogState:
    """Return the state; raises a child of AuditError if the checkpoint is not by this log."""
    context, policy = tx.context, tx.context.trust.policy
    # A policy may have been given more witnesses since: that is shown, not refused.
    trusted = replace(policy, quorum=NONE).open(context.journal.log.checkpoint_text().encode())
    names = [cosignature.witness for cosignature in trusted.cosignatures]
    needed, cosigned, witnesses = policy.counters(names)
    return LogState(
        origin=trusted.checkpoint.origin,
        size=trusted.checkpoint.size,
        published_at=datetime.fromtimestamp(trusted.signed_at_s, UTC) if trusted.signed_at_s else None,
        cosigned=cosigned,
        witnesses=witnesses,
        needed=needed,
        has_quorum=policy.is_met_by(names),
        next_checkpoint=context.next_checkpoint(tx.now),
        every=timedelta(seconds=context.checkpoint_every_s),
        is_unasked=context.is_log_unasked,
    )
