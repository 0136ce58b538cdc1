"""In which order the sources of a stream stood on each day, as what was known until then decides it.

Source: docs/indices.md §1.2. Of several sources the one with more readings so far comes first, unless the athlete says.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date

from client.features.day_sources import Source, ranking

Order = tuple[Source, ...]


def orders_so_far(days: Mapping[date, Counter[Source]], priority: Sequence[str]) -> dict[date, Order]:
    """Return the order of all sources on each day that has readings, the best first, in order of time."""
    sources = set().union(*days.values())
    seen: Counter[Source] = Counter()
    found: dict[date, Order] = {}
    for day in sorted(days):
        seen.update(days[day])
        found[day] = tuple(sorted(sources, key=ranking(seen, priority)))
    return found


def last_days(states: Iterable[tuple[date, Hashable]]) -> list[date]:
    """Return the last day of each state, in order of time. states: of consecutive days, in order."""
    return sorted({state: day for day, state in states}.values())
