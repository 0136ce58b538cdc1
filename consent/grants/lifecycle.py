"""The consent state machine, pure: which state may follow which, and who may bring it about.

States and steps: docs/privacy.md §4.1, with the names of DPV 2.3.
Controllers may ask, expire, invalidate and revoke. Only the athlete (or guardian) can make a consent given.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from consent.errors import ForbiddenTransition
from policies.vocabulary import ConsentState

COOL_DOWN = timedelta(days=90)  # ours: nobody else asks again before that; docs/privacy.md §4.2


class ActorKind(StrEnum):
    """Who brings a change of state about."""

    ATHLETE = "athlete"
    GUARDIAN = "guardian"
    CONTROLLER = "controller"
    REGULATOR = "regulator"
    SYSTEM = "system"


_U, _RQ, _DF, _RF = ConsentState.UNKNOWN, ConsentState.REQUESTED, ConsentState.DEFERRED, ConsentState.REFUSED
_GV, _RN, _WD = ConsentState.GIVEN, ConsentState.RENEWED, ConsentState.WITHDRAWN
_RV, _EX, _IV = ConsentState.REVOKED, ConsentState.EXPIRED, ConsentState.INVALIDATED

_ENDS = frozenset({_WD, _RV, _EX, _IV, _RN})

ALLOWED: dict[ConsentState, frozenset[ConsentState]] = {
    _U: frozenset({_RQ}),
    _RQ: frozenset({_GV, _RF, _DF, _EX}),
    _DF: frozenset({_RQ, _GV, _RF, _EX}),
    _GV: _ENDS,
    _RN: _ENDS,
    _RF: frozenset({_RQ}),
    _WD: frozenset({_RQ}),
    _EX: frozenset({_RQ}),
    _RV: frozenset(),
    _IV: frozenset(),
}
"""Every allowed pair. Requested and deferred also expire: a request closes by itself (docs/pages.md §5)."""

END_BY = {ActorKind.ATHLETE: _WD, ActorKind.GUARDIAN: _WD, ActorKind.CONTROLLER: _IV, ActorKind.REGULATOR: _RV}
"""How what was given ends, by who ends it."""

_SUBJECT_ONLY = frozenset({_GV, _RN, _RF, _DF, _WD})
_OTHERS = frozenset({_RV, _IV})
_NEEDS_QUIET_OVER = frozenset({_RF, _WD, _EX})
_SUBJECTS = frozenset({ActorKind.ATHLETE, ActorKind.GUARDIAN})


@dataclass(frozen=True, slots=True)
class ConsentTransition:
    """One event of a consent, as far as the state machine cares."""

    status: ConsentState
    actor: ActorKind
    at: datetime


def check(before: ConsentState, after: ConsentState, *, actor: ActorKind, quiet_for: timedelta | None = None) -> None:
    """Return if `actor` may move a consent from `before` to `after`; raises ForbiddenTransition otherwise.

    quiet_for: time since `before` was reached; a request by anyone but the athlete waits out COOL_DOWN.
    """
    if after not in ALLOWED[before]:
        raise ForbiddenTransition(f"expected a step that may follow {before.value}, got {after.value}")
    if not _may(actor, after):
        raise ForbiddenTransition(f"expected another actor for {after.value}, got {actor.value}")
    waiting = before in _NEEDS_QUIET_OVER and after is _RQ and actor not in _SUBJECTS
    if waiting and (quiet_for is None or quiet_for < COOL_DOWN):
        raise ForbiddenTransition(f"expected {COOL_DOWN.days} days of quiet before another request")


def _may(actor: ActorKind, after: ConsentState) -> bool:
    if after in _SUBJECT_ONLY:
        return actor in _SUBJECTS
    if after in _OTHERS:
        return actor in (ActorKind.GUARDIAN, ActorKind.CONTROLLER, ActorKind.REGULATOR)
    if after is _EX:
        return actor in (ActorKind.CONTROLLER, ActorKind.SYSTEM)
    return actor is not ActorKind.SYSTEM


def fold(steps: Iterable[ConsentTransition]) -> ConsentState:
    """Return the state after `steps`, checking each; raises ForbiddenTransition at the first that is not allowed."""
    state, since = _U, None
    for step in steps:
        check(state, step.status, actor=step.actor, quiet_for=None if since is None else step.at - since)
        state, since = step.status, step.at
    return state


def as_of(state: ConsentState, *, ends: datetime, now: datetime) -> ConsentState:
    """Return `state`, or EXPIRED once its time is over: time passes without anybody writing an event."""
    over = now >= ends and (state.is_valid_for_processing or state in (_RQ, _DF))
    return _EX if over else state
