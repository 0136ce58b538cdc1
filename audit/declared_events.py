"""What each page and command of `homefield-audit` leaves in the log: nothing, for all of it reads the public log.

A governing body that had to announce each check to the log's operator would not be checking him.
"""

from audit.entries.event_declarations import EventDeclarations, NoEntryReason, unrecorded

ROUTES: EventDeclarations = {
    **unrecorded(
        NoEntryReason.PUBLIC_LOG,
        "GET /",
        "GET /entries/{index}",
        "GET /entries/{index}/leaf",
        "GET /entries/{index}/proof",
        "GET /rules",
        "GET /ledger",
        "GET /report",
        "GET /check",
        "GET /checkpoint",
        "GET /policy",
        "GET /keys",
        "GET /evidence",
        "GET /export.csv",
        "GET /export.json",
    ),
    **unrecorded(NoEntryReason.NOTHING_ABOUT_ANYONE, "GET /health", "MOUNT /static"),
}
"""The auditor's pages."""

WITNESS_ROUTES: EventDeclarations = {
    **unrecorded(NoEntryReason.PUBLIC_LOG, "GET /", "POST /add-checkpoint", "GET /{log_id}/checkpoint"),
    **unrecorded(NoEntryReason.NOTHING_ABOUT_ANYONE, "GET /health", "MOUNT /static"),
}
"""A witness answers with a cosignature, which stands under the log's checkpoint for everybody to see."""

VERBS: EventDeclarations = {
    **unrecorded(
        NoEntryReason.PUBLIC_LOG,
        "verify",
        "show",
        "explain",
        "prove",
        "model",
        "export",
        "fsck",
        "monitor",
        "serve",
        "witness serve",
        "witness status",
    ),
    **unrecorded(NoEntryReason.SET_UP, "keygen", "witness init", "witness keys", "witness add-log"),
}
"""The auditor's and the witness's commands."""
