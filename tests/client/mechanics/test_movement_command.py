"""`homefield-node movement`: what it prints, how it ends, and that it keeps, sends and logs nothing."""

import json
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from client.mechanics.bout_change import BoutState
from client.mechanics.early_and_late import AnswerLimit
from client.mechanics.told_changes import LIMITS, STATES

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def table(tmp_path: Path, golden: dict[str, Any]) -> Path:
    """Both golden sets as two metrics of twelve bouts, and a third that is known in seven of them."""
    drift = golden["drift"]
    first, second = [*drift["E"], *drift["L"]], [*drift["E2"], *drift["L2"]]
    third = [40.0] * 7 + [""] * 5
    rows = [f"{at + 1},{','.join(map(str, row))}" for at, row in enumerate(zip(first, second, third, strict=True))]
    path = tmp_path / "sprints.csv"
    path.write_text("\n".join(["bout,knee_deg,hip_deg,trunk_deg", *rows]))
    return path


@pytest.fixture(autouse=True)
def _wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def line(printed: str, metric: str) -> str:
    """The line of the table on a metric, its cells parted by one space."""
    (found,) = (one for one in printed.splitlines() if one.strip().startswith(f"{metric} "))
    return " ".join(found.split())


def test_each_metric_has_means_change_interval_and_state_in_words(run: Run, table: Path) -> None:
    code, printed, wrong = run("movement", table)

    assert (code, wrong) == (0, "")
    assert line(printed, "knee_deg") == "knee_deg 41.2 44.6 +3.4 +2.7 to +4.1 technique changed"
    assert line(printed, "hip_deg") == "hip_deg 41.0 43.1 +2.1 -0.3 to +4.5 cannot tell today: cannot resolve 3°"
    assert line(printed, "trunk_deg") == "trunk_deg seven bouts known not enough bouts"
    assert "hip_deg: cannot resolve 3° today: the bouts differ too much" in printed
    assert "same camera" in printed
    assert "No speeds are given" in printed


def test_the_answer_for_programs_is_the_golden_one(run: Run, table: Path, golden: dict[str, Any]) -> None:
    code, printed, _ = run("movement", table, "--metric", "knee_deg", "--json")
    answer, drift = json.loads(printed), golden["drift"]

    (found,) = answer["metrics"]
    assert (code, answer["schema"], answer["at_equal_speed"]) == (0, "homefield-movement-1", False)
    numbers = [found[name] for name in ("change_deg", "standard_error_deg", "df", "low_deg", "high_deg")]
    assert numbers == pytest.approx([drift["d"], drift["se"], drift["df"], *drift["ci95"]], abs=1e-8)
    assert found["lower_bound_deg"] == pytest.approx(drift["lb90"], abs=1e-8)
    assert (found["state"], found["limits"], found["early"]["bouts"]) == (drift["state"], [], list("123456"))
    assert found["early"]["speed_m_s"] is None
    assert answer["bouts"][0] == {
        "bout": "1",
        "speed_m_s": None,
        "quality": None,
        "values_deg": {"knee_deg": 41.2},
    }


def test_nothing_known_is_null_and_never_nan(run: Run, table: Path) -> None:
    _, printed, _ = run("movement", table, "--json")

    found = json.loads(printed, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    trunk = found["metrics"][2]
    assert (trunk["state"], trunk["early"], trunk["change_deg"]) == ("not_enough_bouts", None, None)
    assert found["bouts"][-1]["values_deg"]["trunk_deg"] is None


def test_at_equal_speed_the_table_says_how_much_slower_the_late_bouts_were(run: Run, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    speed = 9.0 + 0.3 * rng.normal(size=24) - np.repeat([0.0, 0.3], 12)
    knee = 40 + 4 * speed + 0.5 * rng.normal(size=24)
    rows = [f"{at},{one:.3f},{other:.3f},0.95" for at, (one, other) in enumerate(zip(speed, knee, strict=True))]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["bout,speed_m_s,knee,quality", *rows]))

    _, printed, _ = run("movement", path, "--early", 12, "--late", 12)
    slower = float(np.mean(speed[:12]) - np.mean(speed[12:]))

    assert line(printed, "knee").endswith("no change found")
    assert f"Changes are at equal speed. The late bouts were {slower:.2f} m/s slower on average." in printed
    assert "quality" not in printed


