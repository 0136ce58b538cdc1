"""Players without an account on the public squad list, as stores hold them; no program adds one."""

from audit.entries.details.athletes import MemberEnrolled
from consent.storage.log_journal import Draft
from consent.storage.rows import PlayerRow
from consent.store import ConsentStore
from policies.vocabulary import OrgId


def list_player(store: ConsentStore, club: OrgId, *, name: str, shirt_no: int) -> None:
    """Put a player on the list; its entry reads as that of an enrolment."""
    with store.transactions.write() as tx:
        tx.session.add(PlayerRow(club=club, name=name, shirt_no=shirt_no))
        tx.append([Draft.dummy(club, MemberEnrolled(epoch=1))])
