"""The vault keeps readings exactly, once, under each athlete's own key."""

import contextlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.biometrics.observations import PARTIAL_FILE, Observation, ReadingSource, observe
from client.biometrics.streams import Stream
from client.errors import AthleteErased, SealBroken, UnknownAthlete, VaultError, WrongKey
from client.vault.codec import decode, decode_all, encode
from client.vault.journal import ImportRecord, imports, record_import
from client.vault.keys import UnlockKey
from client.vault.records.added import Added
from client.vault.set_aside import set_aside, set_aside_files
from client.vault.store import Vault, new_athlete_id
from policies.vocabulary import AthleteId

Make = Callable[..., Observation]

moments = st.datetimes(datetime(1996, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(
    start=moments,
    seconds=st.integers(0, 10**6),
    offset=st.integers(-840, 840),
    value=st.floats(0, 10),
    quality=st.lists(st.sampled_from(["exercise", "nap"]), max_size=2).map(tuple),
)
def test_a_reading_survives_encoding_bit_by_bit(
    start: datetime, seconds: int, offset: int, value: float, quality: tuple[str, ...]
) -> None:
    source = ReadingSource("d", "a", "f" * 64)
    end = start + timedelta(seconds=seconds)
    reading = observe(Stream.READINESS, start, value, source, end=end, offset_min=offset, quality=quality)

    assert decode(encode(reading, 3), {3: source}) == reading


def test_of_many_readings_each_comes_back_in_its_place_and_a_broken_one_refuses_all(day_of: Make) -> None:
    first = day_of(Stream.MOOD, 1, 3.0)
    areas = observe(Stream.SORENESS_AREA, first.start, "[12921003]", first.source)
    readings = [*(day_of(Stream.MOOD, n % 28, 3.0) for n in range(600)), areas]
    sources, plains = {7: areas.source}, [encode(one, 7) + b"  " for one in readings]

    assert list(decode_all(plains, sources)) == readings
    for broken in (b"", b"{}", b"[]", plains[0] + b"," + plains[0], plains[0][:-6], b"\xff"):
        for place in (0, 599):
            with pytest.raises(SealBroken):
                list(decode_all([*plains[:place], broken, *plains[place:]], sources))


def test_readings_come_back_in_order_and_by_stream(vault: Vault, athlete: AthleteId, day_of: Make) -> None:
    mood, tired = day_of(Stream.MOOD, 2, 3.0), day_of(Stream.FATIGUE, 1, 2.0)
    beats = observe(Stream.RR_INTERVALS, mood.start, (800.0, 812.5), mood.source)
    areas = observe(Stream.SORENESS_AREA, mood.start, "[12921003]", mood.source)

    assert vault.add(athlete, [mood, tired, beats, areas]) == 4

    assert vault.read(athlete) == [tired, mood, beats, areas]
    assert vault.read(athlete, [Stream.MOOD]) == [mood]


def test_the_same_reading_twice_is_stored_once(vault: Vault, athlete: AthleteId, day_of: Make) -> None:
    readings = [day_of(Stream.MOOD, n, 3.0) for n in range(5)]

    assert vault.add_counted(athlete, [*readings, readings[0]]) == Added(5, 1, 0)
    assert vault.add_counted(athlete, readings) == Added(0, 5, 0)


@settings(deadline=None, max_examples=25)
@given(order=st.permutations(range(6)), split=st.integers(0, 6))
def test_order_and_repetition_of_imports_do_not_matter(
    order: list[int], split: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    source = ReadingSource("d", "a", "f" * 64)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    readings = [observe(Stream.MOOD, start + timedelta(hours=n), 3.0, source) for n in range(6)]
    with Vault.open(tmp_path_factory.mktemp("v") / "v.sqlite3", UnlockKey(bytes(32))) as vault:
        someone = vault.add_athlete(new_athlete_id(), "A", shirt_no=1).athlete
        shuffled = [readings[index] for index in order]

        added = vault.add(someone, shuffled[:split]) + vault.add(someone, shuffled)

        assert added == 6
        assert vault.read(someone) == readings


def test_a_differing_value_for_a_stored_reading_is_counted_and_not_taken(
    vault: Vault, athlete: AthleteId, day_of: Make
) -> None:
    vault.add(athlete, [day_of(Stream.MOOD, 0, 3.0)])

    assert vault.add_counted(athlete, [day_of(Stream.MOOD, 0, 4.0)]) == Added(0, 1, 1)
    assert [reading.value for reading in vault.read(athlete)] == [3.0]


def test_a_reading_of_a_cut_off_file_gives_way_to_that_of_the_whole_file(
    vault: Vault, athlete: AthleteId, source: ReadingSource
) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    cut = observe(Stream.ACTIVITY_DURATION_MIN, start, 20.0, source, quality=(PARTIAL_FILE,))
    whole = observe(Stream.ACTIVITY_DURATION_MIN, start, 60.0, source, end=start + timedelta(hours=1))

    vault.add(athlete, [cut])
    assert vault.add_counted(athlete, [whole]) == Added(1, 0, 0)
    assert vault.add_counted(athlete, [cut]) == Added(0, 1, 1)

    assert vault.read(athlete) == [whole]


def test_one_athletes_readings_are_not_anothers(vault: Vault, athlete: AthleteId, day_of: Make) -> None:
    other = vault.add_athlete(new_athlete_id(), "Bo", shirt_no=8).athlete
    vault.add(athlete, [day_of(Stream.MOOD, 0, 3.0)])

    assert vault.read(other) == []
    assert vault.add(other, [day_of(Stream.MOOD, 0, 3.0)]) == 1


def test_athletes_are_listed_by_shirt_number(vault: Vault) -> None:
    for number in (9, 3):
        vault.add_athlete(new_athlete_id(), f"No {number}", shirt_no=number, is_minor=number == 3)

    assert [(one.shirt_no, one.is_minor) for one in vault.athletes()] == [(3, True), (9, False)]


def test_an_id_is_taken_once(vault: Vault, athlete: AthleteId) -> None:
    with pytest.raises(VaultError, match="already"):
        vault.add_athlete(athlete, "Someone else", shirt_no=1)


def test_an_unknown_athlete_is_named_as_such(vault: Vault) -> None:
    with pytest.raises(UnknownAthlete, match="no such athlete"):
        vault.read(new_athlete_id())


def test_a_transaction_that_fails_leaves_nothing_behind(vault: Vault, athlete: AthleteId, day_of: Make) -> None:
    def store_and_fail() -> None:
        with vault.transaction():
            vault.add(athlete, [day_of(Stream.MOOD, 0, 3.0)])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        store_and_fail()

    assert vault.read(athlete) == []


def test_a_failing_import_does_not_harm_what_is_stored(vault: Vault, athlete: AthleteId, day_of: Make) -> None:
    def readings() -> object:
        yield day_of(Stream.MOOD, 1, 4.0)
        raise OSError

    vault.add(athlete, [day_of(Stream.MOOD, 0, 3.0)])
    with pytest.raises(OSError):
        vault.add(athlete, readings())  # type: ignore[arg-type]  # an iterable that breaks on the way

    assert len(vault.read(athlete)) == 1


def test_the_vault_opens_again_with_its_key_only(tmp_path: Path, key: UnlockKey, day_of: Make) -> None:
    path = tmp_path / "again.sqlite3"
    with Vault.open(path, key) as vault:
        someone = vault.add_athlete(new_athlete_id(), "A", shirt_no=1).athlete
        vault.add(someone, [day_of(Stream.MOOD, 0, 3.0)])

    with Vault.open(path, key) as vault:
        assert len(vault.read(someone)) == 1
    with pytest.raises(WrongKey, match="does not open this vault"):
        Vault.open(path, UnlockKey(bytes(32)))


def test_threads_may_share_a_vault(vault: Vault, athlete: AthleteId, day_of: Make) -> None:
    failures: list[Exception] = []

    def work(part: int) -> None:
        try:
            for n in range(10):
                vault.add(athlete, [day_of(Stream.MOOD, part * 10 + n, 3.0)])
                vault.read(athlete)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert len(vault.read(athlete)) == 40


def test_the_journal_and_what_was_set_aside_come_back(vault: Vault, athlete: AthleteId) -> None:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    record = ImportRecord(at, "a.csv", "0" * 64, "pmsys-wellness", "stored", "", {"kept": 3})
    record_import(vault, athlete, record)
    for _ in range(2):
        set_aside(vault, athlete, file_name="b.fit", sha256="1" * 64, reason="empty", at=at)

    assert imports(vault, athlete) == [record]
    (aside,) = set_aside_files(vault, athlete)
    assert (aside.file_name, aside.reason, aside.at) == ("b.fit", "empty", at)


def test_erasing_ends_reading_writing_and_listing(vault: Vault, athlete: AthleteId, day_of: Make) -> None:
    vault.add(athlete, [day_of(Stream.MOOD, 0, 3.0)])
    other = vault.add_athlete(new_athlete_id(), "Bo", shirt_no=8).athlete
    vault.add(other, [day_of(Stream.MOOD, 0, 4.0)])

    vault.erase(athlete)
    vault.erase(athlete)  # repeating it is allowed

    with pytest.raises(AthleteErased):
        vault.read(athlete)
    with pytest.raises(AthleteErased):
        vault.add(athlete, [day_of(Stream.MOOD, 0, 3.0)])
    with pytest.raises(VaultError):
        vault.add_athlete(athlete, "Mara Lind", shirt_no=7)
    assert [one.athlete for one in vault.athletes()] == [other]
    assert len(vault.read(other)) == 1


def test_a_rehearsal_undoes_what_was_done_in_it_and_nothing_else(
    vault: Vault, athlete: AthleteId, day_of: Make
) -> None:
    def rated() -> list[object]:
        return [one.value for one in vault.read(athlete)]

    with vault.transaction():
        vault.add(athlete, [day_of(Stream.MOOD, 1, 1.0)])
        with vault.rehearsal():
            vault.add(athlete, [day_of(Stream.MOOD, 2, 2.0)])
            with vault.rehearsal():
                vault.add(athlete, [day_of(Stream.MOOD, 3, 3.0)])
            assert rated() == [1.0, 2.0]
        with contextlib.suppress(ZeroDivisionError), vault.rehearsal():
            vault.add(athlete, [day_of(Stream.MOOD, 3, 3.0)])
            raise ZeroDivisionError
        vault.add(athlete, [day_of(Stream.MOOD, 4, 4.0)])
    with vault.rehearsal():
        vault.add(athlete, [day_of(Stream.MOOD, 5, 5.0)])

    assert rated() == [1.0, 4.0]
