"""What the entries say in sum: rules over time, privacy budget by month, looks by week. Small cells stay hidden."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from audit.entries.columns import FieldCount
from audit.entries.events import EventKind
from audit.web.figures.suppression import FEWEST_SHOWN, guarded

WEEKS_SHOWN = 13
"""Weeks in the chart: a quarter of a year (our choice)."""

WEEKLY = {
    "Accesses": EventKind.ACCESS,
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
    """One version of the rules: from its first entry to its last; `entries` is None where it is not shown."""

    policy_hash: str
    first_day: date
    last_day: date
    first_index: int
    last_index: int
    entries: int | None


@dataclass(frozen=True, slots=True)
class WeekCount:
    """Entries of one sort in the week that starts on `week`, a Monday; None where they are not shown."""

    week: date
    label: str
    n: int | None


@dataclass(frozen=True, slots=True)
class LedgerMonth:
    """Budget entries of one month, named by its first day, per label of LEDGER; None where they are not shown."""

    month: date
    counts: dict[str, int | None]


def days_covered(counters: Iterable[FieldCount]) -> tuple[date, date] | None:
    """Return the first and the last day that any entry states; None for a log without entries."""
    days = [part.fields.day for part in counters]
    return (min(days), max(days)) if days else None


def organisations(counters: Iterable[FieldCount]) -> list[str]:
    """Return every organisation's cover name, in alphabetical order."""
    return sorted({part.fields.org for part in counters})


def rules_in_force(counters: Iterable[FieldCount]) -> list[RulesPeriod]:
    """Return every version of the rules that an entry names, the one used last at the top."""
    versions: dict[str, list[FieldCount]] = {}
    for part in counters:
        versions.setdefault(part.fields.policy_hash, []).append(part)
    counts = guarded({rules: sum(part.count for part in parts) for rules, parts in versions.items()})
    periods = [_rules_period(rules, parts, counts[rules]) for rules, parts in versions.items() if rules]
    return sorted(periods, key=lambda period: period.last_index, reverse=True)


def ledger_totals(counters: Iterable[FieldCount]) -> dict[str, int]:
    """Return the number of budget entries per label of LEDGER."""
    counts = _by_kind(counters)
    return {label: counts[kind] for label, kind in LEDGER.items()}


def ledger_heads(labels: Sequence[str]) -> list[dict[str, object]]:
    """Return the heads of the table of budget entries by month."""
    return [{"label": "Month"}, *({"label": label, "num": True} for label in labels)]


def ledger_by_month(counters: Sequence[FieldCount]) -> list[LedgerMonth]:
    """Return the budget entries per month, newest first; fit to stand beside the totals, where those are shown."""
    months = sorted({part.fields.day.replace(day=1) for part in counters if part.fields.kind in LEDGER.values()})
    cells: dict[str, dict[date, int | None]] = {}
    for label, kind in LEDGER.items():
        found = Counter(dict.fromkeys(months, 0))
        for part in counters:
            if part.fields.kind is kind:
                found[part.fields.day.replace(day=1)] += part.count
        cells[label] = guarded(found)
    return [LedgerMonth(month, {label: cells[label][month] for label in LEDGER}) for month in reversed(months)]


def weekly_counts(counters: Iterable[FieldCount]) -> list[WeekCount]:
    """Return the counts of the last 13 weeks that the log covers, oldest first; empty if it has no look at all."""
    counts = _by_week(counters)
    if not counts:
        return []
    last = max(week for week, _ in counts)
    first = max(min(week for week, _ in counts), last - timedelta(weeks=WEEKS_SHOWN - 1))
    return [
        WeekCount(week, label, number if (number := counts[week, kind]) >= FEWEST_SHOWN else None)
        for week in weeks_between(first, last)
        for label, kind in WEEKLY.items()
    ]


def weeks_between(first: date, last: date) -> list[date]:
    """Return the Mondays of the weeks from that of `first` to that of `last`."""
    start = monday(first)
    return [start + timedelta(weeks=at) for at in range((monday(last) - start).days // 7 + 1)]


def monday(day: date) -> date:
    """Return the first day of a day's week."""
    return day - timedelta(days=day.weekday())


def _by_week(counters: Iterable[FieldCount]) -> Counter[tuple[date, EventKind]]:
    counts: Counter[tuple[date, EventKind]] = Counter()
    for part in counters:
        if part.fields.kind in WEEKLY.values():
            counts[monday(part.fields.day), part.fields.kind] += part.count
    return counts


def _by_kind(counters: Iterable[FieldCount]) -> Counter[EventKind]:
    counts: Counter[EventKind] = Counter()
    for part in counters:
        counts[part.fields.kind] += part.count
    return counts


def _rules_period(policy_hash: str, parts: Sequence[FieldCount], entries: int | None) -> RulesPeriod:
    days = [part.fields.day for part in parts]
    first_index, last_index = min(part.first_index for part in parts), max(part.last_index for part in parts)
    return RulesPeriod(policy_hash, min(days), max(days), first_index, last_index, entries)
