"""Large FIT files and workbooks take memory in proportion, told by two sizes; what could take more is refused."""

import io
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from client.errors import UnreadableFile
from client.ingest.cells import column_check
from client.ingest.input_file import InputFile
from client.ingest.sessions.fit import container
from client.ingest.sessions.track import Track
from client.ingest.spreadsheets import workbook_gate
from client.ingest.spreadsheets.workbook import read_sheets
from tests.client.sessions.fit_files import Message, at, fit_file, local, session
from tests.client.test_large_tables import read_all
from tests.client.test_small_files_large_memory import peak_mib
from tests.client.workbooks import archive, excel, open_document, parts_of

ANSWERS = "Date,OSTRC Q1,OSTRC Q2,OSTRC Q3,OSTRC Q4,Comment\n"


def from_disk(data: bytes, name: str = "a.fit") -> InputFile:
    return InputFile(name, lambda: io.BytesIO(data))


def growth(made: Callable[[int], bytes], number: int, name: str = "a.fit") -> float:
    """Bytes of memory that a further byte of a file takes while it is read."""
    small, large = made(number), made(3 * number)
    read_all(from_disk(small, name))  # so that neither size takes what is made once
    peaks = [peak_mib(lambda data=data: read_all(from_disk(data, name))) for data in (small, large)]  # type: ignore[misc]  # a default binds it
    return (peaks[1] - peaks[0]) * 2**20 / (len(large) - len(small))


def activity(messages: Sequence[Message], seconds: int) -> bytes:
    return fit_file([*messages, session(seconds), local(seconds)])


def laps(number: int) -> bytes:
    fields = {"total_timer_time": 10.0, "total_elapsed_time": 10.0, "total_distance": 30.0, "avg_heart_rate": 140}
    spans = [{"start_time": at(10 * n), "timestamp": at(10 * n + 10), **fields} for n in range(number)]
    return activity([("LAP", fields) for fields in spans], 10 * number)


def sessions(number: int) -> bytes:
    points = [("RECORD", {"timestamp": at(10 * n + k), "heart_rate": 140}) for n in range(number) for k in (0, 9)]
    return fit_file([*points, *(session(9, start=10.0 * n) for n in range(number)), local(10 * number)])


def answers(number: int) -> bytes:
    rows = [f"2026-0{1 + n % 9}-{1 + n // 9 % 28:02},8,17,25,8,{'note ' * 1000}\n" for n in range(number)]
    return (ANSWERS + "".join(rows)).encode()


def test_a_recording_is_not_held_beside_what_was_read_of_it() -> None:
    file = from_disk(sessions(1))

    assert read_all(file)

    assert "data" not in vars(file)


def test_points_in_order_are_summarised_where_they_stand() -> None:
    peaks = []
    for points in (20_000, 60_000):
        times = np.arange(points, dtype=np.float64)
        track = Track.of(times, heart_rate=times % 60 + 100, speed=times % 7)
        peaks.append(peak_mib(lambda track=track: track.summary(on_foot=True)) * 2**20)  # type: ignore[misc]  # a default binds it

    assert (peaks[1] - peaks[0]) / (5 * 8 * 40_000) < 1.7  # of what the points take themselves; with a copy of them 2.1


def test_points_out_of_order_are_put_in_order() -> None:
    track = Track()
    for n in range(5):
        track.append(float(-n), heart_rate=100.0 + n)

    assert track.in_order()[1].tolist() == [104.0, 103.0, 102.0, 101.0, 100.0]


def test_laps_take_memory_in_proportion() -> None:
    assert growth(laps, 200) < 45


def test_answers_with_comments_take_the_memory_of_the_answers() -> None:
    assert growth(answers, 100, "a.csv") < 0.6  # held as text it would be more than 1


def test_more_beats_than_a_series_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "MOST_BEATS", 5)
    few, many = ([("HRV", {"time": [0.8, 0.81, 65.535]})] * number for number in (2, 3))

    read_all(from_disk(activity(few, 60)))
    with pytest.raises(UnreadableFile, match="at most 5 beat intervals in a FIT file, found more; split it by days"):
        read_all(from_disk(activity(many, 60)))


def test_values_of_messages_are_counted_blank_places_too(monkeypatch: pytest.MonkeyPatch) -> None:
    data = activity([("HRV", {"time": [0.8] + [65.535] * 11})], 60)
    held = container.read_messages(data).values
    assert held > 12
    monkeypatch.setattr(container, "MOST_VALUES", held - 1)

    with pytest.raises(UnreadableFile, match=f"more than {held - 1} values besides its records"):
        read_all(from_disk(data))


def test_series_of_many_sessions_count_as_the_readings_whose_memory_they_take(monkeypatch: pytest.MonkeyPatch) -> None:
    data = sessions(4)
    held = 4 * (3 + 1 + 206 // column_check.OF_A_SERIES)  # minutes, two heart rates and the seconds at each
    monkeypatch.setattr(column_check, "MOST_READINGS", held)

    read_all(from_disk(data))
    monkeypatch.setattr(column_check, "MOST_READINGS", held - 1)
    with pytest.raises(UnreadableFile, match="readings in a file, found more"):
        read_all(from_disk(data))


def repeated(cell: str) -> bytes:
    row = f'<table:table-cell table:number-columns-repeated="5" office:value-type="string"{cell}</table:table-cell>'
    return open_document(raw=f'<table:table-row table:number-rows-repeated="20">{row}</table:table-row>')


def repeated_cells(size: int) -> bytes:
    return repeated(f"><text:p>{'x' * (size - len('string5'))}</text:p>")


def repeated_values(size: int) -> bytes:
    return repeated(f' office:string-value="{"x" * (size - len("string5"))}">')


def shared_strings(size: int) -> bytes:
    rows = "".join(f'<row r="{n}">' + '<c t="s"><v>1</v></c>' * 5 + "</row>" for n in range(1, 21))
    strings = f'<sst xmlns="a"><si><t>y</t></si><si><r><t>{"x" * size}</t></r></si></sst>'
    return archive({**parts_of(excel(S=rows)), "xl/sharedStrings.xml": strings})


@pytest.mark.parametrize("made", [repeated_cells, repeated_values, shared_strings])
def test_a_text_that_many_cells_share_counts_for_each(
    made: Callable[[int], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_gate, "MAX_TEXT", 100 * 40)

    assert read_sheets(made(20))
    with pytest.raises(UnreadableFile, match="unpacks to more"):
        read_sheets(made(41))
