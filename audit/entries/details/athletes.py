"""Details of what athletes choose, and of what is recorded about their membership and budget.

None of these fields opens one by one: what is opened of such an entry is the same for every athlete, and for a dummy.
"""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from audit.entries.details.base import Count, Details, GranularityLevel, Organisation, Sha256, Word
from audit.entries.details.codes import ChoiceMethod, FreezeCause, RoundPayment
from audit.entries.events import EventKind
from policies.vocabulary import Category, ConsentState, Purpose, Role


class CellChange(BaseModel):
    """One changed cell of an athlete's matrix; granularity none and no end where sharing stopped."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    category: Category
    purpose: Purpose
    recipient_org: Organisation
    recipient_role: Role
    granularity: GranularityLevel
    ends: AwareDatetime | None


class RefundBooked(BaseModel):
    """Budget of one campaign that came back at once; its own entry follows when the campaign closes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    campaign: Sha256
    micro_rho: Count


class CellsChanged(Details):
    """An athlete gave or withdrew consent in one or more cells. refunds: the budget that came back by that."""

    kind = EventKind.CONSENT_DECISION
    form = "cells_changed"
    added = frozenset({"refunds"})

    receipt_id: Word
    changes: Annotated[tuple[CellChange, ...], Field(max_length=1_000)]
    method: ChoiceMethod
    epoch: Count
    refunds: Annotated[tuple[RefundBooked, ...], Field(max_length=1_000)] = ()


class ReleaseDecided(Details):
    """An athlete answered a release request, or withdrew an approved release."""

    kind = EventKind.CONSENT_DECISION
    form = "release_decided"

    receipt_id: Word
    release_id: Word
    sha256: Sha256
    status: ConsentState
    method: ChoiceMethod
    epoch: Count


class CapLowered(Details):
    """An athlete lowered the cap of the own privacy budget."""

    kind = EventKind.CONSENT_DECISION
    form = "cap_lowered"

    cap_micro_rho: Count


class AccountFrozen(Details):
    """An account was frozen: nothing of the athlete is read, trained or released until it is unfrozen.

    Of the same public kind as every other choice: a kind of its own would tell how many are frozen.
    """

    kind = EventKind.CONSENT_DECISION
    form = "account_frozen"

    cause: FreezeCause
    epoch: Count


class AccountUnfrozen(Details):
    """One cause for which an account was frozen holds no longer. is_frozen: another one still does."""

    kind = EventKind.CONSENT_DECISION
    form = "account_unfrozen"

    cause: FreezeCause
    is_frozen: bool
    epoch: Count


class ReleaseRequested(Details):
    """A club asked an athlete whether an index may be released. shown: False in the quiet days after a refusal."""

    kind = EventKind.RELEASE_PROPOSED
    form = "release_requested"

    release_id: Word
    sha256: Sha256
    purpose: Purpose
    shown: bool


class BudgetReserved(Details):
    """Budget of one athlete was set aside for a campaign; a dummy's is 0."""

    kind = EventKind.BUDGET_RESERVED
    form = "budget_reserved"

    campaign: Sha256
    micro_rho: Count
    epoch: Count


class BudgetRefunded(Details):
    """Budget that a campaign did not use was given back; a dummy's is 0."""

    kind = EventKind.BUDGET_REFUNDED
    form = "budget_refunded"

    campaign: Sha256
    micro_rho: Count


class RoundCommitted(Details):
    """One athlete's token was presented for one round of a campaign; a dummy's does not count."""

    kind = EventKind.ROUND_COMMITTED
    form = "round_committed"

    campaign: Sha256
    round: Count
    payment: RoundPayment

    @property
    def is_counted(self) -> bool:
        """True if the athlete's data may be used in the round."""
        return self.payment in (RoundPayment.PAID, RoundPayment.PAID_BEFORE)


class MemberEnrolled(Details):
    """An athlete was enrolled, or the record of one corrected."""

    kind = EventKind.MEMBER_ENROLLED
    form = "member_enrolled"

    epoch: Count


class SecondClubSet(Details):
    """An athlete is at a second club, with this weight there in league learning, or no longer: then it is 0.

    Of the same public kind as an enrolment, as which the club's other athletes came. refunds: the budget that came back
    where the membership ended.
    """

    kind = EventKind.MEMBER_ENROLLED
    form = "second_club_set"

    club: Organisation
    sixteenths: Annotated[int, Field(ge=0, le=15)]
    until: AwareDatetime | None
    epoch: Count
    refunds: Annotated[tuple[RefundBooked, ...], Field(max_length=1_000)] = ()


class RecordErased(Details):
    """An athlete's record was erased at the consent service. stopped: how many cells and releases ended by it."""

    kind = EventKind.ERASED
    form = "record_erased"

    stopped: Count
    method: ChoiceMethod
    epoch: Count


class AthleteSignedIn(Details):
    """An athlete signed in to the portal."""

    kind = EventKind.SIGNED_IN
    form = "athlete_signed_in"

    method: ChoiceMethod
