"""What a dry run says is true of a dry run: nothing is said to have happened, and nobody's rows are shown as taken."""

import json
import re
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., tuple[int, str, str]]
PAST = re.compile(r"\b(was|were) (kept|taken|called wrong)|\btook\b")
SRPE = "end_date_time,activity_names,perceived_exertion,duration_min\n"
LOG = "Player,Onset date,Return date,Body part\n"


def test_a_mapping_that_is_not_needed_is_not_asked_for(node_of_one: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "srpe.csv").write_text(SRPE + "2026-03-05T18:00:00Z,x,6,60\n")
    saved = tmp_path / "m.json"

    code, _, err = run(
        "ingest", node_of_one, tmp_path / "srpe.csv", "--athlete", "7", "--dry-run", "--save-mapping", saved
    )

    assert (code, saved.exists()) == (1, False)
    assert "no mapping was saved, as none is needed" in err
    assert "srpe.csv by pmsys-srpe" in err


def test_athletes_of_this_node_are_left_out_for_the_one_that_was_named(
    node_of_one: Path, run: Run, tmp_path: Path
) -> None:
    run("athlete", "add", node_of_one, "Lena Gross", "--shirt", "10")
    rows = "Lena Gross,2026-03-01,2026-03-09,thigh\nNo Body,2026-03-02,2026-03-08,knee\n"
    (tmp_path / "log.csv").write_text(LOG + rows + "Mara Lind,2026-03-03,2026-03-07,ankle\n")
    words = ("ingest", node_of_one, tmp_path / "log.csv", "--athlete", "7", "--dry-run")

    said = " ".join(run(*words)[1].split())
    (found,) = json.loads(run(*words, "--json")[1])["files"]

    assert "1 other athlete of this file is left out: Lena Gross; --athlete takes the rows of one alone" in said
    assert "1 other athlete of this file is not taken: No Body; say who they are with --players" in said
    own = [row for row in found["preview"] if row["athlete"] == "Mara Lind"]
    assert own
    assert all(row["values"] for row in own)
    assert all(not row["values"] and row["refused"] for row in found["preview"] if row["athlete"] != "Mara Lind")
    assert "thigh" not in json.dumps(found["preview"])
    assert "left out: an athlete who is not taken" in said


def test_a_dry_run_says_of_nothing_that_it_happened(node_of_one: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "srpe.csv").write_text(SRPE + "2026-03-05T18:00:00Z,x,6,60\n")
    run("ingest", node_of_one, tmp_path / "srpe.csv", "--athlete", "7")
    (tmp_path / "srpe.csv").write_text(SRPE + "2026-03-05T18:00:00Z,x,7,60\n")

    words = ("ingest", node_of_one, tmp_path / "srpe.csv", "--athlete", "7", "--json")
    (foreseen,), (done,) = (json.loads(run(*words, *more)[1])["files"] for more in (["--dry-run"], []))

    assert foreseen["notes"] == done["notes"]
    assert any("takes its place" in note for note in foreseen["notes"])
    assert not any(PAST.search(note) for note in foreseen["notes"])
