"""Which bouts are early and late, what the state of each metric is, and what is said to limit it."""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import pytest

from client.errors import ClientError
from client.mechanics.bout_change import BoutState
from client.mechanics.early_and_late import AnswerLimit, MetricChange, compare_bouts
from client.mechanics.session_bouts import BoutFigures, BoutSession

NAN = float("nan")
EARLY = [41.2, 40.6, 41.9, 40.9, 41.5, 41.1]
LATE = [44.9, 44.1, 45.3, 43.6, 44.8, 45.0]


def session(
    *columns: Sequence[float], speed: Sequence[float] | None = None, quality: Sequence[float] | None = None
) -> BoutSession:
    """Metrics m0, m1 and so on of bouts named 1, 2 and so on."""
    number = len(columns[0])
    bouts = tuple(
        BoutFigures(
            str(at + 1),
            {f"m{name}": column[at] for name, column in enumerate(columns)},
            NAN if speed is None else speed[at],
            NAN if quality is None else quality[at],
        )
        for at in range(number)
    )
    names = tuple(f"m{name}" for name in range(len(columns)))
    return BoutSession(bouts, names, has_speed=speed is not None, has_quality=quality is not None)


def compared(found: BoutSession, *metrics: str, early: int = 6, late: int = 6) -> list[MetricChange]:
    return compare_bouts(found, metrics, early=early, late=late)


def test_first_known_bouts_stand_against_last_known_ones() -> None:
    column = [NAN, *EARLY, 20.0, NAN, 70.0, *LATE, NAN]

    (found,) = compared(session(column))

    assert found.windows is not None
    assert [window.bouts for window in found.windows] == [tuple("234567"), ("11", "12", "13", "14", "15", "16")]
    assert [window.mean_deg for window in found.windows] == pytest.approx([np.mean(EARLY), np.mean(LATE)])
    assert (found.known_bouts, found.state, found.limits) == (14, BoutState.ALERT, ())
    assert found.change_deg == pytest.approx(3.4167, abs=5e-5), "bouts between the two sides say nothing"


def test_sides_may_be_of_different_size_and_never_share_a_bout() -> None:
    column = [*EARLY, 41.0, *LATE]

    (longer,) = compared(session(column), early=7)
    (shared,) = compared(session(column), early=8)

    assert longer.windows is not None
    assert [len(window.bouts) for window in longer.windows] == [7, 6]
    assert shared.state is BoutState.NOT_ENOUGH_BOUTS


def test_too_few_known_bouts_give_no_number_at_all() -> None:
    few, enough = [*EARLY[:5], NAN, *LATE], [*EARLY, *LATE]

    first, second = compared(session(few, enough))

    assert (first.state, first.limits) == (BoutState.NOT_ENOUGH_BOUTS, (AnswerLimit.FEW_BOUTS,))
    assert (first.known_bouts, first.windows) == (11, None)
    assert np.isnan([first.change_deg, first.low_deg, first.high_deg, first.lower_bound_deg, first.df]).all()
    assert second.state is BoutState.ALERT, "a metric that cannot be compared is not counted among them"


@pytest.mark.parametrize(("early", "late"), [(5, 6), (6, 5), (0, 9)])
def test_fewer_than_six_bouts_a_side_are_refused(early: int, late: int) -> None:
    with pytest.raises(ClientError, match="at least 6 bouts a side"):
        compared(session([*EARLY, *LATE]), early=early, late=late)


def test_asked_for_metrics_alone_are_compared_and_adjusted_for() -> None:
    rng = np.random.default_rng(3)
    around = [0.8, -0.8, 0.6, -0.6, 0.9, -0.9]
    border = [*(40.0 + step for step in around), *(41.3 + step for step in around)]
    others = [[*rng.normal(40, 1, 12)] for _ in range(5)]

    (alone,) = compared(session(border, *others), "m0")
    together = compared(session(border, *others))

    assert (alone.state, alone.limits) == (BoutState.WATCH, ())
    assert together[0].state is BoutState.NONE
    assert together[0].limits == (AnswerLimit.SEVERAL_METRICS,)
    assert together[0].low_deg == alone.low_deg, "the interval is that of the metric by itself"
    assert [one.metric for one in compared(session(border, *others), "m3", "m1", "m3")] == ["m3", "m1"]
    with pytest.raises(ClientError, match="one of m0, m1"):
        compared(session(border, border), "m0", "hip")


