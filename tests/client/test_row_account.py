"""Every row of a file ends in kept, dropped with a reason, or known already, and the sum is the file's."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.biometrics.row_account import RowAccount, RowLedger
from client.errors import UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.ingest.input_file import InputFile
from client.ingest.mapped_csv import read_mapped
from client.ingest.mapping import Mapping, read_mapping
from client.ingest.results.import_result import ImportResult
from client.vault.journal import imports
from client.vault.store import Vault, new_athlete_id
from policies.vocabulary import AthleteId

SHEET = {
    "version": 1,
    "app": "sheet",
    "athlete": "who",
    "time": {"column": "day", "format": "date"},
    "only": {"column": "seen", "equals": ["yes"]},
    "streams": [{"column": "km", "stream": "distance", "unit": "km"}, {"column": "kg", "stream": "body_weight"}],
}
ROWS = st.tuples(
    st.sampled_from(["a", "b", "ath-00000000000000aa"]),
    st.sampled_from(["2026-03-01", "2026-03-02", "2026-03-03", "soon", "1970-01-01", "2026-13-01"]),
    st.sampled_from(["yes", "YES", "no"]),
    st.sampled_from(["5.5", "12", '"7', "", "--", "far", "-3", "1_0"]),
    st.sampled_from(["72.4", "", "9999", "72,4"]),
    st.sampled_from(["", ",extra", "\n", ' "']),
)


def mapping(**changes: object) -> Mapping:
    return read_mapping(json.dumps({**SHEET, **changes}).encode())


def whole(results: list[ImportResult]) -> RowAccount:
    found = RowAccount()
    for one in results:
        found = found.plus(one.account).plus(one.others)
    return found


def take(
    vault: Vault, clock: LocalClock, path: Path, described: Mapping | None, who: Attribution
) -> list[ImportResult]:
    return Importer(vault, clock, who, described).take(path)


def accounts(data: bytes) -> list[RowAccount]:
    """The accounts of a table's athletes; one of nothing but dropped rows where the file is refused."""
    clock = LocalClock(UTC, datetime(2026, 11, 23, tzinfo=UTC))
    try:
        readings = read_mapped(InputFile("x.csv", data), clock, mapping())
    except UnreadableFile as refused:
        return [RowAccount(dropped={"file_refused": refused.rows})]
    found = [reading.ledger.account(reading.rows_of, ()) for reading in readings.values()]
    assert [account.rows for account in found] == [reading.report.rows for reading in readings.values()]
    assert [account.kept for account in found] == [len(set(reading.rows_of)) for reading in readings.values()]
    return found


@given(st.lists(ROWS, max_size=12))
def test_the_rows_of_any_table_add_up(rows: list[tuple[str, ...]]) -> None:
    lines = ["who,day,seen,km,kg", *(",".join(row[:5]) + row[5] for row in rows)]

    found = accounts("\n".join(lines).encode())

    assert sum(account.rows for account in found) == len(rows)


TIMES = ["2026-03-02", "02/13/2026", "46083", "0001-01-01", "9999-12-31", "2026-W09", "00:31:24"]
NUMBERS = ["1,234", "1.234", "5,5", "nan", "1e5", "9" * 400, "1_0", "٣", "-5"]
SIGNS = ['"', '""', ",", ";", "\t", "\n", "\r", "\x0b", "\u2028", "sep=;", "rr", "a", "yes"]
PIECES = st.sampled_from([*TIMES, *NUMBERS, *SIGNS])


@given(st.lists(PIECES, max_size=40), st.sampled_from(["utf-8", "utf-16", "utf-16-le", "cp1252"]))
def test_no_text_ends_in_another_error_or_loses_a_row(pieces: list[str], codec: str) -> None:
    text = "who,day,seen,km,kg\n" + "".join(f"{piece}{',' if n % 5 < 4 else chr(10)}" for n, piece in enumerate(pieces))

    found = accounts(text.encode(codec, errors="replace"))

    assert all(account.rows == account.kept + sum(account.dropped.values()) for account in found)


def test_the_same_file_again_is_known_and_adds_up(
    vault: Vault, athlete: AthleteId, clock: LocalClock, tmp_path: Path
) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        "who,day,seen,km,kg\na,2026-03-01,yes,5,72\na,2026-03-02,yes,far,\na,soon,yes,5,72\na,2026-03-03,no,5,72\na,x\n"
    )
    who = Attribution(athlete)

    first, second = take(vault, clock, path, mapping(), who), take(vault, clock, path, mapping(), who)

    dropped = {"not_a_number_distance": 1, "time_unreadable": 1, "row_left_out": 1, "row_ragged": 1}
    assert whole(first) == RowAccount(1, dropped, 0)
    assert whole(second) == RowAccount(0, dropped, 1)
    assert [results[0].status for results in (first, second)] == ["partial", "skipped"]
    counts = imports(vault, athlete)[0].counts
    assert (counts["rows_kept"], counts["rows_dropped"], counts["rows_known"]) == (1, 4, 0)


