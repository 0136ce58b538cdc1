"""A log line: one form for every logger, declared fields and nothing else, and nothing of what an error says."""

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chassis.operations.log_fields import LOG_FIELDS, UNFIT, shown_field
from chassis.operations.log_lines import OF_A_LIBRARY, LogFormat, LogLevel
from chassis.operations.log_setup import ProgramLog, logging_to_stderr

CANARY = "resting pulse 41 of Mara Lind"
ours = logging.getLogger("consent.planted")
library = logging.getLogger("uvicorn.planted")


class Speaking(Exception):
    """An error whose sentence is made for operators."""

    is_loggable = True


class Terminal:
    """Everything that was written to standard error so far."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._text = ""

    def getvalue(self) -> str:
        self._text += self._capsys.readouterr().err
        return self._text


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


@pytest.fixture(params=[LogFormat.TEXT, LogFormat.JSON])
def written(request: pytest.FixtureRequest, terminal: Terminal) -> Iterator[Callable[[], str]]:
    """The log in either form; returns what stands in it."""
    with logging_to_stderr("homefield-x", form=request.param):
        yield terminal.getvalue


@pytest.fixture
def parsed(terminal: Terminal) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    with logging_to_stderr("homefield-x", form=LogFormat.JSON):
        yield lambda: [json.loads(line) for line in terminal.getvalue().splitlines()]


def test_every_declared_field_stands_in_the_line(written: Callable[[], str]) -> None:
    ours.warning("something happened", extra={"entries": 7, "error": "LogUnavailable", "campaign": "recovery-2026"})

    for text in ("something happened", "consent.planted", "homefield-x", "warning", "LogUnavailable", "recovery-2026"):
        assert text in written()
    assert written().count("\n") == 1


def test_a_json_line_holds_time_level_program_logger_message_and_fields(parsed: Any) -> None:
    ours.info("something happened", extra={"entries": 7})

    (line,) = parsed()
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "program": "homefield-x",
        "logger": "consent.planted",
        "message": "something happened",
        "entries": 7,
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("person", CANARY),  # not declared
        ("org", CANARY),
        ("org", "ath-0000000000000001"),
        ("campaign", "ath-0000000000000001"),
        ("error", CANARY),
        ("reason", CANARY),
        ("at", CANARY),
        ("witness", "Mara Lind"),
        ("entries", CANARY),
        ("entries", "41"),
        ("detail", CANARY),  # a text, not an error that is made for operators
        ("detail", ValueError(CANARY)),
        ("manifest", "f" * 64),
    ],
)
def test_a_value_that_is_not_of_its_fields_form_is_not_printed(
    written: Callable[[], str], name: str, value: object
) -> None:
    ours.error("something happened", extra={name: value})

    for part in ("Mara", "41", "ath-", "f" * 13):
        assert part not in written().partition("something happened")[2]


def test_a_sentence_for_operators_is_printed_in_one_clean_line_without_an_athlete(written: Callable[[], str]) -> None:
    told = f"no\nquorum \x1b[2J\u202e of ath-00000000000000aa{'x' * 500}"

    ours.error("something happened", extra={"detail": Speaking(told)})

    assert "no quorum" in written()
    assert "ath-" not in written()
    assert not [one for one in written().rstrip("\n") if not one.isprintable()]
    assert len(written()) < 500


def test_a_message_is_never_filled_in(written: Callable[[], str]) -> None:
    ours.error("something happened to %s", CANARY)

    assert "Mara" not in written()


def test_an_exception_is_its_class_and_place_never_what_it_says(written: Callable[[], str]) -> None:
    try:
        try:
            raise KeyError(CANARY)
        except KeyError as error:
            raise ValueError(CANARY) from error
    except ValueError:
        ours.exception("something failed")

    assert "ValueError" in written()
    assert "KeyError" in written()
    assert "test_log_lines.py:" in written()
    assert "Mara" not in written()
    assert written().count("\n") == 1


@pytest.mark.parametrize("arguments", [(f"Task exception: {CANARY}",), ("Task exception: %s", CANARY)])
def test_of_a_librarys_line_only_where_it_stands_is_printed(
    written: Callable[[], str], arguments: tuple[str, ...]
) -> None:
    library.error(*arguments, extra={"org": "club-a"}, exc_info=ValueError(CANARY))

    assert OF_A_LIBRARY in written()
    assert "test_log_lines.py:" in written()
    assert "uvicorn.planted" in written()
    assert "Mara" not in written()
    assert "club-a" not in written()


def test_levels_are_kept_and_libraries_never_chatter(terminal: Terminal) -> None:
    with logging_to_stderr("homefield-x", level=LogLevel.DEBUG):
        library.info("request")
        ours.debug("told")
    with logging_to_stderr("homefield-x", level=LogLevel.ERROR):
        library.warning("request")
        ours.warning("kept")

    assert [line.split(": ", 1)[1] for line in terminal.getvalue().splitlines()] == ["told"]


def test_a_thread_that_ends_with_an_error_and_a_warning_are_lines_too(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        with logging_to_stderr("homefield-x"):
            thread = threading.Thread(target=fail)
            thread.start()
            thread.join()
            warnings.warn(CANARY, UserWarning, stacklevel=1)

    assert "a thread ended with an error" in terminal.getvalue()
    assert "RuntimeError" in terminal.getvalue()
    assert "kind=UserWarning" in terminal.getvalue()
    assert "Mara" not in terminal.getvalue()


def test_handlers_of_others_stay_and_none_of_ours_does(terminal: Terminal) -> None:
    class Others(logging.NullHandler):
        is_closed = False

        def close(self) -> None:
            self.is_closed = True

    root, others = logging.getLogger(), Others()
    own = logging.StreamHandler(sys.stderr)
    root.addHandler(others)
    library.addHandler(own)
    try:
        with logging_to_stderr("outer"), logging_to_stderr("inner"):
            library.warning("once")
            assert others in root.handlers
            assert [one for one in root.handlers if isinstance(one, ProgramLog)] == root.handlers[-1:]

        assert others in root.handlers
        assert not others.is_closed
        assert library.handlers == [own]
        assert not [one for one in root.handlers if isinstance(one, ProgramLog)]
        assert terminal.getvalue().count("\n") == 1
        assert " inner " in terminal.getvalue()
    finally:
        root.removeHandler(others)
        library.removeHandler(own)


def test_a_terminal_that_has_gone_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stderr", Gone())
    with logging_to_stderr("homefield-x"):
        ours.error("something happened")


@pytest.mark.parametrize("name", sorted(LOG_FIELDS))
def test_no_field_takes_an_athlete_or_a_persons_name(name: str) -> None:
    assert [shown_field(name, value) for value in ("ath-0000000000000001", "Mara Lind", CANARY)] == [UNFIT] * 3
