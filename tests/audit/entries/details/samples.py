"""One made-up event of every form, for tests that need some details and not particular ones."""

from datetime import UTC, date, datetime

from audit.entries.details.access import (
    Access,
    AnswerDelivered,
    RouteRefused,
    SnapshotServed,
    SpendRead,
    SquadPageOpened,
    TokensRefused,
)
from audit.entries.details.athletes import (
    AccountFrozen,
    AccountUnfrozen,
    AthleteSignedIn,
    BudgetRefunded,
    BudgetReserved,
    CapLowered,
    CellChange,
    CellsChanged,
    MemberEnrolled,
    RecordErased,
    RefundBooked,
    ReleaseDecided,
    ReleaseRequested,
    RoundCommitted,
    SecondClubSet,
)
from audit.entries.details.base import Details
from audit.entries.details.clubs import (
    AthleteAsked,
    CampaignApproved,
    CampaignRefused,
    ClubPageOpened,
    FilesIngested,
    LeagueJoined,
    LeagueLeft,
    ModelJudged,
    NodeAccessChanged,
    NodeDataErased,
    OperatorLooked,
    OwnSiteUsed,
    PlanSet,
    ProposalAnswered,
    RecordWritten,
    SquadRefused,
    StaffCodeIssued,
    StaffSignedIn,
    TicketRefused,
)
from audit.entries.details.codes import (
    AccessBasis,
    AccessOutcome,
    AskedChange,
    CampaignRefusal,
    ChoiceMethod,
    ClubPage,
    DecisionReason,
    FreezeCause,
    LeaguePage,
    LeagueRole,
    NodeAccessChange,
    OperatorView,
    OrganisationType,
    OwnSiteDeed,
    ProposalAnswer,
    RecordChange,
    RoundPayment,
    SigningKeyStep,
)
from audit.entries.details.league import (
    CampaignClosed,
    CampaignOpened,
    Heartbeat,
    LeagueCodeIssued,
    LeaguePageRefused,
    LeagueStaffSignedIn,
    ModelRegistered,
    NodeAdded,
    RoundAggregated,
    RoundAnswered,
    RulesLoaded,
)
from audit.entries.details.organisations import OrganisationRegistered, OrganisationRevoked, SigningKeyChanged
from policies.vocabulary import Action, Category, ConsentState, Granularity, Purpose, Role

ATHLETE, SHA256 = "ath-0000000100000001", "ab" * 32
GRANTED = Access(
    person="R. D.",
    role=Role.COACH,
    action=Action.READ,
    purpose=Purpose.TRAINING,
    category=Category.SLEEP,
    granularity=Granularity.DAILY,
    outcome=AccessOutcome.GRANTED,
    rule="C02",
    reason=DecisionReason.ALLOWED,
    basis=AccessBasis.GRANT,
    grant="grt-0123456789abcdef",
    since=date(2026, 8, 3),
)
DENIED = GRANTED.model_copy(
    update={
        "outcome": AccessOutcome.DENIED,
        "rule": "D00",
        "reason": DecisionReason.NO_RULE,
        "basis": AccessBasis.NOT_SHARED,
        "grant": None,
        "since": None,
    }
)
_CHANGE = CellChange(
    category=Category.SLEEP,
    purpose=Purpose.TRAINING,
    recipient_org="club-a",
    recipient_role=Role.COACH,
    granularity=Granularity.DAILY,
    ends=datetime(2027, 6, 30, tzinfo=UTC),
)
_RELEASE = {"release_id": "rel-0123abcd", "sha256": SHA256}
_CHOICE = {"receipt_id": "rcp-4m2x-9ktd-c7hw", "method": ChoiceMethod.PORTAL, "epoch": 2}

