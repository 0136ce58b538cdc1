"""The form of a week: what it shows of a plan, what it sent, and the rows that differ from what counts now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict, Field

from chassis.text import long_date, weekday
from client.planning.plan_for import PlanFor
from client.planning.records import PlannedRow, Slot
from client.planning.sessions import LONGEST_DRILL, MOST_DRILLS, MOST_SLOTS, PlannedSession, SessionText, read_session
from client.web.planning.limits import above_caps
from client.web.planning.week_plans import WeekPlans
from client.web.planning.week_view import short_day

MOST_ROWS = 7 * MOST_SLOTS
FIELDS = ("title", "rpe", "minutes", "load", "starts", "drills")


class WeekSent(BaseModel):
    """What the form said, before it is believed: of each session its day, its number, and what was typed."""

    model_config = ConfigDict(frozen=True)

    csrf: str = Field(max_length=100)
    save: str = Field(default="", max_length=32)
    week: date
    who: str = Field(max_length=100)
    do: str = Field(default="preview", max_length=10)
    day: list[date] = Field(default=[], max_length=MOST_ROWS)
    slot: list[int] = Field(default=[], max_length=MOST_ROWS)
    title: list[str] = Field(default=[], max_length=MOST_ROWS)
    rpe: list[str] = Field(default=[], max_length=MOST_ROWS)
    minutes: list[str] = Field(default=[], max_length=MOST_ROWS)
    load: list[str] = Field(default=[], max_length=MOST_ROWS)
    starts: list[str] = Field(default=[], max_length=MOST_ROWS)
    drills: list[str] = Field(default=[], max_length=MOST_ROWS)
    match: list[str] = Field(default=[], max_length=MOST_ROWS)

    @classmethod
    def of(cls, texts: Mapping[Slot, SessionText], begins: date, who: str) -> "WeekSent":
        """Return what a form with these texts would send."""
        rows = [(day, slot, one) for (day, slot), one in texts.items()]
        return cls.model_validate(
            {
                "csrf": "",
                "week": begins,
                "who": who,
                "day": [day for day, _, _ in rows],
                "slot": [slot for _, slot, _ in rows],
                "match": [f"{day}-{slot}" for day, slot, one in rows if one.match],
                **{name: [getattr(one, name) for _, _, one in rows] for name in FIELDS},
            }
        )

    def texts(self) -> dict[Slot, SessionText]:
        """Return what was typed by day and session; nothing where the lists do not go together."""
        typed = (self.title, self.rpe, self.minutes, self.load, self.starts, self.drills)
        if {len(column) for column in typed} | {len(self.slot)} != {len(self.day)}:
            return {}
        return {
            (day, slot): SessionText(title, rpe, minutes, load, starts, drills, f"{day}-{slot}" in self.match)
            for day, slot, title, rpe, minutes, load, starts, drills in zip(self.day, self.slot, *typed, strict=True)
            if 1 <= slot <= MOST_SLOTS
        }


@dataclass(frozen=True, slots=True)
class FormRow:
    """One session in the form. wrong: what is to be put right, by field. wider: what counts without an entry."""

    day: date
    slot: int
    head: str
    typed: SessionText
    wrong: Mapping[str, str]
    wider: str

    @property
    def id(self) -> str:
        """What the names of its fields end with."""
        return f"{self.day}-{self.slot}"

    def said(self, field: str) -> str:
        """What is to be put right of a field, "" for nothing."""
        return self.wrong.get(field, "")

    @property
    def is_open(self) -> bool:
        """True where start and drills hold something, or are wrong."""
        return bool(self.typed.starts or self.typed.drills or {"starts", "drills"} & self.wrong.keys())


@dataclass(frozen=True, slots=True)
class WeekRead:
    """What a form says: the rows that differ from what is set, and what is to be put right in the order of the form."""

    rows: tuple[PlannedRow, ...]
    wrong: Mapping[Slot, Mapping[str, str]]

    @property
    def problems(self) -> list[dict[str, str]]:
        """A field and a sentence each, for the top of the page."""
        return [
            {"field": f"{field}-{day}-{slot}", "text": f"{short_day(day)}: {said[field]}"}
            for (day, slot), said in self.wrong.items()
            for field in FIELDS
            if field in said
        ]


def read_week(
    sent: WeekSent, whom: PlanFor, week: WeekPlans, today: date, caps: Mapping[date, float] | None = None
) -> WeekRead:
    """Compare what was typed with what is set for `whom`; a day that is over stays as it was.

    caps: what a limit of the one athlete leaves of a day, in AU.
    """
    set_now, rows = week.set_for(whom), list[PlannedRow]()
    wrong: dict[Slot, dict[str, str]] = {}
    for (day, slot), typed in sorted(sent.texts().items()):
        session, problems = read_session(typed)
        if day not in week.days or day < today:
            problem = f"{long_date(day)} is over or of another week; its plan stays."
            wrong[day, slot] = {"title": problem} if session != set_now.get((day, slot)) else {}
        elif problems:
            wrong[day, slot] = {one.field: one.text for one in problems}
        elif session != set_now.get((day, slot)):
            rows.append(PlannedRow(whom, day, slot, session))
    _refuse_above(caps or {}, rows, week, wrong)
    return WeekRead(tuple(rows), {slot: said for slot, said in sorted(wrong.items()) if said})


def _refuse_above(
    caps: Mapping[date, float], rows: Sequence[PlannedRow], week: WeekPlans, wrong: dict[Slot, dict[str, str]]
) -> None:
    """Say at the first session of a day that it is planned above what a limit leaves."""
    changed = {row.day: row for row in reversed(rows)}
    for day, row in changed.items():
        (load,) = week.with_rows(rows).loads(row.whom, [day])
        for sentence in above_caps({day: load}, caps).values():
            is_made_of = row.session is not None and row.session.load.rpe is not None
            wrong.setdefault((day, row.slot), {})["rpe" if is_made_of else "load"] = sentence


def texts_of(whom: PlanFor, week: WeekPlans) -> dict[Slot, SessionText]:
    """Return what is set for `whom` as a form shows it."""
    return {slot: SessionText.of(one) for slot, one in week.set_for(whom).items()}


def copied(whom: PlanFor, source: WeekPlans, week: WeekPlans) -> dict[Slot, SessionText]:
    """Return the sessions of another week on the days of this one; where none is set for them alone, what counts."""
    held = source.set_for(whom) or source.counting(whom).sessions
    ahead = week.begins - source.begins
    return {(day + ahead, slot): SessionText.of(one) for (day, slot), one in held.items() if day in source.days}


def form_rows(
    whom: PlanFor,
    week: WeekPlans,
    texts: Mapping[Slot, SessionText],
    *,
    today: date,
    most: int = 1,
    wrong: Mapping[Slot, Mapping[str, str]] | None = None,
) -> list[FormRow]:
    """Return the rows of the days that are not over. most: how many sessions of a day have a row at least."""
    slots = range(1, max([most, *(slot for (day, slot) in texts if day in week.days)]) + 1)
    wider = week.with_rows(PlannedRow(whom, *slot, None) for slot in week.set_for(whom)).counting(whom)
    return [
        FormRow(
            day=day,
            slot=slot,
            head=_head(week, whom, day, slot),
            typed=texts.get((day, slot), SessionText()),
            wrong=(wrong or {}).get((day, slot), {}),
            wider=_wider(wider.sessions.get((day, slot))),
        )
        for day in week.days
        if day >= today
        for slot in slots
    ]


def _head(week: WeekPlans, whom: PlanFor, day: date, slot: int) -> str:
    label = week.label(day, whom)
    return f"{weekday(day)} {day.day}{f', {label}' if label else ''}{f', session {slot}' if slot > 1 else ''}"


def _wider(one: PlannedSession | None) -> str:
    if one is None:
        return ""
    title = f"{one.title}, " if one.title else ""
    return f"Without an entry: {title}{one.load.load_au:,.0f} AU, as for all."


def other_weeks(begins: date, number: int = 8) -> Sequence[date]:
    """Return the Mondays of the weeks before, the nearest first."""
    return [begins - timedelta(days=7 * back) for back in range(1, number + 1)]


DRILLS_HINT = f"One a line, at most {MOST_DRILLS} of {LONGEST_DRILL} characters, such as “Corners, 25 min”."
