"""How every program ends: one sentence on standard error and a code that says what happened, never a traceback."""

import os
from enum import StrEnum

import pytest
import typer

from chassis.cli.program import TRACEBACK_VARIABLE, run_program

SECRET = "resting heart rate 41 of Mara Lind"


class Expected(Exception):
    """An error of the program's own kind."""


@pytest.fixture
def end(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run a program of one command that raises `error`; returns exit code, standard output and standard error."""
    monkeypatch.delenv(TRACEBACK_VARIABLE, raising=False)

    def call(error: BaseException | None, *words: str, **wishes: str) -> tuple[int, str, str]:
        app = typer.Typer(pretty_exceptions_enable=False)

        @app.callback()
        def about() -> None:
            """A program."""

        @app.command()
        def act(number: int = 0) -> None:
            """Do it."""
            if error is not None:
                raise error

        monkeypatch.setattr("sys.argv", ["program", *(words or ("act",))])
        with pytest.raises(SystemExit) as ended:
            run_program(app, expected=(Expected,), **wishes)
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return call


def test_a_command_that_is_done_ends_with_nought(end) -> None:
    assert end(None) == (0, "", "")


def test_a_command_chooses_its_own_code(end) -> None:
    assert end(typer.Exit(3)) == (3, "", "")


def test_a_word_that_is_none_of_many_is_told_the_nearest_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    many = StrEnum("Many", [f"word_{n}" for n in range(40)])
    few = StrEnum("Few", ["red", "blue"])
    app = typer.Typer(pretty_exceptions_enable=False)

    @app.command()
    def act(one: list[many] | None = None, two: few | None = None) -> None:  # type: ignore[valid-type]
        """Do it."""

    def told(*words: str) -> str:
        monkeypatch.setattr("sys.argv", ["program", *words])
        with pytest.raises(SystemExit) as ended:
            run_program(app, expected=(Expected,))
        assert ended.value.code == 2
        return capsys.readouterr().err

    near = told("--one", "Wrd_17")
    assert "none of the 40 words that fit; the nearest are word_17" in near
    assert near.count("word_") == 5
    assert "word_" not in told("--one", "zzzz")
    assert "none of the 40" in told("--one", "it's")
    assert "'red', 'blue'" in told("--two", "grey")


def test_an_expected_error_is_its_own_sentence_in_one_line(end) -> None:
    assert end(Expected("no such\nfile")) == (1, "", "Error: no such file\n")
    assert end(Expected("no such file"), prefix="homefield-x")[2] == "homefield-x: no such file\n"


def test_an_unexpected_error_is_named_without_what_it_says(end, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, err = end(KeyError(SECRET))

    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "KeyError" in err
    assert SECRET not in err


def test_whoever_wants_the_traceback_asks_for_it(end, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TRACEBACK_VARIABLE, "1")
    assert os.environ[TRACEBACK_VARIABLE] == "1"
    app = typer.Typer(pretty_exceptions_enable=False)

    @app.command()
    def act() -> None:
        raise KeyError(SECRET)

    monkeypatch.setattr("sys.argv", ["program"])
    with pytest.raises(KeyError):
        run_program(app, expected=(Expected,))


def test_the_systems_refusal_names_the_file(end) -> None:
    assert end(PermissionError(13, "Permission denied", "x.key"))[2] == "Error: cannot use x.key: permission denied\n"
    assert end(OSError(28, "No space left on device"))[2] == "Error: the system refused: no space left on device\n"


def test_ctrl_c_ends_with_130_and_says_what_it_means(end) -> None:
    assert end(KeyboardInterrupt(), interrupted="broken off")[::2] == (130, "Error: broken off\n")


def test_a_question_without_an_answer_changes_nothing(end) -> None:
    code, _, err = end(typer.Abort())

    assert (code, err) == (1, "\nError: stopped without an answer; nothing was changed\n")


@pytest.mark.parametrize("words", [("act", "--number", "x"), ("act", "--nothing"), ("nothing",), ("act", "too-much")])
def test_a_wrong_command_line_is_one_sentence_with_the_way_to_help(end, words: tuple[str, ...]) -> None:
    code, out, err = end(None, *words)

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("Error: ")
    assert "--help`" in err
