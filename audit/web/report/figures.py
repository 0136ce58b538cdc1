"""The figures of an audit report for a period: counts that cannot be turned into small ones, rules, budget, heartbeats.

Every number is part of one of few wholes: the entries of the period by kind, and those of one kind by organisation, by
week or by month. Each split of a known whole is guarded by itself, and a kind whose own number is hidden shows nothing
at all. Splits of the same whole share nothing else, so that no subtraction between them gives a hidden number away.
Heartbeats stand outside, because everybody can guess how many there are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from audit.entries.columns import FieldCount
from audit.entries.events import EventKind, sentence_of
from audit.web.figures.summaries import LEDGER, WEEKLY, WeekCount, monday, weeks_between
from audit.web.figures.suppression import FEWEST_SHOWN, guarded

Key = TypeVar("Key")
Span = tuple[date, date]
"""First and last day, both included."""

MOST_WEEKS = 27
"""Bars in a chart by week (our choice): half a year. Longer periods are drawn by month."""


@dataclass(frozen=True, slots=True)
class KindLine:
    """One kind of entry: how many there are, and at which organisations; has_others: some are not shown."""

    what: str
    entries: int | None
    orgs: Sequence[tuple[str, int]] = ()
    has_others: bool = False


@dataclass(frozen=True, slots=True)
class RulesLine:
    """One version of the rules, with the first and last day of the period on which an entry names it."""

    policy_hash: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """Budget entries of one sort: in the whole period, and per month (its first day)."""

    label: str
    total: int | None
    months: Mapping[date, int | None]


@dataclass(frozen=True, slots=True)
class HeartbeatFigures:
    """On how many of the days the log has covered it gave a sign of life, and its longest silence, if any."""

    days: int
    days_covered: int
    gap: tuple[date, date] | None


@dataclass(frozen=True, slots=True)
class AuditReport:
    """Everything counted over one period; None for what is not shown.

    entries: of the kinds that are shown; is_all: these are all. is_by_month: how the chart is drawn.
    """

    first: date
    last: date
    entries: int
    is_all: bool
    kinds: Sequence[KindLine]
    looks: Sequence[WeekCount]
    is_by_month: bool
    rules: Sequence[RulesLine]
    ledger: Sequence[LedgerLine]
    heartbeats: HeartbeatFigures | None


def build_report(counters: Iterable[FieldCount], first: date, last: date, *, covered: Span | None) -> AuditReport:
    """Count what lies between two days, both included.

    covered: the days that the log can say something about; weeks and months beyond them are left out.
    """
    everything = list(counters)
    parts = [part for part in everything if first <= part.fields.day <= last]
    kinds = _kinds(parts, is_whole=len(parts) == len(everything))
    span = _overlap((first, last), covered)
    is_by_month = span is not None and len(weeks_between(*span)) > MOST_WEEKS
    return AuditReport(
        first,
        last,
        sum(number for number in kinds.values() if number is not None),
        None not in kinds.values(),
        [_kind_line(kind, number, parts) for kind, number in sorted(kinds.items(), key=_by_words)],
        _looks(parts, kinds, span, is_by_month),
        is_by_month,
        _rules(parts),
        [_ledger_line(label, kind, kinds.get(kind), parts, span) for label, kind in LEDGER.items()],
        _heartbeats(parts, span),
    )


def _kinds(parts: Sequence[FieldCount], *, is_whole: bool) -> dict[EventKind, int | None]:
    """Count each kind. Only where the period is the whole log does the reader know the sum, and could subtract."""
    counts = _summed((part.fields.kind, part.count) for part in parts)
    others: dict[EventKind, int] = {kind: count for kind, count in counts.items() if kind is not EventKind.HEARTBEAT}
    small = {kind: count if count >= FEWEST_SHOWN else None for kind, count in counts.items()}
    return {**small, **guarded(others)} if is_whole else small


def _by_words(item: tuple[EventKind, int | None]) -> tuple[bool, str]:
    return item[1] is None, sentence_of(item[0])


def _kind_line(kind: EventKind, number: int | None, parts: Sequence[FieldCount]) -> KindLine:
    if number is None:
        return KindLine(sentence_of(kind), None)
    orgs = guarded(_summed((part.fields.org, part.count) for part in parts if part.fields.kind is kind))
    seen = [(org, count) for org, count in sorted(orgs.items()) if count is not None]
    return KindLine(sentence_of(kind), number, seen, has_others=len(seen) < len(orgs))


def _looks(
    parts: Sequence[FieldCount], kinds: Mapping[EventKind, int | None], span: Span | None, is_by_month: bool
) -> list[WeekCount]:
    if span is None or not any(kind in kinds for kind in WEEKLY.values()):
        return []
    starts = months_between(*span) if is_by_month else weeks_between(*span)
    cells = {}
    for label, kind in WEEKLY.items():
        found = _summed(
            (_month(part.fields.day) if is_by_month else monday(part.fields.day), part.count)
            for part in parts
            if part.fields.kind is kind
        )
        line = guarded({start: found.get(start, 0) for start in starts})
        cells[label] = line if kinds.get(kind) is not None else dict.fromkeys(starts)
    return [WeekCount(start, label, cells[label][start]) for start in starts for label in WEEKLY]


def _rules(parts: Sequence[FieldCount]) -> list[RulesLine]:
    days: dict[str, list[date]] = {}
    for part in parts:
        days.setdefault(part.fields.policy_hash, []).append(part.fields.day)
    lines = [RulesLine(rules, min(named), max(named)) for rules, named in days.items() if rules]
    return sorted(lines, key=lambda line: (line.first_day, line.policy_hash))


def _ledger_line(
    label: str, kind: EventKind, total: int | None, parts: Sequence[FieldCount], span: Span | None
) -> LedgerLine:
    months = months_between(*span) if span else []
    if total is None:
        return LedgerLine(label, None, dict.fromkeys(months))
    found = _summed((_month(part.fields.day), part.count) for part in parts if part.fields.kind is kind)
    return LedgerLine(label, total, guarded({month: found.get(month, 0) for month in months}))


def _heartbeats(parts: Sequence[FieldCount], span: Span | None) -> HeartbeatFigures | None:
    if span is None:
        return None
    start, end = span
    days = {part.fields.day for part in parts if part.fields.kind is EventKind.HEARTBEAT}
    gap, silent = None, 0
    for at in range((end - start).days + 1):
        day = start + timedelta(days=at)
        silent = 0 if day in days else silent + 1
        if silent and (gap is None or silent > (gap[1] - gap[0]).days + 1):
            gap = (day - timedelta(days=silent - 1), day)
    return HeartbeatFigures(sum(start <= day <= end for day in days), (end - start).days + 1, gap)


def _overlap(period: Span, covered: Span | None) -> Span | None:
    if covered is None or covered[0] > period[1] or covered[1] < period[0]:
        return None
    return max(period[0], covered[0]), min(period[1], covered[1])


def months_between(first: date, last: date) -> list[date]:
    """Return the first days of the months from that of `first` to that of `last`."""
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def _month(day: date) -> date:
    return day.replace(day=1)


def _summed(pairs: Iterable[tuple[Key, int]]) -> dict[Key, int]:
    sums: dict[Key, int] = {}
    for key, count in pairs:
        sums[key] = sums.get(key, 0) + count
    return sums
