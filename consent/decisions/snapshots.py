"""The consent snapshot of one club: read once, and given again for as long as nothing that it says can have changed.

A node asks every few minutes, and almost always nothing has changed. What a snapshot says follows from the club's
members, the newest decision of each, the leagues that the club is in, the rules and the time: the first three are read
each time as a stamp, which tells what holds at that moment, whoever changed it. Grants and their events are only ever
added, with a number that counts up for each athlete, so that the same stamp stands for the same grants.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import and_, bindparam, func, or_, select
from sqlmodel import col

from audit.entries.details.access import SnapshotServed
from consent.decisions.values import SnapshotAnswer
from consent.grants.active import live_grants
from consent.grants.matrix import limit
from consent.registry import members, orgs
from consent.registry.values import OrgKind
from consent.storage.column_statement import ColumnStatement
from consent.storage.log_journal import Draft
from consent.storage.rows import ConsentEventRow, LeagueMembershipRow, MemberRow, OrgRow
from consent.storage.transaction import Transaction
from policies.canonical import canonical_bytes, sha256_hex
from policies.grant import Cell, Grant
from policies.snapshot import SNAPSHOT_LIFE, LiveGrant, SnapshotContent
from policies.terms.notices import FIRST_NOTICE
from policies.vocabulary import AthleteId, Category, OrgId

_NEVER = datetime.max.replace(tzinfo=UTC)
_NEWEST = select(func.max(col(ConsentEventRow.seq))).where(col(ConsentEventRow.athlete) == col(MemberRow.athlete))
_MEMBERS = ColumnStatement(
    select(
        *(col(MemberRow.athlete), col(MemberRow.epoch), col(MemberRow.frozen), col(MemberRow.is_minor)),
        _NEWEST.correlate(MemberRow).scalar_subquery(),
    )
    .where(
        or_(
            col(MemberRow.club) == bindparam("club"),
            and_(
                col(MemberRow.second_club) == bindparam("club"),
                or_(col(MemberRow.second_until).is_(None), col(MemberRow.second_until) > bindparam("now")),
            ),
        )
    )
    .order_by(col(MemberRow.athlete))
)
_LEAGUES = ColumnStatement(
    select(col(LeagueMembershipRow.league)).where(col(LeagueMembershipRow.club) == bindparam("club"))
)
_RECORDED = ColumnStatement(select(col(OrgRow.snapshot_sha256)).where(col(OrgRow.org_id) == bindparam("club")))

MemberStamp = tuple[str, int, str, bool, int | None]
"""An athlete with epoch, causes of a freeze, age group, and the number of the newest decision."""


@dataclass(frozen=True, slots=True)
class SnapshotStamp:
    """What a snapshot depends on beside the time."""

    policy_hash: str
    leagues: frozenset[str]
    members: tuple[MemberStamp, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What a snapshot said from `read` on, and says until `ends`, when the first grant in it ends, under this stamp."""

    stamp: SnapshotStamp
    read: datetime
    ends: datetime
    sha256: str
    content: SnapshotContent

    def holds(self, stamp: SnapshotStamp, now: datetime) -> bool:
        return self.stamp == stamp and self.read <= now < self.ends


class ClubSnapshots:
    """The newest snapshot of each club since the start. For any thread: each entry is replaced whole."""

    def __init__(self) -> None:
        self._known: dict[OrgId, _Known] = {}

    def repeated(self, tx: Transaction, club: OrgId) -> SnapshotAnswer | None:
        """Return the snapshot if it says what was recorded last, and so needs no entry; None if it must be recorded.

        It needs no writer's turn. Raises LogUnavailable if nothing could be recorded.
        """
        orgs.require(tx, club, OrgKind.CLUB)
        now = self._now(tx, club)
        if tx.rows(_RECORDED, club=club)[0][0] != now.sha256:
            return None
        tx.as_recorded_before("the same snapshot again")
        return _signed(tx, now, event=None)

    def recorded(self, tx: Transaction, club: OrgId) -> SnapshotAnswer:
        """Return the signed snapshot of one club; logged whenever it says something new.

        It holds what the node needs: grants to the club's own people and to the learning of the leagues that the club
        has joined, each cut to what the rules honour now. What an athlete shares with the national team, or with a
        league that the club is not in, is not the club's business.
        """
        orgs.require(tx, club, OrgKind.CLUB)
        members.locked_at(tx, club)
        now = self._now(tx, club)
        return _signed(tx, now, event=_log_if_new(tx, club, now.sha256))

    def _now(self, tx: Transaction, club: OrgId) -> _Known:
        stamp, known = stamp_of(tx, club), self._known.get(club)
        if known is None or not known.holds(stamp, tx.now):
            known = self._known[club] = _read(tx, club, stamp)
        return known


