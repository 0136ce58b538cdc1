"""What each command of `homefield-demo` leaves in the log: what the programs that it runs leave there."""

from audit.entries.declared_events import Acts, Reason, unrecorded

VERBS: Acts = {**unrecorded(Reason.PARTS_RECORDED, "run")}