def test_every_state_and_limit_has_words_and_none_of_them_is_about_injuries() -> None:
    assert set(STATES) == set(BoutState)
    assert set(LIMITS) == set(AnswerLimit)
    every = " ".join([*STATES.values(), *LIMITS.values()]).lower()
    assert not re.search(r"injur|risk|prevent|danger|safe", every)


@pytest.mark.parametrize("arguments", [("--metric", "knee_deg", "--json"), ()])
def test_nothing_printed_speaks_of_injuries(run: Run, table: Path, arguments: tuple[str, ...]) -> None:
    _, printed, _ = run("movement", table, *arguments)

    assert not re.search(r"injur|risk|prevent|danger", printed.lower())


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (("nowhere.csv",), 1, "expected a file, found none"),
        (("{table}", "--metric", "ankle"), 1, "expected --metric to be one of knee_deg, hip_deg, trunk_deg"),
        (("{table}", "--y-down"), 1, "--y-down is for keypoints"),
        (("{table}", "--early", "5"), 2, "5 is not in the range"),
        ((), 2, "Missing argument"),
    ],
)
def test_what_cannot_be_done_ends_like_every_command(
    run: Run, table: Path, words: tuple[str, ...], code: int, reason: str
) -> None:
    ended, printed, wrong = run("movement", *(word.format(table=table) for word in words))

    assert (ended, printed) == (code, "")
    assert reason in wrong
    assert len(wrong.strip().splitlines()) == 1


def test_a_name_that_a_terminal_would_obey_is_shown_harmless(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("bout,[/b]\x1b[2J\u202eknee\n" + "\n".join(f"\x1b{at},4{at % 3}" for at in range(12)))

    for arguments in ((), ("--json",)):
        _, printed, _ = run("movement", path, *arguments)
        assert all(sign.isprintable() or sign == "\n" for sign in printed)


def test_nothing_is_written_logged_or_opened_but_the_files(
    run: Run, table: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    monkeypatch.chdir(tmp_path)

    with caplog.at_level(logging.DEBUG):
        assert run("movement", table.name)[0] == 0

    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert caplog.records == []


def test_a_shift_added_to_real_walking_is_found_and_none_is_where_none_was(
    run: Run, real_data: Path, tmp_path: Path
) -> None:
    """Twelve noisy copies of one real motion, of which the last six bend the right knee by 3° more."""
    head, body = (real_data / "mot" / "walking1_videoAndMocap.mot").read_text().split("endheader\n")
    names, *rows = (text.split() for text in body.splitlines() if text.strip())
    rng, knee = np.random.default_rng(2), names.index("knee_angle_r")
    frames = np.array(rows, dtype=float)
    paths = []
    for bout in range(12):
        copy = frames + rng.normal(0, 0.7, len(names)) * (np.arange(len(names)) > 0)
        copy[:, knee] += 3.0 * (bout >= 6)
        text = "\n".join("\t".join(f"{value:.8f}" for value in row) for row in copy)
        paths.append(tmp_path / f"{bout + 1:02}.mot")
        paths[-1].write_text(f"{head}endheader\n" + "\t".join(names) + f"\n{text}\n")

    _, printed, _ = run("movement", *paths, "--json")

    found = {one["metric"]: one for one in json.loads(printed)["metrics"]}
    assert found["knee_angle_r_p95"]["change_deg"] == pytest.approx(3.0, abs=1.2)
    assert found["knee_angle_r_p95"]["state"] in ("alert", "watch")
    assert {one["state"] for name, one in found.items() if name != "knee_angle_r_p95"} == {"none"}
