"""What may be one session or two is asked, counts twice until it is answered, and is asked once."""

from dataclasses import replace

import pytest

from client.biometrics.observations import Observation
from client.errors import CannotCorrect
from client.questions.session_questions import SessionAnswer, answer, open_questions
from client.vault.store import Vault
from tests.client.corrections.vault_story import NOW, Story, minutes_of, rating, story


def dated(rpe: float, minutes: float) -> list[Observation]:
    return [rating(rpe, hour=0), minutes_of(minutes, hour=0)]


def of_another_app(readings: list[Observation]) -> list[Observation]:
    return [replace(one, source=replace(one.source, app="diary")) for one in readings]


def two_sources(told: Story) -> None:
    told.bring("a", dated(6.0, 60.0))
    told.bring("b", of_another_app(dated(8.0, 20.0)))


def two_files(told: Story) -> None:
    told.bring("a", dated(6.0, 60.0))
    told.bring("b", dated(8.0, 45.0))


@pytest.mark.parametrize("unclear", [two_sources, two_files])
@pytest.mark.parametrize(("given", "left"), [(SessionAnswer.SAME, 2), (SessionAnswer.DIFFERENT, 4)])
def test_a_question_is_answered_once(shared: Vault, unclear: object, given: SessionAnswer, left: int) -> None:
    with story(shared) as told:
        unclear(told)  # type: ignore[operator]  # one of the two above
        (question,) = open_questions(told.vault, told.athlete).questions
        assert len(told.seen()) == 4

        answer(told.vault, told.athlete, question.id, given, at=NOW, who="operator")

        assert len(told.seen()) == left
        assert {one.value for one in question.kept} <= {one[3] for one in told.seen()}
        assert open_questions(told.vault, told.athlete).questions == ()
        unclear(told)  # type: ignore[operator]
        assert (len(told.seen()), open_questions(told.vault, told.athlete).questions) == (left, ())
        with pytest.raises(CannotCorrect, match="no open question"):
            answer(told.vault, told.athlete, question.id, given, at=NOW, who="operator")


def test_rows_that_one_file_has_both_are_two_sessions_and_no_question(shared: Vault) -> None:
    with story(shared) as told:
        told.bring("a", dated(6.0, 60.0))
        told.bring("b", [*dated(6.0, 60.0), *dated(8.0, 45.0)])
        told.bring("c", [rating(5.0, hour=9, day=1), rating(5.0, hour=18, day=1)])

        assert open_questions(told.vault, told.athlete).questions == ()


def test_ids_of_digits_and_places_are_no_obstacle(shared: Vault) -> None:
    """An id that two rows of a file share is told apart by a place after it: 7 and 7#1."""
    with story(shared) as told:
        rows = [*dated(6.0, 60.0), *dated(8.0, 45.0)]
        told.bring("a", [replace(one, entry="7") for one in rows])
        told.bring("b", [replace(one, entry="8") for one in dated(5.0, 30.0)])

        assert {one[3] for one in told.seen()} == {6.0, 60.0, 8.0, 45.0, 5.0, 30.0}
        assert len(open_questions(told.vault, told.athlete).questions) == 2
