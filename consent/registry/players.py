"""The public squad list of a club: every player by number and name, whether or not they have an account here.

The front office's page shows this list, so that nobody can tell from a line who has an account: a player who enrols
gets no line of their own beside the listed one, and is shown by the listed name whatever name they enrolled with.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlmodel import col, select

from audit.entries.details.athletes import MemberEnrolled
from consent.errors import InvalidChange
from consent.registry import members, orgs
from consent.registry.values import MOST_PLAYERS, ListChange, ListedPlayer, OrgKind
from consent.storage.log_journal import Draft
from consent.storage.rows import MemberRow, PlayerRow
from consent.storage.transaction import Transaction
from policies.vocabulary import AthleteId, OrgId

Line = tuple[ListedPlayer, AthleteId | None]


def replace(tx: Transaction, club: OrgId, listed: Sequence[ListedPlayer]) -> ListChange:
    """Put this list in place of the club's former one; returns how many lines came and went.

    A line that came leaves an entry that reads as that of an enrolment, unless its player has an account, which left
    one. Raises InvalidChange for two lines that are the same or too many, NotAllowed for another kind than a club.
    """
    orgs.require(tx, club, OrgKind.CLUB)
    _check(listed)
    stored = {_listed(row): row for row in _rows(tx, club)}
    gone, came = [row for one, row in stored.items() if one not in listed], [one for one in listed if one not in stored]
    for row in gone:
        tx.session.delete(row)
    tx.session.add_all(PlayerRow(club=club, name=one.name, shirt_no=one.shirt_no) for one in came)
    tx.session.flush()
    without_account = {one for one, athlete in shown(tx, club, members.rows_of_club(tx, club)) if athlete is None}
    drafts = [Draft.dummy(club, MemberEnrolled(epoch=1)) for one in came if one in without_account]
    if drafts:
        tx.append(drafts)
    else:
        tx.without_entry("no player came who has no account")
    return ListChange(added=len(came), removed=len(gone))


def listed(tx: Transaction, club: OrgId) -> list[ListedPlayer]:
    """Return the club's list by number and name; empty where none was given. Raises NotAllowed for no club."""
    orgs.require(tx, club, OrgKind.CLUB)
    return sorted(map(_listed, _rows(tx, club)))


def shown(tx: Transaction, club: OrgId, members: Iterable[MemberRow]) -> list[Line]:
    """Return every line of the club's squad page, see `lines_of`."""
    return lines_of(map(_listed, _rows(tx, club)), members)


def lines_of(listed: Iterable[ListedPlayer], members: Iterable[MemberRow]) -> list[Line]:
    """Return the lines of a squad page by number and name, each with the athlete whose it is, or None.

    Of the listed players with an athlete's number it is the one of the same name, otherwise the first that is left.
    An athlete who is not on the list has a line of their own.
    """
    free, lines = sorted(listed), list[Line]()
    # Whoever is on the list by name as well takes that line before another athlete with the same number can.
    in_turn = sorted(members, key=lambda row: (ListedPlayer(row.shirt_no, row.name) not in free, row.athlete))
    for row in in_turn:
        own = ListedPlayer(row.shirt_no, row.name)
        same_number = [one for one in free if one.shirt_no == row.shirt_no]
        line = own if own in free or not same_number else same_number[0]
        if line in free:
            free.remove(line)
        lines.append((line, AthleteId(row.athlete)))
    return sorted([*lines, *((one, None) for one in free)], key=lambda line: (line[0], line[1] or ""))


def _check(listed: Sequence[ListedPlayer]) -> None:
    if len(listed) > MOST_PLAYERS:
        raise InvalidChange(f"expected at most {MOST_PLAYERS} players, got {len(listed)}")
    twice = [one for one, times in Counter(listed).items() if times > 1]
    if twice:
        raise InvalidChange(f"number {twice[0].shirt_no} stands twice with one name; leave one of the two lines out")


def _rows(tx: Transaction, club: OrgId) -> Sequence[PlayerRow]:
    return tx.session.exec(select(PlayerRow).where(col(PlayerRow.club) == club)).all()


def _listed(row: PlayerRow) -> ListedPlayer:
    return ListedPlayer(row.shirt_no, row.name)
