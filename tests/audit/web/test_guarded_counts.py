"""Hidden counts stay hidden: no sum or difference of what a report shows gives a number below ten away."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from audit.entries.columns import FieldCount, PublicFields
from audit.entries.events import EventKind, sentence_of
from audit.web.figures.summaries import LEDGER, WEEKLY, monday
from audit.web.figures.suppression import guarded
from audit.web.report.figures import AuditReport, build_report
from tests.scale import scaled

K = EventKind
FIRST = date(2026, 10, 20)
DAYS = 40
PRIME = 2**61 - 1
KINDS = (K.LOOK_ALLOWED, K.LOOK_REFUSED, K.BUDGET_RESERVED, K.RULES_LOADED, K.HEARTBEAT)
ORGS = ("Amber finch", "Quiet heron", "Slate otter")

Cell = tuple[EventKind, str, date]
Equation = frozenset[Cell]

cells = st.dictionaries(
    st.tuples(
        st.sampled_from(KINDS), st.sampled_from(ORGS), st.integers(0, DAYS - 1).map(lambda at: FIRST + timedelta(at))
    ),
    st.one_of(st.integers(1, 12), st.integers(1, 60)),
    max_size=25,
)


@given(st.dictionaries(st.integers(), st.integers(0, 50)))
def test_nothing_is_hidden_or_enough_that_none_can_be_told(counts: Mapping[int, int]) -> None:
    result = guarded(counts)
    hidden = [counts[key] for key, number in result.items() if number is None]

    assert all(number == counts[key] >= 10 for key, number in result.items() if number is not None)
    assert not hidden or (len(hidden) >= 2 and sum(hidden) >= 10) or len(hidden) == len(counts)


def counters_of(counts: Mapping[Cell, int]) -> list[FieldCount]:
    return [FieldCount(PublicFields(kind, org, day, "ab"), number, 0, 0) for (kind, org, day), number in counts.items()]


def numbers_of(report: AuditReport, whole_size: int | None) -> list[tuple[Equation, int | None]]:
    """Every number of a report as the set of cells whose sum it is; None where it is not shown.

    Of days it matters only in which week and month they lie, so that one cell stands for all such days.
    """
    spans = {(monday(day), day.replace(day=1)): day for day in days_of(report)}
    every = [(kind, org, day) for kind in KINDS for org in ORGS for day in spans.values()]
    found: list[tuple[Equation, int | None]] = []

    def told(number: int | None, kind: EventKind, fits: Callable[[Cell], bool] = lambda cell: True) -> None:
        found.append((frozenset(cell for cell in every if cell[0] is kind and fits(cell)), number))

    lines = {line.what: line for line in report.kinds}
    for kind in KINDS:
        line = lines.get(sentence_of(kind))
        told(line.entries if line else 0, kind)
        for org in ORGS:
            told(dict(line.orgs).get(org) if line else 0, kind, lambda cell, org=org: cell[1] == org)
    for look in report.looks:
        told(look.n, WEEKLY[look.label], lambda cell, look=look: monday(cell[2]) == look.week)
    for ledger in report.ledger:
        for month, number in ledger.months.items():
            told(number, LEDGER[ledger.label], lambda cell, month=month: cell[2].replace(day=1) == month)
    if whole_size is not None:
        found.append((frozenset(every), whole_size))
    return found


def days_of(report: AuditReport) -> list[date]:
    return [report.first + timedelta(at) for at in range((report.last - report.first).days + 1)]


def true_sum(equation: Equation, counts: Mapping[Cell, int], report: AuditReport) -> int:
    """What a number of the report really is."""
    kinds = {(kind, org, monday(day), day.replace(day=1)) for kind, org, day in equation}
    return sum(
        number
        for (kind, org, day), number in counts.items()
        if report.first <= day <= report.last and (kind, org, monday(day), day.replace(day=1)) in kinds
    )


def is_told(wanted: Equation, known: list[Equation], unknowns: list[Cell]) -> bool:
    """Whether sums and differences of the known sums give the wanted one: Gauss modulo a large prime."""
    places = {cell: at for at, cell in enumerate(unknowns)}
    pivots: dict[int, dict[int, int]] = {}
    for equation in known:
        row = reduced({places[cell]: 1 for cell in equation}, pivots)
        if row:
            first = min(row)
            inverse = pow(row[first], -1, PRIME)
            pivots[first] = {place: value * inverse % PRIME for place, value in row.items()}
    return not reduced({places[cell]: 1 for cell in wanted}, pivots)


def reduced(row: dict[int, int], pivots: Mapping[int, Mapping[int, int]]) -> dict[int, int]:
    """Take away from a row whatever the rows before it give."""
    for place in sorted(pivots):
        if factor := row.get(place, 0):
            for at, value in pivots[place].items():
                row[at] = (row.get(at, 0) - factor * value) % PRIME
                if row[at] == 0:
                    del row[at]
    return row


@settings(max_examples=scaled(40), deadline=None)
@given(counts=cells, start=st.integers(0, DAYS - 1), length=st.integers(1, DAYS))
def test_no_arithmetic_on_a_report_tells_a_small_number(counts: Mapping[Cell, int], start: int, length: int) -> None:
    first = FIRST + timedelta(start)
    report = build_report(
        counters_of(counts), first, first + timedelta(length - 1), covered=(FIRST, FIRST + timedelta(DAYS))
    )
    # Of a log with fewer than ten entries, or hardly anything but heartbeats, its size alone tells that much.
    assume(sum(number for (kind, *_), number in counts.items() if kind is not K.HEARTBEAT) >= 10)
    is_whole = all(report.first <= day <= report.last for *_, day in counts)
    numbers = numbers_of(report, sum(counts.values()) if is_whole else None)
    unknowns = sorted({cell for equation, _ in numbers for cell in equation})
    # Heartbeats are about nobody, and everybody can guess how many there are: the attacker knows them all.
    known = [frozenset({cell}) for cell in unknowns if cell[0] is K.HEARTBEAT]
    known += [equation for equation, number in numbers if number is not None]

    for equation, number in numbers:
        true = true_sum(equation, counts, report)
        assert number is None or number == true
        assert number is None or number == 0 or number >= 10
        if number is None and 0 < true < 10 and not all(kind is K.HEARTBEAT for kind, *_ in equation):
            assert not is_told(equation, known, unknowns)


def test_this_test_would_notice_a_number_given_away() -> None:
    a, b, c = ((K.LOOK_ALLOWED, org, FIRST) for org in ORGS)

    assert is_told(frozenset({c}), [frozenset({a, b, c}), frozenset({a, b})], [a, b, c])
    assert not is_told(frozenset({c}), [frozenset({a, b, c}), frozenset({a})], [a, b, c])
