"""Files into the vault: idempotent, one bad file harms no other, and the real files give the counts we know."""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from client.biometrics.row_account import RowAccount
from client.biometrics.streams import Stream
from client.features.daily import build
from client.features.hrv import analyse, as_intervals
from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer, find_files
from client.ingest.input_file import InputFile
from client.ingest.mapping import read_mapping
from client.ingest.results.import_result import ImportResult
from client.vault.journal import imports
from client.vault.keys import UnlockKey
from client.vault.set_aside import set_aside_files
from client.vault.store import Vault, new_athlete_id
from policies.vocabulary import AthleteId
from tests.growth import assert_grows_in_proportion

TextFile = Callable[..., InputFile]
GOOD = "effective_time_frame,injuries\n2020-01-06T05:39:54Z,{}\n"


def run(vault: Vault, clock: LocalClock, attribution: Attribution, *paths: Path) -> list[ImportResult]:
    return Importer(vault, clock, attribution).take_all(find_files(paths))


def test_one_bad_file_harms_no_other(vault: Vault, athlete: AthleteId, clock: LocalClock, tmp_path: Path) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "a.csv").write_text(GOOD)
    (folder / "b.csv").write_bytes(b"")
    (folder / "c.json").write_bytes(b"[{")
    (folder / "d.csv").write_text(GOOD.replace("06", "07"))
    (folder / ".hidden").write_bytes(b"secret")

    outcomes = run(vault, clock, Attribution(athlete), folder)

    assert [(o.file_name, o.status) for o in outcomes] == [
        ("a.csv", "stored"),
        ("b.csv", "quarantined"),
        ("c.json", "quarantined"),
        ("d.csv", "stored"),
    ]
    assert len(vault.read(athlete)) == 2
    assert [one.file_name for one in set_aside_files(vault, athlete)] == ["b.csv", "c.json"]
    assert [record.status for record in imports(vault, athlete)] == [o.status for o in outcomes]


def test_importing_again_adds_nothing(vault: Vault, athlete: AthleteId, clock: LocalClock, tmp_path: Path) -> None:
    (tmp_path / "injury.csv").write_text(GOOD)
    (tmp_path / "beats.txt").write_text("\n".join(["812", "845"] * 20))
    first = run(vault, clock, Attribution(athlete), tmp_path / "injury.csv", tmp_path / "beats.txt")
    later = LocalClock(clock.zone, clock.now + timedelta(hours=3))
    shutil.copy(tmp_path / "beats.txt", tmp_path / "copy.txt")

    again = run(
        vault, later, Attribution(athlete), tmp_path / "injury.csv", tmp_path / "beats.txt", tmp_path / "copy.txt"
    )

    assert sum(outcome.added for outcome in first) == 2
    assert [outcome.added for outcome in again] == [0, 0, 0]
    assert [outcome.report.duplicate for outcome in again] == [1, 1, 1]


