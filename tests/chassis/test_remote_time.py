"""Times of other clocks: a beginning is tolerated a minute early, an end never late; a refusal names both clocks."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.remote_time import LEAST_LIFE, apart, is_tolerated, outside
from chassis.sign_in.codes import CODE_LIFE
from consent.identity.nonces import MEMORY
from policies.snapshot import CLOCK_TOLERANCE, SNAPSHOT_LIFE

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LIFE = timedelta(minutes=5)
seconds = st.floats(-120, 120).map(lambda s: timedelta(milliseconds=round(1000 * s)))


def said(skew: timedelta) -> str | None:
    """What is said of something issued at this moment by a clock from which ours is `skew` away."""
    return outside(NOW + skew, begins=NOW, ends=NOW + LIFE, what="it", own="our clock", other="theirs")


@given(seconds)
def test_a_beginning_is_tolerated_a_minute_early_and_beyond_it_the_distance_is_said(skew: timedelta) -> None:
    words = said(skew)

    assert (words is None) == (skew >= -CLOCK_TOLERANCE)
    if words is not None:
        (amount,) = re.findall(r"our clock is ([0-9.]+) s behind theirs", words)
        assert abs(float(amount) - abs(skew).total_seconds()) <= 0.05
        assert "up to 60 s are tolerated" in words


@given(st.timedeltas(timedelta(0), timedelta(days=400)))
def test_an_end_is_never_tolerated_late(late: timedelta) -> None:
    words = said(LIFE + late)

    assert words is not None
    assert "our clock is" in words
    assert "ahead of theirs" in words
    assert "past its end" in words
    assert said(LIFE - timedelta(microseconds=1)) is None


@pytest.mark.parametrize(
    ("skew_s", "words"),
    [
        (0.4, "ours agrees with theirs to the second"),
        (-0.999, "ours agrees with theirs to the second"),
        (1.5, "ours is 1.5 s ahead of theirs"),
        (-75, "ours is 75 s behind theirs"),
        (-600.4, "ours is 600 s behind theirs"),
        (3 * 3600, "ours is 3 h ahead of theirs"),
        (-3 * 86_400, "ours is 3 days behind theirs"),
    ],
)
def test_a_distance_is_said_in_the_unit_that_a_person_reads(skew_s: float, words: str) -> None:
    assert apart(timedelta(seconds=skew_s), own="ours", other="theirs") == words


@given(seconds)
def test_tolerance_is_the_same_in_both_directions(skew: timedelta) -> None:
    assert is_tolerated(skew) == is_tolerated(-skew) == (abs(skew) <= CLOCK_TOLERANCE)


@pytest.mark.parametrize("life", [SNAPSHOT_LIFE, CODE_LIFE, MEMORY])
def test_whatever_one_program_issues_to_another_lives_for_twice_the_tolerance(life: timedelta) -> None:
    assert life >= LEAST_LIFE == timedelta(seconds=120)