def stamp_of(tx: Transaction, club: OrgId) -> SnapshotStamp:
    """Return what the snapshot of a club depends on at this moment, by two questions whatever it says."""
    joined = frozenset(league for (league,) in tx.rows(_LEAGUES, club=club))
    return SnapshotStamp(
        tx.context.enforcer.policy_hash, joined, tuple(map(tuple, tx.rows(_MEMBERS, club=club, now=tx.now)))
    )


def _read(tx: Transaction, club: OrgId, stamp: SnapshotStamp) -> _Known:
    epochs = {AthleteId(athlete): epoch for athlete, epoch, *_ in stamp.members}
    grants = live_grants(tx, epochs)
    ends = min((grant.ends for grant in grants.values()), default=_NEVER)
    recipients = {club, *stamp.leagues}
    told = [_told(tx, cell, grant) for cell, grant in grants.items() if cell.recipient.org in recipients]
    listed = sorted((one for one in told if one is not None), key=_in_order)
    return _Known(stamp, tx.now, ends, _hash_of(epochs, listed), SnapshotContent.of(club, epochs, listed))


def _told(tx: Transaction, cell: Cell, grant: Grant) -> LiveGrant | None:
    """A grant cut to what the rules honour; None where that is nothing."""
    honoured = min(
        grant.max_granularity, limit(tx, members.get(tx, cell.athlete), cell.category, cell.recipient).ceiling
    )
    if not honoured:
        return None
    return LiveGrant(
        athlete=cell.athlete,
        category=cell.category,
        purpose=cell.purpose,
        recipient_org=cell.recipient.org,
        recipient_role=cell.recipient.role,
        max_granularity=honoured,
        ends=grant.ends,
        notice=grant.notice_version if cell.category is Category.READINESS else FIRST_NOTICE,
    )


def _in_order(grant: LiveGrant) -> tuple[str, ...]:
    return grant.athlete, grant.recipient_org, grant.recipient_role, grant.category


def _hash_of(epochs: Mapping[AthleteId, int], grants: Sequence[LiveGrant]) -> str:
    """Hash of whole grants: other rules may honour more of one than before, and no epoch says so."""
    return sha256_hex(canonical_bytes({"epochs": dict(epochs), "grants": [_words(grant) for grant in grants]}))


def _words(grant: LiveGrant) -> list[str]:
    """All that a snapshot says about one grant."""
    recipient = [grant.recipient_org, grant.recipient_role.value]
    level = [grant.max_granularity.word, grant.ends.isoformat()]
    level += [] if grant.notice == FIRST_NOTICE else [grant.notice]
    return [grant.athlete, grant.category.value, grant.purpose.value, *recipient, *level]


def _signed(tx: Transaction, known: _Known, *, event: str | None) -> SnapshotAnswer:
    signed = known.content.signed(tx.context.keys.service, issued=tx.now, expires=tx.now + SNAPSHOT_LIFE)
    return SnapshotAnswer(signed, event)


def _log_if_new(tx: Transaction, club: OrgId, sha256: str) -> str | None:
    """A repeat of the same content discloses nothing new and is not logged again."""
    row = tx.session.get_one(OrgRow, club)
    if row.snapshot_sha256 == sha256:
        tx.as_recorded_before("the same snapshot again")
        return None
    row.snapshot_sha256 = sha256
    return tx.append([Draft.of_org(club, SnapshotServed(sha256=sha256))]).event
