"""Why each entry about an athlete was written, in the athlete's words: chosen when shown, complete over all forms."""

from collections.abc import Mapping

from audit.entries.details.access import Access
from audit.entries.details.athletes import AccountFrozen, AccountUnfrozen, CellsChanged, RoundCommitted, SecondClubSet
from audit.entries.details.base import Details
from audit.entries.details.clubs import (
    AthleteAsked,
    LeagueJoined,
    LeagueLeft,
    OperatorLooked,
    OwnSiteUsed,
    RecordWritten,
    SquadRefused,
)
from audit.entries.details.codes import (
    AccessBasis,
    AskedChange,
    DecisionReason,
    FreezeCause,
    OperatorView,
    OwnSiteDeed,
    RecordChange,
    RoundPayment,
)
from audit.entries.details.organisations import OrganisationRevoked
from audit.entries.details_v1 import DetailsV1
from audit.entries.events import EventKind
from chassis.text import long_date
from policies.vocabulary import OrgId

_OWN, _LEARNING = "your own decision", "because of your yes to league learning"
_REPORTED = "reported by your club"
NOT_COUNTED = "your yes did not count for it any more"
DETAILS_ENDED = "what it said can no longer be read: details are deleted after a time, and this entry stays proven"
STOPPED = "the service stopped before this could take effect"

