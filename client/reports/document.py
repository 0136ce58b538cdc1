"""A report as texts: every number is written here once, so that page, PDF and table hold the same figures.

A section without rows is not shown, but for the first. A word of what is unknown never says why it is.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from chassis.text import long_date, sentence, weekday_date
from client.coaching.readiness import FALSE_AMBER_PER_100, FALSE_RED_PER_100
from client.reports.value import DecisionLine, LoadFigures, Report, ReportLine, Variant
from client.web import text
from client.web.rows.board_groups import BoardGroup, finding, lead

NOT_KNOWN: Final = "not known"
KINDS: Final = {
    Variant.COACH: "report for coaches",
    Variant.MEDICAL: "report for the medical team",
    Variant.ATHLETE: "own report",
}
FIRST: Final = (BoardGroup.NOT_OK, BoardGroup.WELL_BELOW, BoardGroup.DECIDE)
OTHERS: Final = {
    BoardGroup.LIMITED: "With a limit",
    BoardGroup.BELOW: "Below usual, nothing proposed",
    BoardGroup.DECIDED: "Decided today",
    BoardGroup.PLANNED: "As planned",
    BoardGroup.OUT: "Not training with the team",
}
LOAD_ABOUT: Final = (
    "In AU (effort 0 to 10 times minutes), of the days before this one. A week counts where all of its seven days are "
    "known. Descriptive, not a risk score."
)


@dataclass(frozen=True, slots=True)
class Section:
    """One part: a heading, sentences below it, and a table whose first column names the athlete, or no rows.

    are_figures: short cells, so that on a phone it stays a table.
    """

    heading: str
    about: Sequence[str]
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    are_figures: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report in words; every name stands behind its shirt number. face: when and for whom it was made."""

    club: str
    kind: str
    day: str
    title: str
    lead: Sequence[str]
    sections: Sequence[Section]
    face: Sequence[str]


def document(report: Report) -> Document:
    """Return the report in words, exceptions first."""
    makers = (_first, _to_ask, _decisions, _apart, _load, _availability, _week, _the_others, _missing)
    found = [made for make in makers if (made := make(report)) is not None]
    return Document(
        club=report.club,
        kind=sentence(f"{'weekly and daily' if report.is_week else 'daily'} {KINDS[report.variant]}"),
        day=weekday_date(report.day),
        title=_title(report),
        lead=[one for one in (report.plan and f"{report.plan}.", _lead(report)) if one],
        sections=found,
        face=_face(report),
    )


def _title(report: Report) -> str:
    if report.variant is Variant.ATHLETE and report.lines:
        return f"{report.lines[0].report.morning.word} this morning"
    return finding(_counts(report), sum(line.report.morning.is_lowered for line in report.lines))


def _lead(report: Report) -> str:
    return "" if report.variant is Variant.ATHLETE else lead(_counts(report))


def _counts(report: Report) -> dict[BoardGroup, int]:
    return dict(Counter(line.report.morning.group for line in report.lines))


def _first(report: Report) -> Section:
    """Whom the morning asks something about; an athlete's own report says what stands, whatever it is."""
    is_own = report.variant is Variant.ATHLETE
    rows = [
        (_who(line), one.word, one.plan, "; ".join(part for part in (one.proposed, one.why) if part) or "no change")
        for line in _by_group(report, tuple(BoardGroup) if is_own else FIRST)
        if (one := line.report.morning)
    ]
    about = () if rows else ("Nobody stands apart this morning.",)
    columns = ("Athlete", "Readiness", "Plan", "Proposal or reason")
    return Section("This morning" if is_own else "First", about, columns, rows)


def _to_ask(report: Report) -> Section | None:
    if report.variant is Variant.ATHLETE:
        return None
    rows = [(_who(line), line.report.morning.plan) for line in _by_group(report, (BoardGroup.ASK,))]
    about = ("There is too little to compare with this morning, for any reason. Ask how they feel.",)
    return _shown("To ask", about, ("Athlete", "Plan"), rows)


def _decisions(report: Report) -> Section | None:
    rows = [_decided(report, line, one) for line in report.lines for one in line.report.decisions]
    heading = "Decisions of the last week" if report.is_week else "Yesterday’s decisions, and what followed"
    columns = ("Athlete", "Day", "Decided", "Load of the plan (AU)", "Done (AU)", "This morning")
    return _shown(heading, (), columns, rows)


def _decided(report: Report, line: ReportLine, one: DecisionLine) -> Sequence[str]:
    """What was done is known of the day before alone; of earlier days the load section has the sum."""
    is_yesterday = (report.day - one.day).days == 1
    reason = f" ({one.reason.lower()})" if one.reason else ""
    back = "; taken back" if one.is_taken_back else ""
    return (
        _who(line),
        long_date(one.day),
        f"{one.answer}, {one.person} {one.at}{reason}{back}",
        f"{one.chosen_au:,.0f} of {one.planned_au:,.0f}",
        _au(line.report.load.day_before_au) if is_yesterday else "in the week’s load",
        line.report.morning.word,
    )


