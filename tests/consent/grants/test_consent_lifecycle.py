"""The consent state machine against an independent model: docs/privacy.md §4.1 written down a second time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from consent.errors import ForbiddenTransition
from consent.grants.lifecycle import ALLOWED, COOL_DOWN, ActorKind, ConsentTransition, as_of, check, fold
from policies.vocabulary import ConsentState
from tests.scale import fuzzed

NOW = datetime(2026, 11, 23, tzinfo=UTC)
STATES, ACTORS = list(ConsentState), list(ActorKind)

# The table of docs/privacy.md §4.1 as text: from, to.
TABLE = """
ConsentUnknown: ConsentRequested
ConsentRequested: ConsentGiven ConsentRefused ConsentRequestDeferred ConsentExpired
ConsentRequestDeferred: ConsentRequested ConsentGiven ConsentRefused ConsentExpired
ConsentGiven: ConsentWithdrawn ConsentRevoked ConsentExpired ConsentInvalidated RenewedConsentGiven
RenewedConsentGiven: ConsentWithdrawn ConsentRevoked ConsentExpired ConsentInvalidated RenewedConsentGiven
ConsentRefused: ConsentRequested
ConsentWithdrawn: ConsentRequested
ConsentExpired: ConsentRequested
ConsentRevoked:
ConsentInvalidated:
"""


def test_the_table_is_the_documented_one() -> None:
    rows = [line.split(":") for line in TABLE.strip().splitlines()]
    expected = {ConsentState(a): frozenset(ConsentState(b) for b in bs.split()) for a, bs in rows}

    assert expected == ALLOWED


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", [ConsentState.GIVEN, ConsentState.RENEWED])
@pytest.mark.parametrize("actor", [ActorKind.CONTROLLER, ActorKind.SYSTEM, ActorKind.REGULATOR])
def test_nobody_but_the_athlete_makes_it_given(before: ConsentState, after: ConsentState, actor: ActorKind) -> None:
    with pytest.raises(ForbiddenTransition):
        check(before, after, actor=actor, quiet_for=timedelta(days=1000))


@pytest.mark.parametrize("quiet", [None, timedelta(days=89, hours=23)])
@pytest.mark.parametrize("before", [ConsentState.REFUSED, ConsentState.WITHDRAWN, ConsentState.EXPIRED])
def test_a_controller_waits_ninety_days_and_the_athlete_does_not(before: ConsentState, quiet: timedelta | None) -> None:
    with pytest.raises(ForbiddenTransition):
        check(before, ConsentState.REQUESTED, actor=ActorKind.CONTROLLER, quiet_for=quiet)
    check(before, ConsentState.REQUESTED, actor=ActorKind.CONTROLLER, quiet_for=COOL_DOWN)
    check(before, ConsentState.REQUESTED, actor=ActorKind.ATHLETE, quiet_for=quiet)


@given(st.sampled_from(STATES), st.integers(-5, 5))
def test_time_ends_what_is_open_and_nothing_else(state: ConsentState, days: int) -> None:
    shown = as_of(state, ends=NOW + timedelta(days=days), now=NOW)

    assert not (days <= 0 and shown.is_valid_for_processing)
    assert shown in (state, ConsentState.EXPIRED)
    assert days <= 0 or shown is state


class Consent(RuleBasedStateMachine):
    """Random actors try random steps; the model keeps its own idea of what has been agreed."""

    def __init__(self) -> None:
        super().__init__()
        self.state, self.since, self.now = ConsentState.UNKNOWN, NOW, NOW
        self.steps: list[ConsentTransition] = []
        self.athlete_agrees = False

    @rule(after=st.sampled_from(STATES), actor=st.sampled_from(ACTORS), days=st.integers(0, 100))
    def try_step(self, after: ConsentState, actor: ActorKind, days: int) -> None:
        """Whatever is accepted changes the state; whatever is refused changes nothing."""
        self.now += timedelta(days=days)
        try:
            check(self.state, after, actor=actor, quiet_for=self.now - self.since)
        except ForbiddenTransition:
            with pytest.raises(ForbiddenTransition):
                fold([*self.steps, ConsentTransition(after, actor, self.now)])
            return
        self.steps.append(ConsentTransition(after, actor, self.now))
        self.state, self.since = after, self.now
        if after.is_valid_for_processing:
            assert actor in (ActorKind.ATHLETE, ActorKind.GUARDIAN)
            self.athlete_agrees = True
        elif after not in (ConsentState.REQUESTED, ConsentState.DEFERRED):
            self.athlete_agrees = False

    @invariant()
    def fold_and_model_agree(self) -> None:
        """Valid for processing exactly while the athlete's last word was yes and nobody has ended it."""
        assert fold(self.steps) is self.state
        assert self.state.is_valid_for_processing <= self.athlete_agrees


Consent.TestCase.settings = settings(fuzzed(60), stateful_step_count=40)
TestConsent = Consent.TestCase
