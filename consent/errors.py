"""Errors of the consent service.

ConsentError
├── InvalidSettings     settings or keys that cannot be used; nothing starts with them
├── NotAllowed          a caller asked beyond its own tenant, or a rule forbids it whatever is answered
├── NotFound            no such thing for this caller; also the answer for things of others
├── Conflict            the same identifier with other content, or a step that is not possible now
│   └── ChangedMeanwhile  a form whose page shows what no longer holds; nothing was recorded
├── AlreadyAnswered     a round that this club has answered, or may have: no second answer (HTTP 410)
├── InvalidChange       a wish that no grant can hold (end, granularity, cell)
├── ForbiddenTransition a change of state that the lifecycle does not know, or that this actor may not make
├── BudgetExhausted     the reservation would pass the athlete's cap; nothing was reserved
├── RequestRefused      an unsigned, stale, replayed or unknown request; always the same answer
├── TooOften            a caller has had what it may ask for in a minute; says when to try again
├── TooLarge            a body that is longer than any honest caller sends
├── SignInRefused       a code or persona that does not open a session; always the same answer
├── StoreUnavailable    the database cannot answer or a transaction is incomplete; nothing is answered (HTTP 503)
└── KeyDestroyed        sealed details whose key no longer exists

`audit.errors.LogUnavailable` passes through on purpose: whoever asked gets no answer (HTTP 503).
"""


class ConsentError(Exception):
    """Base of every error that `consent` raises."""


class InvalidSettings(ConsentError, ValueError):
    """Settings or keys that cannot be used; the message names the setting, never a secret."""


class NotAllowed(ConsentError):
    """A caller asked beyond its own tenant, or a rule forbids it whatever anyone answers."""


class NotFound(ConsentError, LookupError):
    """No such thing for this caller."""


class Conflict(ConsentError):
    """The same identifier with other content, or a step that is not possible now."""


class ChangedMeanwhile(Conflict):
    """A form whose page shows what no longer holds; nothing was recorded."""


class AlreadyAnswered(ConsentError):
    """A round that this club has answered with other bytes, or may have; it gets no second answer."""


class InvalidChange(ConsentError, ValueError):
    """A wish that no grant can hold."""


class ForbiddenTransition(ConsentError):
    """A change of state that the lifecycle does not know, or that this kind of actor may not make."""


class BudgetExhausted(ConsentError):
    """The reservation would pass the athlete's cap; nothing was reserved."""


class RequestRefused(ConsentError):
    """A request that is unsigned, stale, replayed, changed or by an unknown key."""


class TooOften(ConsentError):
    """A caller has had what it may ask for in a minute; `retry_after_s`: when to try again."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"too many requests; try again in {retry_after_s} seconds")
        self.retry_after_s = retry_after_s


class TooLarge(ConsentError):
    """A body that is longer than any honest caller sends."""


class SignInRefused(ConsentError):
    """A code or persona that does not open a session."""


class KeyDestroyed(ConsentError):
    """Sealed details whose key no longer exists."""


class StoreUnavailable(ConsentError):
    """The database cannot answer, or a transaction is incomplete; nothing is answered."""
