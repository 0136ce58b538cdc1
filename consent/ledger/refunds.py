"""Giving back what no round has used: after a withdrawal, and when a campaign closes or expires.

A round is committed before its update leaves the node, so whatever is not committed was provably never
released. Whatever is committed stays spent, whether or not the update ever arrived.

The ledger books a refund at once. Its entry in the public log waits for the end of the campaign, which leaves one for
every enrolled athlete of its clubs, real or dummy: an entry beside a withdrawal would tell that somebody took part.
"""

from collections.abc import Sequence

from sqlmodel import col, select

from audit.entries.details.athletes import BudgetRefunded, RefundBooked
from consent.grants.active import live_grants
from consent.ledger import campaigns, ledger, unused
from consent.ledger.participation import takes_part
from consent.registry import members
from consent.storage.log_journal import Draft
from consent.storage.rows import CampaignLeftRow, CampaignRow, TokenRow
from consent.storage.transaction import Transaction
from policies.vocabulary import AthleteId, OrgId, Purpose


def refund_withdrawn(tx: Transaction, athlete: AthleteId) -> tuple[RefundBooked, ...]:
    """Close the athlete's tokens that the grants no longer carry; returns what came back, for the athlete alone."""
    grants = live_grants(tx, [athlete], purpose=Purpose.FL_TRAINING)
    # A freeze may be lifted while the campaign runs: it stops each round, and gives nothing back by itself.
    member = members.get(tx, athlete).as_if_unfrozen()
    return _close(
        tx,
        athlete,
        [
            token
            for token in _tokens(tx, athlete=athlete)
            if not (token.is_closed or takes_part(tx, member, campaigns.get(tx, token.campaign).manifest, grants))
        ],
    )


def refund_left(tx: Transaction, athlete: AthleteId, club: OrgId) -> tuple[RefundBooked, ...]:
    """Close the tokens of an athlete at a club where they are no longer; returns what came back."""
    own = [token for token in _tokens(tx, athlete=athlete) if token.club == club and not token.is_closed]
    return _close(tx, athlete, own)


def _close(tx: Transaction, athlete: AthleteId, tokens: Sequence[TokenRow]) -> tuple[RefundBooked, ...]:
    """Close open tokens of one athlete and give back what each has left, at once and one after the other."""
    left, booked = unused.of_tokens(tx, tokens), []
    for token in tokens:
        token.is_closed = True
        micro_rho = ledger.Books.open(tx, [athlete], token.campaign).refund(athlete, left[token.digest])
        tx.session.flush()  # the next books of this athlete read the end of the chain
        if micro_rho:
            booked.append(RefundBooked(campaign=token.campaign, micro_rho=micro_rho))
    return tuple(booked)


def close_campaign(tx: Transaction, sha256: str) -> list[Draft]:
    """Close one campaign and all its tokens; returns the log entries to append, those of earlier refunds with them."""
    row = tx.session.get(CampaignRow, sha256)
    if row is None or row.is_closed:
        return []
    row.is_closed = True
    left = set(tx.session.exec(select(CampaignLeftRow.club).where(col(CampaignLeftRow.campaign) == sha256)).all())
    return _close_for(tx, sha256, [club for club in campaigns.of_row(row).manifest.clubs if club not in left])


def close_turned_down(tx: Transaction, club: OrgId, sha256: str) -> list[Draft]:
    """Close the part of a club that turned a campaign down; returns the log entries to append.

    Nothing happens for a campaign that is closed, that does not name the club, or that was never registered. From then
    on the ledger reserves and takes nothing of the club for it, also where its node was put back from a copy.
    """
    row = tx.session.get(CampaignRow, sha256)
    if row is None or row.is_closed or club not in campaigns.of_row(row).manifest.clubs:
        return []
    return _leave(tx, sha256, club)


def close_for_club(tx: Transaction, club: OrgId, league: OrgId) -> list[Draft]:
    """Close the club's part in every open campaign of a league that it leaves; returns the log entries to append.

    Each campaign leaves one entry for every enrolled athlete of the club, real or dummy.
    """
    query = select(CampaignRow).where(col(CampaignRow.league) == league, col(CampaignRow.is_closed).is_(False))
    rows = tx.session.exec(query.order_by(col(CampaignRow.sha256))).all()
    own = [row for row in rows if club in campaigns.of_row(row).manifest.clubs]
    return [draft for row in own for draft in _leave(tx, row.sha256, club)]


def _leave(tx: Transaction, sha256: str, club: OrgId) -> list[Draft]:
    if tx.session.get(CampaignLeftRow, (sha256, club)) is not None:
        return []
    tx.session.add(CampaignLeftRow(campaign=sha256, club=club, at=tx.now))
    return _close_for(tx, sha256, [club])


def _close_for(tx: Transaction, sha256: str, clubs: Sequence[str]) -> list[Draft]:
    """Close the tokens of these clubs; one entry for each athlete of each of them, real or dummy."""
    tokens = [token for token in _tokens(tx, campaign=sha256) if token.club in clubs]
    members.locked(tx, [AthleteId(token.athlete) for token in tokens])
    books = ledger.Books.open(tx, [AthleteId(token.athlete) for token in tokens], sha256)
    left = unused.of_tokens(tx, tokens)
    for token in tokens:
        if not token.is_closed:
            books.refund(AthleteId(token.athlete), left[token.digest])
        token.is_closed = True
    refunds = [draft for token in tokens for draft in _entries(tx, token, left[token.digest])]
    never_asked, entries = (
        BudgetRefunded(campaign=sha256, micro_rho=0),
        sum(members.enrolled(tx, OrgId(club)) for club in clubs),
    )
    return [*refunds, *(Draft.dummy(tx.union, never_asked) for _ in range(entries - len(refunds)))]


def refund_expired(tx: Transaction) -> list[Draft]:
    """Close every campaign whose time is over."""
    over = select(CampaignRow).where(col(CampaignRow.expires) <= tx.now, col(CampaignRow.is_closed).is_(False))
    return [draft for row in tx.session.exec(over).all() for draft in close_campaign(tx, row.sha256)]


def _tokens(tx: Transaction, *, athlete: str | None = None, campaign: str | None = None) -> list[TokenRow]:
    query = select(TokenRow).order_by(col(TokenRow.digest))
    if athlete is not None:
        query = query.where(col(TokenRow.athlete) == athlete)
    if campaign is not None:
        query = query.where(col(TokenRow.campaign) == campaign)
    return list(tx.session.exec(query).all())


def _entries(tx: Transaction, token: TokenRow, micro_rho: int) -> list[Draft]:
    """The entry of everything that came back of one token; none where nothing did."""
    if micro_rho == 0:
        return []
    details = BudgetRefunded(campaign=token.campaign, micro_rho=micro_rho)
    return [Draft.about(AthleteId(token.athlete), tx.union, details)]