def _apart(report: Report) -> Section | None:
    """What moved, for those who look after it; coaches see it on the page of whoever shares it."""
    if report.variant is Variant.COACH:
        return None
    rows = [(_who(line), one.source, one.word, one.measured) for line in report.lines for one in line.report.findings]
    return _shown("Apart from the own usual", (), ("Athlete", "Source", "Beside usual", "Measured"), rows)


def _load(report: Report) -> Section | None:
    known = [
        line
        for line in report.lines
        if line.report.load.week_au is not None or line.report.load.week_before_au is not None
    ]
    columns = ["Athlete", "Last 7 days (AU)", "7 days before (AU)", "Change"]
    cells: list[Callable[[LoadFigures], str]] = [
        lambda one: _au(one.week_au),
        lambda one: _au(one.week_before_au),
        lambda one: _change(one.change),
    ]
    if report.is_week:
        columns += ["Days with training", "Monotony"]
        cells += [
            lambda one: NOT_KNOWN if one.trained_days is None else str(one.trained_days),
            lambda one: NOT_KNOWN if one.monotony is None else f"{one.monotony:.2f}",
        ]
    rows = [(_who(line), *(cell(line.report.load) for cell in cells)) for line in known]
    return _shown("Load", (LOAD_ABOUT,), columns, rows, are_figures=True)


def _availability(report: Report) -> Section | None:
    rows = [
        (_who(line), text.AVAILABLE_WORDS[line.report.available])
        for line in report.lines
        if line.report.available in ("restricted", "out")
    ]
    about = ("As the club’s record says. Whoever is fully available, or of whom nothing is recorded, is not listed.",)
    return _shown("Availability", about, ("Athlete", "Today"), rows)


def _week(report: Report) -> Section | None:
    weeks = [(line, line.report.week) for line in report.lines if line.report.week is not None]
    rows = [
        (_who(line), str(week.full), str(week.restricted), str(week.out), str(week.not_recorded))
        for line, week in weeks
        if week.full + week.restricted + week.out
    ]
    columns = ("Athlete", "Full", "Restricted", "Not training", "Not recorded")
    about = ("Days of seven, as the club’s record says.",)
    return _shown("Availability of the last 7 days", about, columns, rows, are_figures=True)


def _the_others(report: Report) -> Section | None:
    if report.variant is Variant.ATHLETE:
        return None
    said = [
        f"{heading}: {_names(found)}." for group, heading in OTHERS.items() if (found := _by_group(report, (group,)))
    ]
    return Section("The others", said, (), ()) if said else None


def _missing(report: Report) -> Section:
    without_light = _by_group(report, (BoardGroup.ASK,)) if report.variant is not Variant.ATHLETE else []
    without_load = [line for line in report.lines if line.report.load.week_au is None]
    said = [
        f"{what}: {_names(found)}."
        for what, found in (
            ("Not enough data for a light this morning", without_light),
            ("Load of the last 7 days not known", without_load),
        )
        if found
    ]
    sure = (
        f"When nothing is wrong, a light still shows “well below usual” on about {FALSE_RED_PER_100} of 100 days and "
        f"“below usual” on {FALSE_AMBER_PER_100}. Readiness compares each athlete with their own last 28 days."
    )
    return Section("What is missing, and how sure this is", [*said, sure], (), ())


def _face(report: Report) -> list[str]:
    made, opened = report.made, report.opened
    about = {
        Variant.ATHLETE: "It holds what this node knows of the athlete named here, and is for their own eyes.",
        Variant.COACH: "It holds what each athlete lets performance coaches see for planning training.",
        Variant.MEDICAL: "It holds what each athlete lets the medical team see for care.",
    }
    return [
        f"Prepared {long_date(made.date())}, {text.clock_time(made)}. Opened {long_date(opened.date())}, "
        f"{text.clock_time(opened)}, for {report.opened_for}.",
        f"{about[report.variant]} What may be seen was checked when it was opened; a later opening may hold less.",
    ]


def _shown(
    heading: str,
    about: Sequence[str],
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    are_figures: bool = False,
) -> Section | None:
    return Section(heading, about, columns, rows, are_figures) if rows else None


def _by_group(report: Report, groups: Sequence[BoardGroup]) -> list[ReportLine]:
    """The lines of these groups, in their order."""
    return [line for group in groups for line in report.lines if line.report.morning.group is group]


def _who(line: ReportLine) -> str:
    return f"{line.number} {line.name}"


def _names(lines: Sequence[ReportLine]) -> str:
    return ", ".join(_who(line) for line in lines)


def _au(value: float | None) -> str:
    return NOT_KNOWN if value is None else f"{value:,.0f}"


def _change(value: float | None) -> str:
    if value is None:
        return NOT_KNOWN
    whole = round(100 * value)
    return f"{whole:+d} %".replace("-", "−") if whole else "0 %"
