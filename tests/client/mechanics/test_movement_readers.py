"""Tables of bouts, keypoints in both forms and real motions: what is read of them, and what each refusal says."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client.errors import ClientError, UnreadableFile
from client.mechanics.readers.movement_files import read_session
from client.mechanics.session_bouts import BoutSession
from tests.client.workbooks import excel, open_document

NAN = float("nan")
Write = Callable[..., Path]
PLACES = {"hip": (0.0, 0.95), "knee": (0.22, 0.58), "ankle": (0.1, 0.2), "neck": (0.1, 1.48)}
"""The golden posture, whose knee is bent by 48.261°."""
MOTION = "Coordinates\nversion=1\nnRows={rows}\nnColumns=3\ninDegrees={degrees}\n\nendheader\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file and return where it stands."""

    def make(text: str, name: str = "bouts.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return make


def read(*paths: Path, wanted: tuple[str, ...] = (), y_down: bool = False) -> BoutSession:
    return read_session(paths, wanted, y_down=y_down)


def wide(*, bouts: int = 1, frames: int = 40, height: float = 0.0, sign: float = 1.0, neck: bool = True) -> str:
    points = {name: place for name, place in PLACES.items() if neck or name != "neck"}
    header = ",".join(["time", "bout", *(f"{name}_{axis}" for name in points for axis in "xy")])
    cells = ",".join(f"{x},{height + sign * y}" for x, y in points.values())
    rows = [f"{frame / 50},b{bout},{cells}" for bout in range(bouts) for frame in range(frames)]
    return "\n".join([header, *rows]) + "\n"


def motion(rows: int = 40, *, degrees: str = "yes", factor: float = 1.0, said: int | None = None) -> str:
    lines = [f"{at / 100}\t{factor * (at % 21):.6f}\t1.0" for at in range(rows)]
    head = MOTION.format(rows=rows if said is None else said, degrees=degrees)
    return head + "\n".join(["time\tknee_angle_r\tpelvis_tx", *lines]) + "\n"


def test_a_table_of_bouts_keeps_what_is_missing_unknown(write: Write) -> None:
    table = "Bout,knee_deg,speed_m_s,quality,note\n1,41.2,8.1,0.9,\n2,,8.0,,\n3,0,NaN,1,\n"

    found = read(write(table), wanted=("knee_deg",))

    assert [bout.name for bout in found.bouts] == ["1", "2", "3"]
    assert found.column("knee_deg") == pytest.approx([41.2, NAN, 0.0], nan_ok=True)
    assert found.speed_m_s == pytest.approx([8.1, 8.0, NAN], nan_ok=True)
    assert found.quality == pytest.approx([0.9, NAN, 1.0], nan_ok=True)
    assert (found.usual, found.has_speed, found.has_quality) == (("knee_deg",), True, True)


def test_a_spreadsheet_of_another_country_is_read_alike(write: Write) -> None:
    found = read(write("Sprints of Tuesday\n\nbout;knee deg;hip\nA;41,2;-3,5\nB;40,6;\n"))

    assert found.column("knee deg").tolist() == [41.2, 40.6]
    assert found.metrics == ("knee deg", "hip")
    assert (found.has_speed, found.has_quality) == (False, False)


@pytest.mark.parametrize(("kind", "make"), [("xlsx", excel), ("ods", open_document)])
def test_a_workbook_of_bouts_is_read_alike(tmp_path: Path, kind: str, make: Callable[..., bytes]) -> None:
    rows = [["bout", "knee", "speed_m_s"], [1, 41.25, 8.1], [2, -3, None]]
    path = tmp_path / f"bouts.{kind}"
    path.write_bytes(make({"Tuesday": rows}) if kind == "xlsx" else make(rows))

    found = read(path)

    assert [bout.name for bout in found.bouts] == ["1", "2"]
    assert found.column("knee").tolist() == [41.25, -3.0]
    assert found.speed_m_s == pytest.approx([8.1, NAN], nan_ok=True)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("bout,knee\n1,41\n1,42\n", "two bouts have the same name"),
        ("bout,knee\n1,41\n2,bent\n", r"row 3, column knee: expected degrees between -360 and 360, or an empty cell"),
        ("bout,knee\n1,41\n2,361\n", "row 3, column knee: expected degrees"),
        ("bout,knee,speed_m_s\n1,41,29.1\n", "column speed_m_s: expected a speed in m/s between 0 and 15"),
        ("bout,knee,quality\n1,41,95\n", "column quality: expected a quality between 0 and 1"),
        ("bout,knee\n2,41\n1,42\n", "in the order in which they were run, found numbers that do not rise"),
        ("bout,knee\n", "expected a row for each bout, found none"),
        ("bout,knee\n,41\n", "row 2: expected the name or number of a bout"),
        ("bout,knee\n1,41,7\n", "more or fewer cells than the header"),
        ("bout,knee,knee\n1,41,42\n", "two columns have the same name"),
        ("bout,speed_m_s\n1,8.1\n", "expected a column for each metric"),
        ("sprint no,knee\n1,41\n", "the column bout is missing"),
        ("sprint,height\n1,1.8\n", "expected a column for each metric, in degrees, whose name says so"),
        ("day,height\n1,1.8\n", "expected a table of bouts"),
        ("", "an empty file"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused_in_a_sentence(write: Write, table: str, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=rf"^bouts\.csv: .*{reason}") as refused:
        read(write(table))

    assert not re.search(r"41|29\.1|bent", str(refused.value)), "no reading stands in a refusal"


def test_a_metric_that_no_column_has_is_refused(write: Write) -> None:
    with pytest.raises(UnreadableFile, match="expected --metric to be one of knee, hip"):
        read(write("bout,knee,hip\n1,41,2\n"), wanted=("ankle",))


def test_files_in_the_order_of_the_alphabet_are_not_taken_for_the_order_run(write: Write) -> None:
    paths = [write(motion(), f"sprint{number}_a.mot") for number in (1, 2, 10)]

    assert [bout.name for bout in read(*paths).bouts] == ["sprint1_a", "sprint2_a", "sprint10_a"]
    with pytest.raises(UnreadableFile, match="numbers that do not rise"):
        read(*sorted(paths))
    different = [write(motion(), name) for name in ("b2.mot", "a1.mot")]
    assert len(read(*different).bouts) == 2, "where names say nothing, their order is as it is typed"


@pytest.mark.parametrize("y_down", [False, True])
def test_keypoints_in_either_form_give_the_golden_angles(write: Write, *, y_down: bool) -> None:
    height, sign = (2.0, -1.0) if y_down else (0.0, 1.0)
    text = wide(bouts=2, height=height, sign=sign)
    rows = [line.split(",") for line in text.splitlines()[1:]]
    long = [
        f"{time},{bout},{point},{cells[2 * at]},{cells[2 * at + 1]}"
        for time, bout, *cells in rows
        for at, point in enumerate([*PLACES])
    ]

    beside = read(write(text), y_down=y_down)
    below = read(write("\n".join(["time,bout,point,x,y", *long])), y_down=y_down)

    assert [bout.name for bout in beside.bouts] == [bout.name for bout in below.bouts] == ["b0", "b1"]
    for one in (*beside.bouts, *below.bouts):
        assert one.values["knee_flexion_p95"] == pytest.approx(48.261056, abs=1e-5)
        assert one.values["trunk_lean_mean"] == pytest.approx(10.684912, abs=1e-5)
        assert one.values["shank_p05"] == pytest.approx(-17.525568, abs=1e-5)
        assert one.quality == 1.0
    assert beside.has_quality


def test_a_point_not_seen_lowers_the_quality_and_few_frames_give_no_figure(write: Write) -> None:
    lines = wide(frames=50).splitlines()
    hidden = [",".join([*line.split(",")[:-2], "", "nan"]) for line in lines[1:21]]

    (found,) = read(write("\n".join([lines[0], *hidden, *lines[21:]]))).bouts
    (short,) = read(write(wide(frames=29))).bouts
    (headless,) = read(write(wide(neck=False))).bouts

    assert found.quality == pytest.approx(0.6)
    assert found.values["trunk_lean_mean"] == pytest.approx(10.684912, abs=1e-5)
    assert np.isnan(list(short.values.values())).all()
    assert "knee_flexion_p95" in headless.values
    assert "trunk_lean_mean" not in headless.values
    assert headless.quality == 1.0


def test_a_file_without_bouts_is_one_and_several_follow_one_another(write: Write) -> None:
    text = re.sub(r",b0,|,bout,", ",", wide())
    paths = [write(text, f"{name}.csv") for name in ("start", "middle", "end")]

    found = read(*paths)

    assert [bout.name for bout in found.bouts] == ["start", "middle", "end"]
    with pytest.raises(UnreadableFile, match="two bouts have the same name"):
        read(paths[0], paths[0])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (wide() + wide().splitlines()[1] + "\n", "stands twice at one time of one bout"),
        (wide().replace("time,", "at,"), "expected a column time"),
        (wide().replace("ankle", "heel"), "found no ankle; there have to be columns named ankle_x, ankle_y"),
        (wide().replace("0.02,b0", ",b0"), "row 3: expected a time and a bout"),
        (wide().replace("0.02,b0,0.0", "0.02,b0,left"), "row 3, column hip_x: expected a coordinate"),
    ],
)
def test_keypoints_that_cannot_be_right_are_refused(write: Write, text: str, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read(write(text))


def test_a_motion_is_one_bout_of_its_sagittal_angles(write: Write) -> None:
    (found,) = read(write(motion(), "sprint1.mot")).bouts
    (radians,) = read(write(motion(degrees="no", factor=np.pi / 180), "sprint1.mot")).bouts

    frames = np.arange(40) % 21
    expected = [frames.mean(), np.percentile(frames, 5), np.percentile(frames, 95)]
    assert (found.name, found.quality) == ("sprint1", 1.0)
    assert [*found.values] == ["knee_angle_r_mean", "knee_angle_r_p05", "knee_angle_r_p95"], "no metres among them"
    assert [*found.values.values()] == pytest.approx(expected)
    assert [*radians.values.values()] == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (motion(said=50), "as many rows as its header says"),
        (motion().rsplit("\t", 1)[0] + "\n", "line 48: expected as many numbers as names"),
        (motion().replace("\t3.000000\t", "\tbent\t"), "line 12: expected numbers alone"),
        (motion().replace("0.05\t", "0.01\t"), "expected times that rise"),
        (motion().replace("inDegrees=yes\n", ""), "inDegrees=yes or inDegrees=no"),
        (motion().replace("knee_angle_r", "ground_force_vx"), "expected a column time and joint angles"),
        (motion(degrees="no"), "expected angles up to 360°"),
        (motion(rows=0), "expected a column time and joint angles|as many rows"),
    ],
)
def test_a_motion_that_cannot_be_right_is_refused(write: Write, text: str, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=rf"^a\.mot: .*(?:{reason})"):
        read(write(text, "a.mot"))


