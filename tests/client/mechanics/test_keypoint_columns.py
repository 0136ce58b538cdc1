"""Columns beside the points: confidence, speed, corners of the picture; and what names that are not read are told."""

from pathlib import Path

import pytest

from client.errors import UnreadableFile
from client.mechanics.readers.movement_files import read_session
from client.mechanics.session_bouts import BoutSession

POSTURE = "0.0,0.95,0.22,0.58,0.1,0.2,0.1,1.48"
HEADER = "time,bout,hip_x,hip_y,knee_x,knee_y,ankle_x,ankle_y,neck_x,neck_y"


def read(tmp_path: Path, header: str, rows: list[str]) -> BoutSession:
    path = tmp_path / "a.csv"
    path.write_text("\n".join([header, *rows]))
    return read_session([path], (), y_down=False)


def test_points_in_the_corner_of_the_picture_were_not_seen(tmp_path: Path) -> None:
    seen = [f"{at},1,{POSTURE}" for at in range(40)]
    lost = [f"{at},1,0.0,0.95,0.22,0.58,0,0,0.1,1.48" for at in range(40, 60)]

    (found,) = read(tmp_path, HEADER, [*seen, *lost]).bouts

    assert found.quality == pytest.approx(40 / 60)
    assert found.values["knee_flexion_p05"] == pytest.approx(48.261056, abs=1e-5)


def test_a_point_that_is_the_origin_throughout_is_seen(tmp_path: Path) -> None:
    (found,) = read(tmp_path, HEADER, [f"{at},1,0,0,0.22,-0.37,0.1,-0.75,0.1,0.53" for at in range(40)]).bouts

    assert found.quality == 1.0
    assert found.values["knee_flexion_mean"] == pytest.approx(48.261056, abs=1e-5)


def test_points_below_the_least_confidence_were_not_seen_in_either_form(tmp_path: Path) -> None:
    sure = [0.3 if at < 30 else 0.29 for at in range(40)]
    wide = [f"{at},1,{POSTURE},{one}" for at, one in enumerate(sure)]
    cells, points = POSTURE.split(","), ("hip", "knee", "ankle", "neck")
    long = [
        f"{at},1,{point},{cells[2 * place]},{cells[2 * place + 1]},{one if point == 'knee' else 1}"
        for at, one in enumerate(sure)
        for place, point in enumerate(points)
    ]

    beside = read(tmp_path, f"{HEADER},knee_conf", wide)
    below = read(tmp_path, "time,bout,point,x,y,score", long)

    assert [one.bouts[0].quality for one in (beside, below)] == [pytest.approx(0.75)] * 2
    assert beside.set_aside == below.set_aside == ()


def test_a_speed_beside_the_points_is_that_of_the_bout(tmp_path: Path) -> None:
    rows = [f"{at},{bout},{POSTURE},{speed}" for bout, speed in ((1, 28.8), (2, "")) for at in range(40)]

    found = read(tmp_path, f"{HEADER},speed_kmh", rows)

    assert found.has_speed
    assert found.speed_m_s == pytest.approx([8.0, float("nan")], nan_ok=True)


def test_columns_that_are_not_read_are_named(tmp_path: Path) -> None:
    assert read(tmp_path, f"{HEADER},camera,confidence", [f"0,1,{POSTURE},2,0.9"]).set_aside == ("camera", "confidence")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (
            HEADER.replace("hip", "left_hip").replace("knee", "RKnee"),
            "found no hip, knee; .* hip_x, hip_y, knee_x, kne",
        ),
        ("time,left_hip_x,left_hip_y,left_knee_x,left_knee_y", "found no hip, knee, ankle; there have to be columns"),
        ("time,point,x,y", "found no hip, knee, ankle; there have to be rows whose point is hip, knee, ankle"),
    ],
)
def test_points_under_other_names_are_told_their_names(tmp_path: Path, header: str, said: str) -> None:
    row = ",".join("0" for _ in header.split(","))

    with pytest.raises(UnreadableFile, match=said):
        read(tmp_path, header, [row])
