"""Each reading names its import; and whoever takes readings away learns what makes those days' values then."""

import json
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.streams import Stream
from client.readings.brought_readings import brought_by
from client.readings.day_changes import by_stream, day_changes, makers_of
from client.readings.listed import listed_readings
from client.settings import load_settings
from client.vault.access import open_vault
from client.vault.history.by_hand import correct, void
from client.vault.history.reading_states import ReadingState
from client.vault.store import Vault
from tests.client.corrections.vault_story import DAY, WHY, Story, mood, reading, story

Run = Callable[..., tuple[int, str, str]]
WELLNESS = (
    "effective_time_frame,fatigue,mood,readiness,sleep_duration_h,sleep_quality,soreness,soreness_area,stress\n"
    "2026-03-02T06:00:00Z,2,3,6,8,3,3,[],3\n"
    "2026-03-03T06:00:00Z,4,3,5,7,3,3,[],3\n"
)


def answer(run: Run, *words: object) -> dict[str, Any]:
    code, out, _ = run(*words, "--json")
    assert code == 0
    found: dict[str, Any] = json.loads(out)
    return found


def imports_of(told: Story) -> dict[object, int | None]:
    held = listed_readings(told.vault, told.athlete, states=frozenset(ReadingState))
    return {one.stored.reading.value: one.import_number for one in held}


def test_a_reading_is_of_the_first_import_that_had_it_and_is_not_undone(shared: Vault) -> None:
    with story(shared) as told:
        first, _ = told.bring("first", [mood(2.0), mood(3.0, day=1)])
        second, _ = told.bring("second", [mood(3.0, day=1), mood(4.0, day=2), mood(5.0, day=2)])

        assert imports_of(told) == {2.0: first, 3.0: first, 4.0: second, 5.0: second}
        assert [
            (one.stream, one.readings, one.first, one.last) for one in brought_by(told.vault, told.athlete, second)
        ] == [(Stream.MOOD, 2, (DAY + timedelta(days=2)).date(), (DAY + timedelta(days=2)).date())]
        told.undo(first)
        assert imports_of(told) == {3.0: second, 4.0: second, 5.0: second}


def test_a_corrected_value_is_of_the_import_that_it_ends_with_and_one_without_is_of_none(shared: Vault) -> None:
    with story(shared) as told:
        number, _ = told.bring("first", [mood(2.0)])
        (held,) = listed_readings(told.vault, told.athlete)
        correct(told.vault, told.athlete, held.stored.id, 4.0, WHY)
        told.vault.add(told.athlete, [mood(3.0, day=5)])

        assert imports_of(told) == {2.0: number, 4.0: number, 3.0: None}


def pulse(source: ReadingSource, days: Iterable[int], value: float = 50.0) -> list[Observation]:
    at = DAY + timedelta(hours=7)
    return [observe(Stream.RESTING_HEART_RATE, at + timedelta(days=day), value, source) for day in days]


def test_the_source_that_counts_for_a_day_is_told_by_day_and_by_stream(shared: Vault) -> None:
    watch, strap = (ReadingSource("", name, "") for name in ("watch", "strap"))
    with story(shared) as told:
        told.vault.add(told.athlete, pulse(watch, range(5)) + pulse(strap, [1], 60.0))
        before = makers_of(told.vault, told.athlete)
        for one in list(listed_readings(told.vault, told.athlete)):
            if one.stored.reading.source.app == "watch" and one.local_day < (DAY + timedelta(days=2)).date():
                void(told.vault, told.athlete, one.stored.id, WHY)

        changes = day_changes(before, makers_of(told.vault, told.athlete))

        assert [(one.day.day, one.now[0].stored.reading.source.app if one.now else None) for one in changes] == [
            (2, None),
            (3, "strap"),
        ]
        assert "60" not in changes[1].text.replace(changes[1].now[0].stored.id, "")
        assert [one.text for one in by_stream(changes)] == [
            "resting_heart_rate: 1 day is not known any more, 1 day is now of strap."
        ]


@pytest.fixture
def node(node_of_one: Path, run: Run, tmp_path: Path) -> Path:
    """A node with answers of two days from a form, and of the second of them from a diary beside it."""
    (tmp_path / "wellness.csv").write_text(WELLNESS)
    assert run("ingest", node_of_one, tmp_path / "wellness.csv", "--athlete", 7)[0] == 0
    with open_vault(load_settings(node_of_one)) as vault:
        vault.add(vault.athletes()[0].athlete, [reading(Stream.MOOD, 5.0, day=1)])
    return node_of_one


def test_the_commands_say_what_makes_the_day_then(node: Path, run: Run) -> None:
    rows = answer(run, "readings", node, 7, "--stream", "mood")["readings"]
    of_day = {(row["local_day"], row["source"]): row for row in rows}
    first, second = of_day["2026-03-02", "pmsys"], of_day["2026-03-03", "pmsys"]
    diary = of_day["2026-03-03", "app"]
    (number,) = [one["number"] for one in answer(run, "imports", "list", node)["imports"]]
    assert {first["import"], second["import"], diary["import"]} == {number, None}
    brought = answer(run, "imports", "show", node, number)["brought"]
    assert {"stream": "mood", "readings": 2, "first_day": "2026-03-02", "last_day": "2026-03-03"} in brought

    code, out, _ = run("reading", "void", node, 7, second["id"], "--reason", "other")
    assert code == 0
    assert f"mood of 2026-03-03 is now that of app watch ({diary['id']})." in " ".join(out.split())
    assert "5" not in out.split("is now that of")[1].replace(diary["id"], "")

    corrected = answer(run, "reading", "correct", node, 7, first["id"], "--value", "2", "--reason", "typing_error")
    (day,) = corrected["days"]
    put = next(one["id"] for one in corrected["values"] if one["state"] == "counts")
    assert (day["local_day"], day["is_known"], [one["id"] for one in day["counts"]]) == ("2026-03-02", True, [put])

    (day,) = answer(run, "reading", "void", node, 7, put, "--reason", "other")["days"]
    assert day == {"stream": "mood", "local_day": "2026-03-02", "is_known": False, "counts": []}

    (days,) = answer(run, "imports", "undo", node, number, "--yes")["days"]
    assert {"stream": "stress", "unknown": 2, "of": []} in days["streams"]
    assert "mood" not in {one["stream"] for one in days["streams"]}, "those two days were made otherwise already"
