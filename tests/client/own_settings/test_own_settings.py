"""Own constants and the order of sources: set, shown, sealed, followed everywhere, and gone with the athlete."""

import ast
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import client
from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.own_settings import NOTHING_SET, OwnSettings
from client.biometrics.streams import Stream
from client.errors import AthleteErased, BadOwnSetting
from client.features.athlete_days import athlete_days
from client.settings import load_settings
from client.vault.access import open_vault
from client.vault.preferences.own_settings import (
    own_settings,
    set_node_source_priority,
    set_own_settings,
    source_priority,
)
from client.vault.store import Vault
from policies.vocabulary import AthleteId

Run = Callable[..., tuple[int, str, str]]
START_OF_NIGHT = datetime(2026, 3, 2, 22, tzinfo=UTC)
CHOOSING = {"build", "nights_of", "matched_reports", "tables_as_of"}
START = datetime(2026, 3, 2, 7, tzinfo=UTC)


def pulses(app: str, value: float, days: int, first: int = 0) -> list[Observation]:
    source = ReadingSource("", app, app[0] * 64)
    return [observe(Stream.RESTING_HEART_RATE, START + timedelta(days=first + n), value, source) for n in range(days)]


def answer(run: Run, *words: object) -> dict[str, Any]:
    code, out, err = run(*words, "--json")
    assert code == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


def test_the_athletes_own_order_comes_before_the_nodes_and_both_before_the_majority(
    vault: Vault, athlete: AthleteId
) -> None:
    vault.add(athlete, pulses("watch", 60.0, 9))
    vault.add(athlete, pulses("ring", 50.0, 5))

    def first_day() -> float:
        return float(athlete_days(vault, athlete).column("resting_heart_rate")[0])

    assert first_day() == 60.0
    set_node_source_priority(vault, OwnSettings(source_priority=("ring", "strap")))
    assert first_day() == 50.0
    set_own_settings(vault, athlete, OwnSettings(source_priority=("watch",)))
    assert first_day() == 60.0
    assert source_priority(vault, athlete) == ("watch", "ring", "strap")


def test_the_table_says_how_a_constant_is_set_and_not_once_it_is(node_of_one: Path, run: Run) -> None:
    with open_vault(load_settings(node_of_one)) as vault:
        (one,) = vault.athletes()
        at = datetime(2026, 3, 2, 7, tzinfo=UTC)
        vault.add(one.athlete, [observe(Stream.SLEEP_DURATION_H, at, 7.0, ReadingSource("", "form", "a" * 64))])
    said = "sleep_debt_14d: constants are not set; `homefield-node athlete constants` sets what is not set."

    assert said in " ".join(run("metrics", node_of_one, "7")[1].split())
    assert run("athlete", "constants", node_of_one, "7", "--sleep-need-h", "8")[0] == 0
    assert "constants" not in run("metrics", node_of_one, "7")[1]


def test_commands_set_and_show_both_and_every_figure_follows(node_of_one: Path, run: Run) -> None:
    with open_vault(load_settings(node_of_one)) as vault:
        (one,) = vault.athletes()
        vault.add(one.athlete, pulses("watch", 60.0, 9) + pulses("ring", 50.0, 5, 2))

    def mean() -> float:
        found = answer(run, "metrics", node_of_one, "7", "--to", "2026-03-08")["metrics"]
        return float(found["resting_heart_rate_7d"][0]["value"])

    assert answer(run, "source-priority", node_of_one)["source_priority"] == []
    assert mean() == 60.0
    assert answer(run, "source-priority", node_of_one, "ring", "--athlete", "7")["source_priority"] == ["ring"]
    assert mean() == 50.0
    assert answer(run, "athlete", "constants", node_of_one, "7", "--sleep-need-h", "8")["sleep_need_h"] == 8.0
    assert answer(run, "source-priority", node_of_one, "--athlete", "7")["source_priority"] == ["ring"]
    assert answer(run, "athlete", "constants", node_of_one, "7", "--clear")["sleep_need_h"] is None
    assert answer(run, "source-priority", node_of_one, "--athlete", "7", "--clear")["source_priority"] == []
    assert run("source-priority", node_of_one)[1] == "Every athlete: no order is set.\n"


