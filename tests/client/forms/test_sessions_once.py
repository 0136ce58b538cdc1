"""A session that is rated at the node and stands in an imported file too is one session."""

from datetime import UTC, datetime

import pytest

from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.streams import Stream
from client.features.daily import build
from client.forms.answers.own_answers import OwnAnswers
from client.ingest.mapping import Mapping
from client.questions.session_questions import open_questions
from client.web.uploads.session_questions import _report
from tests.client.forms.conftest import NOW, TODAY, sending

WATCH, SHEET = ReadingSource("watch", "fit", "1" * 64), ReadingSource("", "club-sheet", "2" * 64)
BEGAN, ENDED = datetime(2026, 11, 24, 5, tzinfo=UTC), datetime(2026, 11, 24, 6, tzinfo=UTC)


def rated(own: OwnAnswers, effort: float, minutes: float | None, part: int = 1) -> None:
    answers = {"effort": effort} | ({} if minutes is None else {"minutes": minutes})
    own.take(sending(answers, form="session", part=part), now=NOW)


def sheet(effort: float, minutes: float) -> list[Observation]:
    return [
        observe(Stream.SESSION_RPE, BEGAN, effort, SHEET, end=ENDED),
        observe(Stream.SESSION_DURATION_MIN, BEGAN, minutes, SHEET, end=ENDED),
    ]


def load(own: OwnAnswers) -> float:
    table = build(own.vault.read(own.athlete))
    return float(table.column("load_au")[table.dates.index(TODAY)])


def test_a_rating_makes_the_load_of_its_day(own: OwnAnswers) -> None:
    rated(own, 7, 65)

    assert load(own) == 455.0


def test_a_session_that_a_file_reports_too_counts_once(own: OwnAnswers) -> None:
    rated(own, 7, 65)
    own.vault.add(own.athlete, sheet(7.0, 60.0))

    assert load(own) in (455.0, 420.0)
    assert open_questions(own.vault, own.athlete).questions == ()


def test_a_session_that_a_watch_measured_counts_once(own: OwnAnswers) -> None:
    rated(own, 7, 65)
    own.vault.add(own.athlete, [observe(Stream.ACTIVITY_DURATION_MIN, BEGAN, 62.0, WATCH, end=ENDED)])

    assert load(own) == 455.0


def test_a_file_of_another_length_is_asked_about(own: OwnAnswers) -> None:
    rated(own, 7, 65)
    own.vault.add(own.athlete, sheet(3.0, 20.0))

    assert len(open_questions(own.vault, own.athlete).questions) == 1


def test_two_trainings_of_a_day_are_two_and_are_not_asked_about(own: OwnAnswers) -> None:
    rated(own, 7, 65)
    rated(own, 4, 65, part=2)

    assert load(own) == 65 * 11
    assert open_questions(own.vault, own.athlete).questions == ()


def test_a_rating_without_minutes_is_no_load_of_zero(own: OwnAnswers) -> None:
    rated(own, 7, None)

    assert load(own) != load(own), "not known"


def test_a_rest_day_is_known_and_zero(own: OwnAnswers) -> None:
    own.take(sending({"rest": 1.0}, form="rest-day"), now=NOW)

    assert load(own) == 0.0


def test_rest_that_was_said_by_mistake_gives_way_to_a_training(own: OwnAnswers) -> None:
    own.take(sending({"rest": 1.0}, form="rest-day"), now=NOW)
    rated(own, 7, 65)

    assert load(own) == 455.0


def test_a_question_about_it_names_the_own_rating(own: OwnAnswers) -> None:
    rated(own, 7, 65)
    own.vault.add(own.athlete, sheet(3.0, 20.0))
    (question,) = open_questions(own.vault, own.athlete).questions

    origins = {_report(readings, {}).origin for readings in (question.kept, question.left_out)}

    assert origins == {"the athlete’s own rating", "stored before"}


@pytest.mark.parametrize("app", ["own answer", "Own Answer"])
def test_no_file_is_an_own_answer(app: str) -> None:
    streams = [{"column": "rpe", "stream": "session_rpe"}]
    described = {"version": 1, "app": app, "time": {"column": "when"}, "streams": streams}

    with pytest.raises(ValueError, match="name the program that made the file"):
        Mapping.model_validate(described)
    assert Mapping.model_validate({**described, "app": "own answers of a sheet"}).app
