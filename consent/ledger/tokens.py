"""Contribution tokens: one athlete, one campaign, issued after the whole budget is set aside, paid round by round.

An athlete of two clubs has a token at each, with the weight that holds there when it is issued; it stands for the
campaign, whatever becomes of the weights, and all tokens of one athlete in a campaign are no more than one athlete.

A token is derived, never stored. It counts only while the athlete still takes part and has decided nothing
since it was issued; asking again renews it, unless a withdrawal has closed it for this campaign.

The public log must not tell how many athletes of a club take part: each request leaves one entry for every
enrolled athlete of the club, real or dummy, whether many take part or nobody.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from sqlmodel import col, select

from audit.entries.details.access import TokensRefused
from audit.entries.details.athletes import BudgetReserved, RoundCommitted
from audit.entries.details.base import Details
from audit.entries.details.codes import RoundPayment
from consent.errors import BudgetExhausted, NotAllowed
from consent.grants.active import live_grants
from consent.ledger import answers, campaigns, ledger, season_lines
from consent.ledger.campaigns import RegisteredCampaign
from consent.ledger.participation import takes_part
from consent.ledger.values import IssuedToken, IssuedTokens, PaidRound
from consent.registry import members
from consent.registry.values import Member
from consent.storage.log_journal import Draft
from consent.storage.rows import RoundRow, TokenRow
from consent.storage.transaction import Transaction
from policies.campaigns.memberships import WHOLE
from policies.campaigns.season_line import season_line
from policies.campaigns.season_windows import rounds_left
from policies.grant import Cell, Grant
from policies.vocabulary import AthleteId, OrgId, Purpose

_PAYMENTS = {
    (True, False): RoundPayment.PAID,
    (True, True): RoundPayment.PAID_BEFORE,
    (False, False): RoundPayment.NOT_COUNTED,
    (False, True): RoundPayment.REPEATED,
}
"""What came of a token, by whether it counts and whether its round was paid before."""


@dataclass(slots=True)
class _Batch:
    """What one request has come to so far, and what was read for all its athletes together."""

    campaign: RegisteredCampaign
    grants: dict[Cell, Grant]
    books: ledger.Books
    drafts: list[Draft] = field(default_factory=list)


@dataclass(slots=True)
class _Issuing(_Batch):
    """known: tokens of before, by digest. elsewhere: weights of each athlete's tokens of other clubs, added up. line:
    what was booked of each athlete in the campaign's season line."""

    club: OrgId = field(kw_only=True)
    known: Mapping[str, TokenRow] = field(kw_only=True)
    elsewhere: Mapping[str, int] = field(kw_only=True)
    line: season_lines.Movements = field(kw_only=True)


@dataclass(slots=True)
class _Paying(_Batch):
    """paid: digests of the tokens that have paid for the round before. again: asked before, and nothing has left."""

    present: Mapping[AthleteId, Member] = field(kw_only=True)
    round_no: int = field(kw_only=True)
    paid: Set[str] = field(kw_only=True)
    again: bool = field(kw_only=True)


def issue(tx: Transaction, club: OrgId, sha256: str, athletes: Sequence[AthleteId]) -> IssuedTokens:
    """Reserve and issue; see `ConsentStore.issue_tokens`. Raises NotAllowed if any athlete is not the club's."""
    campaign = campaigns.running(tx, sha256, club)
    own = _own_members(tx, club, athletes)
    wanted = [member.athlete for member in own]
    grants, before = live_grants(tx, wanted, purpose=Purpose.FL_TRAINING), _issued_before(tx, sha256, wanted)
    batch = _Issuing(
        campaign,
        grants,
        ledger.Books.open(tx, wanted, sha256),
        club=club,
        known={row.digest: row for row in before if row.club == club},
        elsewhere=_added_up(row for row in before if row.club != club),
        line=season_lines.movements(tx, wanted, season_line(campaign.manifest)),
    )
    issued = [token for member in own if (token := _issue_one(tx, batch, member)) is not None]
    never_asked = BudgetReserved(campaign=sha256, micro_rho=0, epoch=0)
    event = _append_for_squad(tx, club, never_asked, batch.drafts)
    return IssuedTokens(tuple(issued), skipped=len(own) - len(issued), event=event)


def commit_round(
    tx: Transaction, club: OrgId, sha256: str, round_no: int, presented: Sequence[str], *, again: bool
) -> PaidRound:
    """Pay for one round; see `ConsentStore.commit_round`. A token that does not count leaves an entry as well."""
    campaign = campaigns.running(tx, sha256, club)
    campaigns.check_round(tx, campaign, round_no)
    answers.check_unanswered(tx, club, sha256, round_no)
    wanted = {_digest(token) for token in presented}
    query = select(TokenRow).where(col(TokenRow.campaign) == sha256, col(TokenRow.digest).in_(sorted(wanted)))
    rows = tx.session.exec(query.where(col(TokenRow.club) == club)).all()
    own = {AthleteId(row.athlete): row for row in rows}
    present = {athlete: members.member_of(row, tx.now) for athlete, row in members.locked(tx, own).items()}
    batch = _Paying(
        campaign,
        live_grants(tx, own, purpose=Purpose.FL_TRAINING),
        ledger.Books.open(tx, own, sha256),
        present=present,
        round_no=round_no,
        paid=_paid_before(tx, round_no, [row.digest for row in own.values()]),
        again=again,
    )
    accepted = [athlete for athlete in sorted(own) if _pay(tx, batch, own[athlete])]
    foreign, refusals = len(wanted) - len(own), []
    if foreign:
        refusals.append(Draft.of_org(club, TokensRefused(campaign=sha256, round=round_no, count=foreign)))
    never_asked = RoundCommitted(campaign=sha256, round=round_no, payment=RoundPayment.NOT_COUNTED)
    event = _append_for_squad(tx, club, never_asked, batch.drafts, refusals)
    return PaidRound(tuple(accepted), event)


