"""What each command of `homefield-demo` leaves in the log: what the programs that it runs leave there."""

from audit.entries.event_declarations import EventDeclarations, NoEntryReason, unrecorded

VERBS: EventDeclarations = {**unrecorded(NoEntryReason.PARTS_RECORDED, "run")}
