"""`homefield-node plan week`, `import` and `export`: a table whole or not at all, and a week at a glance."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from client.cli import app

NEXT_WEEK = (today := datetime.now(UTC).date()) + timedelta(days=7 - today.weekday())
HEADING = "date,for,session,start,title,effort,minutes,load_au,match,drills"


def run(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, (result.output, result.exception)
    return result.stdout


@pytest.fixture
def node(tmp_path: Path) -> Path:
    folder = tmp_path / "club-a"
    run("init", folder, "--club", "club-a", "--name", "Eastmere FC")
    run("athlete", "add", folder, "Mara Lind", "--shirt", "7")
    return folder


def day(number: int) -> date:
    return NEXT_WEEK + timedelta(days=number)


def table(folder: Path, *lines: str) -> Path:
    path = folder / "week.csv"
    path.write_text("\n".join([HEADING, *lines]) + "\n", encoding="utf-8")
    return path


def week(node: Path) -> dict[str, Any]:
    told = json.loads(run("plan", "week", node, "--date", NEXT_WEEK, "--json"))
    return {one["for"]: one for one in told["plans"]}


def test_a_week_is_brought_shown_and_written_as_it_came(node: Path, tmp_path: Path) -> None:
    loads = (609, 0, 740, 435, 652, 942, 0)
    lines = [f"{day(n)},squad:first-team,1,,,,,{load},no," for n, load in enumerate(loads)]
    own = f'{day(0)},7,1,16:00,"Bike, easy",3,40,,no,"Warm-up, 10 min; Bike, 30 min"'
    file = table(tmp_path, *lines, own)

    assert "would be stored" in run("plan", "import", node, file, "--dry-run")
    assert week(node) == {}
    assert "8 sessions stored." in run("plan", "import", node, file).lower().replace("eight", "8")

    squad = week(node)["squad:first-team"]
    assert (squad["loads_au"], squad["total_au"], squad["planned_days"]) == (list(map(float, loads)), 3378.0, 7)
    assert squad["monotony"] == pytest.approx(1.32987, abs=5e-6)
    written = run("plan", "export", node, "--date", NEXT_WEEK)
    assert "Warm-up, 10 min; Bike, 30 min" in written
    again = tmp_path / "again.csv"
    again.write_text(written, encoding="utf-8")
    run("plan", "import", node, again)
    assert run("plan", "export", node, "--date", NEXT_WEEK) == written


def test_one_bad_line_keeps_everything_out_and_is_named(node: Path, tmp_path: Path) -> None:
    file = table(tmp_path, f"{day(0)},everyone,1,,,,,300,no,", f"{day(1)},nobody,1,,,,,300,no,")

    said = run("plan", "import", node, file, code=1)

    assert "Line 3: " in said
    assert "Nothing was stored." in said
    assert week(node) == {}
    told = json.loads(run("plan", "import", node, file, "--skip", "--json"))
    assert (told["sessions"], told["stored"], [one["line"] for one in told["problems"]]) == (1, True, [3])
    assert week(node)["everyone"]["total_au"] == 300.0


def test_a_limit_keeps_out_what_is_above_it(node: Path, tmp_path: Path) -> None:
    run("staff", "add", node, "--name", "Mika Stone", "--role", "medical")
    until = ("--until", day(6).isoformat(), "--by", "Mika Stone")
    run("health", "state", node, "7", "reduced", "--cap", 300, *until)

    said = run("plan", "import", node, table(tmp_path, f"{day(1)},7,1,,,,,301,no,"), code=1)

    assert "Line 2: 301 AU is above the stated limit of 300 AU." in said


@pytest.mark.parametrize("command", ["week", "import", "export"])
def test_help_shows_an_example(command: str) -> None:
    assert f"Example: homefield-node plan {command}" in " ".join(run("plan", command, "--help").split())
