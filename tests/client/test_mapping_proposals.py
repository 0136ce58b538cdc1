"""`ingest --dry-run`: rows as they would be read, nothing stored, and mappings proposed for tables no reader knows."""

import json
import re
from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.biometrics.streams import SPECS
from client.errors import UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.ingest.input_file import InputFile
from client.ingest.mapping import read_mapping
from client.ingest.preview.app_name import app_of
from client.ingest.preview.column_words import named
from client.ingest.preview.file_reading import read_file
from client.ingest.preview.proposal import as_file, propose
from client.ingest.results.import_result import ImportResult
from client.settings import load_settings
from client.vault.access import open_vault
from client.vault.store import Vault, new_athlete_id
from policies.vocabulary import AthleteId
from tests.client.workbooks import excel

Run = Callable[..., tuple[int, str, str]]
SHEET = "# from the club;;;\nDay;Player;RPE;Minutes;Distance (km)\n13.03.2026;A;6;60;10,5\n14.03.2026;B;7;45;9,44\n"


def proposed(text: str | bytes) -> dict[str, Any]:
    file = InputFile("x.csv", text.encode() if isinstance(text, str) else text)
    found: dict[str, Any] = json.loads(as_file(propose(file).mapping))
    return found


def streams(found: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    return {entry["column"]: (entry["stream"], entry.get("unit")) for entry in found["streams"]}


@pytest.mark.parametrize(
    ("name", "words", "unit"),
    [
        ("Total Distance (m)", "total distance", "m"),
        ("Jump Height in Inches [in]", "jump height", "[in_i]"),
        ("sleep_h", "sleep", "h"),
        ("min", "minutes", "min"),
        ("Resting heart rate (bpm)", "resting heart rate", "/min"),
        ("Fatigue", "fatigue", None),
        ("Müdigkeit", "mudigkeit", None),
        ("Søvn (timer)", "sovn", "h"),
        ("Avg HR", "avg hr", None),
        ("Max HR (bpm)", "max hr", "/min"),
    ],
)
def test_a_name_is_taken_apart(name: str, words: str, unit: str | None) -> None:
    assert (named(name).words, named(name).unit) == (words, unit)


def test_headings_of_other_languages_are_proposed_as_well() -> None:
    found = proposed(
        "Datum;Spieler;Schlaf (h);Müdigkeit;Muskelkater;Gewicht (kg);Notiz\n"
        "13.11.2026;A. Berg;6,7;1;4;75,7;ok\n14.11.2026;K. Holm;8,1;3;2;81,2;ok\n"
    )

    assert (found["time"]["column"], found["athlete"], found["decimal"]) == ("Datum", "Spieler", ",")
    assert {column: stream for column, (stream, _) in streams(found).items()} == {
        "Schlaf (h)": "sleep_duration_h",
        "Müdigkeit": "fatigue",
        "Muskelkater": "soreness",
        "Gewicht (kg)": "body_weight",
    }


def test_a_list_of_activities_tells_heart_rates_and_takes_no_energy_burned_for_food() -> None:
    found = proposed(
        "Activity Type,Date,Distance,Calories,Time,Avg HR,Max HR\n"
        'Running,2026-03-13 17:30:05,"10.02","1,034",00:52:10,152,178\n'
        "Strength,2026-03-14 07:30:05,0.00,240,00:45:00,--,--\nTotal,Sum,10.02,1274,,,\n"
    )

    assert found["time"]["column"] == "Date"
    assert streams(found) == {
        "Distance": ("distance", "km"),
        "Time": ("activity_duration_min", None),
        "Avg HR": ("heart_rate_mean", None),
        "Max HR": ("heart_rate_max", None),
    }


def test_time_athlete_decimal_sign_and_units_are_proposed() -> None:
    found = proposed(SHEET)

    assert (found["time"]["column"], found["time"]["format"]) == ("Day", "%d.%m.%Y")
    assert (found["athlete"], found["decimal"]) == ("Player", ",")
    assert streams(found) == {
        "RPE": ("session_rpe", None),
        "Minutes": ("session_duration_min", None),
        "Distance (km)": ("distance", "km"),
    }


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("date,steps\n46083,9000\n", "excel"),
        ("timestamp,steps\n1772436600,9000\n", "unix_s"),
        ("date,steps\n2026-03-02,9000\n", "date"),
        ("date,steps\n2026-3-2,9000\n", "%Y-%m-%d"),
        ("date;steps\n46083,75;9000\n", "excel"),
        ("start,steps\n2026-03-02T17:30:00Z,9000\n", "iso"),
        ('when,steps\n"Mar 2, 2026, 5:30:00 PM",9000\n', "%b %d, %Y, %I:%M:%S %p"),
        ("date,steps\n03/13/2026,9000\n", "%m/%d/%Y"),
    ],
)
def test_the_form_of_times_is_told_from_the_cells(text: str, form: str) -> None:
    assert proposed(text)["time"].get("format", "iso") == form