def test_rows_of_athletes_who_are_not_here_are_counted_once(
    vault: Vault, athlete: AthleteId, clock: LocalClock, tmp_path: Path
) -> None:
    other = vault.add_athlete(new_athlete_id(), "Bo", shirt_no=8).athlete
    path = tmp_path / "x.csv"
    lines = [f"{who},2026-03-0{n},yes,5,72" for who in ("a", "b", "stranger") for n in (1, 2)]
    path.write_text("\n".join(["who,day,seen,km,kg", *lines, "stranger,soon,yes,5,72", "x"]))

    found = take(vault, clock, path, mapping(), Attribution(players={"a": athlete, "b": other}))
    nobody = take(vault, clock, path, mapping(), Attribution())

    assert whole(found) == RowAccount(4, {"athlete_not_taken": 2, "time_unreadable": 1, "row_ragged": 1}, 0)
    assert whole(nobody).rows == 8
    assert (nobody[0].status, nobody[0].is_failure) == ("nothing_kept", True)


ONE_RECORD = (
    '<HealthData><Record type="HKQuantityTypeIdentifierRestingHeartRate" unit="count/min" value="48" '
    'startDate="2026-03-02 06:00:00 +0100" endDate="2026-03-02 06:00:00 +0100"/></HealthData>'
)


def test_a_single_row_that_is_counted_last_is_kept_and_then_known(
    tmp_path: Path, vault: Vault, clock: LocalClock, athlete: AthleteId
) -> None:
    path = tmp_path / "export.xml"
    path.write_text(ONE_RECORD)

    results = [take(vault, clock, path, None, Attribution(athlete))[0] for _ in range(2)]

    assert [(one.status, one.account) for one in results] == [
        ("stored", RowAccount(kept=1)),
        ("skipped", RowAccount(duplicates=1)),
    ]


@pytest.mark.parametrize(
    ("text", "status", "rows"),
    [
        ("who,day,seen,km,kg\n", "skipped", 0),
        ("who,day,seen,km,kg\na,2026-03-01,yes,,\n", "nothing_kept", 1),
        ("who,day,seen,km,kg\na,2026-03-01,no,5,72\n", "nothing_kept", 1),
        ("who,day,seen,km,kg\na,46083,yes,5,72\n", "nothing_kept", 1),
        ("who,day,seen,km,kg\na,2026-03-01,yes,5,\n", "stored", 1),
        ("who,day,seen,km,kg\na,2026-03-01,yes,5,heavy\n", "partial", 1),
        ("who,day,seen,km,kg\n" + "a,2026-03-01,yes,far,72\n" * 6, "quarantined", 6),
    ],
)
def test_stored_is_said_of_what_is_stored(
    vault: Vault, athlete: AthleteId, clock: LocalClock, tmp_path: Path, text: str, status: str, rows: int
) -> None:
    (tmp_path / "x.csv").write_text(text)

    found = take(vault, clock, tmp_path / "x.csv", mapping(), Attribution(athlete))

    assert (found[0].status, whole(found).rows) == (status, rows)
    assert bool(found[0].reason) == (status != "stored")
    assert found[0].is_failure == (status in ("nothing_kept", "quarantined"))


def test_rows_that_share_one_reading_are_accounted_for_together() -> None:
    def account(rows_of: list[int], *codes: tuple[str, int]) -> RowAccount:
        ledger = RowLedger()
        ledger.advance(40)
        for code, number in codes:
            ledger.note(code, number)
        return ledger.account(rows_of, ())

    assert account([40, 40]) == RowAccount(40)
    assert account([40], ("dropped:time_implausible", 1), ("dropped:range_distance", 3)) == RowAccount(
        39, {"time_implausible": 1}
    )
    assert account([40], ("dropped:beats_without_time", 900)) == RowAccount(1, {"beats_without_time": 39})
    assert account([], ("dropped:time_implausible", 1)) == RowAccount(0, {"time_implausible": 40})


def test_no_file_of_the_real_data_loses_a_row(
    real_data: Path, vault: Vault, athlete: AthleteId, clock: LocalClock, text_lines: Callable[[Path], int]
) -> None:
    paths = [*sorted((real_data / "hrv").iterdir()), *sorted((real_data / "pmdata" / "p01" / "pmsys").iterdir())]

    for path in paths:
        found = take(vault, clock, path, None, Attribution(athlete))
        assert whole(found).rows == text_lines(path) - (path.suffix == ".csv"), path.name


@pytest.fixture
def text_lines() -> Callable[[Path], int]:
    """Count the lines of a file that are not blank."""
    return lambda path: sum(bool(line.strip()) for line in path.read_text(encoding="utf-8-sig").splitlines())
