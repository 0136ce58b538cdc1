"""Proposals of the durability index: club records of one athlete in, the exact bytes for that athlete's answer out.

Only club records and session ratings are read, so no wearable can be a source. Nothing here shows a figure to
the club: a proposal goes to the athlete through the consent service, and the club learns that it was sent.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol

from client.biometrics.streams import SPECS, Stream
from client.errors import ClientError, ConsentUnavailable, NodeKeyNotTaken
from client.features.athlete_days import athlete_days
from client.features.daily import DailyTable
from client.vault.store import Athlete, Vault
from models.durability.availability import INPUTS, durability_inputs
from models.durability.index import durability
from models.durability.released_index import lineage, office_index, own_view
from models.errors import NotEnoughData
from policies.grant import LONGEST_CONTRACT_GRANT, LONGEST_GRANT
from policies.release import ReleaseProposal
from policies.vocabulary import AthleteId, Lineage, OrgId, Purpose, Role

# What the daily columns of `models.durability.availability` are made of; session load comes from rating times minutes.
STREAMS = (
    Stream.TIME_LOSS,
    Stream.AVAILABILITY,
    Stream.ABSENCE,
    Stream.SESSION_RPE,
    Stream.SESSION_DURATION_MIN,
    Stream.SESSION_LOAD,
    Stream.REST_DAY,
)
WORN = frozenset({Lineage.WEARABLE, Lineage.OPTICAL})
PURPOSES = (Purpose.SQUAD_PLANNING, Purpose.CONTRACT)


class BadProposal(ClientError, ValueError):
    """A release that may not be proposed: wrong purpose, or an end that is past or too far."""


class ProposalStatus(StrEnum):
    """What became of one athlete's proposal; the club learns no more."""

    PROPOSED = "proposed"
    NOT_ENOUGH_DATA = "not enough data"
    NOT_TAKEN = "not taken by the consent service"


@dataclass(frozen=True, slots=True)
class ProposalResult:
    """One athlete's line. sha256: of the whole release, bytes_sha256: of what its recipient would see; if proposed."""

    athlete: Athlete
    status: ProposalStatus
    sha256: str | None = None
    bytes_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class ReleaseRecipient:
    """For whom and for what the index is, and until when (the end of that day)."""

    org: OrgId
    purpose: Purpose
    until: datetime


class Proposer(Protocol):
    """What takes proposals to the athlete."""

    def propose(self, proposal: ReleaseProposal) -> None:
        """Put the proposal in front of the athlete."""


def recipient(org: OrgId, purpose: Purpose, until: date, *, now: datetime) -> ReleaseRecipient:
    """Return the recipient with the end of the day `until` in the zone of `now`; raises BadProposal."""
    if purpose not in PURPOSES:
        raise BadProposal(f"expected the purpose squad_planning or contract, got {purpose.value}")
    end = datetime.combine(until, time(23, 59, 59), tzinfo=now.tzinfo)
    longest: timedelta = LONGEST_CONTRACT_GRANT if purpose is Purpose.CONTRACT else LONGEST_GRANT
    if not timedelta(0) < end - now <= longest:
        raise BadProposal(
            f"expected an end within the next {longest.days} days, in the form 2027-02-28, got {until.isoformat()}"
        )
    return ReleaseRecipient(org, purpose, end)


def build_proposal(athlete: Athlete, table: DailyTable, *, to: ReleaseRecipient, approval_id: str) -> ReleaseProposal:
    """Return the proposal with the exact bytes that the recipient would see.

    table: the athlete's days from `STREAMS` alone, the last one being the end of the window. Raises
    NotEnoughData under 18, below 180 eligible days or with an interval wider than 30 points.
    """
    if not table.dates:
        raise NotEnoughData("expected at least one day of club records")
    inputs = durability_inputs({name: table.column(name) for name in INPUTS})
    result = durability(inputs)
    index = office_index(
        result,
        approval_id=approval_id,
        expires_at=to.until.isoformat(),
        window=f"365 d to {table.dates[-1]:%Y-%m}",
        is_minor=athlete.is_minor,
    )
    sources = lineage(inputs)
    if WORN & set(sources):
        raise BadProposal("expected sources without wearables")
    return ReleaseProposal(
        athlete=athlete.athlete,
        recipient_org=to.org,
        recipient_role=Role.FRONT_OFFICE,
        purpose=to.purpose,
        index=index,
        own_view=own_view(result),
        lineage=sources,
        until=to.until,
    )


def propose_all(
    athletes: Iterable[Athlete],
    *,
    days: Callable[[AthleteId], DailyTable],
    consent: Proposer,
    to: ReleaseRecipient,
    new_id: Callable[[], str],
) -> list[ProposalResult]:
    """Propose to each athlete in turn; one that is not ready, or not taken, never stops the others.

    Raises NodeKeyNotTaken, where the service takes nothing of this node.
    """
    return [_propose(athlete, days, consent, to, new_id()) for athlete in athletes]


def _propose(
    athlete: Athlete, days: Callable[[AthleteId], DailyTable], consent: Proposer, to: ReleaseRecipient, approval_id: str
) -> ProposalResult:
    try:
        proposal = build_proposal(athlete, days(athlete.athlete), to=to, approval_id=approval_id)
        consent.propose(proposal)
    except NotEnoughData:
        return ProposalResult(athlete, ProposalStatus.NOT_ENOUGH_DATA)
    except NodeKeyNotTaken:
        raise  # nobody's proposal is taken
    except ConsentUnavailable:
        return ProposalResult(athlete, ProposalStatus.NOT_TAKEN)
    return ProposalResult(athlete, ProposalStatus.PROPOSED, proposal.sha256, proposal.index.sha256)


def days_from(vault: Vault, *, until: date) -> Callable[[AthleteId], DailyTable]:
    """Return a reader of the club records of one athlete up to `until`; no other stream is opened.

    Morning answers are none of them: `reported` makes no rest day here, and a form left out never lowers an index.
    """
    worn = [stream for stream in STREAMS if SPECS[stream].lineage in WORN]
    if worn:
        raise BadProposal("expected streams without wearables")

    def days(athlete: AthleteId) -> DailyTable:
        table = athlete_days(vault, athlete, streams=STREAMS, today=until).until(until)
        return table.until(table.newest_day or until)  # the window ends with a record, not with assumed rest

    return days
