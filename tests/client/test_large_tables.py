"""A table takes the memory of what is taken from it, whatever its size; what could take more is refused."""

import io
import json
from datetime import UTC, datetime

import pytest

from client.biometrics.row_account import RowLedger
from client.errors import NotUsed, UnreadableFile
from client.ingest import input_file, text_table
from client.ingest.cells import column_check
from client.ingest.clock import LocalClock
from client.ingest.format_registry import reader_for
from client.ingest.input_file import InputFile, Reading
from client.ingest.mapped_csv import NOBODY, read_mapped
from client.ingest.mapping import read_mapping
from client.ingest.sessions.squad import position_rows
from client.ingest.tables import text_lines
from client.ingest.tables.text_lines import TextLines
from client.ingest.text_table import decoded
from tests.client.test_small_files_large_memory import peak_mib

CLOCK = LocalClock(UTC, datetime(2026, 11, 30, tzinfo=UTC))
MAPPING = read_mapping(
    b'{"version": 1, "app": "club", "time": {"column": "date"}, "only": {"column": "kind", "equals": ["taken"]},'
    b' "streams": [{"column": "rpe", "stream": "session_rpe"}]}'
)
POSITIONS = "Player Name,Time,Lat,Lon,Speed (m/s),Heart Rate (bpm)\n" + "".join(
    f"Player {number % 2},2026-03-02 17:30:{number // 20:02}.{number % 20 // 2},50.1,8.7,{number % 7},142\n"
    for number in range(400)
)


def streamed(text: str, *, name: str = "a.csv", codec: str = "utf-8") -> InputFile:
    data = text.encode(codec)
    return InputFile(name, lambda: io.BytesIO(data))


def read_all(file: InputFile) -> dict[str, Reading]:
    return reader_for(file).readings(file, CLOCK, label=None, nobody=NOBODY)


def test_a_table_is_never_held_whole() -> None:
    rows = [
        f"2026-03-{1 + number % 28:02},{number % 11},left,0.{number:05},{'note ' * 100}\n" for number in range(8_000)
    ]
    file = streamed("date,rpe,kind,c,note\n" + "".join(rows) + "2026-04-01,5,taken,1,\n")

    def work() -> None:
        assert len(read_mapped(file, CLOCK, MAPPING)[NOBODY].observations) == 1

    assert peak_mib(work) < 1.5  # of a file of 1 MB, of which three copies were held


def test_what_became_of_a_row_takes_two_bytes() -> None:
    ledger = RowLedger()

    def work() -> None:
        for row in range(1, 10_001):
            ledger.advance(row)
            ledger.note("sentinel:row_left_out" if row % 2 else "dropped:time_unreadable", 1)

    assert peak_mib(work) < 0.1
    assert ledger.account((), ()).dropped == {"row_left_out": 5_000, "time_unreadable": 5_000}


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_told_in_every_code_page_and_with_every_end(codec: str, end: str) -> None:
    lines = ["date;Ermüdung", "", "2026-03-02;3", "x" * 70_000]
    file = streamed(end.join(lines), codec=codec)

    assert list(TextLines(file)) == lines
    assert TextLines(file).below(1).below(1).first(1) == ["2026-03-02;3"]
    assert decoded(file) == "\n".join(lines)


def test_more_readings_than_can_be_held_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column_check, "MOST_READINGS", 3)
    file = streamed("date,rpe,kind\n" + "2026-03-02,5,taken\n" * 4)

    with pytest.raises(UnreadableFile, match="at most 3 readings in a file, found more; split it"):
        read_mapped(file, CLOCK, MAPPING)


def test_a_line_and_a_text_longer_than_any_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_lines, "MOST_LINE", 100)
    monkeypatch.setattr(text_table, "MOST_TEXT", 100)

    with pytest.raises(UnreadableFile, match="a longer one"):
        read_mapped(streamed(f"date,rpe,kind\n2026-03-02,5,{'t' * 100}\n"), CLOCK, MAPPING)
    with pytest.raises(UnreadableFile, match="found more; split it"):
        decoded(streamed("812\n" * 30))


def test_a_series_of_minutes_larger_than_what_is_read_whole_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(input_file, "MAX_WHOLE", 1_000)
    minutes = json.dumps([{"dateTime": "03/02/26 10:00:00", "value": {"bpm": 60, "confidence": 1}}] * 100)

    with pytest.raises(NotUsed, match="series of minutes"):
        reader_for(streamed(minutes, name="heart_rate.json"))


def test_a_table_of_positions_is_read_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read_all(streamed(POSITIONS))
    monkeypatch.setattr(position_rows, "_BLOCK", 1_000)

    parted = read_all(streamed(POSITIONS))

    assert {who: one.observations for who, one in parted.items()} == {
        who: one.observations for who, one in whole.items()
    }
    assert [one.report for one in parted.values()] == [one.report for one in whole.values()]
    assert set(parted) == {"Player 0", "Player 1"}
    assert all(one.observations for one in parted.values())


def test_more_positions_than_can_be_held_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(position_rows, "MOST_ROWS", 399)

    with pytest.raises(UnreadableFile, match="at most 399 rows of positions, found more; export fewer"):
        read_all(streamed(POSITIONS))


def test_more_positions_of_one_athlete_than_can_be_held_twice_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(position_rows, "MOST_OF_ONE", 199)

    with pytest.raises(UnreadableFile, match="at most 199 rows of positions of one athlete, found more; export fewer"):
        read_all(streamed(POSITIONS))


def test_a_text_is_held_once_whatever_its_lines() -> None:
    file = streamed("812\n" * 150_000)

    assert peak_mib(lambda: decoded(file)) < 5  # each line as a text of its own takes 9


def test_a_later_block_may_begin_with_a_line_that_is_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(position_rows, "_BLOCK", 1)
    table = POSITIONS + "Player 0,2026-03-02 17:30:40.0\n"

    assert sum(one.report.rows for one in read_all(streamed(table)).values()) == 401
