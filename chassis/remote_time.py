"""Times that another program's clock has set, held against our own: one tolerance, one rule, one way to say it.

Clocks of different machines never agree. What was issued a moment ago by a clock ahead of ours seems to begin in the
future, so that every beginning is tolerated early by CLOCK_TOLERANCE; an end is never tolerated late, or a withdrawal
would reach further than it says. Whatever lies outside is refused in a sentence with the distance and the clock.
"""

from datetime import datetime, timedelta

from chassis.text import moment
from policies.snapshot import CLOCK_TOLERANCE

LEAST_LIFE = 2 * CLOCK_TOLERANCE
"""The shortest life of anything that one program issues and another uses: with clocks apart as far as is tolerated,
half of it is left."""

_UNITS = ((timedelta(days=2), timedelta(days=1), "days"), (timedelta(hours=2), timedelta(hours=1), "h"))


def outside(
    now: datetime, *, begins: datetime, ends: datetime, what: str, own: str, other: str, is_lasting: bool = False
) -> str | None:
    """Return why `what` does not hold at `now`, or None while it does.

    own: whose clock `now` is ("this node's clock"). other: what `begins` was set by ("the consent service's").
    is_lasting: for what holds for days, so that whoever is past its end is late, and no clock is wrong.
    """
    if now < begins - CLOCK_TOLERANCE:
        return f"{what} is not valid yet: {apart(now - begins, own=own, other=other)}; {tolerated()}"
    if now >= ends and is_lasting:
        return f"{what} has expired: it was open until {moment(ends)}, {_amount(now - ends)} ago by {own}"
    if now >= ends:
        return f"{what} is over: {apart(now - begins, own=own, other=other)}, {_amount(now - ends)} past its end"
    return None


def apart(skew: timedelta, *, own: str, other: str) -> str:
    """Say how far one clock is from another. skew: `own` minus `other`."""
    if abs(skew) < timedelta(seconds=1):
        return f"{own} agrees with {other} to the second"
    return f"{own} is {_amount(abs(skew))} {'ahead of' if skew > timedelta(0) else 'behind'} {other}"


def is_tolerated(skew: timedelta) -> bool:
    """True for clocks that are no further apart than is tolerated."""
    return abs(skew) <= CLOCK_TOLERANCE


def tolerated() -> str:
    """Say how far clocks may be apart, and what helps."""
    return f"up to {_amount(CLOCK_TOLERANCE)} are tolerated; set the clock by a time server"


def _amount(length: timedelta) -> str:
    """A length of time in the unit in which a person reads it; to a tenth of a second below two minutes."""
    for least, unit, name in _UNITS:
        if length >= least:
            return f"{length / unit:.0f} {name}"
    seconds = length.total_seconds()
    return f"{seconds:.0f} s" if seconds >= 120 or seconds == int(seconds) else f"{seconds:.1f} s"
