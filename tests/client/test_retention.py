"""Readings that are older than the club keeps them are deleted by the running node, and no other one is."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

import client.cli
from client.biometrics.observations import ReadingSource, observe
from client.biometrics.streams import SPECS, Stream
from client.errors import ClockApart, ConsentUnavailable
from client.settings import change_settings, load_settings
from client.vault.access import open_vault
from client.vault.keys import UnlockKey
from client.vault.old_readings import HELD_CATEGORIES, delete_old, deleting_old, preview
from client.vault.store import Vault
from policies.vocabulary import AthleteId, Category
from tests.waiting import wait_until

ONE, TWO = AthleteId("ath-0000000000000001"), AthleteId("ath-0000000000000002")
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CLUB, WATCH = ReadingSource("club", "records", "0" * 64), ReadingSource("watch", "export", "1" * 64)
KEEP = {Category.SLEEP: 100}


@dataclass
class Service:
    """A consent service that answers, or does not."""

    error: Exception | None = None
    asked: int = 0

    def snapshot(self) -> object:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return object()


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """Two athletes with sleep and training load of 0, 99, 101 and 500 days ago; the oldest sleep is from a watch."""
    with Vault.open(tmp_path / "vault", UnlockKey(bytes(range(32)))) as opened:
        for number, athlete in enumerate((ONE, TWO)):
            opened.add_athlete(athlete, "Canary", shirt_no=number)
            for days in (0, 99, 101, 500):
                at, source = NOW - timedelta(days=days), WATCH if days == 500 else CLUB
                sleep = observe(Stream.SLEEP_DURATION_H, at, 7.5, source)
                opened.add(athlete, [sleep, observe(Stream.SESSION_LOAD, at, 300.0, CLUB)])
        yield opened


def ages(vault: Vault, category: Category, athlete: AthleteId = ONE) -> list[int]:
    return sorted((NOW - r.start).days for r in vault.read(athlete) if SPECS[r.stream].category is category)


def test_the_preview_says_what_goes_and_changes_nothing(vault: Vault) -> None:
    found = {one.category: one for one in preview(vault, KEEP, now=NOW)}

    assert (found[Category.SLEEP].held, found[Category.SLEEP].ends) == (8, 4)
    assert (found[Category.TRAINING_LOAD].keep_days, found[Category.TRAINING_LOAD].ends) == (None, 0)
    assert ages(vault, Category.SLEEP) == [0, 99, 101, 500]


def test_exactly_what_is_older_goes_of_that_category_alone(vault: Vault) -> None:
    assert delete_old(vault, KEEP, now=NOW) == {Category.SLEEP: 4}

    for athlete in (ONE, TWO):
        assert ages(vault, Category.SLEEP, athlete) == [0, 99]
        assert ages(vault, Category.TRAINING_LOAD, athlete) == [0, 99, 101, 500]
    assert delete_old(vault, KEEP, now=NOW) == {}


def test_a_device_that_no_reading_comes_from_any_more_is_forgotten_too(vault: Vault) -> None:
    def devices() -> int:
        database, number, _ = vault.seal_of(ONE)
        with database.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM source WHERE athlete = ?", (number,)).fetchone()[0])

    before = devices()
    delete_old(vault, KEEP, now=NOW)

    assert (before, devices()) == (2, 1)
    vault.add(ONE, [observe(Stream.SLEEP_DURATION_H, NOW - timedelta(hours=1), 8.0, WATCH)])
    assert {reading.source.device for reading in vault.read(ONE)} == {"club", "watch"}


def test_the_deleted_bytes_are_nowhere_in_the_file(vault: Vault, tmp_path: Path) -> None:
    database, number, _ = vault.seal_of(ONE)
    with database.reading() as connection:
        before = dict(connection.execute("SELECT key, sealed FROM observation WHERE athlete = ?", (number,)).fetchall())
    delete_old(vault, KEEP, now=NOW)
    with database.reading() as connection:
        kept = dict(connection.execute("SELECT key, sealed FROM observation WHERE athlete = ?", (number,)).fetchall())

    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert all(sealed in stored for sealed in kept.values())
    assert not any(sealed in stored for key, sealed in before.items() if key not in kept)


def test_the_running_node_deletes_at_its_start_and_again_the_next_day(
    vault: Vault, caplog: pytest.LogCaptureFixture
) -> None:
    clock, service = [NOW], Service()
    with (
        caplog.at_level("INFO", "client.vault.old_readings"),
        deleting_old(vault, lambda: KEEP, service, clock=lambda: clock[0], every_s=0.01),
    ):
        wait_until(lambda: ages(vault, Category.SLEEP) == [0, 99])
        clock[0] = NOW + timedelta(days=2)
        wait_until(lambda: ages(vault, Category.SLEEP) == [0])

    assert service.asked == 2
    lines = [(r.getMessage(), r.__dict__["category"], r.__dict__["readings"]) for r in caplog.records]
    assert lines == [("old readings were deleted", "sleep", 4), ("old readings were deleted", "sleep", 2)]


@pytest.mark.parametrize("error", [ClockApart("the node's clock is 14 years ahead"), ConsentUnavailable("down")])
def test_a_node_whose_clock_nobody_confirms_deletes_nothing(vault: Vault, error: Exception) -> None:
    """The attack: a clock in the far future would make everything old."""
    service = Service(error)
    with deleting_old(vault, lambda: KEEP, service, clock=lambda: NOW + timedelta(days=5000), every_s=0.01):
        wait_until(lambda: service.asked >= 3)

    assert ages(vault, Category.SLEEP) == [0, 99, 101, 500]


@pytest.fixture
def node(tmp_path: Path) -> Path:
    done = CliRunner().invoke(client.cli.app, ["init", str(tmp_path / "n"), "--club", "club-a", "--name", "Eastmere"])
    assert done.exit_code == 0
    return tmp_path / "n"


def run(*words: object) -> tuple[int, str]:
    answer = CliRunner().invoke(client.cli.app, [str(word) for word in words])
    return answer.exit_code, answer.stdout + str(answer.exception or "")


def test_a_setting_is_set_shown_and_taken_away(node: Path) -> None:
    with open_vault(load_settings(node)) as vault:
        vault.add_athlete(ONE, "Canary", shirt_no=1)
        vault.add(ONE, [observe(Stream.SLEEP_DURATION_H, datetime.now(UTC) - timedelta(days=200), 7.5, CLUB)])

    code, said = run("retention", "set", node, "--category", "sleep", "--days", 120, "--json")
    sleep = next(one for one in json.loads(said)["categories"] if one["category"] == "sleep")
    shown = run("retention", "show", node)
    forever = run("retention", "set", node, "--category", "sleep", "--json")

    assert (code, sleep) == (0, {"category": "sleep", "keep_days": 120, "held": 1, "would_end": 1})
    assert (shown[0], "Next, you: let the node run" in shown[1]) == (0, True)
    assert load_settings(node).keep_days == {}
    assert all(one["would_end"] == 0 for one in json.loads(forever[1])["categories"])


@pytest.mark.parametrize(("category", "days"), [("sleep", 0), ("sleep", 89), ("sleep", 40_000), ("durability", 400)])
def test_a_setting_that_cannot_be_is_one_sentence(node: Path, category: str, days: int) -> None:
    code, said = run("retention", "set", node, "--category", category, "--days", days)

    assert code == 1
    assert "expected" in said
    assert load_settings(node).keep_days == {}


def test_a_hand_written_setting_is_checked_as_well(node: Path) -> None:
    change_settings(node, keep_days={Category.HEART: 365})
    text = (node / "settings.json").read_text()
    (node / "settings.json").write_text(text.replace("365", "1"))

    code, said = run("retention", "show", node)

    assert code == 1
    assert "keep_days.heart" in said


def test_every_category_of_a_reading_can_be_set() -> None:
    assert set(HELD_CATEGORIES) == {spec.category for spec in SPECS.values()}
