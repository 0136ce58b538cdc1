"""From daily club records to the counts of the durability index.

The window is the last 365 calendar days. Days that must not count (illness, rest, selection, suspension, personal
absence, and days nobody recorded) leave numerator and denominator; they never lengthen the window, and a week with
one of them is no load week (docs/indices.md §8.2, §8.3).
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats
from models.durability.index import WINDOW_DAYS, DurabilityInputs, Share
from models.errors import NotEnoughData

RESTRICTED_SHARE = 0.5  # kappa, ours; docs/indices.md §8.2
LONGEST_LOOK_BACK_DAYS = 3 * 365  # ours: history up to three years; docs/indices.md §8.2
LEAST_LOAD_WEEKS = 26  # ours; docs/indices.md §8.3
HIGH_WEEK_QUANTILE = 0.75  # ours: own top quartile; docs/indices.md §8.3
WATCH_DAYS = 14  # ours; docs/indices.md §8.3
LARGEST_CUT = 0.3  # ours; docs/indices.md §8.3
INPUTS = ("time_loss", "availability", "absence", "load_au")
"""Daily columns that `durability_inputs` reads, named as in the node's daily table; only `time_loss` is required."""


def durability_inputs(daily: Mapping[str, Floats]) -> DurabilityInputs:
    """Counts of one athlete from daily columns of equal length on consecutive days, the last day being today.

    time_loss: 1 on a day lost to injury, 0 on a day known not to be. availability: 0.5 on a restricted day.
    absence: 1 on a day away for anything but injury. Unknown is NaN. Raises NotEnoughData if no day of the last
    365 calendar days is known.
    """
    recent = {name: values[-LONGEST_LOOK_BACK_DAYS:] for name, values in _columns(daily).items()}
    counts = ~np.isnan(recent["time_loss"]) & (recent["absence"] != 1.0)
    age_d = np.arange(counts.size)[::-1][counts]  # 0 today
    lost = _days_lost({name: values[counts] for name, values in recent.items()})
    in_window = age_d < WINDOW_DAYS
    if not in_window.any():
        raise NotEnoughData("expected at least one day with a known availability in the last 365 days")
    lost_by_day = np.full(counts.size, np.nan)
    lost_by_day[counts] = lost
    year = slice(-int(WINDOW_DAYS), None)
    return DurabilityInputs(
        eligible_days=int(np.count_nonzero(in_window)),
        injury_days=tuple(float(lost[in_window][spell].sum()) for spell in _spells(lost[in_window])),
        load_tolerance=_load_tolerance(recent["load_au"][year], lost_by_day[year]),
        older=None if in_window.all() else _older(lost[~in_window], age_d[~in_window]),
    )


def days_lost(daily: Mapping[str, Floats]) -> Floats:
    """Return of each day that counts, oldest first, the part lost to injury: 0, kappa or 1. Columns as above."""
    columns = _columns(daily)
    counts = ~np.isnan(columns["time_loss"]) & (columns["absence"] != 1.0)
    return _days_lost({name: values[counts] for name, values in columns.items()})


def _columns(daily: Mapping[str, Floats]) -> dict[str, Floats]:
    unknown = np.full(len(daily["time_loss"]), np.nan)
    return {name: np.asarray(daily.get(name, unknown), dtype=np.float64) for name in INPUTS}


def _days_lost(known: Mapping[str, Floats]) -> Floats:
    """1 on a day lost to injury, kappa on a restricted one of the same spell, else 0; of the days that count."""
    out, restricted = known["time_loss"] == 1.0, known["availability"] == 0.5
    lost = np.where(out & restricted, RESTRICTED_SHARE, out.astype(np.float64))
    for day in range(1, lost.size):
        if restricted[day] and lost[day] == 0.0 and lost[day - 1] > 0.0:
            lost[day] = RESTRICTED_SHARE
    return lost


def _spells(lost: Floats) -> list[slice]:
    """Runs of days lost, oldest first; a day that does not count neither ends nor lengthens one."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], lost > 0.0, [0]])))
    return [slice(first, last) for first, last in zip(edges[::2], edges[1::2], strict=True)]


def _older(lost: Floats, age_d: NDArray[np.int64]) -> tuple[tuple[float, float], ...]:
    """Days lost and age at onset of the spells before the window; a spell across its edge is split there."""
    return tuple((float(lost[spell].sum()), float(age_d[spell.start])) for spell in _spells(lost))


def _load_tolerance(load: Floats, lost: Floats) -> Share | None:
    """High weeks survived: no injury and no injury-caused cut of 30 % in the fortnight after; None below 26 weeks.

    load, lost: (days,) of consecutive calendar days, NaN where unknown; lost is NaN on a day that does not count too.
    A load week has seven days that count, each with a known load. A fortnight with a day that does not count says
    neither that the week was survived nor that it was not: the week is left out.
    """
    weeks = load.size // 7
    by_week = np.where(np.isnan(lost), np.nan, load)[load.size - 7 * weeks :].reshape(weeks, 7)
    total = by_week.sum(axis=1)  # NaN unless all seven are known: unknown days are not 0
    if np.count_nonzero(~np.isnan(total)) < LEAST_LOAD_WEEKS:
        return None
    high = np.flatnonzero(total >= np.nanquantile(total, HIGH_WEEK_QUANTILE))
    ends = {int(week): load.size - 7 * (weeks - int(week) - 1) for week in high}
    outcomes = [
        _fails(total[week], total[week + 1 : week + 3], lost[end - 1 : end + WATCH_DAYS])
        for week, end in ends.items()
        if np.isfinite(lost[end : end + WATCH_DAYS]).sum() == WATCH_DAYS  # the fortnight after must have happened
    ]
    failed = [outcome for outcome in outcomes if outcome is not None]
    return Share(len(failed) - sum(failed), len(failed)) if failed else None


def _fails(load: float, later_weeks: Floats, lost: Floats) -> bool | None:
    """True if an injury began in the fortnight, or days lost in it cut the load by 30 %; None where that is unknown.

    lost: the week's last day and the fortnight after it.
    """
    out = lost > 0.0
    if not out[1:].any():
        return False
    if bool((out[1:] & ~out[:-1]).any()):
        return True
    cut = float(later_weeks.mean()) - (1.0 - LARGEST_CUT) * load
    return None if np.isnan(cut) else cut < 0.0