SAMPLES: dict[str, Details] = {
    one.form: one
    for one in (
        GRANTED,
        SquadPageOpened(person="T. W.", role=Role.FRONT_OFFICE, asked_by="league"),
        SnapshotServed(sha256=SHA256),
        SpendRead(campaign=SHA256),
        RouteRefused(route="POST /v1/members"),
        TokensRefused(campaign=SHA256, round=1, count=2),
        AnswerDelivered(answers="cd" * 16, sent=True),
        CellsChanged(**_CHOICE, changes=(_CHANGE,)),
        ReleaseDecided(**_CHOICE, **_RELEASE, status=ConsentState.GIVEN),
        CapLowered(cap_micro_rho=500_000),
        ReleaseRequested(**_RELEASE, purpose=Purpose.SQUAD_PLANNING, shown=True),
        BudgetReserved(campaign=SHA256, micro_rho=80_000, epoch=2),
        BudgetRefunded(campaign=SHA256, micro_rho=20_000),
        RoundCommitted(campaign=SHA256, round=1, payment=RoundPayment.PAID),
        MemberEnrolled(epoch=1),
        SecondClubSet(club="club-b", sixteenths=8, until=None, epoch=2),
        SecondClubSet(
            club="club-b", sixteenths=0, until=None, epoch=3, refunds=(RefundBooked(campaign=SHA256, micro_rho=500),)
        ),
        RecordErased(stopped=3, method=ChoiceMethod.ISSUER, epoch=4),
        AthleteSignedIn(method=ChoiceMethod.PORTAL),
        AccountFrozen(cause=FreezeCause.OPERATOR, epoch=3),
        AccountUnfrozen(cause=FreezeCause.OPERATOR, is_frozen=False, epoch=4),
        CampaignApproved(manifest=SHA256, club="club-a"),
        CampaignRefused(manifest=SHA256, reason=CampaignRefusal.NOT_APPROVED),
        ModelJudged(model=SHA256),
        ModelJudged(model=SHA256, adopted=True),
        FilesIngested(files=2, athlete=ATHLETE),
        ProposalAnswered(
            person="R. D.", role=Role.COACH, athlete=ATHLETE, proposal="5f0c", answer=ProposalAnswer.ACCEPT
        ),
        AthleteAsked(person="R. D.", role=Role.COACH, athlete=ATHLETE, change=AskedChange.NOTED),
        OwnSiteUsed(athlete=ATHLETE, deed=OwnSiteDeed.STATED),
        TicketRefused(),
        RecordWritten(person="M. S.", role=Role.MEDICAL, athlete=ATHLETE, change=RecordChange.STAGE_SIGNED),
        NodeDataErased(athlete=ATHLETE, club="club-a"),
        StaffSignedIn(person="staff-0123456789ab", role=Role.COACH),
        StaffCodeIssued(person="staff-0123456789ab", role=Role.MEDICAL),
        ClubPageOpened(person="staff-0123456789ab", role=Role.COACH, page=ClubPage.MORNING_BOARD),
        OperatorLooked(athlete=ATHLETE, what=OperatorView.METRICS),
        PlanSet(day=date(2026, 11, 24), athlete=ATHLETE),
        LeagueJoined(league="league"),
        LeagueLeft(league="league"),
        NodeAccessChanged(change=NodeAccessChange.STAFF_REMOVED, person="per-1"),
        SquadRefused(person="per-1", role=Role.COACH, athlete=ATHLETE),
        RoundAggregated(manifest=SHA256, round=1, clubs=4),
        RoundAnswered(campaign=SHA256, round=1, answer=SHA256),
        ModelRegistered(manifest=SHA256, model="recovery-linear-1", model_id=SHA256),
        CampaignOpened(campaign=SHA256, campaign_id="recovery-2026"),
        CampaignClosed(campaign=SHA256),
        NodeAdded(club="club-a", fleet_key="ecdsa-sha2-nistp384 AAAA"),
        LeagueStaffSignedIn(person="T. W.", role=LeagueRole.FRONT_OFFICE, club="club-a"),
        LeagueCodeIssued(person="A. N.", role=LeagueRole.OPERATOR),
        LeaguePageRefused(person="A. N.", role=LeagueRole.OPERATOR, page=LeaguePage.SQUAD),
        OrganisationRegistered(organisation_type=OrganisationType.CLUB, key_id="0123456789abcdef"),
        SigningKeyChanged(step=SigningKeyStep.ADDED, key_id="0123456789abcdef", former_until=_CHANGE.ends),
        OrganisationRevoked(revoked="club-a", organisation_type=OrganisationType.CLUB),
        RulesLoaded(pack="open", policy_hash=SHA256),
        Heartbeat(),
    )
}
"""The samples by the name of their form."""
