"""Closed lists that stand in the details of entries: outcomes, reasons and methods, each told in words when shown."""

from enum import StrEnum


class AccessOutcome(StrEnum):
    """How an access ended."""

    GRANTED = "granted"
    DENIED = "denied"


class AccessBasis(StrEnum):
    """What an access was granted or denied on."""

    GRANT = "grant"
    APPROVED_RELEASE = "approved_release"
    OTHER_CLUB = "other_club"
    NOT_SHARED = "not_shared"
    BEYOND_GRANT = "beyond_grant"
    NOT_AVAILABLE = "not_available"
    FROZEN = "frozen"


class DecisionReason(StrEnum):
    """What the decision point said; the codes of `policies.enforcer`."""

    ALLOWED = "ALLOWED"
    DENIED_BY_RULE = "DENIED_BY_RULE"
    NO_RULE = "NO_RULE"
    BAD_REQUEST = "BAD_REQUEST"
    ENGINE_DISAGREE = "ENGINE_DISAGREE"
    ENGINE_ERROR = "ENGINE_ERROR"


class ChoiceMethod(StrEnum):
    """How an athlete's choice or sign-in came; the methods of `consent.grants.values`."""

    PORTAL = "portal"
    DEMO = "demo"
    ISSUER = "desk"


class FreezeCause(StrEnum):
    """Why an account is frozen: its athlete's or the operator's wish, or a service that was put back from a backup."""

    ATHLETE = "athlete"
    OPERATOR = "operator"
    RECOVERY = "recovery"


class RoundPayment(StrEnum):
    """What came of one token that was presented for a round."""

    PAID = "paid"
    PAID_BEFORE = "paid_before"
    NOT_COUNTED = "not_counted"
    REPEATED = "repeated"


class CampaignRefusal(StrEnum):
    """Why a node or a league refuses a campaign message."""

    NOT_SIGNED = "not_signed"
    ONE_SIGNATURE = "one_signature"
    SAME_SIGNER = "same_signer"
    UNKNOWN_SIGNER = "unknown_signer"
    REJECTED = "rejected"
    REVOKED = "revoked"
    NOT_APPROVED = "not_approved"
    NOT_OPEN = "not_open"
    WRONG_PURPOSE = "wrong_purpose"
    OTHER_KEY = "other_key"
    UNKNOWN_MASKING = "unknown_masking"
    UNKNOWN_MODEL = "unknown_model"
    SMALL_NUMBER = "small_number"


class OrganisationType(StrEnum):
    """What a registered organisation is to the league; the kinds of `consent.registry.values`."""

    CLUB = "club"
    LEAGUE = "league"
    GOVERNING_BODY = "governing_body"
    UNION = "union"


class SigningKeyStep(StrEnum):
    """What happened to an organisation's signing key. rotated: its former key asked; the others: the union's operator.

    added: a new one counts, with or without an overlap. retired: a former one stopped to count before its time.
    """

    ADDED = "added"
    ROTATED = "rotated"
    RETIRED = "retired"


class NodeAccessChange(StrEnum):
    """How a club changed who may see athletes at its node."""

    STAFF_REMOVED = "staff_removed"
    SESSIONS_ENDED = "sessions_ended"
    ATHLETE_MOVED = "athlete_moved"
    ADDRESS_CHANGED = "address_changed"


class ProposalAnswer(StrEnum):
    """What a person did with a proposed change to a session: the answers of `client.coaching.review`, or undoing."""

    ACCEPT = "accept"
    MODIFY = "modify"
    REJECT = "reject"
    TAKEN_BACK = "taken_back"


class AskedChange(StrEnum):
    """What a person did with what an athlete told them; what it was stands in no log.

    read: they were shown, for the first time, what the athlete said at their own site.
    """

    NOTED = "noted"
    TAKEN_BACK = "taken_back"
    READ = "read"


class OwnSiteDeed(StrEnum):
    """What an athlete did at their own site at a club's node, or what was done so that they can; never what was said.

    answered: on a proposed change. stated, statement_taken_back: that they are not OK. filled_in: a form.
    limit_stated, limit_taken_back: what is possible, told to coaches.
    """

    CODE_ISSUED = "code_issued"
    SIGNED_IN_BY_CODE = "signed_in_by_code"
    SIGNED_IN_BY_TICKET = "signed_in_by_ticket"
    ANSWERED = "answered"
    STATED = "stated"
    STATEMENT_TAKEN_BACK = "statement_taken_back"
    FILLED_IN = "filled_in"
    CORRECTED = "corrected"
    BROUGHT_FILES = "brought_files"
    EXPORTED = "exported"
    CHANGED_SETTINGS = "changed_settings"
    LIMIT_STATED = "limit_stated"
    LIMIT_TAKEN_BACK = "limit_taken_back"


class RecordChange(StrEnum):
    """What a person of a club wrote in an athlete's record there; no word of it stands in the log."""

    EPISODE_ENTERED = "episode_entered"
    EPISODE_CHANGED = "episode_changed"
    STAGE_SIGNED = "stage_signed"
    AVAILABILITY_STATED = "availability_stated"
    STATEMENT_TAKEN_BACK = "statement_taken_back"


class ClubPage(StrEnum):
    """A page of a club's node that shows no one athlete."""

    MORNING_BOARD = "morning board"
    ATHLETES = "athletes"
    IMPORTS = "imports"
    LEAGUE_MODEL = "league model"
    REPORT = "report"
    HEALTH = "health"
    AVAILABILITY = "availability"
    WEEK_PLAN = "week plan"


class OperatorView(StrEnum):
    """What was shown at a node's own terminal, or changed of what the node holds."""

    METRICS = "metrics"
    READINGS = "readings"
    READINGS_CORRECTED = "readings_corrected"
    SESSION_SETTLED = "session_settled"
    IMPORT_UNDONE = "import_undone"
    AGE_CHANGED = "age_changed"
    MODEL_ERRORS = "model_errors"
    HEALTH_RECORDS = "health_records"


class LeaguePage(StrEnum):
    """A page of a league that is for one role."""

    SQUAD = "squad"
    MEANING = "meaning"
    CAMPAIGNS = "campaigns"
    MODELS = "models"
    NODES = "nodes"


class LeagueRole(StrEnum):
    """What a person does at the league's pages; the roles of `server.web.staff`."""

    FRONT_OFFICE = "front_office"
    OPERATOR = "operator"
