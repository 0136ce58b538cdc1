"""A plan as a table: what is written is read back, and each line that is no session gets one sentence."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.coaching.training_session import BadPlan, TrainingSession
from client.errors import UnknownAthlete
from client.planning.csv_file import read_plan, write_plan
from client.planning.plan_for import EVERYONE, PlanFor
from client.planning.sessions import PlannedSession, SessionText, read_session
from policies.vocabulary import AthleteId

MONDAY = date(2026, 11, 23)
ATHLETE = AthleteId("ath-00000000000000aa")
KNOWN = (EVERYONE, PlanFor("first-team"), PlanFor("first-team", "Goalkeepers"), PlanFor(athlete=ATHLETE))

DRILLS = st.lists(st.from_regex(r"[A-Za-z][A-Za-z ]{0,20}[a-z], [1-9] min", fullmatch=True), max_size=4).map(tuple)
TITLES = st.from_regex(r"[A-Za-z=+@-][A-Za-z ,\"']{0,30}[a-z]", fullmatch=True).map(lambda one: " ".join(one.split()))
LOADS = st.builds(
    lambda rpe, minutes: TrainingSession.of(rpe=float(rpe), minutes=float(minutes)),
    st.integers(0, 10),
    st.integers(40, 180),
) | st.integers(0, 900).map(lambda load: TrainingSession(float(load)))
SESSIONS = st.builds(
    PlannedSession, LOADS, TITLES, st.none() | st.builds(time, st.integers(0, 23), st.integers(0, 59)), DRILLS
)


def whom_of(text: str) -> PlanFor:
    for one in KNOWN:
        if one.key == text:
            return one
    raise UnknownAthlete("this node holds no such athlete; see `homefield-node athlete list`")


def read(text: str, today: date = MONDAY) -> tuple[list[tuple[int, str]], int]:
    found = read_plan(text.encode(), whom_of, today=today)
    return [(one.line, one.text) for one in found.problems], len(found.rows)


@given(
    st.dictionaries(
        st.sampled_from(KNOWN),
        st.dictionaries(
            st.tuples(st.integers(0, 13).map(lambda n: MONDAY + timedelta(days=n)), st.integers(1, 3)),
            SESSIONS,
            min_size=1,
            max_size=4,
        ),
    )
)
def test_a_plan_survives_its_file(plans: dict[PlanFor, dict[tuple[date, int], PlannedSession]]) -> None:
    text = write_plan(plans, lambda _: "=A name")

    found = read_plan(text.encode(), whom_of, today=MONDAY)

    assert found.problems == ()
    assert {(row.whom, row.day, row.slot): row.session for row in found.rows} == {
        (whom, *slot): one for whom, sessions in plans.items() for slot, one in sessions.items()
    }


def test_each_bad_line_gets_one_sentence_with_its_number() -> None:
    table = (
        "date,for,session,start,title,effort,minutes,load_au,match,drills\n"
        "2026-11-24,everyone,1,16:00,Intervals,8,60,,no,Warm-up 15 min\n"
        "24.11.2026,everyone,1,,x,8,60,,no,\n"
        "2026-11-22,everyone,1,,x,8,60,,no,\n"
        "2026-11-25,nobody,1,,x,8,60,,no,\n"
        "2026-11-25,everyone,4,,x,8,60,,no,\n"
        "2026-11-25,everyone,1,,x,12,60,,no,\n"
        "2026-11-25,everyone,1,,x,8,,,no,\n"
        "2026-11-25,everyone,1,,x,8,60,500,no,\n"
        "2026-11-25,everyone,1,,x,8,60,,perhaps,\n"
        "2026-11-25,everyone,1,,x,8,60,,no,Laps 70 min\n"
        "2026-11-25,everyone,1,25:00,x,8,60,,no,\n"
        "2026-11-25,everyone,1,,,,,,,\n"
        "2026-11-24,everyone,1,,again,5,60,,no,\n"
        "2026-11-25,everyone,1,,a,5,60,,no,b,c\n"
    )

    problems, rows = read(table)

    assert rows == 1
    assert problems == [
        (3, "Expected a date such as 2026-11-24, got “24.11.2026”."),
        (4, "22 November 2026 is over, today is 23 November 2026; the plan of a day that is over stays."),
        (5, "This node holds no such athlete; see `homefield-node athlete list`."),
        (6, "Expected a session from 1 to 3, got “4”."),
        (7, "Effort: Expected an effort from 0 to 10, got “12”."),
        (8, "Effort: Expected minutes beside the effort, or a load in AU; for rest enter a load of 0."),
        (9, "Effort: 500 AU is not 8 × 60 min, which is 480 AU; leave one of them out."),
        (10, "Expected yes or no under match, got “perhaps”."),
        (11, "Drills: The drills take 70 min, which is above the session’s 60 min."),
        (12, "Start: Expected a time such as 16:00, got “25:00”."),
        (13, "Expected effort and minutes, or load_au, which is 0 for rest."),
        (14, "Session 1 of this day stands on line 2 already."),
        (15, "More cells than the heading has columns; put quotes around text with a comma."),
    ]


def test_semicolons_and_a_mark_of_bytes_are_read() -> None:
    assert read("\ufeffdate;for;load_au\n2026-11-24;everyone;300\n") == ([], 1)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (b"day,for\n", "without date"),
        (b"date,for,colour\n", "with “colour”"),
        (b"date,for\n\xff\xfe", "UTF-8"),
        (b"", "without date and for"),
        (b"x" * (2 * 1024 * 1024 + 1), "at most 2 MiB"),
    ],
)
def test_what_is_no_plan_is_one_sentence(held: bytes, said: str) -> None:
    with pytest.raises(BadPlan, match=said):
        read_plan(held, whom_of, today=MONDAY)


def test_problems_of_a_form_stand_in_the_order_of_its_fields() -> None:
    typed = SessionText(
        title="x" * 61, rpe="11", minutes="700", load="-1", starts="noon", drills="\n".join("abcdefghi")
    )

    session, problems = read_session(typed)

    assert session is None
    assert [one.field for one in problems] == ["title", "rpe", "minutes", "load", "starts", "drills"]
    assert problems[2].text == "Expected a number of minutes from 0 to 600, got “700”."


@given(SESSIONS)
def test_what_a_form_shows_of_a_session_is_read_as_that_session(one: PlannedSession) -> None:
    assert read_session(SessionText.of(one)) == (one, [])


def test_nothing_typed_is_no_session_and_no_problem() -> None:
    assert read_session(SessionText()) == (None, [])


def test_a_session_of_one_athlete_above_what_a_limit_leaves_is_none() -> None:
    table = f"date,for,load_au\n2026-11-24,{ATHLETE},301\n2026-11-25,{ATHLETE},300\n2026-11-24,everyone,900\n"

    found = read_plan(table.encode(), whom_of, today=MONDAY, cap_of=lambda athlete, _: 300.0)

    assert [(one.line, one.text) for one in found.problems] == [(2, "301 AU is above the stated limit of 300 AU.")]
    assert [row.whom for row in found.rows] == [PlanFor(athlete=ATHLETE), EVERYONE]
