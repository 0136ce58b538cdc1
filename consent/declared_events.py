"""What each route and command of `homefield-consent` leaves in the log.

Every act is one append, before the answer and in the same transaction. A known caller who is refused is recorded too:
that is why "look refused" stands beside most kinds. Whoever is not known (a wrong signature, a code that opens nothing)
leaves no entry, or strangers could fill the log at will.
"""

from audit.entries.event_declarations import EventDeclarations, NoEntryReason, records, unrecorded
from audit.entries.events import EventKind
from consent.decisions.reported_events import REPORTABLE

_REFUSED = EventKind.LOOK_REFUSED
_CHOICE = records(EventKind.CONSENT_DECISION, unless="nothing would change")
_RECOVERY = records(
    *(EventKind.CONSENT_DECISION, EventKind.ERASED, EventKind.ORG_REVOKED),
    unless="the database knows of every act in the log",
)
_STOP = records(EventKind.CONSENT_DECISION, unless="it has stopped already")

API_ROUTES: EventDeclarations = {
    "POST /v1/members": records(EventKind.MEMBER_ENROLLED, _REFUSED, unless="enrolled already, nothing changes"),
    "POST /v1/keys": records(EventKind.ORG_KEY_CHANGED, _REFUSED, unless="this key signs already"),
    "POST /v1/node-site": records(EventKind.NODE_ACCESS_CHANGED, _REFUSED, unless="registered already"),
    "POST /v1/leagues/{league}/join": records(EventKind.LEAGUE_JOINED, _REFUSED, unless="joined already"),
    "POST /v1/leagues/{league}/leave": records(EventKind.LEAGUE_LEFT, _REFUSED, beside=[EventKind.BUDGET_REFUNDED]),
    "POST /v1/decisions": records(EventKind.ACCESS, _REFUSED),
    "GET /v1/snapshot": records(EventKind.LOOK_ALLOWED, _REFUSED, unless="the same snapshot again says nothing new"),
    "POST /v1/campaigns": records(
        EventKind.CAMPAIGN_OPENED, _REFUSED, beside=[EventKind.BUDGET_REFUNDED], unless="registered already"
    ),
    "POST /v1/campaigns/{sha256}/tokens": records(
        EventKind.BUDGET_RESERVED, _REFUSED, unless="a club without athletes"
    ),
    "POST /v1/campaigns/{sha256}/rounds/{round_no}/commit": records(
        EventKind.ROUND_COMMITTED, _REFUSED, unless="a club without athletes"
    ),
    "POST /v1/campaigns/{sha256}/rounds/{round_no}/answer": records(
        EventKind.ROUND_ANSWERED, _REFUSED, unless="noted already, with the same hash"
    ),
    "GET /v1/campaigns/{sha256}/spend": records(EventKind.LOOK_ALLOWED, _REFUSED),
    "POST /v1/releases": records(EventKind.RELEASE_PROPOSED, _REFUSED, unless="proposed already, with the same bytes"),
    "GET /v1/office/{club}": records(EventKind.LOOK_ALLOWED, _REFUSED, beside=[EventKind.ACCESS]),
    "POST /v1/events": records(*frozenset().union(*REPORTABLE.values()), _REFUSED, beside=[EventKind.BUDGET_REFUNDED]),
    **unrecorded(
        NoEntryReason.NOTHING_ABOUT_ANYONE, "GET /v1/keys", "GET /health", "DELETE|GET|PATCH|POST|PUT /v1/{rest:path}"
    ),
    **unrecorded(NoEntryReason.READ_BACK, "GET /v1/leagues", "GET /v1/members/erased"),
    **unrecorded(NoEntryReason.PUBLIC_LOG, "GET /log/checkpoint", "GET /log/tile/{path:path}", "GET /log/trust.policy"),
}
"""The interface for nodes, coordinator and auditors."""

