"""An athlete answers twice: of one day the last answer counts, and the earlier one stays, told as replaced."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from client.biometrics.observations import Observation
from client.biometrics.stream_spec import Aggregation, Shape
from client.biometrics.streams import SPECS, Stream
from client.features.daily import build
from client.settings import load_settings
from client.vault.access import open_vault
from client.vault.history.by_hand import void
from client.vault.history.reading_states import ReadingState, stored_readings
from client.vault.records.answers import ANSWERS
from client.vault.store import Vault
from tests.client.corrections.vault_story import DAY, WHY, Story, mood, reading, story

Run = Callable[..., tuple[int, str, str]]
NUMBERS = sorted(stream for stream in ANSWERS if SPECS[stream].shape is Shape.NUMBER)


def states(told: Story, stream: Stream = Stream.MOOD) -> dict[object, tuple[ReadingState, object]]:
    held = stored_readings(told.vault, told.athlete, streams=[stream], states=ReadingState)
    values = {one.id: one.reading.value for one in held}
    return {one.reading.value: (one.state, values.get(one.replaced_by or "")) for one in held}


def of_day(told: Story, stream: Stream) -> object:
    return build(told.vault.read(told.athlete)).column(stream.value)[0]


@pytest.mark.parametrize("is_rising", [True, False])
def test_of_two_answers_of_one_time_the_later_row_counts(shared: Vault, *, is_rising: bool) -> None:
    low_high = {stream: (SPECS[stream].low, min(SPECS[stream].high, SPECS[stream].low + 1)) for stream in NUMBERS}
    firsts, lasts = (
        [reading(stream, float(ends[place]), hour=0) for stream, ends in low_high.items()]
        for place in ((0, 1) if is_rising else (1, 0))
    )

    with story(shared) as told:
        _, added = told.bring("twice", [*firsts, *lasts])
        again = told.bring("twice", [*firsts, *lasts])[1]

        for first, last in zip(firsts, lasts, strict=True):
            is_largest = SPECS[first.stream].aggregation is Aggregation.MAX and not is_rising
            counts, other = (first.value, last.value) if is_largest else (last.value, first.value)
            assert of_day(told, first.stream) == counts
            expected = {counts: (ReadingState.COUNTS, None), other: (ReadingState.REPLACED, counts)}
            assert states(told, first.stream) == expected
    assert (added.added, added.duplicate, added.answered_again) == (2 * len(NUMBERS), 0, len(NUMBERS))
    assert (again.added, again.duplicate, again.conflicting) == (0, 2 * len(NUMBERS), 0)


def test_a_file_that_has_both_answers_says_which_one_is_later(shared: Vault) -> None:
    """Whichever of the two was stored before, alone."""
    for stored in (2.0, 4.0):
        with story(shared) as told:
            told.bring("alone", [mood(stored)])
            number, _ = told.bring("both", [mood(2.0), mood(4.0), mood(4.0)])

            assert of_day(told, Stream.MOOD) == 4.0
            assert states(told)[2.0] == (ReadingState.REPLACED, 4.0)
            told.undo(number)
            assert states(told) == {stored: (ReadingState.COUNTS, None)}


def test_an_answer_that_a_person_voided_does_not_come_back_with_the_file(shared: Vault) -> None:
    with story(shared) as told:
        both = [mood(2.0), mood(4.0)]
        told.bring("both", both)
        chosen = next(one for one in stored_readings(told.vault, told.athlete) if one.state is ReadingState.COUNTS)
        void(told.vault, told.athlete, chosen.id, WHY)

        told.bring("both", both)

        assert told.vault.read(told.athlete) == []


DIARY = (
    "date,timestamp,meals,weight,glasses_of_fluid,alcohol_consumed\n"
    "15/11/2025,11/15/2025 20:00:00,Breakfast,80,9,No\n"
    "15/11/2025,11/16/2025 20:01:00,Breakfast,80,8,No\n"
)
FORM = (
    "effective_time_frame,fatigue,mood,readiness,sleep_duration_h,sleep_quality,soreness,soreness_area,stress\n"
    "2025-11-15T18:00:00Z,2,3,6,8,3,3,[],3\n"
    "2025-11-15T06:00:00Z,4,3,5,7,3,3,[],3\n"
)


def listed(run: Run, node: Path, stream: str) -> Mapping[float, dict[str, Any]]:
    rows = json.loads(run("readings", node, "7", "--stream", stream, "--json")[1])["readings"]
    return {row["value"]: row for row in rows}


@pytest.mark.parametrize(
    ("text", "stream", "earlier", "last"),
    [(DIARY, "fluid_glasses", 9.0, 8.0), (FORM, "fatigue", 4.0, 2.0)],
    ids=["of one time", "at two times"],
)
def test_the_earlier_answer_is_listed_as_replaced(
    run: Run, node_of_one: Path, tmp_path: Path, text: str, stream: str, earlier: float, last: float
) -> None:
    (tmp_path / "answers.csv").write_text(text)
    code, out, _ = run("ingest", node_of_one, tmp_path / "answers.csv", "--athlete", "7", "--json")
    (file,) = json.loads(out)["files"]

    rows = listed(run, node_of_one, stream)

    assert (code, file["kept"], file["dropped"], file["duplicates"]) == (0, 2, {}, 0)
    assert (rows[last]["state"], rows[last]["replaced_by"]) == ("counts", None)
    assert (rows[earlier]["state"], rows[earlier]["replaced_by"]) == ("replaced", rows[last]["id"])
    with open_vault(load_settings(node_of_one)) as vault:
        held: list[Observation] = vault.read(vault.athletes()[0].athlete)
    table = build(held)
    assert (table.dates[0], table.column(stream)[0]) == (date(2025, 11, 15), last)
    assert run("ingest", node_of_one, tmp_path / "answers.csv", "--athlete", "7", "--json")[0] == 0
    assert listed(run, node_of_one, stream) == rows


def test_a_nap_does_not_take_the_place_of_a_night(run: Run, node_of_one: Path) -> None:
    night = [
        reading(Stream.SLEEP_PERIOD_MIN, 450.0, hour=-2, minutes=480),
        reading(Stream.SLEEP_EFFICIENCY, 91.0, hour=-2, minutes=480),
    ]
    nap = [
        reading(Stream.SLEEP_PERIOD_MIN, 40.0, hour=14, minutes=45),
        reading(Stream.SLEEP_EFFICIENCY, 80.0, hour=14, minutes=45),
    ]
    with open_vault(load_settings(node_of_one)) as vault:
        vault.add(vault.athletes()[0].athlete, [*night, *nap])

    rows = listed(run, node_of_one, "sleep_efficiency")

    assert {value: row["state"] for value, row in rows.items()} == {91.0: "counts", 80.0: "counts"}
    assert DAY.date().isoformat() == rows[91.0]["local_day"]
