"""What reaches the journal of a service from now on, request by request, as it is recorded."""

from collections.abc import Callable, Sequence
from typing import Any

from consent.storage.log_journal import Draft
from tests.consent.league import World


def on_each_request(world: World, tell: Callable[[Sequence[Draft]], object]) -> None:
    """Call `tell` with the drafts of each request before they are recorded; several requests may share one act."""
    journal = world.store.transactions.context.journal
    record = journal.record

    def noting(session: Any, requests: Sequence[Sequence[Draft]], *, now: Any, act: int) -> Any:
        for drafts in requests:
            tell(drafts)
        return record(session, requests, now=now, act=act)

    journal.record = noting  # type: ignore[method-assign]
