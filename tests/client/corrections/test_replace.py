"""`ingest --replace`: what the same source holds for the same times is set aside, and nothing else."""

import pytest

from client.biometrics.observations import Observation
from client.biometrics.streams import Stream
from client.vault.history.reading_states import ReadingState, stored_readings
from client.vault.records.former import ChangeKind
from client.vault.store import Vault
from tests.client.corrections.vault_story import minutes_of, mood, rating, reading, story

SLEEP = Stream.SLEEP_DURATION_H


@pytest.mark.parametrize(
    ("held", "new", "expected", "replaced"),
    [
        ([mood(3.0)], [mood(4.0)], [4.0], 1),
        ([mood(3.0)], [mood(3.0)], [3.0], 0),
        ([mood(3.0), mood(2.0, day=1)], [mood(4.0)], [2.0, 4.0], 1),
        ([mood(3.0, hour=8)], [mood(4.0, hour=9)], [3.0, 4.0], 0),
        ([reading(SLEEP, 7.0, minutes=420)], [reading(SLEEP, 6.0, hour=9, minutes=360)], [6.0], 1),
        ([reading(SLEEP, 7.0, minutes=60)], [reading(SLEEP, 6.0, hour=9, minutes=360)], [6.0, 7.0], 0),
        ([rating(6.0, hour=0), rating(8.0, hour=0)], [rating(6.0, hour=0)], [6.0], 1),
        ([rating(6.0, hour=0), rating(8.0, hour=0)], [rating(4.0, hour=0)], [4.0], 2),
        ([rating(6.0, hour=9), rating(8.0, hour=18)], [rating(5.0, hour=9)], [5.0, 8.0], 1),
    ],
)
def test_what_a_replacing_file_takes_the_place_of(
    shared: Vault, held: list[Observation], new: list[Observation], expected: list[float], replaced: int
) -> None:
    with story(shared) as told:
        told.bring("a", held)
        before = told.seen()

        number, added = told.bring("b", new, replaces=True)

        assert sorted(one[3] for one in told.seen()) == expected
        assert added.replaced == replaced
        aside = [one for one in stored_readings(told.vault, told.athlete, states=ReadingState) if one.change]
        assert [(one.change.kind, one.change.import_number) for one in aside if one.change] == [
            (ChangeKind.REPLACED, number)
        ] * replaced
        assert told.bring("a", held)[1].added == 0, "the older file read again brings nothing back"
        told.undo(number)
        assert told.seen() == before


def test_what_the_same_file_gave_at_other_times_goes_too(shared: Vault) -> None:
    with story(shared) as told:
        told.bring("a", [rating(6.0, hour=17), rating(5.0, hour=23), mood(3.0)])
        told.bring("b", [rating(7.0, hour=20)])
        before = told.seen()

        number, added = told.bring("a", [rating(6.0, hour=16), rating(5.0, hour=22)], replaces=True)

        assert [(one[1].hour, one[3]) for one in told.seen()] == [(8, 3.0), (16, 6.0), (20, 7.0), (22, 5.0)]
        assert added.replaced == 2
        told.undo(number)
        assert told.seen() == before


def test_another_source_keeps_what_it_holds(shared: Vault) -> None:
    with story(shared) as told:
        told.bring("a", [mood(3.0)], device="phone")

        told.bring("b", [mood(4.0)], replaces=True)

        assert sorted(one[3] for one in told.seen()) == [3.0, 4.0]


def test_the_older_file_may_replace_in_its_turn(shared: Vault) -> None:
    with story(shared) as told:
        first = [rating(5.0), minutes_of(60.0)]
        told.bring("a", first)
        before = told.seen()
        told.bring("b", [rating(6.0), minutes_of(70.0)], replaces=True)

        told.bring("c", first, replaces=True)

        assert told.seen() == before
