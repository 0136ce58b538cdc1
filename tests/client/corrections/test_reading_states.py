"""Every stored value has a state: it counts, was replaced, was never taken, or was voided."""

from datetime import UTC, datetime

from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.streams import Stream
from client.vault.database import OF_ONE_ATHLETE
from client.vault.history.reading_states import ReadingState, StoredReading, stored_readings
from client.vault.journal import reserve_import
from client.vault.records.added import ImportMark
from client.vault.records.former import ChangeKind
from client.vault.store import Vault
from policies.vocabulary import AthleteId

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def reading(stream: Stream, value: float, file: str = "aa") -> Observation:
    return observe(stream, AT, value, ReadingSource("watch", "app", file * 32))


def bring(vault: Vault, athlete: AthleteId, *readings: Observation, replaces: bool = False) -> None:
    mark = ImportMark(reserve_import(vault, athlete), NOW, "a coach", replaces)
    vault.add_counted(athlete, readings, mark)


def states(vault: Vault, athlete: AthleteId) -> dict[object, StoredReading]:
    return {one.reading.value: one for one in stored_readings(vault, athlete, states=ReadingState)}


def test_a_newer_report_of_a_session_replaces_and_the_older_names_what_did(vault: Vault, athlete: AthleteId) -> None:
    bring(vault, athlete, reading(Stream.SESSION_RPE, 5.0))
    bring(vault, athlete, reading(Stream.SESSION_RPE, 6.0, "bb"))

    found = states(vault, athlete)

    assert (found[6.0].state, found[6.0].replaced_by, found[6.0].change) == (ReadingState.COUNTS, None, None)
    assert (found[5.0].state, found[5.0].replaced_by) == (ReadingState.REPLACED, found[6.0].id)
    change = found[5.0].change
    assert change is not None
    assert (change.kind, change.at, change.who, change.import_number) == (ChangeKind.NEWER_REPORT, NOW, "a coach", 2)
    assert found[5.0].id != found[6.0].id


def test_a_value_that_was_not_taken_is_kept_and_shown_by_no_list(vault: Vault, athlete: AthleteId) -> None:
    bring(vault, athlete, reading(Stream.MOOD, 3.0))
    bring(vault, athlete, reading(Stream.MOOD, 4.0, "bb"))
    bring(vault, athlete, reading(Stream.MOOD, 4.0, "cc"))

    assert [one.reading.value for one in stored_readings(vault, athlete)] == [3.0]
    assert states(vault, athlete)[4.0].state is ReadingState.NOT_TAKEN
    assert len(stored_readings(vault, athlete, states=ReadingState)) == 2


def test_every_table_with_something_of_an_athlete_is_emptied_with_their_key(vault: Vault, athlete: AthleteId) -> None:
    database, _, _ = vault.seal_of(athlete)

    with database.reading() as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        of_athletes = {
            table
            for table in tables
            if "athlete" in [column[1] for column in connection.execute(f"PRAGMA table_info({table})")]
        }

    assert of_athletes == set(OF_ONE_ATHLETE)
