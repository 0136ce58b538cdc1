"""What of a token no round has used: what it set aside, less the rounds that it paid for.

An athlete of two clubs may have two tokens in one campaign, whose movements stand in one account: a token's own share
follows from the token.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from sqlmodel import col, select

from chassis.http.limits import MOST_ITEMS
from consent.ledger import campaigns
from consent.storage.rows import RoundRow, TokenRow
from consent.storage.transaction import Transaction


def of_tokens(tx: Transaction, tokens: Sequence[TokenRow]) -> dict[str, int]:
    """Return micro-rho by the digest of each token: set aside still, or given back once the token is closed."""
    digests = [token.digest for token in tokens]
    paid = Counter(digest for part in _parts(digests) for digest in _rounds(tx, part))
    known = {sha256: campaigns.get(tx, sha256) for sha256 in {token.campaign for token in tokens}}
    return {
        token.digest: token.reserved - paid[token.digest] * known[token.campaign].price(token.sixteenths)
        for token in tokens
    }


def _rounds(tx: Transaction, digests: Sequence[str]) -> Sequence[str]:
    return tx.session.exec(select(RoundRow.digest).where(col(RoundRow.digest).in_(digests))).all()


def _parts(digests: Sequence[str]) -> Iterator[Sequence[str]]:
    return (digests[first : first + MOST_ITEMS] for first in range(0, len(digests), MOST_ITEMS))
