"""Details of what was asked for: accesses to an athlete's data, disclosures about nobody, refusals at a route."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from audit.entries.details.base import Count, Details, GranularityLevel, Organisation, PersonText, Sha256, Word
from audit.entries.details.codes import AccessBasis, AccessOutcome, DecisionReason
from audit.entries.events import EventKind
from policies.vocabulary import Action, Category, Purpose, Role

RULE = r"^[A-Z]{1,3}[0-9]{2}$"
ROUTE = r"^[A-Z|]{3,40} [A-Za-z0-9/_{}:.-]{1,120}$"
EVENT = r"^[0-9a-f]{32}$"
_DATED = frozenset({AccessBasis.GRANT, AccessBasis.APPROVED_RELEASE})


class Access(Details):
    """One access to one category of one athlete's data, granted or denied.

    grant: the grant that covers it, if one does. since: day of the grant or approval that it was granted on.
    without_wearables: True where whoever asked said that nothing of it comes from a wearable.
    """

    kind = EventKind.ACCESS
    form = "access"
    opened: ClassVar[frozenset[str]] = frozenset({"role", "purpose", "category", "granularity", "rule", "outcome"})
    added = frozenset({"without_wearables"})

    person: PersonText
    role: Role
    action: Action
    purpose: Purpose
    category: Category
    granularity: GranularityLevel
    outcome: AccessOutcome
    rule: Annotated[str, Field(pattern=RULE)] | None
    reason: DecisionReason
    basis: AccessBasis
    grant: Word | None = None
    since: date | None = None
    without_wearables: bool | None = None

    @model_validator(mode="after")
    def _dated(self) -> "Access":
        if (self.basis in _DATED) != (self.since is not None):
            raise ValueError("expected the day of the grant or approval exactly where there is one")
        return self

    @property
    def is_granted(self) -> bool:
        """True if the data was shown."""
        return self.outcome is AccessOutcome.GRANTED


class SquadPageOpened(Details):
    """The front office's squad page was asked for; each line of it leaves an access of its own."""

    kind = EventKind.LOOK_ALLOWED
    form = "squad_page_opened"
    opened = frozenset({"role"})

    person: PersonText
    role: Role
    asked_by: Organisation


class SnapshotServed(Details):
    """A club was given a consent snapshot that says something new."""

    kind = EventKind.LOOK_ALLOWED
    form = "snapshot_served"

    sha256: Sha256


class SpendRead(Details):
    """A league read what a campaign has cost so far."""

    kind = EventKind.LOOK_ALLOWED
    form = "spend_read"

    campaign: Sha256


class RouteRefused(Details):
    """A known caller was refused at a route; never what it asked about."""

    kind = EventKind.LOOK_REFUSED
    form = "route_refused"

    route: Annotated[str, Field(pattern=ROUTE)]


class TokensRefused(Details):
    """A club presented tokens that are not its own, for one round of a campaign."""

    kind = EventKind.LOOK_REFUSED
    form = "tokens_refused"

    campaign: Sha256
    round: Count
    count: Count


class AnswerDelivered(Details):
    """What became of the answer to a recorded request: handed to the network, or not."""

    kind = EventKind.ANSWER_SENT
    form = "answer_delivered"

    answers: Annotated[str, Field(pattern=EVENT)]
    sent: bool