def test_a_workbook_with_day_clock_and_zone_in_three_columns() -> None:
    rows = [("Date", "Start time", "Time zone", "Distance"), (date(2026, 3, 2), time(17, 30), "UTC+01:00", 5.48)]

    found = proposed(excel({"A": rows}))

    assert (found["time"]["time_of_day"], found["time"]["zone_column"]) == ("Start time", "Time zone")
    assert streams(found) == {"Distance": ("distance", "km")}


def test_what_a_person_must_check_is_said() -> None:
    doubts = propose(InputFile("x.csv", b"date,fatigue,moving time\n02/03/2026,4,3600\n")).doubts

    assert any("month/day" in doubt for doubt in doubts)
    assert any("reversed" in doubt for doubt in doubts)
    assert "moving time: its name says no unit; read as s" in doubts


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "date,hrv\n2026-03-02,55\n", "date,fatigue\n2026-03-02,70\n"])
def test_nothing_is_proposed_that_no_name_or_number_bears_out(text: str) -> None:
    with pytest.raises(UnreadableFile, match="write a mapping"):
        propose(InputFile("x.csv", text.encode()))


@pytest.mark.parametrize(("text", "is_promised"), [(SHEET, True), ("a,b\nx,y\nz,w\n", False)])
def test_a_proposal_is_promised_only_where_one_can_be_made(clock: LocalClock, text: str, *, is_promised: bool) -> None:
    with pytest.raises(UnreadableFile, match="no reader knows these columns") as refused:
        read_file(InputFile("x.csv", text.encode()), clock)

    assert ("which --dry-run proposes" in str(refused.value)) is is_promised


GERMAN = "Datum;Spieler;RPE;Minutes\n" + "".join(f"{n}.11.2026;A;{n % 5},5;{n},0\n" for n in range(13, 22))


def test_a_cell_that_is_no_number_hides_no_decimal_comma() -> None:
    assert proposed(GERMAN + "22.11.2026;A;6,5;1.5h\n")["decimal"] == ","


def test_a_column_of_which_most_cells_would_be_refused_is_a_doubt() -> None:
    found = propose(InputFile("x.csv", (GERMAN + "22.11.2026;A;6,5;60.5\n").encode()))

    assert found.mapping.decimal is None
    assert "RPE: 10 of 10 cells would be refused; say decimal and unit as its numbers are written" in found.doubts
    assert not any("cells would be refused" in doubt for doubt in propose(InputFile("x", GERMAN.encode())).doubts)


def test_a_dry_run_shows_rows_saves_the_mapping_and_stores_nothing(node_of_one: Path, run: Run, tmp_path: Path) -> None:
    table, saved = tmp_path / "club.csv", tmp_path / "club.mapping.json"
    more = "".join(f"{day};A;5;50;8,5\n" for day in ("soon", *(f"{n}.03.2026" for n in range(15, 24))))
    table.write_text(SHEET.replace(";B;", ";A;") + more)

    code, out, _ = run("ingest", node_of_one, table, "--dry-run", "--save-mapping", saved, "--json")

    (entry,) = json.loads(out)["files"]
    assert (code, entry["status"], entry["rows"], entry["kept"]) == (0, "partial", 12, 11)
    assert entry["dropped"] == {"time_unreadable": 1}
    assert [row["refused"] for row in entry["preview"]] == [None, None, "time_unreadable", *[None] * 7]
    assert entry["preview"][0]["start"] == "2026-03-13T00:00:00+01:00"
    distance = next(value for value in entry["preview"][0]["values"] if value["stream"] == "distance")
    assert (distance["value"], distance["unit"]) == (10500.0, "m")
    assert entry["mapping"] == json.loads(saved.read_text())
    with open_vault(load_settings(node_of_one)) as vault:
        (one,) = vault.athletes()
        assert vault.read(one.athlete) == []
    assert read_mapping(saved.read_bytes()).decimal == ","
    assert run("ingest", node_of_one, table, "--mapping", saved, "--athlete", "7")[0] == 0


def test_a_dry_run_in_words_and_its_refusals(node_of_one: Path, run: Run, tmp_path: Path) -> None:
    table, other = tmp_path / "club.csv", tmp_path / "other.csv"
    table.write_text(SHEET)
    other.write_text("a,b\n1,2\n")

    code, out, _ = run("ingest", node_of_one, table, "--dry-run")
    refused, _, told = run("ingest", node_of_one, other, "--dry-run", "--save-mapping", tmp_path / "m.json")
    taken, _, says = run("ingest", node_of_one, table, "--dry-run", "--save-mapping", table)
    alone, _, missing = run("ingest", node_of_one, table, "--save-mapping", tmp_path / "m.json")

    assert code == 0
    assert "club.csv: stored by mapped-csv, 2 of 2 rows would be kept" in out
    assert "Nothing was stored." in out
    assert (refused, taken, alone) == (1, 1, 1)
    assert "no mapping could be proposed" in told
    assert "is there already" in says
    assert "add --dry-run" in missing


