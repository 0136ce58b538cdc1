"""`athlete light-without`: what is left out of a light is sealed, counts from the next morning and is shown nowhere."""

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from client.cli import app
from client.coaching.light.at_home import LIGHT_CATEGORIES, beside, categories_on, leave_out
from client.features.daily import DailyTable
from client.vault.keys import UnlockKey
from client.vault.preferences.light_choice import light_choices
from client.vault.store import Vault
from policies.vocabulary import AthleteId, Category

ONE = AthleteId("ath-00000000000000aa")
DAY = date(2026, 12, 3)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    opened = Vault.open(tmp_path / "vault.sqlite3", UnlockKey(b"k" * 32))
    opened.add_athlete(ONE, "Ada Lund", shirt_no=7)
    return opened


def test_a_choice_counts_from_the_next_morning_and_past_mornings_keep_theirs(vault: Vault) -> None:
    assert categories_on(vault, ONE, DAY) == LIGHT_CATEGORIES

    leave_out(vault, ONE, [Category.SLEEP], today=DAY)
    leave_out(vault, ONE, [Category.SLEEP, Category.HEART], today=DAY)  # the same evening, in place of the first
    leave_out(vault, ONE, [], today=DAY + timedelta(days=4))

    left_out = [LIGHT_CATEGORIES - categories_on(vault, ONE, DAY + timedelta(days=step)) for step in (0, 1, 4, 5)]
    assert left_out == [set(), {Category.SLEEP, Category.HEART}, {Category.SLEEP, Category.HEART}, set()]
    assert len(light_choices(vault, ONE)) == 2


def test_it_is_sealed_and_goes_with_an_erasure(vault: Vault, tmp_path: Path) -> None:
    leave_out(vault, ONE, [Category.SLEEP], today=DAY)

    assert vault.with_rows_in("light_choice") == [ONE]
    assert b"sleep" not in b"".join(one.read_bytes() for one in tmp_path.glob("vault.sqlite3*"))
    vault.erase(ONE)
    assert vault.with_rows_in("light_choice") == []


def test_one_table_takes_the_light_from_one_and_the_rest_from_the_other() -> None:
    days = tuple(DAY + timedelta(days=step) for step in range(3))
    light = DailyTable(days, {"sleep_h": np.array([7.0, 8.0, 9.0]), "load_au": np.array([1.0, 1.0, 1.0])})
    told = DailyTable(days[1:], {"sleep_h": np.array([1.0, 1.0]), "load_au": np.array([300.0, 0.0])})

    found = beside(light, told)

    assert found.dates == days
    assert found.column("sleep_h").tolist() == [7.0, 8.0, 9.0]
    assert np.isnan(found.column("load_au")[0])
    assert found.column("load_au")[1:].tolist() == [300.0, 0.0]
    assert beside(DailyTable((), {}), DailyTable((), {})).dates == ()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    runner, found = CliRunner(), tmp_path / "node"
    assert runner.invoke(app, ["init", str(found), "--club", "club-a", "--name", "Eastmere FC"]).exit_code == 0
    assert runner.invoke(app, ["athlete", "add", str(found), "Ada Lund", "--shirt", "7"]).exit_code == 0
    return found


def test_the_command_says_from_when_and_shows_nothing_of_before(folder: Path) -> None:
    run = CliRunner().invoke

    first = run(app, ["athlete", "light-without", str(folder), "7", "sleep", "heart", "--json"])
    second = run(app, ["athlete", "light-without", str(folder), "7", "--nothing"])

    answer = json.loads(first.stdout)
    assert answer["without"] == ["heart", "sleep"]
    assert date.fromisoformat(answer["from"]) > date.today() - timedelta(days=1)  # noqa: DTZ011 the node's own day
    assert "the light is computed from every kind" in " ".join(second.stdout.split())
    assert "sleep" not in second.stdout


@pytest.mark.parametrize("words", [[], ["injury"], ["sleep", "--nothing"]])
def test_what_cannot_be_left_out_is_refused_in_a_sentence(folder: Path, words: list[str]) -> None:
    refused = CliRunner().invoke(app, ["athlete", "light-without", str(folder), "7", *words])

    assert refused.exit_code != 0
