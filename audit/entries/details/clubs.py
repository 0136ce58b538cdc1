"""Details of what clubs report: the bodies of `POST /v1/events` from a node."""

from datetime import date

from audit.entries.details.base import Count, Details, Organisation, PersonText, Sha256, SubjectText, Word
from audit.entries.details.codes import (
    AskedChange,
    CampaignRefusal,
    ClubPage,
    NodeAccessChange,
    OperatorView,
    OwnSiteDeed,
    ProposalAnswer,
    RecordChange,
)
from audit.entries.events import EventKind
from policies.vocabulary import Role


class CampaignApproved(Details):
    """A club approved a campaign over exactly these bytes."""

    kind = EventKind.CAMPAIGN_APPROVED
    form = "campaign_approved"

    manifest: Sha256
    club: Organisation


class CampaignRefused(Details):
    """A campaign message was refused, by a node or by the league."""

    kind = EventKind.CAMPAIGN_REFUSED
    form = "campaign_refused"

    manifest: Sha256
    reason: CampaignRefusal


class LeagueJoined(Details):
    """A club joined a league: from now on the league may name it, and learn from athletes who let it."""

    kind = EventKind.LEAGUE_JOINED
    form = "league_joined"

    league: Organisation


class LeagueLeft(Details):
    """A club left a league: its part in the league's open campaigns is closed, and its releases to it end."""

    kind = EventKind.LEAGUE_LEFT
    form = "league_left"

    league: Organisation


class ModelJudged(Details):
    """A club measured a model on its own later data; whether it is used there is told to nobody.

    adopted: which way it went, in entries of earlier versions; None ever since.
    """

    kind = EventKind.MODEL_ADOPTED
    form = "model_judged"
    added = frozenset({"adopted"})

    model: Sha256
    adopted: bool | None = None


class FilesIngested(Details):
    """Files were brought into a club's own store. athlete: whose they are, where they are of one."""

    kind = EventKind.INGEST
    form = "files_ingested"

    files: Count
    athlete: SubjectText | None = None


class ProposalAnswered(Details):
    """A person of the club decided on a proposed change to an athlete's session."""

    kind = EventKind.PROPOSAL_DECIDED
    form = "proposal_answered"
    opened = frozenset({"role"})

    person: PersonText
    role: Role
    athlete: SubjectText
    proposal: Word
    answer: ProposalAnswer


class AthleteAsked(Details):
    """A person of the club noted what an athlete answered when asked how they are, or took the note back."""

    kind = EventKind.ATHLETE_ASKED
    form = "athlete_asked"
    opened = frozenset({"role"})

    person: PersonText
    role: Role
    athlete: SubjectText
    change: AskedChange


class OwnSiteUsed(Details):
    """An athlete did something at their own site at a club's node, or a code for it was made.

    Of one public kind whatever it was: a kind for "not OK" would tell everybody who felt ill on which day.
    """

    kind = EventKind.OWN_SITE
    form = "own_site_used"

    athlete: SubjectText
    deed: OwnSiteDeed


class TicketRefused(Details):
    """A ticket to an athlete's own site opened nothing at a club's node. Whose it was, and why, is told to nobody."""

    kind = EventKind.TICKET_REFUSED
    form = "ticket_refused"


class RecordWritten(Details):
    """A person of the club wrote in an athlete's record there, or told coaches what is possible.

    The public kind says neither which nor that it is about health: how often somebody is hurt is nobody's to count.
    """

    kind = EventKind.RECORD_WRITTEN
    form = "record_written"
    opened = frozenset({"role"})

    person: PersonText
    role: Role
    athlete: SubjectText
    change: RecordChange


class NodeDataErased(Details):
    """A club destroyed its key to one athlete's data."""

    kind = EventKind.ERASED
    form = "node_data_erased"

    athlete: SubjectText
    club: Organisation


class StaffSignedIn(Details):
    """A person of a club's staff signed in at its node."""

    kind = EventKind.SIGNED_IN
    form = "staff_signed_in"

    person: PersonText
    role: Role


class StaffCodeIssued(Details):
    """A club issued a one-time sign-in code to a person of its staff."""

    kind = EventKind.CODE_ISSUED
    form = "staff_code_issued"

    person: PersonText
    role: Role


class ClubPageOpened(Details):
    """A page of a club's node was opened that shows no one athlete."""

    kind = EventKind.PAGE_OPENED
    form = "club_page_opened"
    opened = frozenset({"role"})

    person: PersonText
    role: Role
    page: ClubPage


class OperatorLooked(Details):
    """Data was shown at a node's own terminal, or corrected in the node.

    athlete: whose, where it was of one and no figure over several.
    """

    kind = EventKind.OPERATOR_LOOK
    form = "operator_looked"

    athlete: SubjectText | None = None
    what: OperatorView


class NodeAccessChanged(Details):
    """A club changed who may see athletes at its node. person: of its staff; None where an athlete changed squads."""

    kind = EventKind.NODE_ACCESS_CHANGED
    form = "node_access_changed"

    change: NodeAccessChange
    person: PersonText | None = None


class SquadRefused(Details):
    """A person of a club's staff asked for an athlete of a squad that is not theirs, and was shown nothing."""

    kind = EventKind.LOOK_REFUSED
    form = "squad_refused"
    opened = frozenset({"role"})

    person: PersonText
    role: Role
    athlete: SubjectText


class PlanSet(Details):
    """A club set the plan of a day, or of the days up to `until`, for one athlete or for several.

    person: who did, where it was done on the club's pages; None at the node's own terminal.
    """

    kind = EventKind.PLAN_SET
    form = "plan_set"
    added = frozenset({"until", "person"})

    day: date
    athlete: SubjectText | None = None
    until: date | None = None
    person: PersonText | None = None