def test_a_bout_without_speed_is_left_out_where_speeds_are_given() -> None:
    speed = [8.0, 8.1, 8.2, 8.0, 8.1, 8.2, 8.0, 8.1, 8.2, 8.0, 8.1, NAN, 8.2]
    column = [*EARLY, *LATE[:5], 90.0, LATE[5]]

    (found,) = compared(session(column, speed=speed))

    assert found.windows is not None
    assert found.windows[1].bouts == ("7", "8", "9", "10", "11", "13")
    assert (found.windows[0].speed_m_s, found.known_bouts) == (pytest.approx(8.1), 12)
    assert found.state is BoutState.ALERT


def test_what_cannot_be_resolved_says_why() -> None:
    rng = np.random.default_rng(4)
    wide = [*rng.normal(40, 3, 12)]
    steady = [*rng.normal(40, 0.8, 12)]
    speed = [*(9 + rng.normal(0, 0.1, 6)), *(8 + rng.normal(0, 0.1, 6))]
    two_speeds = [9.0] * 6 + [8.0] * 6
    equal = [40.0] * 6 + [44.0] * 6

    limits = {
        "spread": compared(session(wide))[0],
        "speed": compared(session(steady, speed=speed))[0],
        "apart": compared(session(steady, speed=two_speeds))[0],
        "equal": compared(session(equal))[0],
        "fine": compared(session(steady))[0],
    }

    assert {name: one.limits for name, one in limits.items()} == {
        "spread": (AnswerLimit.CANNOT_RESOLVE_SPREAD,),
        "speed": (AnswerLimit.CANNOT_RESOLVE_SPEED,),
        "apart": (AnswerLimit.SPEEDS_APART,),
        "equal": (AnswerLimit.NO_SPREAD,),
        "fine": (),
    }
    assert {limits[name].state for name in ("apart", "equal")} == {BoutState.UNDEFINED}
    assert limits["spread"].standard_error_deg > 0.8 > limits["fine"].standard_error_deg


def test_a_change_that_was_found_is_called_uncertain_and_not_too_small_to_find() -> None:
    rng = np.random.default_rng(5)
    noisy = [value + (9.0 if at > 5 else 0.0) for at, value in enumerate(rng.normal(40, 2, 12))]

    (found,) = compared(session(noisy))

    assert found.standard_error_deg > 0.8
    assert (found.state, found.limits) == (BoutState.ALERT, (AnswerLimit.WIDE_INTERVAL,))


def test_a_change_of_the_mean_alone_is_said_to_go_no_one_way() -> None:
    side = [NormalDist(40.0, 2.5).inv_cdf((at + 0.5) / 60) for at in range(60)]

    (found,) = compared(session([*side, *(value + 1.3 for value in side)]), early=60, late=60)

    assert (found.state, found.limits) == (BoutState.WATCH, (AnswerLimit.MIXED_DIRECTION,))


@pytest.mark.parametrize(
    ("quality", "state", "limit"),
    [
        (None, BoutState.ALERT, ()),
        ([0.8] * 12, BoutState.ALERT, ()),
        ([0.7, 0.9] * 6, BoutState.ALERT, ()),
        ([1.0] * 6 + [0.7] * 6, BoutState.WATCH, (AnswerLimit.LOW_QUALITY,)),
        ([0.79] * 6 + [1.0] * 6, BoutState.WATCH, (AnswerLimit.LOW_QUALITY,)),
        ([1.0] * 11 + [NAN], BoutState.WATCH, (AnswerLimit.QUALITY_UNKNOWN,)),
    ],
)
def test_quality_of_either_side_holds_an_alert_back(
    quality: list[float] | None, state: BoutState, limit: tuple[AnswerLimit, ...]
) -> None:
    (found,) = compared(session([*EARLY, *LATE], quality=quality))

    assert (found.state, found.limits) == (state, limit)


def test_an_early_and_a_late_half_that_are_swapped_give_the_opposite_change() -> None:
    (there,), (back,) = compared(session([*EARLY, *LATE])), compared(session([*LATE, *EARLY]))

    assert back.change_deg == -there.change_deg
    assert (back.low_deg, back.high_deg) == (-there.high_deg, -there.low_deg)
    assert (back.state, back.lower_bound_deg) == (there.state, there.lower_bound_deg)