def test_an_import_speaks_to_nobody(
    vault: Vault, athlete: AthleteId, clock: LocalClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("an import opened a socket")

    monkeypatch.setattr("socket.socket", refuse)
    (tmp_path / "injury.csv").write_text(GOOD)

    assert run(vault, clock, Attribution(athlete), tmp_path / "injury.csv")[0].added == 1


def test_a_file_of_nobody_is_refused(vault: Vault, clock: LocalClock, tmp_path: Path) -> None:
    (tmp_path / "injury.csv").write_text(GOOD)

    (outcome,) = run(vault, clock, Attribution(), tmp_path / "injury.csv")

    assert (outcome.status, "--athlete" in outcome.reason) == ("quarantined", True)


def test_rows_are_those_of_the_one_athlete_who_has_the_whole_name(
    vault: Vault, clock: LocalClock, tmp_path: Path
) -> None:
    vault.add_athlete(new_athlete_id(), "Åse Lind", shirt_no=3)
    vault.add_athlete(new_athlete_id(), "Bo Ek", shirt_no=4)
    vault.add_athlete(new_athlete_id(), "Bo  Ek", shirt_no=5)
    path = tmp_path / "rpe.csv"
    rows = '2026-03-02,åse lind,5\n2026-03-02,Bo Ek,6\n2026-03-02,Lind,7\n2026-03-03,"Åse\nLind",5\n'
    path.write_text("date,who,rpe\n" + rows)
    columns = (
        '"athlete":"who","time":{"column":"date","format":"date"},"streams":[{"column":"rpe","stream":"session_rpe"}]'
    )
    mapping = read_mapping(f'{{"version":1,"app":"sheet",{columns}}}'.encode())

    results = Importer(vault, clock, Attribution(), mapping).take(path)

    names = {one.athlete: one.name for one in vault.athletes()}
    assert [(names[one.athlete], one.account.kept) for one in results if one.athlete] == [("Åse Lind", 1)]


@pytest.mark.parametrize("is_said", [False, True])
def test_rows_under_two_labels_of_one_athlete_are_different_sessions(
    vault: Vault, clock: LocalClock, tmp_path: Path, is_said: bool
) -> None:
    athlete = vault.add_athlete(new_athlete_id(), "Åse Lind", shirt_no=3).athlete
    path = tmp_path / "rpe.csv"
    rows = f"2026-03-02,Åse Lind,6,60\n2026-03-02,ÅSE LIND,5,60\n2026-03-02,{athlete},5,60\n2026-03-02,ÅSE LIND,x,60\n"
    path.write_text("date,who,rpe,min\n" + rows)
    columns = [{"column": "rpe", "stream": "session_rpe"}, {"column": "min", "stream": "session_duration_min"}]
    described = {"version": 1, "app": "sheet", "time": {"column": "date", "format": "date"}, "athlete": "who"}
    mapping = read_mapping(json.dumps({**described, "streams": columns}).encode())
    importer = Importer(vault, clock, Attribution(athlete if is_said else None), mapping)

    for added, account in ((7, RowAccount(kept=4)), (0, RowAccount(duplicates=4))):
        (result,) = importer.take(path)
        assert (result.added, result.account, result.report.rows, result.report.notes) == (added, account, 4, ())

    ratings = vault.read(athlete, [Stream.SESSION_RPE])
    assert sorted(float(str(one.value)) for one in ratings) == [5.0, 5.0, 6.0]


@pytest.mark.parametrize(
    ("labels", "player", "kept"),
    [
        (["Bo Ek"], None, 0),
        (["Bo Ek"], "Bo Ek", 1),
        (["MARA  lind"], None, 1),
        (["Maja"], None, 1),
        (["Mara Lind", "Bo Ek"], None, 1),
        (["Maja", "Bo Ek"], None, 0),
    ],
)
def test_rows_that_name_somebody_else_are_put_on_nobody(
    vault: Vault,
    athlete: AthleteId,
    clock: LocalClock,
    tmp_path: Path,
    labels: list[str],
    player: str | None,
    kept: int,
) -> None:
    vault.add_athlete(new_athlete_id(), "Bo Ek", shirt_no=8)
    path = tmp_path / "readiness.csv"
    path.write_text("player,date,readiness,observed\n" + "".join(f"{who},2020-03-20,6.0,True\n" for who in labels))

    run(vault, clock, Attribution(athlete, player=player), path)

    assert len(vault.read(athlete)) == kept


def test_files_of_many_players_need_to_know_who_is_who(
    vault: Vault, athlete: AthleteId, clock: LocalClock, tmp_path: Path
) -> None:
    path = tmp_path / "readiness.csv"
    path.write_text("player,date,readiness,observed\n1,2020-03-20,6.0,True\n2,2020-03-20,7.0,True\n")
    other = vault.add_athlete(new_athlete_id(), "Bo", shirt_no=8).athlete

    def statuses(attribution: Attribution) -> list[tuple[str, AthleteId | None, int]]:
        return [(o.status, o.athlete, o.added) for o in run(vault, clock, attribution, path)]

    assert statuses(Attribution(athlete)) == [("quarantined", athlete, 0)]
    assert statuses(Attribution(athlete, player="9")) == [("quarantined", athlete, 0)]
    assert statuses(Attribution()) == [("nothing_kept", None, 0)]
    assert statuses(Attribution(athlete, player="1")) == [("stored", athlete, 1)]
    assert statuses(Attribution(players={"1": athlete, "2": other})) == [("skipped", athlete, 0), ("stored", other, 1)]
    assert [o.value for o in vault.read(other)] == [7.0]


SEASON_STREAMS = ["readiness", "fatigue", "mood", "soreness", "stress", "session_load", "rest_day", "time_loss"]
SEASON_MAPPING = {
    "version": 1,
    "app": "league",
    "athlete": "athlete",
    "time": {"column": "date", "format": "date"},
    "streams": [{"column": name, "stream": name} for name in SEASON_STREAMS],
}


def test_a_season_of_a_squad_is_stored_in_time_proportional_to_its_days(
    key: UnlockKey, clock: LocalClock, tmp_path: Path
) -> None:
    """12 athletes and one unknown, 8 streams, in one file."""
    squad = [new_athlete_id() for _ in range(12)]
    mapping = read_mapping(json.dumps(SEASON_MAPPING).encode())

    def season(days: int) -> Path:
        lines = [f"athlete,date,{','.join(SEASON_STREAMS)}"]
        for someone in (*squad, "ath-ffffffffffffffff"):
            lines += [f"{someone},{date(2025, 7, 1) + timedelta(days=n)},6,3,3,3,3,420,0,0" for n in range(days)]
        path = tmp_path / f"{days}.csv"
        path.write_text("\n".join(lines))
        return path

    def store(path: Path) -> None:
        days = int(path.stem)
        with tempfile.TemporaryDirectory() as folder, Vault.open(Path(folder) / "vault.sqlite3", key) as vault:
            for number, athlete in enumerate(squad):
                vault.add_athlete(athlete, f"No {number}", shirt_no=number)
            outcomes = Importer(vault, clock, Attribution(), mapping).take_all([path])
            assert sum(outcome.added for outcome in outcomes) == 12 * days * 8
            assert "1 other athlete " in outcomes[0].report.notes[0]
            assert len(build(vault.read(squad[0])).dates) == days

    assert_grows_in_proportion(season, store, 120)


def test_counts_of_the_real_questionnaires_and_watches(real_data: Path, vault: Vault, clock: LocalClock) -> None:
    """The counts measured on 11 people before this code was written (docs/ingest.md §6.1)."""
    totals: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    refused: list[tuple[str, str]] = []
    for number, folder in enumerate(sorted((real_data / "pmdata").iterdir())):
        someone = vault.add_athlete(new_athlete_id(), folder.name, shirt_no=number).athlete
        for outcome in run(vault, clock, Attribution(someone), folder):
            rows[outcome.reader] += outcome.report.rows
            totals.update({f"{outcome.reader} {code}": n for code, n in outcome.report.details.items()})
            refused += [(outcome.file_name, outcome.reason)] if outcome.is_failure else []

    assert rows["pmsys-wellness"] == 1206
    assert totals["pmsys-wellness duplicate:day"] == 9
    zeros = {"fatigue": 2, "mood": 3, "sleep_quality": 2, "soreness": 2, "stress": 2, "sleep_duration_h": 2}
    assert {name: totals[f"pmsys-wellness sentinel:{name}"] for name in zeros} == zeros
    assert totals["pmsys-wellness all_zero_row"] == 2
    assert totals["pmsys-wellness ambiguous_zero:readiness"] == 69
    assert totals["fitbit-resting-heart-rate sentinel:resting_heart_rate"] == 129
    assert (rows["pmsys-srpe"], totals["pmsys-srpe incomplete_session"]) == (409, 11)
    assert (rows["pmsys-injury"], totals["pmsys-injury reports_with_injury"]) == (176, 65)
    assert refused == [
        ("heart_rate.json", "a git-lfs pointer of three lines, not the data it points to"),
        ("srpe.csv", "no row gave a reading; 11 rows: no value (rows 2, 3, 4, 5, 6 and more)"),
    ]


def test_counts_of_the_real_readiness_file(real_data: Path, vault: Vault, clock: LocalClock) -> None:
    from client.ingest.input_file import load
    from client.ingest.soccermon import read_players

    players = read_players(load(real_data / "soccermon" / "readiness_daily.csv"), clock)

    rows = sum(reading.report.rows for reading in players.values())
    kept = sum(reading.report.kept for reading in players.values())
    assert (len(players), rows) == (39, 20_487)
    assert kept / rows == pytest.approx(0.662, abs=0.001)
    assert all(float(o.value).is_integer() for r in players.values() for o in r.observations)  # type: ignore[arg-type]  # numbers


def test_golden_numbers_of_the_real_hrv_files(
    real_data: Path, vault: Vault, athlete: AthleteId, clock: LocalClock
) -> None:
    run(vault, clock, Attribution(athlete), real_data / "hrv")
    readings = vault.read(athlete)

    (beats,) = [o for o in readings if o.stream is Stream.RR_INTERVALS]
    result = analyse(as_intervals(beats.value))
    assert as_intervals(beats.value).mean() == pytest.approx(718.248)
    assert result.sdnn_ms == pytest.approx(43.113, abs=5e-4)
    assert result.rmssd_ms == pytest.approx(19.5194, abs=5e-5)
    for app, count, mean in (("hrv4training", 119, 3.944), ("elitehrv", 23, 3.625)):
        table = build([o for o in readings if o.source.app == app])
        known = table.column("lnrmssd")[~np.isnan(table.column("lnrmssd"))]
        assert len(known) == count
        assert float(known.mean()) == pytest.approx(mean, abs=5e-4)