def test_the_scale_that_a_name_says_chooses_the_stream() -> None:
    found = propose(InputFile("x.csv", b"Date,Sleep (1-7),Fatigue 1-7,Muscle soreness (1 to 7)\n2026-05-01,3,2,2\n"))

    assert {entry.stream.value for entry in found.mapping.streams} == {
        "hooper_sleep",
        "hooper_fatigue",
        "hooper_soreness",
    }
    assert len(found.of_scales) == 3
    assert all("1 being the best" in one for one in found.of_scales)
    assert streams(proposed("date,Sleep (1-5),steps\n2026-05-01,3,2000\n"))["Sleep (1-5)"] == ("sleep_quality", None)


LISTED = st.sampled_from(["RPE", "Fatigue", "Sleep", "Mood", "Readiness", "Soreness"])


@given(LISTED, st.sampled_from([0, 1, 6]), st.integers(3, 20))
def test_no_column_is_proposed_on_another_scale_than_its_name_says(name: str, low: int, high: int) -> None:
    column = f"{name} ({low}-{high})"
    found = propose(InputFile("x.csv", f"date,{column},steps\n2026-05-01,{low},2000\n2026-05-02,{low},900\n".encode()))

    held = [entry.stream for entry in found.mapping.streams if entry.column == column]
    assert all((SPECS[one].low, SPECS[one].high) == (low, high) for one in held)
    assert held or any(doubt.startswith(f"{column}: not proposed") for doubt in found.doubts)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("date,RPE,min\n" + "".join(f"2026-07-{day:02},{day},60\n" for day in range(10, 21)), "its 11 cells"),
        ("date,RPE (1-10),min\n2026-07-10,5,60\n", "its name says 1 to 10"),
    ],
)
def test_a_column_that_is_left_out_although_its_name_is_known_gets_a_reason(text: str, why: str) -> None:
    (doubt,) = [one for one in propose(InputFile("x.csv", text.encode())).doubts if one.startswith("RPE")]

    assert "not proposed" in doubt
    assert why in doubt


@pytest.mark.parametrize("name", ["Athlet", "Athlet:in", "Sportler", "Sportlerin", "Spielername", "Spieler*in", "Name"])
def test_german_names_of_the_athlete_and_of_the_time_of_day(name: str) -> None:
    found = proposed(f"Datum;Uhrzeit;{name};RPE\n01.06.2026;10:00;Mara Lind;6\n13.06.2026;17:30;Kim Berg;7\n")

    assert (found["athlete"], found["time"]["time_of_day"]) == (name, "Uhrzeit")


def test_a_column_of_the_nodes_own_names_is_that_of_athletes() -> None:
    file = InputFile("x.csv", b"date,Wer,RPE\n2026-03-13,mara  lind,6\n2026-03-14,Kim Berg,7\n")

    assert propose(file, ["Mara Lind", "Kim Berg"]).mapping.athlete == "Wer"
    assert propose(file, ["Somebody Else"]).mapping.athlete is None


@pytest.mark.parametrize(
    ("name", "app"),
    [
        ("Gym sessions 2026-10-01.csv", "gym-sessions"),
        ("Gym sessions 2026-10-08 (1).csv", "gym-sessions"),
        ("league/Kondition_KW41.xlsx", "kondition"),
        ("Mara Lind training.csv", "training"),
        ("17_export.csv", "date-rpe"),
        ("ÖFB-Größe.csv", "ofb-grosse"),
    ],
)
def test_the_source_is_named_after_the_file(name: str, app: str) -> None:
    assert app_of(name, ["Date", "RPE"], ["Mara Lind"]) == app


@given(st.text(max_size=60), st.lists(st.text(max_size=20), max_size=3))
def test_a_name_that_is_made_is_letters_digits_and_hyphens(name: str, columns: list[str]) -> None:
    made = app_of(name, columns)

    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", made)
    assert app_of(f"{name.partition('.')[0]} 2026-10-08.csv", columns) == app_of(
        f"{name.partition('.')[0]}.csv", columns
    )


def test_a_table_of_several_athletes_of_the_node_is_not_put_on_one(
    tmp_path: Path, vault: Vault, athlete: AthleteId, clock: LocalClock
) -> None:
    vault.add_athlete(new_athlete_id(), "Kim Berg", shirt_no=8)
    path = tmp_path / "several.csv"
    path.write_text("date,Wer,rpe\n2026-03-13,Mara Lind,6\n2026-03-14,Kim Berg,7\n")
    described = {"version": 1, "app": "x", "time": {"column": "date", "format": "date"}}
    described["streams"] = [{"column": "rpe", "stream": "session_rpe"}]

    def take(**more: object) -> ImportResult:
        mapping = read_mapping(json.dumps(described | more).encode())
        return Importer(vault, clock, Attribution(athlete), mapping).take(path)[0]

    refused = take()

    assert (refused.status, refused.added, refused.account.rows) == ("quarantined", 0, 2)
    assert "its column Wer" in refused.reason
    assert "Kim" not in refused.reason
    assert take(athlete="Wer").added == 1
    assert take(athlete=None).added == 1
