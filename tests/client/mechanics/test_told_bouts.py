"""What is said beside a change: what cannot be told, which bouts are odd or empty, and what to do."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., tuple[int, str, str]]
EARLY = [104.5, 104.9, 103.2, 104.1, 103.6, 104.8]
STEADY = [104.4, 104.8, 103.4, 104.2, 103.5, 104.7]
LATER = [101.5, 101.9, 100.2, 101.1, 100.6, 101.8]
SPEED = [8.6, 8.7, 8.5, 8.8, 8.4, 8.6, 8.5, 8.6, 8.4, 8.7, 8.3, 8.5]


@pytest.fixture(autouse=True)
def _wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def told(run: Run, tmp_path: Path) -> Callable[..., tuple[str, dict[str, Any]]]:
    """What is printed of one column knee, and the metric of the answer for programs."""

    def tell(knee: Sequence[object], *options: object, **columns: Sequence[object]) -> tuple[str, dict[str, Any]]:
        rows = [",".join(map(str, row)) for row in zip(range(1, len(knee) + 1), knee, *columns.values(), strict=True)]
        path = tmp_path / "bouts.csv"
        path.write_text("\n".join([",".join(["bout", "knee", *columns]), *rows]))
        answer = json.loads(run("movement", path, *options, "--json")[1])
        return run("movement", path, *options)[1], answer["metrics"][0]

    return tell


def test_no_change_found_is_said_only_where_one_of_3_degrees_would_have_been(told: Any) -> None:
    wide = [90.0, 110.0, 97.0, 104.0, 99.0, 107.0]

    printed, answer = told([*wide, *reversed(wide)])
    steady, known = told([*EARLY, *STEADY])

    assert "cannot tell today: cannot resolve 3°" in printed
    assert "no change found" not in printed
    assert (answer["state"], answer["can_tell"], known["can_tell"]) == ("none", False, True)
    assert answer["state_in_words"] == "cannot tell today: cannot resolve 3°"
    assert "no change found" in steady


@pytest.mark.parametrize("odd", [10.4, 0, 1.8])
def test_a_bout_far_from_the_others_is_named_and_nothing_is_told(told: Any, odd: float) -> None:
    printed, answer = told([*EARLY, *STEADY[:5], odd])

    assert f"knee: bout 12: {odd:.1f}, far from the others." in printed
    assert "cannot tell: a bout far from the others" in printed
    assert "outlying_bout" in answer["limits"]
    assert answer["outliers"] == [{"bout": "12", "value_deg": odd}]


def test_a_bout_is_far_only_by_10_degrees_and_by_5_deviations_of_its_own_side(told: Any) -> None:
    spread = [90.0, 95.0, 100.0, 105.0, 110.0, 115.0]  # median 102.5, median deviation 7.5: far is above 37.5

    assert told([*EARLY[:5], 113.0, *LATER])[1]["outliers"] == [], "8.7 from the median is near, whatever the spread"
    assert told([*EARLY[:5], 115.0, *LATER])[1]["outliers"] == [{"bout": "6", "value_deg": 115.0}]
    assert told([*spread[:5], 139.0, *LATER])[1]["outliers"] == []
    assert told([*spread[:5], 150.0, *LATER])[1]["outliers"] == [{"bout": "6", "value_deg": 150.0}]


def test_figures_that_may_be_radians_tell_nothing(told: Any) -> None:
    radians = [round(value * 0.0174533, 4) for value in [*EARLY, *STEADY]]

    printed, answer = told(radians)

    assert "cannot tell: radians?" in printed
    assert answer["limits"] == ["like_radians"]
    assert told([round(value - 100.0, 1) for value in [*EARLY, *STEADY]])[1]["limits"] == [], "small angles are angles"


def test_the_raw_change_stands_beside_that_at_equal_speed(told: Any) -> None:
    knee = [100.0 + 4.0 * (speed - 8.5) + step for speed, step in zip(SPEED, [0.2, -0.2, 0.1] * 4, strict=True)]

    printed, answer = told(knee, speed_m_s=SPEED)
    early, late = sum(knee[:6]) / 6, sum(knee[6:]) / 6

    assert "Raw change  Change at equal speed" in printed
    assert answer["raw_change_deg"] == pytest.approx(late - early)
    assert abs(answer["change_deg"]) < abs(answer["raw_change_deg"])
    assert f"{late - early:+.1f}" in printed
    assert "Raw change" not in told(knee)[0]


def test_an_alert_says_that_it_says_no_more_than_that_technique_changed(told: Any) -> None:
    sentence = "says neither why, nor whether it is good"

    assert sentence in told([*EARLY, *LATER])[0]
    assert sentence not in told([*EARLY, *STEADY])[0]


def test_an_empty_cell_is_named_with_the_options_that_leave_it_out(told: Any) -> None:
    knee: list[object] = [*EARLY, 104.0, 104.2, *LATER, 101.0, 101.2]
    knee[10] = ""

    printed, answer = told(knee, "--early", 8, "--late", 8)
    enough, other = told(knee, "--early", 8, "--late", 7)
    between, _ = told(knee)

    assert "knee: no figure in bout 11; --late 7 compares those that are known." in printed
    assert answer["unknown_bouts"] == ["11"]
    assert (other["state"], "knee: no figure in bout 11, left out." in enough) == ("alert", True)
    assert "On neither side, in the middle: three bouts." in between
    few: list[object] = [*EARLY, "", *STEADY[1:]]
    assert "no figure in bout 7; 11 are known, and at least 12 have to be." in told(few)[0]
    assert "--early 7 --late 6 compares" in told([*EARLY, *EARLY[:1], *LATER, ""], "--early", 8, "--late", 6)[0]


def test_sentences_on_speed_name_their_metrics_where_these_differ(told: Any) -> None:
    other = [*range(10, 21), ""]

    printed, _ = told([*EARLY, 104.0, *LATER], speed_m_s=[8.0, *SPEED], hip=[*other, 5])
    alike, _ = told([*EARLY, *LATER], speed_m_s=[8.5] * 12, hip=range(12))

    assert "knee: the late bouts were " in printed
    assert "hip: the late bouts were " in printed
    assert "The late bouts were as fast as the early ones. Their mean speed is 8.50 m/s." in alike


def test_fewer_bouts_than_both_sides_need_are_printed(told: Any) -> None:
    printed, answer = told([41.25])

    assert "1 of 12 bouts: too few to compare; their figures in degrees" in printed
    assert "41.2" in printed
    assert answer["state"] == "not_enough_bouts"


def test_the_help_says_what_its_words_mean(run: Run) -> None:
    _, printed, _ = run("movement", "--help")

    assert all(f"{word}:" in printed for word in ("bout", "p95, p05", "quality", "watch"))
    assert "movement keypoints.csv --y-down" in printed
