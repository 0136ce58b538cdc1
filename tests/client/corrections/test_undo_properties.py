"""What is undone or voided leaves what there would be had it never come."""

from collections import Counter
from collections.abc import Iterable
from functools import partial

from hypothesis import example, given
from hypothesis import strategies as st

from client.biometrics.observations import Observation
from client.biometrics.quality import QualityReport
from client.biometrics.streams import Stream
from client.ingest.results.file_answer import FileAnswer
from client.ingest.results.import_result import ImportResult
from client.ingest.results.imports_to_undo import imports_to_undo
from client.vault.history.athlete_history import AthleteHistory
from client.vault.history.by_hand import correct, void
from client.vault.history.reading_states import stored_readings
from client.vault.store import Vault
from tests.client.corrections.vault_story import WHY, Story, minutes_of, mood, rating, reading, story

Readings = list[Observation]
Events = list[Readings | tuple[str, int]]

READINGS = st.one_of(
    st.builds(mood, st.sampled_from([2.0, 3.0]), day=st.integers(0, 1)),
    st.builds(rating, st.sampled_from([4.0, 5.0, 6.0]), day=st.integers(0, 1), hour=st.sampled_from([0, 9])),
    st.builds(minutes_of, st.sampled_from([30.0, 45.0]), day=st.integers(0, 1), hour=st.sampled_from([0, 9])),
    st.builds(
        reading,
        st.just(Stream.DISTANCE),
        st.sampled_from([900.0, 950.0]),
        minutes=st.sampled_from([30, 40]),
        entry=st.sampled_from(["", "log-1"]),
        cut=st.booleans(),
    ),
)
FILES = st.lists(READINGS, max_size=4)
BY_HAND = st.tuples(st.sampled_from(["void", "correct"]), st.integers(0, 9))
EVENTS = st.lists(st.one_of(FILES, BY_HAND), max_size=5)


def record(one: Observation) -> tuple[object, ...]:
    """What tells a record from others in these files."""
    return one.stream, one.start, one.entry


def set_aside(history: AthleteHistory) -> list[str]:
    """What is stored beside what counts. An id that a record was given by a later file stays with it."""
    found = [one for record in history.former.values() for one in record]
    return sorted(f"{one.reading.stream} {one.reading.start} {one.reading.value} {one.change}" for one in found)


def happen(told: Story, events: Events) -> None:
    """Import the files and act by hand on readings that count then."""
    for number, event in enumerate(events):
        if isinstance(event, list):
            told.bring(f"file-{number}-", event, replaces=number == 3)
        elif held := stored_readings(told.vault, told.athlete):
            chosen = held[event[1] % len(held)]
            if event[0] == "void" and chosen.replaced_by is None:
                void(told.vault, told.athlete, chosen.id, WHY)
            elif chosen.replaced_by is None and chosen.reading.value != 2.5:
                correct(told.vault, told.athlete, chosen.id, 2.5, WHY)


@given(EVENTS)
def test_what_is_stored_is_what_its_events_give(shared: Vault, events: Events) -> None:
    with story(shared) as told:
        happen(told, events)
        history = told.history()

        for key in history.counting.keys() | history.former.keys():
            stored, again = history.state(key), history.state_without(key, frozenset())
            assert again.counting == stored.counting
            assert [one.change for one in again.former] == [one.change for one in stored.former]
            assert [one.reading.value for one in again.former] == [one.reading.value for one in stored.former]
            assert again.acts == stored.acts


@given(EVENTS, FILES)
def test_an_import_that_is_undone_leaves_what_was_there_before(shared: Vault, events: Events, last: Readings) -> None:
    with story(shared) as told:
        happen(told, events)
        before, stored = told.seen(), told.history()

        number, _ = told.bring("last", last)
        told.undo(number)

        assert told.seen() == before
        assert set_aside(told.history()) == set_aside(stored)


def of_run(told: Story, file: str, readings: Readings) -> FileAnswer:
    """Import a file, and return what the command answers about it."""
    number, added = told.bring(file, readings)
    held = Counter(one.stream for one in readings)
    result = ImportResult(
        file, "test", "stored", "", told.athlete, added.added, QualityReport(), number=number, held=held
    )
    return FileAnswer([result])


def witnesses(history: AthleteHistory) -> set[tuple[str, frozenset[tuple[object, ...]]]]:
    """Which files have which records: what keeps a reading where another import of it is undone.

    A record is told by its values: one that got an id of its source stays under that id when the file with it is gone.
    """

    def values(keys: Iterable[bytes]) -> frozenset[tuple[object, ...]]:
        held = (one for key in keys for one in history.state(key).values)
        return frozenset((one.stream, one.start, one.end, one.value) for one in held)

    return {(history.imports[n].file_sha256, values(one.keys)) for n, one in history.claims.items() if one.keys}


WAY = partial(reading, Stream.DISTANCE, 900.0, minutes=30)


@given(EVENTS, st.lists(st.one_of(FILES, st.integers(0, 4)), min_size=1, max_size=3))
@example([[WAY()]], [[WAY(entry="log-1")]])
def test_undoing_all_that_a_run_lists_leaves_the_vault_as_before(
    shared: Vault, events: Events, run: list[Readings | int]
) -> None:
    with story(shared) as told:
        happen(told, events)
        before, stored = told.seen(), told.history()

        answers = []
        for number, event in enumerate(run):
            old = events[event] if isinstance(event, int) and event < len(events) else None
            if isinstance(event, list):
                answers.append(of_run(told, f"run-{number}-", event))
            elif isinstance(old, list):
                answers.append(of_run(told, f"file-{event}-", old))
        if listed := imports_to_undo(told.vault, answers):
            told.undo(*listed[told.athlete])

        assert told.seen() == before
        assert set_aside(told.history()) == set_aside(stored)
        assert witnesses(told.history()) == witnesses(stored)


@given(st.lists(st.builds(mood, st.sampled_from([2.0, 3.0, 4.0]), day=st.integers(0, 2)), max_size=5), FILES)
def test_an_earlier_import_that_is_undone_leaves_what_the_later_one_alone_brings(
    shared: Vault, first: Readings, second: Readings
) -> None:
    with story(shared) as told, story(shared) as alone:
        number, _ = told.bring("first", first)
        told.bring("second", second)
        alone.bring("second", second)

        told.undo(number)

        assert told.seen() == alone.seen()
        told.bring("first", first)
        told.bring("second", second)
        assert told.bring("second", second)[1].added == 0


def _told_by(readings: Readings, stored: Observation) -> Observation:
    """Return the reading of the file that is stored: rows of a day without a time of day are given a place there."""
    same = [one for one in readings if record(one) == record(stored)]
    near = [
        one for one in readings if (one.stream, one.start, one.value) == (stored.stream, stored.start, stored.value)
    ]
    return (same or near)[0]


@given(st.lists(READINGS, min_size=1, max_size=4, unique_by=record))
def test_a_reading_that_is_voided_leaves_what_an_import_without_it_brings(shared: Vault, readings: Readings) -> None:
    with story(shared) as told, story(shared) as without:
        told.bring("file", readings)
        chosen = stored_readings(told.vault, told.athlete)[0]
        gone = _told_by(readings, chosen.reading)
        without.bring("file", [one for one in readings if one is not gone])

        void(told.vault, told.athlete, chosen.id, WHY)

        assert told.seen() == without.seen()
        assert told.bring("file", readings)[1].added == 0
        assert told.seen() == without.seen()
