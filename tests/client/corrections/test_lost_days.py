"""`imports undo` says before it asks which days of which stream are not known any more."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from client.biometrics.streams import Stream
from client.readings.lost_days import lost_days

Run = Callable[..., tuple[int, str, str]]
HEAD = "date,mood\n"
MAPPING = {"version": 1, "app": "diary", "time": {"column": "date", "format": "date"}}
FIRST = date(2026, 3, 1)
DAYS = st.sets(st.integers(0, 20))


@given(known=DAYS, stay=DAYS)
def test_ranges_hold_every_lost_day_once_and_no_day_that_stays(known: set[int], stay: set[int]) -> None:
    held = {number: FIRST + timedelta(days=number) for number in known}
    before = {(Stream.MOOD, day): ("made",) for day in held.values()}
    after = {(Stream.MOOD, day): ("made",) for number, day in held.items() if number in stay}
    lost = {day for number, day in held.items() if number not in stay}

    found = lost_days(before, after)  # type: ignore[arg-type]  # what makes a day is of no concern here

    ranges = [one for stream in found for one in stream.ranges]
    inside = [{day for day in held.values() if one.first <= day <= one.last} for one in ranges]
    assert set().union(*inside) == lost
    assert [len(days) for days in inside] == [one.days for one in ranges]
    assert all(set(one) <= lost for one in inside)
    assert all(a.last < b.first for a, b in pairwise(ranges))
    between = [{day for day in held.values() if a.last < day < b.first} for a, b in pairwise(ranges)]
    assert all(between), "two runs that nothing parts would be one"


def test_the_question_names_the_days_that_go_and_the_answer_has_them_all(
    node_of_one: Path, run: Run, tmp_path: Path
) -> None:
    mapping = {**MAPPING, "streams": [{"column": "mood", "stream": "mood"}]}
    (tmp_path / "map.json").write_text(json.dumps(mapping))
    for name, days in (("a", (1, 2, 3, 5, 9)), ("b", (5,))):
        (tmp_path / f"{name}.csv").write_text(HEAD + "".join(f"2026-03-{day:02},4\n" for day in days))
        run("ingest", node_of_one, tmp_path / f"{name}.csv", "--athlete", 7, "--mapping", tmp_path / "map.json")

    asked = run("imports", "undo", node_of_one, 1)
    code, out, _ = run("imports", "undo", node_of_one, 1, "--yes", "--json")

    assert asked[0] == 1
    assert "mood: 4 days are not known any more, 2026-03-01 to 2026-03-03, 2026-03-09. Undo?" in asked[1]
    (found,) = json.loads(out)["days"]
    assert (code, found["lost"]) == (
        0,
        [
            {
                "stream": "mood",
                "ranges": [
                    {"from": "2026-03-01", "to": "2026-03-03", "days": 3},
                    {"from": "2026-03-09", "to": "2026-03-09", "days": 1},
                ],
            }
        ],
    )
    assert found["streams"] == [{"stream": "mood", "unknown": 4, "of": []}]
