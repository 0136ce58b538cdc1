"""Athletes enrolled after the backup that was restored: enrolled again, they do not start with a fresh budget."""

from consent.ledger import ledger
from consent.registry.values import Member
from consent.storage.rows import MemberRow, OrgRow
from consent.storage.transaction import Transaction


def charge_unattributed(tx: Transaction, member: Member) -> int:
    """Charge an athlete enrolled in this transaction with what nobody's rounds at the club may have cost.

    Returns the micro-rho. Who is new and who is enrolled again cannot be told apart: their keys are lost.
    """
    row, club = tx.session.get_one(MemberRow, member.athlete), tx.session.get_one(OrgRow, member.club)
    if row.enrolled != tx.now or club.unattributed == 0:
        return 0
    return ledger.charge(tx, member.athlete, club.unattributed)
