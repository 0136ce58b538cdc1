"""The page of imports: what was set aside stands apart, and whose a file is only where all of its kind may be seen."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from client.ingest.format_registry import READERS
from client.uploads.import_kinds import kind_of
from client.vault.journal import FileStatus, ImportRecord, record_import
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from client.web.imports import FEW
from policies.vocabulary import AthleteId, Category
from tests.client.web.conftest import HURT, NEW, NOW, WELL, FakeConsent, StaffBrowser

REASON = "no row gave a reading; 12 rows: a time that cannot be read"


@pytest.fixture
def stocked(stocked: Path, tmp_path: Path) -> Iterator[Path]:
    """A vault of its own, with imports of three athletes."""
    path = Path(shutil.copy(stocked, tmp_path / "own.sqlite3"))
    with Vault.open(path, UnlockKey(b"k" * 32)) as vault:
        _imported(vault, WELL, "fitbit-resting-heart-rate", "nothing_kept", REASON)
        _imported(vault, NEW, "fitbit-sleep", "partial", "3 rows: a time that cannot be read; say --players")
        _imported(vault, HURT, "health-log", "stored", "")
    return path


def _imported(vault: Vault, athlete: AthleteId, reader: str, status: FileStatus, reason: str, **held: int) -> None:
    counts = {"kept": 12, "dropped": 3, "duplicate": 7, **held}
    record_import(vault, athlete, ImportRecord(NOW, "x.json", "cd" * 32, reader, status, reason, counts))


def _taken_in(context: StaffBrowser) -> str:
    return str(context.http.get("/imports").text).partition("<h2>Taken in</h2>")[2]


def test_a_file_of_which_nothing_was_kept_is_not_among_those_taken_in(context: StaffBrowser) -> None:
    aside, _, taken = context.http.get("/imports").text.partition("<h2>Taken in</h2>")

    assert "2 files were set aside" in aside
    assert REASON in aside
    assert "Resting pulse, watch" in aside
    assert "Resting pulse, watch" not in taken
    assert "3 of 3 lines." in taken


def test_whose_a_file_is_stands_beside_it_only_where_all_of_its_kind_may_be_seen(
    context: StaffBrowser, consent: FakeConsent
) -> None:
    shown = _taken_in(context)
    assert "Cleo Hart" in shown
    assert "3 rows: a time that cannot be read" in shown
    assert "--players" not in shown
    assert shown.count("7 came twice") == 2

    consent.granted[NEW] = (Category.READINESS,)
    hidden = _taken_in(context)

    assert "Sleep, watch" in hidden
    assert "Cleo Hart" not in hidden
    assert "3 rows: a time" not in hidden
    assert hidden.count("7 came twice") == 1  # of the log of injuries, which is shown


@pytest.mark.parametrize(("more", "said"), [(0, None), (1, "1 earlier line<"), (2, "2 earlier lines<")])
def test_what_is_folded_is_counted_in_words_that_fit(
    stocked: Path, context: StaffBrowser, more: int, said: str | None
) -> None:
    with Vault.open(stocked, UnlockKey(b"k" * 32)) as vault:
        for _ in range(FEW + more - 3):  # three are there, one of them of injuries
            _imported(vault, WELL, "fitbit-sleep", "stored", "")

    shown = _taken_in(context)

    assert ("earlier line" in shown) == (said is not None)
    assert said is None or f"Show {said}" in shown


def test_a_log_of_injuries_is_listed_only_to_whoever_may_see_them(context: StaffBrowser, consent: FakeConsent) -> None:
    assert "Injury and illness log" in _taken_in(context)

    consent.granted[HURT] = (Category.READINESS, Category.TRAINING_LOAD)

    assert "Injury and illness log" not in _taken_in(context)


def test_what_a_file_held_counts_before_what_its_kind_can_hold(
    context: StaffBrowser, consent: FakeConsent, stocked: Path
) -> None:
    with Vault.open(stocked, UnlockKey(b"k" * 32)) as vault:
        _imported(vault, NEW, "mapped-csv", "stored", "", of_sleep=12)
    consent.granted[NEW] = (Category.SLEEP,)
    shown = _taken_in(context)
    assert "12 kept" in shown

    consent.granted[NEW] = (Category.HEART,)

    assert shown.count("Cleo Hart") == 2  # the table, and the sleep of the watch
    assert "Cleo Hart" not in _taken_in(context)


def test_every_reader_has_a_kind_in_words_that_name_no_product() -> None:
    kinds = {reader.name: kind_of(reader.name) for reader in READERS}

    assert {name for name, kind in kinds.items() if kind == kind_of("no such reader")} == set()
    said = {word.strip(",").lower() for kind in kinds.values() for word in kind.words.split()}
    assert (
        said & {"fitbit", "garmin", "oura", "whoop", "polar", "suunto", "apple", "pmsys", "fit", "tcx", "gpx"} == set()
    )


def test_readers_that_read_alike_tell_the_same_categories() -> None:
    """Two kinds of one reader are told by what comes first in a file: either may hold what the other is named for."""
    alike: dict[object, set[object]] = {}
    for reader in READERS:
        if reader.read is not None and (told := kind_of(reader.name).categories) is not None:
            alike.setdefault(reader.read, set()).add(told)

    assert [told for told in alike.values() if len(told) > 1] == []
