"""What each page and command of `homefield-server` leaves in the log.

The league reports to the consent service before it acts: no record, no answer. Whoever is signed in and asks for a page
of another role is refused, and that is recorded whatever the page.
"""

from audit.entries.event_declarations import EventDeclarations, NoEntryReason, records, unrecorded
from audit.entries.events import EventKind

ROUTES: EventDeclarations = {
    "POST /sign-in": records(EventKind.SIGNED_IN, unless="the code opens nothing, and nobody is known"),
    "POST /demo/sign-in": records(EventKind.SIGNED_IN),
    "GET /squad": records(EventKind.LOOK_ALLOWED, EventKind.LOOK_REFUSED, beside=[EventKind.ACCESS]),
    "GET /campaigns": records(
        EventKind.LOOK_ALLOWED, EventKind.LOOK_REFUSED, unless="there is no campaign whose cost could be asked"
    ),
    **unrecorded(
        NoEntryReason.NOTHING_ABOUT_ANYONE,
        "GET /",
        "GET /sign-in",
        "POST /sign-out",
        "GET /meaning",
        "GET /health",
        "MOUNT /static",
    ),
    **unrecorded(NoEntryReason.READ_BACK, "GET /models", "GET /nodes"),
}
"""The pages of front office and operator."""

FLEET_ROUTES: EventDeclarations = {
    **unrecorded(
        NoEntryReason.PARTS_RECORDED,
        "POST /v1/fleet/activate-node",
        "POST /v1/fleet/deactivate-node",
        "POST /v1/fleet/send-node-heartbeat",
        "POST /v1/fleet/pull-messages",
        "POST /v1/fleet/pull-object",
        "POST /v1/fleet/confirm-message-received",
        "POST /v1/fleet/push-messages",
        "POST /v1/fleet/push-object",
    ),
    **unrecorded(NoEntryReason.NOTHING_ABOUT_ANYONE, "GET /health"),
}
"""The Fleet API carries training messages. A club pays for its round before its sum leaves it, and the league reports
each sum before the next round begins; both are recorded there."""

VERBS: EventDeclarations = {
    "node add": records(EventKind.NODE_ADDED, unless="the node is enrolled with this key already"),
    "campaign start": records(EventKind.CAMPAIGN_OPENED, beside=[EventKind.BUDGET_REFUNDED]),
    "campaign close": records(EventKind.CAMPAIGN_CLOSED, beside=[EventKind.BUDGET_REFUNDED]),
    "rotate-key": records(EventKind.ORG_KEY_CHANGED, unless="the service has taken this key before"),
    "staff-code": records(EventKind.CODE_ISSUED),
    **unrecorded(NoEntryReason.NOTHING_ABOUT_ANYONE, "backup-key", "backup", "simulate"),
    **unrecorded(NoEntryReason.SET_UP, "init", "renew-certificate", "restore", "link", "staff end-sessions"),
    **unrecorded(NoEntryReason.FORM_STEP, "campaign plan", "campaign sign", "campaign attach", "campaign resume"),
    **unrecorded(
        NoEntryReason.READ_BACK,
        "node list",
        "staff list",
        "campaign list",
        "campaign show",
        "campaign status",
        "models list",
        "status",
    ),
    **unrecorded(NoEntryReason.PARTS_RECORDED, "serve"),
}
"""The league's commands."""
