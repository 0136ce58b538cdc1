"""Decisions and outcomes that wait at the same moment, in one writing transaction: one commit serves them all.

Each keeps an event of its own in the log, and one that is refused takes nothing from the others. Nothing that is asked
here changes what another would find, so that each gets the answer that it would get alone.
"""

from collections.abc import Sequence

from consent.decisions import decide, outcomes
from consent.decisions.prepared import Prepared
from consent.decisions.values import DecisionAnswer, DecisionCall, OutcomeReport
from consent.errors import ConsentError, StoreUnavailable
from consent.storage.transaction import Transaction, Transactions

Asked = DecisionCall | OutcomeReport
Answered = DecisionAnswer | Exception | None
"""The answer to a decision, None for an outcome that was recorded, or why there is none."""


def together(transactions: Transactions, requests: Sequence[Asked]) -> list[Answered]:
    """Carry the requests out and return what came of each, in their order, once all of it is durable and committed."""
    try:
        return _in_one(transactions, requests)
    except _OneFailed:  # before anything was recorded; the others do not pay for it
        return [together(transactions, [request])[0] for request in requests]
    except Exception as error:
        return [error] * len(requests)


def answer_of(answered: Answered) -> DecisionAnswer:
    """Return the answer to a decision, or raise what stands in its place."""
    if isinstance(answered, DecisionAnswer):
        return answered
    raise answered or StoreUnavailable("expected the answer to a decision, got none")


class _OneFailed(Exception):
    """One of several requests failed otherwise than by a refusal: what is left of the transaction is not known."""


def _in_one(transactions: Transactions, requests: Sequence[Asked]) -> list[Answered]:
    with transactions.write() as tx:
        prepared = _prepared(tx, requests)
        recorded = [one.drafts for one in prepared if isinstance(one, Prepared)]
        if not recorded:
            tx.without_entry("every request was refused, and nothing is disclosed")
        appended = iter(tx.append_together(recorded) if recorded else [])
        return [one.answer(next(appended)) if isinstance(one, Prepared) else one for one in prepared]


def _prepared(tx: Transaction, requests: Sequence[Asked]) -> list[Prepared[DecisionAnswer | None] | ConsentError]:
    try:
        calls = [one for one in requests if isinstance(one, DecisionCall)]
        reports = [one for one in requests if isinstance(one, OutcomeReport)]
        decided = iter(decide.decide_together(tx, calls) if calls else [])
        noted = iter(outcomes.note_together(tx, reports) if reports else [])
        return [next(decided) if isinstance(one, DecisionCall) else next(noted) for one in requests]
    except Exception as error:
        if len(requests) == 1:
            raise
        raise _OneFailed from error