def test_a_capital_makes_no_difference_and_two_devices_of_one_app_are_ordered(vault: Vault, athlete: AthleteId) -> None:
    for device, value, days in (("Strap A", 60.0, 9), ("strap b", 50.0, 5)):
        held = pulses("fit", value, days)
        vault.add(athlete, [replace(one, source=replace(one.source, device=device)) for one in held])
    vault.add(athlete, pulses("Ring", 40.0, 3))

    def first_day(*order: str) -> float:
        set_own_settings(vault, athlete, OwnSettings(source_priority=order))
        return float(athlete_days(vault, athlete).column("resting_heart_rate")[0])

    assert [first_day(), first_day("fit"), first_day("FIT")] == [60.0, 60.0, 60.0]
    assert [first_day("ring"), first_day("RING", "fit")] == [40.0, 40.0]
    assert [first_day("fit Strap B"), first_day("fit", "fit strap b"), first_day("fit strap b", "fit strap a")] == [
        50.0,
        50.0,
        50.0,
    ]
    assert first_day("fit strap a", "fit strap b") == 60.0


def test_the_command_names_sources_as_they_are_stored_and_tells_what_is_not(node_of_one: Path, run: Run) -> None:
    with open_vault(load_settings(node_of_one)) as vault:
        (one,) = vault.athletes()
        vault.add(one.athlete, pulses("Watch", 60.0, 2) + pulses("ring", 50.0, 2))

    said = run("source-priority", node_of_one, "watch", "garmin")[1]

    assert said == "Every athlete: Watch, garmin.\nNothing of garmin is stored yet; known: Watch, ring.\n"
    assert answer(run, "source-priority", node_of_one, "RING", "--athlete", "7")["not_stored"] == []
    code, _, err = run("source-priority", node_of_one, "ring", "--clear")
    assert (code, "got both" in err) == (2, True)
    assert answer(run, "source-priority", node_of_one)["source_priority"] == ["Watch", "garmin"]


def test_the_command_says_that_no_order_decides_whose_hours_of_sleep_count(node_of_one: Path, run: Run) -> None:
    night, form = START_OF_NIGHT, ReadingSource("", "form", "a" * 64)
    with open_vault(load_settings(node_of_one)) as vault:
        (one,) = vault.athletes()
        vault.add(one.athlete, [observe(Stream.SLEEP_DURATION_H, night, 7.0, form)])
    assert answer(run, "source-priority", node_of_one, "form")["not_by_order"] == []
    with open_vault(load_settings(node_of_one)) as vault:
        slept = observe(
            Stream.SLEEP_PERIOD_MIN, night, 400.0, replace(form, app="watch"), end=night + timedelta(hours=7)
        )
        vault.add(one.athlete, [slept])

    said = " ".join(run("source-priority", node_of_one, "form", "watch", "--athlete", "7")[1].split())

    assert "whether the ones or the others count no order decides" in said
    assert answer(run, "source-priority", node_of_one)["not_by_order"] == ["sleep_h"]
    run("source-priority", node_of_one, "--clear")
    assert answer(run, "source-priority", node_of_one)["not_by_order"] == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"heart_rate_max": 400.0}, "heart_rate_max: should be less than or equal to 230"),
        ({"heart_rate_max": 150.0, "heart_rate_rest": 110.0}, "more than 40 above heart_rate_rest"),
        ({"sleep_need_h": float("nan")}, "sleep_need_h: should be a finite number"),
        ({"source_priority": ("ring", "ring")}, "each app once"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(change: dict[str, object], said: str) -> None:
    with pytest.raises(BadOwnSetting, match="expected ") as refused:
        NOTHING_SET.changed(**change)

    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_whoever_chooses_between_sources_is_given_the_order() -> None:
    """What a call does not pass on would choose by the number of readings again."""
    root, without = Path(client.__file__).parent, set()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CHOOSING:
                named = {word.arg for word in node.keywords}
                without |= set() if named & {"priority", "source_priority"} else {path.name}

    # The note of an import counts pairs of reports, whichever of two counts.
    assert without == {"other_sources.py"}


def test_nothing_of_them_is_in_the_file_in_the_clear_and_nothing_is_left_after_erasure(
    vault: Vault, athlete: AthleteId, tmp_path: Path
) -> None:
    set_own_settings(vault, athlete, OwnSettings(source_priority=("rarebrand",), sleep_need_h=7.25))
    set_node_source_priority(vault, OwnSettings(source_priority=("rarebrand",)))

    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    database, number, _ = vault.seal_of(athlete)
    vault.erase(athlete)

    assert b"rarebrand" not in stored
    with pytest.raises(AthleteErased):
        own_settings(vault, athlete)
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM own_setting WHERE athlete = ?", (number,)).fetchone() == (0,)
