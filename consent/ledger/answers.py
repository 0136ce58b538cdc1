"""One answer to a paid round: its hash is noted before it leaves the club, and then no other answer counts.

A node pays for a round, computes, notes the hash of its answer here, and sends. Whatever it loses between two of these
steps, at most one answer has left: until a hash is noted nothing has been sent, and the round may be computed anew;
from then on only those bytes may be sent. A node that has lost them is left out of the round, which stays paid.
"""

from collections.abc import Set

from sqlmodel import col, select

from audit.entries.details.league import RoundAnswered
from consent.errors import AlreadyAnswered
from consent.ledger import campaigns
from consent.storage.log_journal import Draft
from consent.storage.rows import CampaignRow, OrgRow, RoundAnswerRow, RoundRow, TokenRow
from consent.storage.transaction import Transaction
from policies.vocabulary import OrgId


def note(tx: Transaction, club: OrgId, sha256: str, round_no: int, answer: str) -> None:
    """Note that `club` sends these bytes, by their hash, in a round; the same hash again changes nothing.

    Raises AlreadyAnswered if another answer is noted or may have been sent, and what `campaigns.running` raises.
    """
    campaigns.check_round(tx, campaigns.running(tx, sha256, club), round_no)
    row = tx.session.get(RoundAnswerRow, (sha256, club, round_no))
    if row is not None:
        if row.sha256 != answer:
            raise AlreadyAnswered("expected the answer that your club has noted for this round; no other one counts")
        tx.without_entry("noted already, with the same hash")
        return
    tx.session.add(RoundAnswerRow(campaign=sha256, club=club, round_no=round_no, sha256=answer, at=tx.now))
    tx.append([Draft.of_org(club, RoundAnswered(campaign=sha256, round=round_no, answer=answer))])


def check_unanswered(tx: Transaction, club: OrgId, sha256: str, round_no: int) -> None:
    """Raise AlreadyAnswered if this club has answered the round, or may have."""
    if tx.session.get(RoundAnswerRow, (sha256, club, round_no)) is not None:
        raise AlreadyAnswered("expected a round that your club has not answered; it gets no second answer")


def close_paid(tx: Transaction, pseudonyms: Set[str]) -> None:
    """Take every round that these clubs have paid for as answered, with nobody knows what, where no hash is noted.

    For answers whose entries stand in the log while the database knows nothing of them.
    """
    paid = (
        select(TokenRow.campaign, TokenRow.club, RoundRow.round_no)
        .join(TokenRow, col(TokenRow.digest) == col(RoundRow.digest))
        .join(OrgRow, col(OrgRow.org_id) == col(TokenRow.club))
        .join(CampaignRow, col(CampaignRow.sha256) == col(TokenRow.campaign))
        .where(col(OrgRow.cover).in_(sorted(pseudonyms)), col(CampaignRow.is_closed).is_(False))
        .distinct()
    )
    for campaign, club, round_no in tx.session.exec(paid).all():
        if tx.session.get(RoundAnswerRow, (campaign, club, round_no)) is None:
            tx.session.add(RoundAnswerRow(campaign=campaign, club=club, round_no=round_no, sha256=None, at=tx.now))
