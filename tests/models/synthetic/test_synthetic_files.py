"""The league as files: readable by the node's generic reader, with the faults real exports have."""

import csv
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from models.synthetic.files import WrittenLeague, mapping, write_league
from models.synthetic.league import SyntheticLeague


@pytest.fixture(scope="module")
def written(league: SyntheticLeague, tmp_path_factory: pytest.TempPathFactory) -> WrittenLeague:
    """The small league on disk."""
    return write_league(tmp_path_factory.mktemp("league"), league)


def test_one_file_per_athlete_and_one_mapping(written: WrittenLeague, league: SyntheticLeague) -> None:
    assert len(written.athletes) == len(league.athletes) == 24
    assert len({one.path for one in written.athletes}) == 24
    assert written.mapping.name == "mapping.json"
    assert {one.path.parent.name for one in written.of_club("club-a")} == {"club-a"}


def test_the_same_league_gives_the_same_bytes(written: WrittenLeague, league: SyntheticLeague, tmp_path: Path) -> None:
    again = write_league(tmp_path / "again", league)

    for one, two in zip(written.athletes, again.athletes, strict=True):
        assert one.path.read_bytes() == two.path.read_bytes()


def test_files_hold_the_simulated_days_and_no_name(written: WrittenLeague, league: SyntheticLeague) -> None:
    for one in written.athletes:
        text = one.path.read_text("utf-8")
        assert one.athlete.name.split()[1] not in text
        rows = {row["date"]: row for row in csv.DictReader(text.splitlines())}
        for day in range(0, league.days, 37):
            value = one.athlete.daily["readiness"][day]
            row = rows.get((league.first_day + timedelta(days=day)).isoformat())
            told = row["readiness"] if row else ""
            assert told == ("" if np.isnan(value) else f"{value:g}")


def test_repeated_rows_and_zero_answers_are_there(written: WrittenLeague) -> None:
    lines = [one.path.read_text("utf-8").splitlines()[1:] for one in written.athletes]

    repeated = sum(len(part) - len(set(part)) for part in lines)
    assert repeated / sum(map(len, lines)) == pytest.approx(0.01, abs=0.006)
    assert any(",0," in line.split(",", 2)[2] for part in lines for line in part)


def test_the_mapping_is_one_that_a_node_accepts(written: WrittenLeague) -> None:
    reader = pytest.importorskip("client.ingest.mapping", reason="the node's package is not installed")

    parsed = reader.read_mapping(written.mapping.read_bytes())

    header = written.athletes[0].path.read_text("utf-8").splitlines()[0].split(",")
    assert set(parsed.columns) <= set(header)
    assert {entry["stream"] for entry in mapping()["streams"]} >= {"readiness", "time_loss", "session_rpe"}
    assert date.fromisoformat(written.athletes[0].path.read_text("utf-8").splitlines()[1].split(",")[0])
