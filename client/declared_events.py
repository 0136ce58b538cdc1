"""What each page and command of `homefield-node` leaves in the log.

The node reports to the consent service before it acts: no record, no answer. A node that is not linked to one yet
shares nothing and has nobody to tell.
"""

from audit.entries.event_declarations import EventDeclarations, NoEntryReason, records, unrecorded
from audit.entries.events import EventKind

_LOOK = records(EventKind.ACCESS)
_SQUAD = records(EventKind.ACCESS, EventKind.PAGE_OPENED)
# Beside the look itself: that an athlete's own word was read, once for each reader.
_BOARD = records(EventKind.ACCESS, EventKind.PAGE_OPENED, beside=[EventKind.ATHLETE_ASKED])
_PERSON = records(EventKind.ACCESS, beside=[EventKind.ATHLETE_ASKED])
_UNDONE = records(
    EventKind.ATHLETE_ASKED, EventKind.PROPOSAL_DECIDED, unless="nothing stands that may still be taken back"
)
_FILLED_IN = records(
    EventKind.OWN_SITE, unless="it is kept already or cannot be taken, or the log cannot be told now and is told later"
)
_WRITTEN = records(EventKind.RECORD_WRITTEN, EventKind.ACCESS, unless="the same stands already")
_UNLINKED = "the node is not linked yet"