PORTAL_ROUTES: EventDeclarations = {
    "POST /sign-in": records(EventKind.SIGNED_IN, unless="the code opens nothing, and nobody is known"),
    "POST /demo/sign-in": records(EventKind.SIGNED_IN),
    "POST /change/{category}/confirm": records(EventKind.CONSENT_DECISION, unless="the row changed meanwhile"),
    "POST /change/{category}/stop": _STOP,
    "POST /shared/stop": _STOP,
    "POST /shared/stop-all": _STOP,
    "POST /shared/unfreeze": _CHOICE,
    "POST /budget/freeze": _CHOICE,
    "POST /asked/{release_id}/confirm": _CHOICE,
    "POST /asked/{release_id}/stop": _CHOICE,
    "POST /budget/cap/confirm": _CHOICE,
    "POST /notices/{version}": records(EventKind.CONSENT_DECISION, unless="what was given is kept as it was"),
    "POST /notices/{version}/stop": _CHOICE,
    **unrecorded(
        NoEntryReason.OWN_RECORD,
        "GET /own-data",
        "GET /notices/{version}",
        "GET /shared",
        "GET /shared/preview/{org}/{role}",
        "GET /change/{category}",
        "GET /asked",
        "GET /asked/{release_id}",
        "GET /looked",
        "GET /looked/proofs",
        "GET /looked/{number}/proof",
        "GET /receipts",
        "GET /receipts/{receipt_id}",
        "GET /receipts/{receipt_id}.json",
        "GET /budget",
        "GET /budget/cap",
        "GET /rules",
    ),
    **unrecorded(
        NoEntryReason.FORM_STEP, "POST /change/{category}", "POST /asked/{release_id}", "POST /budget/cap", "GET /demo"
    ),
    **unrecorded(
        NoEntryReason.NOTHING_ABOUT_ANYONE,
        "GET /",
        "GET /sign-in",
        "POST /sign-out",
        "GET /settings",
        "POST /settings",
        "MOUNT /static",
    ),
}
"""The athlete's portal. What is theirs they read unrecorded; what they decide is recorded as theirs."""

ROUTES: EventDeclarations = {**API_ROUTES, **PORTAL_ROUTES}

VERBS: EventDeclarations = {
    "init": records(EventKind.ORG_REGISTERED, beside=[EventKind.RULES_LOADED]),
    "org add": records(EventKind.ORG_REGISTERED, unless="registered already, nothing changes"),
    "org add-key": records(EventKind.ORG_KEY_CHANGED, unless="this key signs already"),
    "org retire-key": records(EventKind.ORG_KEY_CHANGED),
    "org revoke": records(EventKind.ORG_REVOKED, beside=[EventKind.BUDGET_REFUNDED]),
    "org set-players": records(EventKind.MEMBER_ENROLLED, unless="no player came who has no account"),
    "athlete erase": records(EventKind.ERASED),
    "athlete second-club set": records(EventKind.MEMBER_ENROLLED, unless="the second club is the same"),
    "athlete second-club end": records(EventKind.MEMBER_ENROLLED),
    "freeze": records(EventKind.CONSENT_DECISION),
    "unfreeze": records(EventKind.CONSENT_DECISION),
    "serve": records(EventKind.RULES_LOADED, unless="the rules are those of the last start"),
    "recover": _RECOVERY,
    "restore": _RECOVERY,
    **unrecorded(NoEntryReason.FORM_STEP, "sign-in-code", "campaign sign"),
    **unrecorded(NoEntryReason.NOTHING_ABOUT_ANYONE, "end-sessions", "backup-key", "backup"),
    **unrecorded(
        NoEntryReason.READ_BACK,
        "keys",
        "status",
        "retention",
        "org list",
        "org players",
        "athlete sessions",
        "athlete list",
    ),
}
"""The union's commands. A sign-in code does nothing until it is spent, which the athlete's own record then shows;
ending sessions opens nothing either, and the next sign-in is recorded."""
