"""What the entries say in sum: rules over time, privacy budget by month, looks by week. Small cells stay hidden."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from audit.events import Entry, EventKind
from audit.web.words import FEWEST_SHOWN

WEEKS_SHOWN = 13
"""Weeks in the chart: a quarter of a year (our choice)."""

WEEKLY = {
    "Looks allowed": EventKind.LOOK_ALLOWED,
    "Looks refused": EventKind.LOOK_REFUSED,
    "Consent decisions": EventKind.CONSENT_DECISION,
}
LEDGER = {
    "Set aside for a campaign": EventKind.BUDGET_RESERVED,
    "Spent on a round": EventKind.ROUND_COMMITTED,
    "Given back unused": EventKind.BUDGET_REFUNDED,
    "Rounds added up": EventKind.ROUND_AGGREGATED,
}


@dataclass(frozen=True, slots=True)
class RulesPeriod:
    """One version of the rules: from its first entry to its last."""

    policy_hash: str
    first_day: date
    last_day: date
    first_index: int
    last_index: int
    entries: int


@dataclass(frozen=True, slots=True)
class WeekCount:
    """Entries of one sort in the week that starts on `week`, a Monday; None where there are fewer than ten."""

    week: date
    label: str
    n: int | None


def rules_in_force(entries: Sequence[Entry]) -> list[RulesPeriod]:
    """Return every version of the rules that an entry names, the one used last at the top."""
    periods: dict[str, RulesPeriod] = {}
    for index, entry in enumerate(entries):
        if not entry.policy_hash:
            continue
        seen = periods.get(entry.policy_hash)
        first = (seen.first_day, seen.first_index, seen.entries) if seen else (entry.day, index, 0)
        periods[entry.policy_hash] = RulesPeriod(
            entry.policy_hash, first[0], entry.day, first[1], index, entries=first[2] + 1
        )
    return sorted(periods.values(), key=lambda period: period.last_index, reverse=True)


def ledger_by_month(entries: Sequence[Entry]) -> list[tuple[date, Counter[EventKind]]]:
    """Return the counts of budget entries per month (its first day), newest first."""
    months: dict[date, Counter[EventKind]] = {}
    for entry in entries:
        if entry.kind in LEDGER.values():
            months.setdefault(entry.day.replace(day=1), Counter())[entry.kind] += 1
    return sorted(months.items(), reverse=True)


def weekly_counts(entries: Sequence[Entry]) -> list[WeekCount]:
    """Return the counts of the last 13 weeks that the log covers, oldest first; empty if it has no look at all."""
    counts: Counter[tuple[date, EventKind]] = Counter()
    for entry in entries:
        if entry.kind in WEEKLY.values():
            counts[(entry.day - timedelta(days=entry.day.weekday()), entry.kind)] += 1
    if not counts:
        return []
    first, last = min(week for week, _ in counts), max(week for week, _ in counts)
    first = max(first, last - timedelta(weeks=WEEKS_SHOWN - 1))
    weeks = [first + timedelta(weeks=at) for at in range((last - first).days // 7 + 1)]
    return [WeekCount(week, label, _shown(counts[week, kind])) for week in weeks for label, kind in WEEKLY.items()]


def _shown(number: int) -> int | None:
    return number if number >= FEWEST_SHOWN else None
