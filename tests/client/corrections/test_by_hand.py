"""One reading is corrected or voided by a person: what was read stays sealed, and the figures follow."""

from datetime import timedelta

import pytest

from client.biometrics.streams import Stream
from client.errors import BadObservation, CannotCorrect
from client.vault.history.by_hand import CorrectionReason, HandReason, correct, history_of, void, void_all
from client.vault.history.reading_states import ReadingState, stored_readings
from client.vault.store import Vault
from tests.client.corrections.vault_story import NOW, WHY, Story, minutes_of, mood, rating, reading, story

LATER = NOW + timedelta(hours=1)


def the_id(told: Story) -> str:
    (one,) = stored_readings(told.vault, told.athlete)
    return one.id


def values(told: Story) -> list[object]:
    return [one[3] for one in told.seen()]


def test_a_corrected_value_counts_and_the_history_says_who_when_and_why(shared: Vault) -> None:
    with story(shared) as told:
        told.bring("a", [mood(1.0)])
        first = the_id(told)

        correct(told.vault, told.athlete, first, 4.0, WHY)

        assert values(told) == [4.0]
        before, after = history_of(told.vault, told.athlete, first)
        assert (before.reading.value, before.state, before.replaced_by) == (1.0, ReadingState.REPLACED, after.id)
        change = before.change
        assert change is not None
        assert (change.at, change.who, change.why, change.text) == (NOW, "a coach", "typing_error", "canary-note")
        assert (after.reading.value, after.state, after.reading.quality) == (4.0, ReadingState.COUNTS, ("corrected",))


def test_no_later_file_takes_the_place_of_a_corrected_value_but_a_replacing_one(shared: Vault) -> None:
    with story(shared) as told:
        told.bring("a", [rating(5.0)])
        correct(told.vault, told.athlete, the_id(told), 7.0, WHY)

        told.bring("b", [rating(6.0)])
        told.bring("a", [rating(5.0)], replaces=True)
        assert values(told) == [7.0]

        told.bring("c", [rating(6.5)], replaces=True)
        assert values(told) == [6.5]


@pytest.mark.parametrize("later", [(6.0, 60.0), (7.0, 75.0), (8.0, 60.0)])
def test_a_session_of_a_day_corrected_by_hand_is_known_again_by_either_value(
    shared: Vault, later: tuple[float, float]
) -> None:
    with story(shared) as told:
        told.bring("a", [rating(6.0, hour=0), minutes_of(60.0, hour=0)])
        for stream, value in ((Stream.SESSION_RPE, 7.0), (Stream.SESSION_DURATION_MIN, 75.0)):
            (one,) = stored_readings(told.vault, told.athlete, streams=[stream])
            correct(told.vault, told.athlete, one.id, value, WHY)

        told.bring("b", [rating(later[0], hour=0), minutes_of(later[1], hour=0), mood(4.0)])

        assert sorted(map(float, map(str, values(told)))) == [4.0, 7.0, 75.0]


def test_a_voided_value_does_not_come_back_and_another_one_counts(shared: Vault) -> None:
    with story(shared) as told:
        told.bring("a", [mood(1.0)])
        void(told.vault, told.athlete, the_id(told), WHY)

        assert (values(told), stored_readings(told.vault, told.athlete)) == ([], [])
        assert told.bring("a", [mood(1.0)])[1].added == 0
        assert told.bring("b", [mood(1.0)], replaces=True)[1].added == 0
        assert values(told) == []
        told.bring("c", [mood(3.0)])
        assert values(told) == [3.0]


def test_a_voided_reading_counts_again_as_it_was_read(shared: Vault) -> None:
    with story(shared) as told:
        told.bring("a", [mood(1.0)])
        chosen = the_id(told)
        void(told.vault, told.athlete, chosen, WHY)

        correct(told.vault, told.athlete, chosen, None, WHY)

        assert values(told) == [1.0]
        assert [one.change and one.change.kind for one in told.history().former[_key(told)]] == ["voided"]


def test_the_history_keeps_every_voiding_that_was_taken_back(shared: Vault) -> None:
    back = HandReason(LATER, "an analyst", CorrectionReason.OTHER, "the strap was right")
    with story(shared) as told:
        told.bring("a", [mood(1.0)])
        chosen = the_id(told)
        for _ in range(2):
            void(told.vault, told.athlete, chosen, WHY)
            correct(told.vault, told.athlete, chosen, None, back)

        told_of = history_of(told.vault, told.athlete, chosen)

        voided, again, last = told_of
        assert [one.state for one in told_of] == [ReadingState.VOIDED, ReadingState.VOIDED, ReadingState.COUNTS]
        for one in (voided, again):
            assert one.change is not None
            assert (one.change.at, one.change.who, one.change.why) == (NOW, "a coach", "typing_error")
        assert voided.put is None
        for one in (again, last):
            assert one.put is not None
            assert (one.put.at, one.put.who, one.put.why, one.put.text) == (
                LATER,
                "an analyst",
                "other",
                "the strap was right",
            )
        assert {one.id for one in told_of} == {last.id}