BASES: Mapping[AccessBasis, str] = {
    AccessBasis.GRANT: "because of your yes of {since}",
    AccessBasis.APPROVED_RELEASE: "because of the band that you approved on {since}",
    AccessBasis.OTHER_CLUB: "they were not your club",
    AccessBasis.NOT_SHARED: "you did not share this with them then",
    AccessBasis.BEYOND_GRANT: "your yes did not go that far then, or rule {rule} forbade it",
    AccessBasis.FROZEN: "your data was frozen then",
    AccessBasis.NOT_AVAILABLE: "beside your name their page said “not available”, as it does for every other reason",
}
"""Of a denied access in the past tense: what is said holds for the moment of the try, not for that of reading."""
_OF_VERSION_1: Mapping[str, str] = {
    "you do not share this with them": BASES[AccessBasis.NOT_SHARED],
    "for you the page says “not available”, as for every other reason": BASES[AccessBasis.NOT_AVAILABLE],
    "they are not your club": BASES[AccessBasis.OTHER_CLUB],
}
"""Sentences that entries of the first version carry; the entries keep theirs."""
FROZEN_RULE = "D02"
UNDER_18 = frozenset({"D06", "D07", "D08"})
"""Rules of `policies/policy.csv` that hold for minors; a test reads them there."""
PAYMENTS: Mapping[RoundPayment, str] = {
    RoundPayment.PAID: _LEARNING,
    RoundPayment.PAID_BEFORE: _LEARNING,
    RoundPayment.NOT_COUNTED: NOT_COUNTED,
    RoundPayment.REPEATED: NOT_COUNTED,
}
FREEZES: Mapping[FreezeCause, str] = {
    FreezeCause.ATHLETE: _OWN,
    FreezeCause.OPERATOR: "decided by the union’s desk",
    FreezeCause.RECOVERY: "the service was put back from a backup",
}
UNFREEZES: Mapping[FreezeCause, str] = {
    **FREEZES,
    FreezeCause.RECOVERY: "you confirmed what had been ended",
}
CORRECTIONS: Mapping[OperatorView, str] = {
    OperatorView.READINGS_CORRECTED: "Readings of yours were corrected or left out at your club’s node",
    OperatorView.SESSION_SETTLED: "Your club’s node was told whether two reports are of one session of yours",
    OperatorView.IMPORT_UNDONE: "What an import had brought about you was taken out of your club’s node",
    OperatorView.AGE_CHANGED: "Your club’s node was told whether you are under 18",
}
"""What a club changed of an athlete's record; other views of its node only show something."""
OWN_DEEDS: Mapping[OwnSiteDeed, str] = {
    OwnSiteDeed.CODE_ISSUED: "A code for your own page at your club’s node was made",
    OwnSiteDeed.SIGNED_IN_BY_CODE: "You, or someone with your code, signed in to your own page at your club’s node",
    OwnSiteDeed.SIGNED_IN_BY_TICKET: "You came from here to your own page at your club’s node",
    OwnSiteDeed.ANSWERED: "You answered a proposed change to your session",
    OwnSiteDeed.STATED: "You said at your own page that you are not OK",
    OwnSiteDeed.STATEMENT_TAKEN_BACK: "You took back that you are not OK",
    OwnSiteDeed.FILLED_IN: "You filled in a form at your own page",
    OwnSiteDeed.CORRECTED: "You corrected a reading at your own page",
    OwnSiteDeed.BROUGHT_FILES: "You brought files to your own page",
    OwnSiteDeed.EXPORTED: "Your data was taken along from your club’s node",
    OwnSiteDeed.CHANGED_SETTINGS: "You changed a setting of your own page",
    OwnSiteDeed.LIMIT_STATED: "You told your coaches what is possible for you",
    OwnSiteDeed.LIMIT_TAKEN_BACK: "You took back what you had told your coaches",
}
"""What was done at an athlete's own site; all of it is of one kind in public."""
WRITTEN: Mapping[RecordChange, str] = {
    RecordChange.EPISODE_ENTERED: "Your club’s medical team entered an injury or illness of yours at its node",
    RecordChange.EPISODE_CHANGED: "Your club’s medical team corrected or closed an injury or illness of yours",
    RecordChange.STAGE_SIGNED: "Your club’s medical team signed a stage of your return to play",
    RecordChange.AVAILABILITY_STATED: "Your coaches were told what is possible for you, and no cause",
    RecordChange.STATEMENT_TAKEN_BACK: "What your coaches were told of your availability was taken back",
}
"""What was written in an athlete's record at the club."""
KINDS: Mapping[EventKind, str] = {
    EventKind.CONSENT_DECISION: _OWN,
    EventKind.LOOK_ALLOWED: _REPORTED,
    EventKind.LOOK_REFUSED: NOT_COUNTED,
    EventKind.RELEASE_PROPOSED: "your club asks you",
    EventKind.RELEASE_ANSWERED: "your own answer",
    EventKind.BUDGET_RESERVED: _LEARNING,
    EventKind.BUDGET_REFUNDED: "rounds that did not use your data cost nothing",
    EventKind.ROUND_COMMITTED: _LEARNING,
    EventKind.ROUND_ANSWERED: _REPORTED,
    EventKind.ROUND_AGGREGATED: _REPORTED,
    EventKind.CAMPAIGN_OPENED: _REPORTED,
    EventKind.CAMPAIGN_APPROVED: _REPORTED,
    EventKind.CAMPAIGN_CLOSED: _REPORTED,
    EventKind.CAMPAIGN_REFUSED: _REPORTED,
    EventKind.MODEL_REGISTERED: _REPORTED,
    EventKind.MODEL_ADOPTED: _REPORTED,
    EventKind.MEMBER_ENROLLED: "your club enrolled you",
    EventKind.ORG_REGISTERED: _REPORTED,
    EventKind.RULES_LOADED: _REPORTED,
    EventKind.INGEST: _REPORTED,
    EventKind.ATHLETE_ASKED: _REPORTED,
    EventKind.OWN_SITE: _REPORTED,
    EventKind.TICKET_REFUSED: _REPORTED,
    EventKind.RECORD_WRITTEN: _REPORTED,
    EventKind.PROPOSAL_DECIDED: _REPORTED,
    EventKind.ERASED: _REPORTED,
    EventKind.SIGNED_IN: "you, or someone with your code, signed in",
    EventKind.CODE_ISSUED: _REPORTED,
    EventKind.PAGE_OPENED: _REPORTED,
    EventKind.OPERATOR_LOOK: "whoever runs your club’s node can open its store",
    EventKind.PLAN_SET: _REPORTED,
    EventKind.NODE_ADDED: _REPORTED,
    EventKind.ANSWER_SENT: _REPORTED,
    EventKind.HEARTBEAT: _REPORTED,
    EventKind.ACCESS: _REPORTED,
    EventKind.LEAGUE_JOINED: "your club joined {league}; what you share with it counts from now on",
    EventKind.LEAGUE_LEFT: "your club left {league}; nothing of you goes to it through your club any more",
    EventKind.ORG_KEY_CHANGED: _REPORTED,
    EventKind.NODE_ACCESS_CHANGED: _REPORTED,
    EventKind.ORG_REVOKED: "the union’s desk stopped {organisation}: it can ask for nothing of yours for now",
}
"""What is said where the kind alone decides it."""


