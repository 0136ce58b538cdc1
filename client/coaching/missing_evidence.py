"""What each kind of evidence that is not compared this morning needs, and how much of it there is.

Source: docs/indices.md §3.4, §5.1, §7.1.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from client.coaching.domains import Domain
from client.coaching.evidence import JUMP_BASE_DAYS, LEAST_JUMPS, SLEEP_NIGHTS
from client.coaching.histories import domain_instruments, histories
from client.features.baseline import BASELINE_D, MIN_VALID
from client.features.daily import DailyTable
from client.features.days.figure_rules import FigureRule, Lack, lacks, of_window
from client.features.days.instruments import of_one_instrument
from client.features.hrv_baseline import BASELINE_D as MONTH_D
from client.features.hrv_baseline import MIN_BASELINE, MIN_RECENT, RECENT_D
from models.arrays import Floats

LOOKED_BACK_D = RECENT_D + MONTH_D


def missing_evidence(table: DailyTable, index: int, found: Iterable[Domain]) -> dict[Domain, tuple[Lack, ...]]:
    """Return what is missing of each kind that has no finding, though something of it was recorded of late.

    Of a jump test nothing on a day without one: tests are not daily.
    """
    series, numbers, told = histories(table), domain_instruments(table), frozenset(found)
    missing: dict[Domain, tuple[Lack, ...]] = {}
    for domain in Domain:
        values = of_one_instrument(series[domain][: index + 1], numbers[domain][: index + 1])
        is_tested = domain is not Domain.JUMP or bool(np.isfinite(values[-1:]).any())
        if domain not in told and is_tested and np.isfinite(values[-LOOKED_BACK_D:]).any():
            (missing[domain],) = lacks(_rules(domain, values), [len(values) - 1])
    return {domain: needed for domain, needed in missing.items() if needed}


def _rules(domain: Domain, values: Floats) -> Sequence[FigureRule]:
    if domain is Domain.HRV:
        return of_window(values, MIN_RECENT, RECENT_D), of_window(values, MIN_BASELINE, MONTH_D, ago=RECENT_D)
    if domain is Domain.JUMP:
        return (of_window(values, LEAST_JUMPS, JUMP_BASE_DAYS, ago=1),)
    nights = SLEEP_NIGHTS if domain is Domain.SLEEP else 1
    return of_window(values, nights, nights), of_window(values, MIN_VALID, BASELINE_D, ago=nights)
