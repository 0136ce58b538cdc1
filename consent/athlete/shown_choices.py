"""What gives, and what the page showed when it was chosen: a form that an older state was shown on changes nothing.

Each form that gives, answers or lifts a freeze carries a mark of the state that its page showed. It is made under the
session's own secret, so that it tells nothing, and compared under the athlete's lock. What ends sharing carries none.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue
from sqlmodel import col, select

from audit.entries.details.codes import FreezeCause
from consent.athlete import asked_again, change_consent, freezing
from consent.athlete.asked_again import AskedAgain, NoticeAnswer
from consent.errors import ChangedMeanwhile
from consent.grants import event_chain, notice_store
from consent.grants.active import live_grants
from consent.grants.notice import Notice, in_force
from consent.grants.values import Change, ConsentAnswer, ConsentMethod, ReceiptRecord
from consent.ledger import budgets, ledger
from consent.ledger.values import BudgetView
from consent.registry import members
from consent.registry.values import Member
from consent.releases import releases
from consent.releases.stored import state_of
from consent.storage.rows import MemberRow, ReleaseRow
from consent.storage.transaction import Transaction, Transactions
from policies.canonical import canonical_bytes
from policies.vocabulary import AthleteId, Category, ConsentState, Granularity


@dataclass(frozen=True, slots=True)
class ShownState:
    """The mark that a form carries. secret: of the session in which its page was shown."""

    secret: str
    mark: str


class ShownChoices:
    """The athlete's choices as a page sends them: each raises ChangedMeanwhile if its page shows what was before."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def mark(self, athlete: AthleteId, *, secret: str, release_id: str = "") -> str:
        """Return the mark of what the athlete shares now, and of one request where the form answers one."""
        with self._transactions.read() as tx:
            return _mark(secret, _sharing(tx, athlete, release_id))

    def mark_of_cap(self, athlete: AthleteId, *, secret: str) -> str:
        """Return the mark of the lifetime cap as it is now."""
        with self._transactions.read() as tx:
            return _mark(secret, _cap(athlete, budgets.view(tx, athlete).cap_micro_rho))

    def change(
        self, athlete: AthleteId, changes: Sequence[Change], *, method: ConsentMethod, shown: ShownState
    ) -> ReceiptRecord:
        """Carry out several choices at once: one epoch, one log entry, one receipt; see `change_consent.change`.

        What only turns off is never refused for its mark.
        """
        only_ends = all(change.granularity is Granularity.NONE for change in changes)
        with self._transactions.write(urgent=only_ends) as tx:
            if not only_ends:
                _check(tx, athlete, shown)
            return change_consent.change(tx, athlete, changes, method=method)

    def answer_release(
        self,
        athlete: AthleteId,
        release_id: str,
        answer: ConsentAnswer,
        *,
        sha256: str,
        method: ConsentMethod,
        shown: ShownState,
    ) -> ReceiptRecord:
        """Record yes, no or later over the hash of the exact bytes; raises Conflict if it is another hash.

        A no gives nothing and is never refused for its mark.
        """
        with self._transactions.write() as tx:
            if answer is not ConsentAnswer.NO:
                _check(tx, athlete, shown, release_id)
            return releases.answer(tx, athlete, release_id, answer, sha256=sha256, method=method)

    def asked_again(self, athlete: AthleteId) -> list[AskedAgain]:
        """Return every notice in force that changes what the athlete gave under an earlier one, kept so or not."""
        with self._transactions.read() as tx:
            return asked_again.of_athlete(tx, athlete)

    def notice(self, version: str) -> Notice:
        """Return the text of a version as it was served; raises NotFound."""
        with self._transactions.read() as tx:
            return notice_store.of_version(tx, version)

    def answer_notice(
        self, athlete: AthleteId, version: str, said: NoticeAnswer, *, method: ConsentMethod, shown: ShownState
    ) -> ReceiptRecord | None:
        """Answer a notice that asks again; see `asked_again.answer`. Only a yes is refused for its mark."""
        with self._transactions.write(urgent=said is NoticeAnswer.STOP) as tx:
            if said is NoticeAnswer.YES:
                _check(tx, athlete, shown)
            return asked_again.answer(tx, athlete, version, said, method=method)

    def unfreeze(self, athlete: AthleteId, by: FreezeCause, *, shown: ShownState) -> Member:
        """Lift what was frozen for this cause; raises NotAllowed where it is frozen for others only, or Conflict."""
        with self._transactions.write() as tx:
            _check(tx, athlete, shown)
            return freezing.unfreeze(tx, athlete, by)

    def lower_cap(self, athlete: AthleteId, micro_rho: int, *, shown: ShownState) -> BudgetView:
        """Lower the lifetime cap, not below what is used or set aside by now (ChangedMeanwhile); nobody raises it."""
        with self._transactions.write() as tx:
            members.locked_one(tx, athlete)
            budget = ledger.locked_budget(tx, athlete)
            _compare(shown, _cap(athlete, budget.cap))
            if micro_rho < budget.spent + budget.reserved:
                raise ChangedMeanwhile("expected a cap that holds what is used or set aside by now; choose again")
            return budgets.lower_cap(tx, athlete, micro_rho)


def _check(tx: Transaction, athlete: AthleteId, shown: ShownState, release_id: str = "") -> None:
    members.locked_one(tx, athlete)
    _compare(shown, _sharing(tx, athlete, release_id))


def _compare(shown: ShownState, state: dict[str, JsonValue]) -> None:
    if not hmac.compare_digest(_mark(shown.secret, state).encode(), shown.mark.encode()):
        raise ChangedMeanwhile("expected a form that shows what holds now; nothing was recorded")


def _mark(secret: str, state: dict[str, JsonValue]) -> str:
    return hmac.digest(secret.encode(), b"homefield shown state\x00" + canonical_bytes(state), hashlib.sha256).hex()


def _sharing(tx: Transaction, athlete: AthleteId, release_id: str) -> dict[str, JsonValue]:
    """Everything that decides what flows: the epoch, grants and approved releases at this moment, and the request.

    With the notices in force, so that a yes stands under the one that its page was served with.
    """
    row = tx.session.get_one(MemberRow, athlete)
    grants = sorted(grant.grant_id for grant in live_grants(tx, [athlete]).values())
    stored = tx.session.exec(select(ReleaseRow).where(col(ReleaseRow.athlete) == athlete)).all()
    folded = event_chain.states(tx, [release.release_id for release in stored])
    states = {one.release_id: state_of(tx, one, folded.get(one.release_id, ConsentState.UNKNOWN)) for one in stored}
    approved = sorted(release for release, state in states.items() if state.is_valid_for_processing)
    asked = states[release_id].value if release_id in states else ""
    held: dict[str, JsonValue] = {"grants": [*grants], "approved": [*approved], "release": release_id, "asked": asked}
    held["notices"] = [*sorted({in_force(category, tx.now).sha256 for category in Category})]
    return held | {"about": "sharing", "athlete": athlete, "epoch": row.epoch, "frozen": row.frozen}


def _cap(athlete: AthleteId, micro_rho: int) -> dict[str, JsonValue]:
    return {"about": "cap", "athlete": athlete, "cap_micro_rho": micro_rho}