def _append_for_squad(
    tx: Transaction, club: OrgId, never_asked: Details, own: Sequence[Draft], others: Sequence[Draft] = ()
) -> str | None:
    """Append `own`, filled up with dummies to one entry for each enrolled athlete of the club, and `others`.

    never_asked: what an entry about an athlete who was never asked says, and therefore every dummy.
    Returns the event, or None where there is nothing to append.
    """
    missing = members.enrolled(tx, club) - len(own)
    drafts = [*own, *(Draft.dummy(tx.union, never_asked) for _ in range(missing)), *others]
    if drafts:
        return tx.append(drafts).event
    tx.without_entry("a club without athletes: nothing can change and nothing is disclosed")
    return None


def _own_members(tx: Transaction, club: OrgId, athletes: Sequence[AthleteId]) -> list[Member]:
    locked = members.locked(tx, athletes)
    own = [members.get(tx, athlete) for athlete in sorted(locked)]
    if set(athletes) != set(locked) or not all(member.is_at(club) for member in own):
        raise NotAllowed("expected athletes of your own club only")
    return own


def _issued_before(tx: Transaction, sha256: str, athletes: Sequence[AthleteId]) -> Sequence[TokenRow]:
    query = select(TokenRow).where(col(TokenRow.campaign) == sha256, col(TokenRow.athlete).in_(athletes))
    return tx.session.exec(query).all()


def _added_up(tokens: Iterable[TokenRow]) -> Counter[str]:
    """The weights of each athlete's tokens; closed ones count, since what they paid for has left."""
    found = Counter[str]()
    for token in tokens:
        found[token.athlete] += token.sixteenths
    return found


def _paid_before(tx: Transaction, round_no: int, digests: Sequence[str]) -> set[str]:
    query = select(RoundRow.digest).where(col(RoundRow.round_no) == round_no, col(RoundRow.digest).in_(digests))
    return set(tx.session.exec(query).all())


def _issue_one(tx: Transaction, batch: _Issuing, member: Member) -> IssuedToken | None:
    campaign = batch.campaign
    if not takes_part(tx, member, campaign.manifest, batch.grants):
        return None
    token = _derive(tx, member, batch.club, campaign.sha256)
    row = batch.known.get(_digest(token))
    if row is not None and row.is_closed:
        return None  # single use: after a withdrawal there is no second token for the same campaign
    if row is None:
        row = _reserve(tx, batch, member, token)
    if row is None:
        return None
    row.epoch = member.epoch
    return IssuedToken(member.athlete, token, member.epoch, row.sixteenths)


def _reserve(tx: Transaction, batch: _Issuing, member: Member, token: str) -> TokenRow | None:
    campaign = batch.campaign
    weight = min(member.weight_at(batch.club), WHOLE - batch.elsewhere[member.athlete])
    if weight < 1:
        return None  # a token of before holds the whole athlete, for as long as the campaign runs
    # Who comes later in a season sets aside what is left of it: an exchange whose window is over cannot be paid.
    price = campaign.price(weight)
    cost = price * rounds_left(campaign.manifest, tx.now)
    try:
        season_lines.check_room(batch.line[member.athlete], campaign.manifest, price, now=tx.now)
        batch.books.reserve(member.athlete, cost)
    except BudgetExhausted:
        return None
    row = TokenRow(
        digest=_digest(token),
        athlete=member.athlete,
        campaign=campaign.sha256,
        epoch=member.epoch,
        issued=tx.now,
        is_closed=False,
        club=batch.club,
        sixteenths=weight,
        reserved=cost,
    )
    tx.session.add(row)
    details = BudgetReserved(campaign=campaign.sha256, micro_rho=cost, epoch=member.epoch)
    batch.drafts.append(Draft.about(member.athlete, tx.union, details))
    return row


def _pay(tx: Transaction, batch: _Paying, token: TokenRow) -> bool:
    member, campaign = batch.present[AthleteId(token.athlete)], batch.campaign
    is_repeat = token.digest in batch.paid
    counts = (
        not token.is_closed
        and token.epoch == member.epoch
        and member.is_at(OrgId(token.club))
        and (batch.again or not is_repeat)
        and takes_part(tx, member, campaign.manifest, batch.grants)
    )
    if counts and not is_repeat:
        batch.books.commit(member.athlete, batch.round_no, campaign.price(token.sixteenths))
        tx.session.add(RoundRow(digest=token.digest, round_no=batch.round_no, at=tx.now))
    payment = _PAYMENTS[counts, is_repeat]
    details = RoundCommitted(campaign=campaign.sha256, round=batch.round_no, payment=payment)
    batch.drafts.append(Draft.about(member.athlete, tx.union, details))
    return counts


def _derive(tx: Transaction, member: Member, club: OrgId, campaign: str) -> str:
    """The token at this club. At the athlete's own one it says no club, as it always has: tokens outlive versions."""
    at = "" if club == member.club else f"|{club}"
    return hmac.digest(tx.context.keys.tokens, f"{member.athlete}|{campaign}{at}".encode(), hashlib.sha256).hex()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