ROUTES: EventDeclarations = {
    "POST /sign-in": records(EventKind.SIGNED_IN, unless="the code opens nothing, and nobody is known"),
    "POST /demo/sign-in": records(EventKind.SIGNED_IN),
    "GET /board": _BOARD,
    "GET /board/table": _BOARD,
    "GET /athletes": _SQUAD,
    "GET /imports": _SQUAD,
    "GET /report": _SQUAD,
    "GET /report.pdf": _SQUAD,
    "GET /report.json": _SQUAD,
    "POST /imports/files": records(EventKind.INGEST),
    "GET /imports/files/{key}": _SQUAD,
    "POST /imports/files/{key}/again": _SQUAD,
    "POST /imports/files/{key}/use": records(EventKind.INGEST, EventKind.ACCESS, EventKind.PAGE_OPENED),
    "POST /imports/files/{key}/undo": records(
        EventKind.OPERATOR_LOOK, each="athlete", unless="there is nothing to undo"
    ),
    "POST /imports/sessions": records(EventKind.OPERATOR_LOOK, unless="it is answered later, or was answered before"),
    "POST /imports/store-ready": records(EventKind.INGEST, each="athlete", unless="no file is ready to be stored"),
    "GET /athletes/{athlete}": _PERSON,
    "POST /board/ask": records(EventKind.ATHLETE_ASKED, unless="the same answer stands already"),
    "POST /board/undo": _UNDONE,
    "POST /athletes/{athlete}/ask": records(EventKind.ATHLETE_ASKED, unless="the same answer stands already"),
    "POST /athletes/{athlete}/undo": _UNDONE,
    "POST /athletes/{athlete}/decide": records(EventKind.PROPOSAL_DECIDED, EventKind.ACCESS),
    "POST /athletes/{athlete}/record": records(EventKind.PROPOSAL_DECIDED, EventKind.ACCESS),
    "GET /athletes/{athlete}/decided": _LOOK,
    "GET /medical": records(
        EventKind.ACCESS, EventKind.PAGE_OPENED, unless="the reader is a coach, who is led to the availability board"
    ),
    "POST /medical/enter": _WRITTEN,
    "GET /athletes/{athlete}/health": _LOOK,
    "POST /athletes/{athlete}/health/change": _WRITTEN,
    "POST /athletes/{athlete}/health/sign": _WRITTEN,
    "POST /athletes/{athlete}/health/say": _LOOK,
    "POST /athletes/{athlete}/health/state": _WRITTEN,
    "POST /athletes/{athlete}/health/take-back": records(
        EventKind.RECORD_WRITTEN, EventKind.ACCESS, unless="nothing stands that may still be taken back"
    ),
    "GET /availability": records(EventKind.PAGE_OPENED),
    "GET /availability/table": records(EventKind.PAGE_OPENED),
    "GET /plan": _SQUAD,
    "GET /plan/table": records(EventKind.PAGE_OPENED),
    "POST /plan/week": records(EventKind.PLAN_SET, EventKind.ACCESS, EventKind.PAGE_OPENED),
    "POST /plan/groups": records(EventKind.PLAN_SET, EventKind.ACCESS, EventKind.PAGE_OPENED),
    "POST /plan/undo": records(EventKind.PLAN_SET, unless="nothing may be undone"),
    "GET /model": records(EventKind.PAGE_OPENED),
    "GET /campaigns/{sha256}": records(EventKind.PAGE_OPENED, unless="the node was shown no such campaign"),
    "POST /me/sign-in": records(EventKind.OWN_SITE, unless="the code opens nothing, and nobody is known"),
    "POST /me/tablet/join": records(EventKind.OWN_SITE, unless="the code opens nothing, and nobody is known"),
    "POST /me/forms/{form}": _FILLED_IN,
    "POST /me/answers": _FILLED_IN,
    "POST /me/forms/take-back": records(EventKind.OWN_SITE, unless="there is no such answer, or its time is over"),
    "POST /me/enter": records(EventKind.TICKET_REFUSED, unless="the ticket is good, or many were refused just now"),
    "POST /me/open": records(EventKind.OWN_SITE, unless="no sign-in waits in this browser"),
    "POST /me/data/export": records(EventKind.OWN_SITE),
    "POST /me/data/{stream}/{reading}/change": records(EventKind.OWN_SITE, unless="the reading cannot be changed so"),
    "POST /me/answer": records(EventKind.OWN_SITE, unless="the same answer stands, or the proposal changed"),
    "POST /me/not-ok/say": records(EventKind.OWN_SITE, unless="the same stands already"),
    "POST /me/not-ok/take-back": records(EventKind.OWN_SITE, unless="nothing stands"),
    "POST /me/limit/state": records(EventKind.OWN_SITE, unless="the same stands already"),
    "POST /me/limit/take-back": records(EventKind.OWN_SITE, unless="nothing stands that may still be taken back"),
    "POST /me/settings/light": records(EventKind.OWN_SITE, unless="the same stands already, or no kind is named"),
    "POST /me/settings/load": records(EventKind.OWN_SITE, unless="the same stands already"),
    **unrecorded(NoEntryReason.OWN_RECORD, "GET /me/limit", "GET /me/settings"),
    **unrecorded(NoEntryReason.FORM_STEP, "POST /me/limit/say"),
    **unrecorded(
        NoEntryReason.OWN_RECORD,
        "GET /me",
        "GET /me/open",
        "GET /me/not-ok",
        "GET /me/data",
        "GET /me/decisions",
        "GET /me/looked",
        "GET /me/data/{stream}",
        "GET /me/data/{stream}/{reading}",
    ),
    **unrecorded(
        NoEntryReason.OWN_RECORD,
        *("GET /me/forms", "GET /me/forms/{form}", "GET /me/forms/{form}/of/{ago}/{part}", "GET /me/forms/{form}/sent"),
        *("GET /me/offline", "GET /me/offline/{form}"),
    ),
    **unrecorded(NoEntryReason.NOTHING_ABOUT_ANYONE, "GET /me/scripts/{name}", "GET /me/worker.js"),
    # Of a shared tablet: empty forms, to which a PIN leads; what is sent from them is recorded as anywhere.
    **unrecorded(NoEntryReason.FORM_STEP, "POST /me/tablet/open", "POST /me/tablet/leave"),
    **unrecorded(NoEntryReason.NOTHING_ABOUT_ANYONE, "GET /me/tablet", "GET /me/tablet/forms", "GET /me/tablet/thanks"),
    **unrecorded(
        NoEntryReason.NOTHING_ABOUT_ANYONE,
        "GET /me/sign-in",
        "POST /me/sign-out",
        "GET /",
        "GET /sign-in",
        "POST /unlock",
        "POST /sign-out",
        "GET /health",
        "GET /status",
        "MOUNT /static",
    ),
    **unrecorded(NoEntryReason.FORM_STEP, "POST /imports/files/{key}/leave-out"),
}
"""The club's pages, and the athlete's own under /me.

The page that asks for a reason is a look; recording is the decision, and so is taking it back.
"""

