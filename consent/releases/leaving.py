"""A club leaves a league: its part in the league's open campaigns is closed, and its releases to the league end."""

from audit.entries.details.clubs import LeagueLeft
from consent.errors import Conflict
from consent.ledger.refunds import close_for_club
from consent.registry import leagues, members, orgs
from consent.registry.values import KnownLeague, OrgKind
from consent.releases.releases import end_to
from consent.storage.rows import LeagueMembershipRow
from consent.storage.transaction import Transaction
from policies.vocabulary import OrgId


def leave(tx: Transaction, club: OrgId, league: OrgId) -> KnownLeague:
    """Leave a league, at once; joining again opens nothing that this closed.

    Raises NotAllowed unless a club asks, NotFound for no league, Conflict if the club has not joined it.
    """
    orgs.require(tx, club, OrgKind.CLUB)
    left = leagues.known(tx, league)
    row = tx.session.get(LeagueMembershipRow, (club, league))
    if row is None:
        raise Conflict("expected a league that your club has joined; nothing was changed")
    members.locked_at(tx, club)
    tx.session.delete(row)
    end_to(tx, club, league)
    refunds = close_for_club(tx, club, league)
    tx.append([*leagues.told_to_athletes(tx, club, LeagueLeft(league=league)), *refunds])
    return KnownLeague(league, left.name, None)
