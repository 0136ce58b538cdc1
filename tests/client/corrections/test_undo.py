"""Undoing an import: what it alone brought goes, what it had set aside comes back, and nothing else changes."""

import sqlite3
from pathlib import Path

import pytest

from client.biometrics.streams import Stream
from client.errors import CannotCorrect, SealBroken
from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.vault.history.undoing import preview_undo, undo
from client.vault.journal import ImportRecord, imports, record_import
from client.vault.store import Vault, new_athlete_id
from policies.vocabulary import AthleteId
from tests.client.corrections.vault_story import NOW, Story, minutes_of, mood, rating, reading, story

SESSIONS = "end_date_time,activity_names,perceived_exertion,duration_min\n"


def sources(vault: Vault, athlete: AthleteId) -> int:
    database, number, _ = vault.seal_of(athlete)
    with database.reading() as connection:
        (found,) = connection.execute("SELECT count(*) FROM source WHERE athlete = ?", (number,)).fetchone()
    return int(found)


def test_an_import_for_the_wrong_person_goes_without_erasing_them(
    vault: Vault, athlete: AthleteId, clock: LocalClock, tmp_path: Path
) -> None:
    other = vault.add_athlete(new_athlete_id(), "Bo", shirt_no=8).athlete
    (tmp_path / "own.csv").write_text(SESSIONS + "2026-03-01T17:30:00Z,run,5,75\n")
    (tmp_path / "Bo Ek.csv").write_text(SESSIONS + "2026-03-02T17:30:00Z,run,6,60\n")
    Importer(vault, clock, Attribution(athlete)).take(tmp_path / "own.csv")
    own, held = vault.read(athlete), sources(vault, athlete)
    for _ in range(2):
        Importer(vault, clock, Attribution(athlete)).take(tmp_path / "Bo Ek.csv")
    wrong = imports(vault, athlete)[1]

    (preview,) = preview_undo(vault, [wrong.number])
    assert (preview.removed, preview.restored, preview.kept) == (len(vault.read(athlete)) - len(own), 0, 0)
    (part,) = undo(vault, [wrong.number], at=NOW, who="operator")

    assert (vault.read(athlete), sources(vault, athlete)) == (own, held)
    assert [(r.file_name, r.is_undone, r.undone_by) for r in imports(vault, athlete)] == [
        ("own.csv", False, ""),
        ("", True, "operator"),
        ("", True, "operator"),
    ], "the repeat of the same file goes with it, and its name may be the other person's"
    assert len(part.imports) == 2
    (result,) = Importer(vault, clock, Attribution(other)).take(tmp_path / "Bo Ek.csv")
    assert (result.status, len(vault.read(other))) == ("stored", 2)


def test_what_is_undone_can_be_imported_again(shared: Vault) -> None:
    with story(shared) as told:
        number, _ = told.bring("a", [mood(3.0), rating(5.0)])
        before = told.seen()
        told.undo(number)
        assert told.seen() == []

        again, added = told.bring("a", [mood(3.0), rating(5.0)])

        assert (added.added, told.seen()) == (2, before)
        told.undo(again)
        assert told.seen() == []


def test_a_corrected_export_that_is_undone_brings_the_first_one_back(shared: Vault) -> None:
    with story(shared) as told:
        told.bring("monday", [rating(5.0, hour=0), minutes_of(75.0, hour=0)])
        first = told.seen()
        number, _ = told.bring("tuesday", [rating(5.0, hour=0), minutes_of(95.0, hour=0)])
        assert told.seen() != first

        part = told.undo(number)

        assert (told.seen(), part.removed, part.restored, part.kept) == (first, 0, 1, 1)


def test_a_value_that_was_not_taken_counts_when_the_stored_one_is_undone(shared: Vault) -> None:
    with story(shared) as told:
        number, _ = told.bring("a", [mood(3.0)])
        told.bring("b", [mood(4.0)])

        told.undo(number)

        assert [one[3] for one in told.seen()] == [4.0]


