"""What programs print: stored text is shown as it is written, and a terminal never obeys it."""

import contextlib
import io
import json
import os
import pty
import sys

import click
import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.cli import console
from chassis.cli.exit_codes import ExitCode
from chassis.cli.printable import escaped_json, printable
from chassis.cli.program import run_program
from chassis.cli.progress import progress_bar

HOSTILE = "Eastmere [/b] \x1b[2J\x9b2J\u202e:smile: FC"
SHOWN = "Eastmere [/b] \ufffd[2J\ufffd2J\ufffd:smile: FC"


@settings(deadline=None)
@given(st.text())
def test_printable_text_keeps_its_length_and_every_letter(text: str) -> None:
    shown = printable(text)

    assert len(shown) == len(text)
    assert shown.isprintable()
    assert all(now in (was, "\ufffd") for was, now in zip(text, shown, strict=True))
    assert printable(shown) == shown


@settings(deadline=None)
@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_escaped_json_says_the_same_and_is_printable(value: object) -> None:
    document = escaped_json(json.dumps(value, ensure_ascii=False, indent=1))

    assert json.loads(document) == value
    assert all(character.isprintable() or character == "\n" for character in document)


def test_lines_and_values(capsys: pytest.CaptureFixture[str]) -> None:
    console.say(HOSTILE, "two\nlines")
    console.warn(HOSTILE)
    console.print_values("homefield-x-1", {"the_name": HOSTILE, "keys": ["a", "b"], "text": "x\ny\n"}, as_json=False)

    out, err = capsys.readouterr()

    assert out == f"{SHOWN}\ntwo\ufffdlines\nthe name: {SHOWN}\nkeys: a, b\ntext: x\ny\n"
    assert err == f"{SHOWN}\n"


def test_json_is_one_object_with_its_schema_first(capsys: pytest.CaptureFixture[str]) -> None:
    console.print_json("homefield-x-1", {"name": HOSTILE, "zoë": 1})

    out = capsys.readouterr().out

    assert out.startswith('{\n  "schema": "homefield-x-1",\n')
    assert json.loads(out) == {"schema": "homefield-x-1", "name": HOSTILE, "zoë": 1}
    assert r"\u001b[2J\u009b2J\u202e" in out
    assert "zoë" in out
    assert json.loads(console.json_line("homefield-x-1", {"name": HOSTILE})) == {
        "schema": "homefield-x-1",
        "name": HOSTILE,
    }


def test_a_table_reads_no_markup_in_title_or_cells(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")

    console.print_table(HOSTILE, ("Name",), [(HOSTILE,), ("[red]Bo[/red]",)])

    out = capsys.readouterr().out
    assert out.count(SHOWN) == 2
    assert "[red]Bo[/red]" in out


def test_a_long_table_that_no_terminal_shows_has_a_line_for_each_row(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(console, "MOST_FOLDED", 2)
    monkeypatch.setenv("COLUMNS", "20")
    rows = [("1", "a cell that is longer than the line [/b]"), ("22", "\x1b[2J"), ("3", "c")]

    console.print_table("Numbers", ("No", "What"), rows)

    head, columns, *lines = capsys.readouterr().out.splitlines()
    assert (head, columns.split()) == ("Numbers", ["No", "What"])
    assert [line.split("  ", 1)[0].strip() for line in lines] == ["1", "22", "3"]
    assert len({columns.index("What"), lines[0].index("a cell"), lines[2].index("c")}) == 1
    assert lines[0].endswith("longer than the line [/b]")
    assert "\x1b" not in lines[1]


def test_a_question_is_cleaned_and_answered(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))

    assert console.is_confirmed(f"Approve it for {HOSTILE}?")

    assert f"Approve it for {SHOWN}? [y/N]:" in capsys.readouterr().out


@pytest.mark.parametrize(("yes", "as_json", "said"), [(False, True, "y\n"), (False, False, "")])
def test_where_nobody_can_be_asked_only_yes_goes_on(
    monkeypatch: pytest.MonkeyPatch, yes: bool, as_json: bool, said: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(said))

    with pytest.raises(click.UsageError, match="--yes") as refused:
        console.is_agreed("Destroy it?", yes=yes, as_json=as_json)

    assert refused.value.exit_code == ExitCode.USAGE
    assert console.is_agreed("Destroy it?", yes=True, as_json=as_json)


@pytest.mark.parametrize(("said", "agreed"), [("y\n", True), ("n\n", False)])
def test_an_answer_counts_also_without_a_terminal(monkeypatch: pytest.MonkeyPatch, said: str, agreed: bool) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(said))

    assert console.is_agreed("Destroy it?", yes=False) is agreed


def test_ctrl_c_at_a_terminal_is_no_error_of_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO("")
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdin", terminal)

    with pytest.raises(click.Abort):
        console.is_confirmed("Destroy it?")


def test_an_error_sentence_is_cleaned(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    app = typer.Typer(pretty_exceptions_enable=False)

    @app.command()
    def act() -> None:
        raise LookupError(HOSTILE)

    monkeypatch.setattr("sys.argv", ["program"])
    with pytest.raises(SystemExit):
        run_program(app, expected=(LookupError,), prefix="homefield-x")

    assert capsys.readouterr().err == f"homefield-x: {SHOWN}\n"


def everything_from(primary: int) -> str:
    """Read what a terminal was sent, in however many pieces, until its other side is closed."""
    shown = b""
    with contextlib.suppress(OSError), os.fdopen(primary, "rb", buffering=0) as source:
        while piece := source.read(65_536):
            shown += piece
    return shown.decode()


def test_progress_of_something_with_a_hostile_name(monkeypatch: pytest.MonkeyPatch) -> None:
    primary, secondary = pty.openpty()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with os.fdopen(secondary, "w", encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        with progress_bar(HOSTILE) as on_progress:
            assert on_progress is not None
            on_progress(1, 2)
    shown = everything_from(primary)

    assert SHOWN in shown
    assert "\x1b[2J" not in shown
