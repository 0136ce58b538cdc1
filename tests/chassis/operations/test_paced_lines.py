"""What strangers make a library report cannot fill a log: one line a minute from each place, with a count."""

import json
import logging

import pytest

from chassis.operations.log_lines import LineFormatter, LogFormat
from chassis.operations.log_setup import logging_to_stderr
from chassis.operations.paced_lines import PAUSE_S, PacedLibraries

START = 1_000_000.0


def record(at: float, *, line: int = 76, name: str = "flwr", level: int = logging.ERROR) -> logging.LogRecord:
    made = logging.LogRecord(name, level, "/site-packages/flwr/http.py", line, "refused %s", ("a",), None)
    made.created = at
    return made


@pytest.fixture
def paced() -> PacedLibraries:
    return PacedLibraries()


def shown(one: logging.LogRecord) -> dict[str, object]:
    found: dict[str, object] = json.loads(LineFormatter("homefield-x", LogFormat.JSON).format(one))
    return found


def test_a_place_is_written_once_a_minute_with_the_count_of_what_was_left_out(paced: PacedLibraries) -> None:
    lines = [record(START + second) for second in range(181)]

    written = [shown(one) for one in lines if paced.filter(one)]

    assert [one.get("left_out") for one in written] == [None, 59, 59, 59]
    assert {one["at"] for one in written} == {"http.py:76"}


def test_places_and_levels_are_counted_apart(paced: PacedLibraries) -> None:
    lines = [record(START), record(START, line=77), record(START, level=logging.CRITICAL), record(START)]

    assert [paced.filter(one) for one in lines] == [True, True, True, False]


def test_our_own_lines_are_never_left_out(paced: PacedLibraries) -> None:
    assert all(paced.filter(record(START, name="consent.api")) for _ in range(100))


def test_a_clock_that_is_set_back_silences_nothing(paced: PacedLibraries) -> None:
    assert paced.filter(record(START))
    assert paced.filter(record(START - 10 * PAUSE_S))


def test_the_programs_own_log_is_paced(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_to_stderr("homefield-x"):
        for number in range(1_000):
            logging.getLogger("flwr.planted").error("refused %d", number)

    assert len(capsys.readouterr().err.splitlines()) <= 2  # two, where a minute ends meanwhile
