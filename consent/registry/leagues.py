"""Which club has joined which league: without that, a league gets of a club what it gets of a club that is not there.

A club joins and leaves; a league can do neither. Both are told to the club's athletes in their own part of the log.
"""

from datetime import datetime

from sqlmodel import col, select

from audit.entries.details.base import Details
from audit.entries.details.clubs import LeagueJoined
from consent.errors import NotFound
from consent.registry import members, orgs
from consent.registry.values import KnownLeague, Org, OrgKind
from consent.storage.log_journal import Draft
from consent.storage.rows import LeagueMembershipRow, OrgRow
from consent.storage.transaction import Transaction
from policies.vocabulary import AthleteId, OrgId


def join(tx: Transaction, club: OrgId, league: OrgId) -> KnownLeague:
    """Join a league; doing it again is fine. Raises NotAllowed unless a club asks, NotFound for no league."""
    orgs.require(tx, club, OrgKind.CLUB)
    found = known(tx, league)
    row = tx.session.get(LeagueMembershipRow, (club, league))
    if row is not None:
        tx.without_entry("joined already, nothing changes")
        return KnownLeague(league, found.name, row.joined)
    tx.session.add(LeagueMembershipRow(club=club, league=league, joined=tx.now))
    tx.append(told_to_athletes(tx, club, LeagueJoined(league=league)))
    return KnownLeague(league, found.name, tx.now)


def of_club(tx: Transaction, club: OrgId) -> list[KnownLeague]:
    """Return every registered league, by identifier, with when this club joined it. Raises NotAllowed for others."""
    orgs.require(tx, club, OrgKind.CLUB)
    joined = _joined(tx, club)
    return [
        KnownLeague(league.org_id, league.name, joined.get(league.org_id))
        for league in orgs.of_kind(tx, OrgKind.LEAGUE)
    ]


def joined_by(tx: Transaction, club: OrgId) -> frozenset[OrgId]:
    """Return the leagues that a club has joined."""
    return frozenset(_joined(tx, club))


def clubs_of(tx: Transaction, league: OrgId) -> list[OrgId]:
    """Return the clubs that have joined a league, by identifier."""
    query = select(LeagueMembershipRow.club).where(col(LeagueMembershipRow.league) == league)
    return [OrgId(club) for club in tx.session.exec(query.order_by(col(LeagueMembershipRow.club))).all()]


def require_club(tx: Transaction, league: OrgId, club: OrgId) -> Org:
    """Return a club that has joined the league that names it.

    Raises NotFound, in the same words and after the same question, for a club that has not joined, for one that is cut
    off, for an organisation that is none, and for one that does not exist.
    """
    query = (
        select(OrgRow)
        .join(LeagueMembershipRow, col(LeagueMembershipRow.club) == col(OrgRow.org_id))
        .where(
            col(LeagueMembershipRow.league) == league,
            col(OrgRow.org_id) == club,
            col(OrgRow.kind) == OrgKind.CLUB.value,
            col(OrgRow.key).is_not(None),
        )
    )
    row = tx.session.exec(query).one_or_none()
    if row is None:
        raise NotFound("expected a club of this league")
    return orgs.of_row(row)


def known(tx: Transaction, league: OrgId) -> Org:
    """Return a registered league; raises NotFound for anything else."""
    row = tx.session.get(OrgRow, league)
    if row is None or row.kind != OrgKind.LEAGUE.value:
        raise NotFound(f"expected a registered league, got {league}; `homefield-node league list` shows them")
    return orgs.of_row(row)


def told_to_athletes(tx: Transaction, club: OrgId, details: Details) -> list[Draft]:
    """Return one entry for each athlete of the club, so that each finds it; one about nobody where there are none.

    A former second member's is about nobody: they are told no more, and still nobody can count them.
    """
    rows = members.locked_at(tx, club)
    missing = members.enrolled(tx, club) - len(rows)
    told = [Draft.about(AthleteId(row.athlete), club, details) for row in rows]
    return [*told, *(Draft.dummy(club, details) for _ in range(missing))] or [Draft.of_org(club, details)]


def _joined(tx: Transaction, club: OrgId) -> dict[OrgId, datetime]:
    rows = tx.session.exec(select(LeagueMembershipRow).where(col(LeagueMembershipRow.club) == club)).all()
    return {OrgId(row.league): row.joined for row in rows}