VERBS: EventDeclarations = {
    "staff add": records(EventKind.CODE_ISSUED, unless=_UNLINKED),
    "staff remove": records(EventKind.NODE_ACCESS_CHANGED, unless=_UNLINKED),
    "staff end-sessions": records(EventKind.NODE_ACCESS_CHANGED, unless=_UNLINKED),
    "athlete squad": records(EventKind.NODE_ACCESS_CHANGED, unless=_UNLINKED),
    "athlete export": records(EventKind.OWN_SITE, unless=_UNLINKED),
    "athlete code": records(EventKind.OWN_SITE, unless=_UNLINKED),
    "athlete auto-apply": records(EventKind.OWN_SITE, unless="the node is not linked yet, or nothing is changed"),
    "staff-code": records(EventKind.CODE_ISSUED, unless=_UNLINKED),
    "ingest": records(EventKind.INGEST, unless="the node is not linked yet, or --dry-run stores nothing"),
    "readings": records(EventKind.OPERATOR_LOOK, unless=_UNLINKED),
    "form answers": records(EventKind.OPERATOR_LOOK, unless=_UNLINKED),
    "metrics": records(EventKind.OPERATOR_LOOK, unless=_UNLINKED),
    "forecast": records(EventKind.OPERATOR_LOOK, unless=_UNLINKED),
    "reading correct": records(EventKind.OPERATOR_LOOK, unless=_UNLINKED),
    "reading void": records(EventKind.OPERATOR_LOOK, unless=_UNLINKED),
    "reading history": records(EventKind.OPERATOR_LOOK, unless=_UNLINKED),
    "imports questions": records(EventKind.OPERATOR_LOOK, unless=_UNLINKED),
    "imports answer": records(EventKind.OPERATOR_LOOK, unless=_UNLINKED),
    "imports undo": records(EventKind.OPERATOR_LOOK, each="athlete", unless=_UNLINKED),
    "health list": records(EventKind.OPERATOR_LOOK, unless=_UNLINKED),
    "health add": records(EventKind.RECORD_WRITTEN, unless=_UNLINKED),
    "health stage": records(EventKind.RECORD_WRITTEN, unless=_UNLINKED),
    "health state": records(EventKind.RECORD_WRITTEN, unless=_UNLINKED),
    "plan set": records(EventKind.PLAN_SET, unless=_UNLINKED),
    "plan import": records(EventKind.PLAN_SET, unless="the node is not linked yet, or --dry-run stores nothing"),
    "enrol": records(EventKind.MEMBER_ENROLLED, each="athlete", unless="the athlete is enrolled as they are"),
    "league join": records(EventKind.LEAGUE_JOINED, unless="the club has joined already"),
    "rotate-key": records(EventKind.ORG_KEY_CHANGED, unless="the service has taken this key before"),
    "league leave": records(EventKind.LEAGUE_LEFT, beside=[EventKind.BUDGET_REFUNDED]),
    "campaign approve": records(EventKind.CAMPAIGN_APPROVED),
    "campaign reject": records(EventKind.CAMPAIGN_REFUSED, beside=[EventKind.BUDGET_REFUNDED]),
    "campaign revoke": records(EventKind.CAMPAIGN_REFUSED, beside=[EventKind.BUDGET_REFUNDED]),
    "adopt": records(EventKind.MODEL_ADOPTED),
    "evaluate": records(EventKind.OPERATOR_LOOK),
    "durability backtest": records(EventKind.OPERATOR_LOOK, unless="the node is not linked yet, or is not looked into"),
    "report": _SQUAD,
    "models": records(EventKind.OPERATOR_LOOK, unless=_UNLINKED),
    "propose": records(EventKind.RELEASE_PROPOSED, each="athlete", unless="there is not enough data to ask about"),
    "erase": records(EventKind.ERASED, unless=_UNLINKED),
    "athlete set-minor": records(EventKind.OPERATOR_LOOK, unless="the node is not linked yet, or nothing is changed"),
    "athlete remove": records(EventKind.ERASED, unless=_UNLINKED),
    **unrecorded(
        NoEntryReason.NOTHING_ABOUT_ANYONE, "audit-privacy", "backup-key", "backup", "retention show", "keys", "status"
    ),
    # Opens no vault and knows no athlete: it computes with files that whoever calls it holds and names.
    **unrecorded(NoEntryReason.NOTHING_ABOUT_ANYONE, "movement"),
    **unrecorded(
        NoEntryReason.SET_UP,
        "init",
        "restore",
        "link",
        "league new-key",
        "athlete add",
        "athlete load",
    ),
    **unrecorded(
        NoEntryReason.SET_UP, "report-settings", "retention set", "athlete rest", "source-priority", "athlete constants"
    ),
    **unrecorded(NoEntryReason.SET_UP, "athlete rename", "quarantine clear", "form add", "form approve"),
    **unrecorded(NoEntryReason.READ_BACK, "form list", "form show"),
    # Opens no vault and no node: it reads the file that whoever calls it names.
    **unrecorded(NoEntryReason.NOTHING_ABOUT_ANYONE, "form check"),
    # The athlete's own setting, which nobody is told.
    **unrecorded(NoEntryReason.SET_UP, "athlete light-without"),
    **unrecorded(NoEntryReason.READ_BACK, "imports list", "imports show", "quarantine list", "quarantine show"),
    **unrecorded(
        NoEntryReason.READ_BACK,
        "athlete list",
        "league list",
        "campaign list",
        "campaign show",
        "plan show",
        "plan week",
        "plan export",
        "staff list",
    ),
    **unrecorded(NoEntryReason.PARTS_RECORDED, "run"),
}
"""The node's commands. Erasing comes first and is reported afterwards: an athlete never waits for a service."""