@pytest.mark.parametrize("act", ["void", "correct"])
def test_what_was_done_by_hand_ends_with_the_import_that_brought_the_reading(shared: Vault, act: str) -> None:
    with story(shared) as told:
        told.bring("a", [rating(5.0)])
        number, _ = told.bring("b", [rating(6.0)])
        if act == "void":
            void(told.vault, told.athlete, _counting(told), WHY)
        else:
            correct(told.vault, told.athlete, _counting(told), 7.0, WHY)

        told.undo(number)

        assert values(told) == [5.0]
        assert not told.history().acts


def test_what_was_done_by_hand_stays_while_another_import_has_the_reading(shared: Vault) -> None:
    with story(shared) as told:
        number, _ = told.bring("a", [mood(1.0)])
        void(told.vault, told.athlete, the_id(told), WHY)
        told.bring("b", [mood(1.0)])

        told.undo(number)

        assert values(told) == []
        assert len(told.history().acts) == 1


@pytest.mark.parametrize(
    ("value", "error", "said"),
    [(9.0, BadObservation, "from 1 to 5"), (3.0, CannotCorrect, "already"), (None, CannotCorrect, "already")],
)
def test_what_cannot_be_is_refused_without_the_value(
    shared: Vault, value: float | None, error: type[Exception], said: str
) -> None:
    with story(shared) as told:
        told.bring("a", [mood(3.0)])

        with pytest.raises(error, match=said) as refused:
            correct(told.vault, told.athlete, the_id(told), value, WHY)

        assert "9" not in str(refused.value)
        assert values(told) == [3.0]


def test_a_value_that_another_replaced_names_the_one_that_counts(shared: Vault) -> None:
    with story(shared) as told:
        told.bring("a", [rating(5.0)])
        first = the_id(told)
        told.bring("b", [rating(6.0)])

        with pytest.raises(CannotCorrect, match=_counting(told)):
            void(told.vault, told.athlete, first, WHY)
        with pytest.raises(CannotCorrect, match="no reading of this id"):
            void(told.vault, told.athlete, "0" * 16, WHY)
        void(told.vault, told.athlete, _counting(told), WHY)
        with pytest.raises(CannotCorrect, match="does not count already"):
            void(told.vault, told.athlete, history_of(told.vault, told.athlete, first)[-1].id, WHY)


def test_a_series_is_voided_and_not_corrected(shared: Vault) -> None:
    with story(shared) as told:
        beats = reading(Stream.RR_INTERVALS, (800.0, 810.0))
        told.bring("a", [beats])

        with pytest.raises(CannotCorrect, match="series"):
            correct(told.vault, told.athlete, the_id(told), 3.0, WHY)
        void(told.vault, told.athlete, the_id(told), WHY)

        assert values(told) == []


def test_a_note_has_a_limit() -> None:
    with pytest.raises(CannotCorrect, match="400"):
        HandReason(NOW, "x", CorrectionReason.OTHER, "y" * 401)


def _counting(told: Story) -> str:
    (one,) = [one for one in stored_readings(told.vault, told.athlete) if one.state is ReadingState.COUNTS]
    return one.id


def _key(told: Story) -> bytes:
    (one,) = stored_readings(told.vault, told.athlete)
    return one.record


def test_many_readings_are_voided_in_one_look_at_the_vault(shared: Vault) -> None:
    with story(shared) as told:
        told.bring("a", [mood(value, day=day) for day, value in enumerate([1.0, 2.0, 3.0, 4.0])])
        ids, asked = [one.id for one in stored_readings(told.vault, told.athlete)], list[str]()
        with told.vault.seal_of(told.athlete)[0].reading() as connection:
            connection.set_trace_callback(asked.append)
            void_all(told.vault, told.athlete, ids, WHY)
            connection.set_trace_callback(None)

        assert (values(told), len(ids)) == ([], 4)
        assert sum("SELECT key, sealed FROM observation" in one for one in asked) == 1
        with pytest.raises(CannotCorrect, match="does not count already"):
            void_all(told.vault, told.athlete, ids[:1], WHY)
