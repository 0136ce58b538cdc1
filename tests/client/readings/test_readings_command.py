"""`homefield-node readings`: every field of every stored value, and which value counts."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from client.biometrics.observations import EXERCISE, NAP, PARTIAL_FILE, Observation, ReadingSource, observe
from client.biometrics.streams import SPECS, Stream
from client.commands.files import readings as commands
from client.settings import load_settings
from client.vault.access import open_vault

Run = Callable[..., tuple[int, str, str]]
FORM, WATCH = ReadingSource("", "form", "f" * 64), ReadingSource("fr945", "watch", "e" * 64)
EVENING = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)  # half past eleven in Oslo
FIELDS = {
    *("id", "stream", "value", "unit", "start", "end", "local_day"),
    *("source", "device", "file", "quality", "state", "replaced_by", "import", "used_instead", "questions"),
}


def told(stream: Stream, start: datetime, value: object, source: ReadingSource, **more: Any) -> Observation:
    return observe(stream, start, value, source, offset_min=60, **more)  # type: ignore[arg-type]


def night_and_training() -> list[list[Observation]]:
    """By import: a night with its pulse, answers and a session; then the session corrected, and as a watch tells it."""
    woken, trained = EVENING + timedelta(hours=8), EVENING + timedelta(hours=18)
    end = trained + timedelta(minutes=60)
    first = [
        told(Stream.SLEEP_PERIOD_MIN, EVENING, 450.0, WATCH, end=woken),
        told(Stream.RESTING_HEART_RATE, EVENING, 47.0, WATCH),
        told(Stream.RR_INTERVALS, woken, (800.0, 812.5), WATCH, quality=(EXERCISE,)),
        told(Stream.SORENESS_AREA, woken, "[12921003]", FORM),
        told(Stream.SESSION_RPE, trained, 6.0, FORM, end=end),
        told(Stream.SESSION_DURATION_MIN, trained, 60.0, FORM, end=end),
    ]
    corrected = [told(Stream.SESSION_RPE, trained, 7.0, FORM, end=end)]
    seen = [
        told(Stream.SESSION_DURATION_MIN, trained, 58.0, WATCH, end=end),
        told(Stream.SLEEP_PERIOD_MIN, trained - timedelta(hours=4), 40.0, WATCH, end=trained, quality=(NAP,)),
    ]
    return [first, corrected, seen]


@pytest.fixture
def node(node_of_one: Path) -> Path:
    with open_vault(load_settings(node_of_one)) as vault:
        (athlete,) = vault.athletes()
        for readings in night_and_training():
            vault.add(athlete.athlete, readings)
    return node_of_one


def listed(run: Run, node: Path, *words: object) -> list[dict[str, Any]]:
    code, out, _ = run("readings", node, "7", "--json", *words)
    assert code == 0
    answer = json.loads(out)
    assert (answer["schema"], answer["athlete"][:4]) == ("homefield-readings-1", "ath-")
    found: list[dict[str, Any]] = answer["readings"]
    return found


def test_every_field_is_there_and_what_is_not_known_is_null(node: Path, run: Run) -> None:
    rows = listed(run, node)

    assert {frozenset(row) for row in rows} == {frozenset(FIELDS)}
    assert all(row["unit"] == SPECS[Stream(row["stream"])].unit for row in rows)
    rating = next(row for row in rows if row["value"] == 7.0)
    expected = {"source": "form", "device": None, "file": "f" * 64, "quality": [], "replaced_by": None}
    assert {name: rating[name] for name in expected} == expected
    assert (rating["start"], rating["end"]) == ("2026-03-03T17:30:00+01:00", "2026-03-03T18:30:00+01:00")
    assert next(row for row in rows if row["stream"] == "rr_intervals")["value"] == [800.0, 812.5]
    assert next(row for row in rows if row["stream"] == "soreness_area")["value"] == "[12921003]"
    assert [row["quality"] for row in rows if row["quality"]] == [[EXERCISE], [NAP]]
    assert rows == sorted(rows, key=lambda row: datetime.fromisoformat(row["start"]))


def test_what_a_night_measures_is_listed_on_the_day_of_waking(node: Path, run: Run) -> None:
    pulse = next(row for row in listed(run, node) if row["stream"] == "resting_heart_rate")

    assert (pulse["start"], pulse["local_day"]) == ("2026-03-02T23:30:00+01:00", "2026-03-03")
    assert listed(run, node, "--to", "2026-03-02") == []
    assert len(listed(run, node, "--from", "2026-03-03", "--to", "2026-03-03")) == len(listed(run, node))


def test_a_value_that_does_not_count_names_the_one_that_does(node: Path, run: Run) -> None:
    rows = listed(run, node, "--stream", "session_rpe", "--stream", "session_duration_min")

    by_value = {row["value"]: row for row in rows}
    assert (by_value[6.0]["state"], by_value[6.0]["replaced_by"]) == ("replaced", by_value[7.0]["id"])
    assert (by_value[58.0]["state"], by_value[58.0]["replaced_by"]) == ("witness", by_value[60.0]["id"])
    assert {value for value, row in by_value.items() if row["state"] == "counts"} == {7.0, 60.0}
    assert len({row["id"] for row in rows}) == 4


def test_what_no_figure_uses_is_told_with_the_source_that_comes_first(run: Run, node_of_one: Path) -> None:
    nights = [EVENING + timedelta(days=day) for day in range(2)]
    slept = [told(Stream.SLEEP_PERIOD_MIN, one, 450.0, WATCH, end=one + timedelta(hours=8)) for one in nights]
    answered = told(Stream.SLEEP_DURATION_H, nights[0] + timedelta(hours=9), 7.0, FORM)
    with open_vault(load_settings(node_of_one)) as vault:
        vault.add(vault.athletes()[0].athlete, [*slept, answered])

    states = [(row["stream"], row["state"], row["used_instead"]) for row in listed(run, node_of_one)]

    assert states == [
        ("sleep_period_min", "counts", None),
        ("sleep_duration_h", "not_used", "watch fr945"),
        ("sleep_period_min", "counts", None),
    ]
    shown = " ".join(run("readings", node_of_one, "7")[1].split())
    assert "not_used" in shown


@pytest.mark.parametrize("at_terminal", [True, False])
def test_a_long_table_is_cut_on_a_terminal_alone_and_says_what_is_left(
    node: Path, run: Run, monkeypatch: pytest.MonkeyPatch, at_terminal: bool
) -> None:
    monkeypatch.setattr(commands, "MOST_ROWS", 2)
    monkeypatch.setattr(commands, "is_read_at_terminal", lambda: at_terminal)
    rows = listed(run, node)

    shown = run("readings", node, "7")[1]

    assert len(rows) > 2
    assert [row["id"][:8] in shown for row in rows] == [not at_terminal or one in rows[-2:] for one in rows]
    left, first = len(rows) - 2, rows[0]["local_day"]
    told = f"Not shown: {left} earlier readings, from {first} on. --from, --to and --stream choose; --json"
    assert (told in " ".join(shown.split())) is at_terminal


def test_the_table_for_people_and_what_it_refuses(node: Path, run: Run) -> None:
    code, out, _ = run("readings", node, "7")
    none = run("readings", node, "7", "--stream", "mood")[1]

    assert code == 0
    assert "2 numbers" in out
    assert "replaced" in out
    assert none == "No reading is stored that fits.\n"
    assert run("readings", node, "7", "--stream", "moods")[0] == 2
    assert "on or before --to" in run("readings", node, "7", "--from", "2026-03-03", "--to", "2026-03-02")[2]
    assert "expected a day up to" in run("readings", node, "7", "--to", "9999-12-31")[2]


def test_what_only_the_cut_off_file_of_a_session_gave_is_a_witness_once_the_whole_one_came(
    run: Run, node_of_one: Path
) -> None:
    end = EVENING + timedelta(minutes=60)
    cut = [
        told(Stream.ACTIVITY_DURATION_MIN, EVENING, 20.0, WATCH, end=end, quality=(PARTIAL_FILE,)),
        told(Stream.DISTANCE, EVENING, 3000.0, WATCH, end=end, quality=(PARTIAL_FILE,)),
    ]
    whole = [told(Stream.ACTIVITY_DURATION_MIN, EVENING, 60.0, WATCH, end=end)]
    with open_vault(load_settings(node_of_one)) as vault:
        (athlete,) = vault.athletes()
        for readings in (cut, whole):
            vault.add(athlete.athlete, readings)

    found = {(one["stream"], one["value"]): one["state"] for one in listed(run, node_of_one)}

    assert found == {
        ("activity_duration_min", 20.0): "replaced",
        ("activity_duration_min", 60.0): "counts",
        ("distance", 3000.0): "witness",
    }