def test_a_real_motion_has_the_ranges_that_were_read_off_it_before(real_data: Path) -> None:
    path = real_data / "mot" / "walking1_videoAndMocap.mot"

    found = read(path)

    (bout,) = found.bouts
    table = np.genfromtxt(path.read_text().split("endheader\n")[1].splitlines(), names=True)
    assert table.shape == (158,)
    for name, low, high in (
        ("hip_flexion_r", -25.7, 19.4),
        ("knee_angle_r", 0.2, 62.8),
        ("ankle_angle_r", -16.1, 13.9),
    ):
        assert (table[name].min(), table[name].max()) == pytest.approx((low, high), abs=0.05)
        read_off = [bout.values[f"{name}_{kind}"] for kind in ("mean", "p05", "p95")]
        assert read_off == pytest.approx([table[name].mean(), *np.percentile(table[name], [5, 95])])
    assert set(found.usual) <= set(found.metrics)


def outcome(path: Path) -> tuple[str, list[float]]:
    """Why a file was refused, "" where it was not, and every figure that was read."""
    try:
        found = read(path)
    except ClientError as error:
        return str(error), []
    return "", [value for bout in found.bouts for value in bout.values.values()]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["bout,knee\n1,41\n2,42.5\n", wide(frames=2), motion(3)]), st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(tmp_path: Path, text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 12))
    other = data.draw(st.one_of(st.binary(max_size=6), st.sampled_from([b"1e999", b"nan", b"-", b"\n", b'"', b",,"])))
    path = tmp_path / "a.csv"
    path.write_bytes(text[:at].encode() + other + text[at + cut :].encode())

    said, figures = outcome(path)

    assert said == "" or said.startswith("a.csv: ")
    assert not np.isinf(figures).any()


@pytest.mark.parametrize("kind", ["bouts", "motion"])
def test_angles_have_no_pixels_to_turn(write: Write, kind: str) -> None:
    path = write("bout,knee\n1,41\n") if kind == "bouts" else write(motion(), "a.mot")

    with pytest.raises(UnreadableFile, match="--y-down is for keypoints"):
        read(path, y_down=True)


def test_files_of_two_kinds_and_two_tables_are_refused(write: Write, tmp_path: Path) -> None:
    table, points, mot = write("bout,knee\n1,41\n"), write(wide(), "points.csv"), write(motion(), "a.mot")

    for pair in ((table, table), (table, points), (points, mot), (mot, table)):
        with pytest.raises(UnreadableFile, match="expected one table of bouts, or several files of one other kind"):
            read(*pair)
    with pytest.raises(UnreadableFile, match="expected a file, found none"):
        read(tmp_path)