def test_a_later_session_of_a_day_is_still_known_when_the_first_is_undone(shared: Vault) -> None:
    with story(shared) as told:
        number, _ = told.bring("a", [rating(6.0, hour=0), minutes_of(60.0, hour=0)])
        second = [rating(8.0, hour=0), minutes_of(45.0, hour=0)]
        told.bring("b", second)
        told.undo(number)
        assert [one[3] for one in told.seen()] == [45.0, 8.0]

        assert told.bring("c", second)[1].added == 0
        assert told.bring("a", [rating(6.0, hour=0), minutes_of(60.0, hour=0)])[1].added == 2
        assert told.bring("b", second)[1].added == 0


def test_what_an_earlier_version_imported_is_told_by_its_file(shared: Vault) -> None:
    with story(shared) as told:
        for file in ("old", "older"):
            readings = [mood(3.0, day=len(file)), reading(Stream.STEPS, 900.0, day=len(file))]
            sha = (file * 64)[:64]
            told.vault.add(told.athlete, [told.of_file(one, sha) for one in readings])
            record_import(told.vault, told.athlete, ImportRecord(NOW, "x", sha, "test", "stored", "", {}))
        number = imports(told.vault, told.athlete)[0].number
        told.bring("new", [mood(3.0, day=3)])

        part = told.undo(number)

        assert (part.removed, part.kept) == (1, 1), "the newer import has one of them as well"
        assert [one[1].day for one in told.seen()] == [5, 7, 7]


@pytest.mark.parametrize("numbers", [[99], [1, 99]])
def test_an_import_that_is_not_there_is_named_and_nothing_changes(shared: Vault, numbers: list[int]) -> None:
    with story(shared) as told:
        told.bring("a", [mood(3.0)])

        with pytest.raises(CannotCorrect, match=r"99.*imports list"):
            told.undo(*numbers)

        assert len(told.seen()) == 1


def test_an_undoing_that_is_killed_at_any_statement_leaves_all_or_nothing(vault: Vault, athlete: AthleteId) -> None:
    told = Story(vault, athlete)
    told.bring("a", [rating(5.0), mood(3.0)])
    number, _ = told.bring("b", [rating(6.0), mood(3.0, day=1)])
    before, after_statements = _stored(told), 0

    def killed_after(statements: int) -> bool:
        """Undo; True where that many statements were not enough, and it ended as a kill would end it."""
        left = [statements]

        def stop() -> int:
            left[0] -= 1
            return int(left[0] < 0)

        database, _, _ = vault.seal_of(athlete)
        with database.reading() as connection:
            connection.set_progress_handler(stop, 40)
            try:
                told.undo(number)
            except (SealBroken, sqlite3.OperationalError):  # what an interrupted statement is translated to
                return True
            finally:
                connection.set_progress_handler(None, 0)
        return False

    while killed_after(after_statements):
        assert _stored(told) == before
        after_statements += 1

    assert after_statements > 5
    assert [one[3] for one in told.seen()] == [3.0, 5.0]


def _stored(told: Story) -> list[object]:
    history = told.history()
    return [history.counting, history.former, history.acts, history.claims, imports(told.vault, told.athlete)]


def test_what_an_earlier_version_imported_stays_when_a_later_import_of_its_file_goes_alone(shared: Vault) -> None:
    with story(shared) as told:
        sha = ("old" * 64)[:64]
        told.vault.add(told.athlete, [told.of_file(mood(3.0), sha)])
        record_import(told.vault, told.athlete, ImportRecord(NOW, "x", sha, "test", "stored", "", {}))
        before = told.seen()
        number, _ = told.bring("old", [mood(3.0)])

        undo(told.vault, [number], at=NOW, who="a coach", with_repeats=False)

        assert told.seen() == before
        assert [one.is_undone for one in imports(told.vault, told.athlete)] == [False, True]