SECOND_CLUB = "the union’s desk noted it; each club’s learning has a part of you, and both cost no more than one"
SECOND_CLUB_ENDED = "the union’s desk noted it; nothing of yours goes there any more"


def because(kind: EventKind, details: Details | DetailsV1, names: Mapping[OrgId, str]) -> str:
    """Return why an entry was written. Entries of the first version carry their own sentence, where they have one.

    names: of registered organisations.
    """
    if isinstance(details, DetailsV1):
        said = details.because or KINDS[kind]
        return STOPPED if details.is_unknown else _OF_VERSION_1.get(said, said)
    if isinstance(details, Access):
        since = "" if details.since is None else long_date(details.since)
        return _basis_words(details).format(since=since, rule=details.rule or "")
    if isinstance(details, AccountFrozen):
        return FREEZES[details.cause]
    if isinstance(details, AccountUnfrozen):
        return UNFREEZES[details.cause]
    if isinstance(details, SecondClubSet):
        return SECOND_CLUB if details.sixteenths else SECOND_CLUB_ENDED
    if isinstance(details, LeagueJoined | LeagueLeft):
        return KINDS[kind].format(league=names.get(OrgId(details.league), details.league))
    if isinstance(details, OperatorLooked) and details.what in CORRECTIONS:
        return _REPORTED
    if isinstance(details, SquadRefused):
        return "they were not staff of your squad"
    if isinstance(details, OrganisationRevoked):
        return KINDS[kind].format(organisation=names.get(OrgId(details.revoked), details.revoked))
    return PAYMENTS[details.payment] if isinstance(details, RoundCommitted) else KINDS[kind]


def _basis_words(details: Access) -> str:
    """What an access was granted or denied on; where a rule would forbid it whatever is shared, that rule."""
    if details.basis is not AccessBasis.NOT_SHARED or details.reason is not DecisionReason.DENIED_BY_RULE:
        return BASES[details.basis]
    if details.rule == FROZEN_RULE:
        return BASES[AccessBasis.FROZEN]
    return "you were under 18, and rule {rule} forbade it" if details.rule in UNDER_18 else "rule {rule} forbade it"


def also(details: Details | DetailsV1) -> str:
    """Return what else an entry says beside its choice: budget that came back with it, before its own entry does."""
    if not isinstance(details, CellsChanged | SecondClubSet) or not details.refunds:
        return ""
    micro_rho = sum(refund.micro_rho for refund in details.refunds)
    return f"With it, {micro_rho:,} micro-rho of your privacy budget came back"


def headline(details: Details | DetailsV1) -> str:
    """Return what happened where the kind of the entry does not say it: a freeze is of the kind of every choice."""
    if isinstance(details, OperatorLooked):
        return CORRECTIONS.get(details.what, "")
    if isinstance(details, AthleteAsked) and details.change is AskedChange.READ:
        return "A person of your club read that you are not OK"
    if isinstance(details, OwnSiteUsed):
        return OWN_DEEDS[details.deed]
    if isinstance(details, SecondClubSet):
        return "You are at a second club" if details.sixteenths else "You are no longer at a second club"
    if isinstance(details, RecordWritten):
        return WRITTEN[details.change]
    if isinstance(details, AccountFrozen):
        return "Your data was frozen"
    if isinstance(details, AccountUnfrozen):
        return "A cause for freezing your data ended" if details.is_frozen else "Your data is no longer frozen"
    return ""
