"""A small file takes little memory: whatever it repeats, nests or leaves blank."""

import json
import tracemalloc
import warnings
from collections.abc import Callable

import pytest

from client.errors import UnreadableFile
from client.ingest.input_file import InputFile
from client.ingest.markup import json_stream
from client.ingest.markup.json_stream import JsonObjects, outline_of
from client.ingest.preview.proposal import propose
from client.ingest.sessions.fit import container
from client.ingest.sessions.fit.container import first_kind, read_messages
from client.ingest.spreadsheets import workbook_gate
from client.ingest.spreadsheets.workbook import read_sheets
from tests.client.sessions.fit_files import fit_file, local, session
from tests.client.test_reader_fuzz import FIT
from tests.client.workbooks import excel, open_document

MOST_MIB = 40  # for files of under one MiB; each took ten times as much and more


def peak_mib(work: Callable[[], object]) -> float:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


def test_json_that_is_deep_is_refused_before_it_takes_memory() -> None:
    def work() -> None:
        with pytest.raises(UnreadableFile, match="deeper"):
            list(JsonObjects(InputFile("a.json", b"[" * 16_000)))

    assert peak_mib(work) < MOST_MIB


def test_json_with_a_long_key_takes_memory_in_proportion() -> None:
    data = b'{"' + b"k" * 60_000 + b'":{' + b'"a":1,' * 12_000 + b'"b":1}}'

    assert peak_mib(lambda: list(JsonObjects(InputFile("a.json", data)))) < MOST_MIB


def test_a_session_is_read_without_its_samples() -> None:
    session = {
        "exportVersion": "1.6",
        "name": "x",
        "exercises": [{"samples": [[1, {"lat": 59.9}], []] * 20_000}],
        "a": 1,
    }
    file = InputFile("a.json", json.dumps(session).encode())

    assert outline_of(file) == {"exportVersion": "1.6", "name": "x", "exercises": [], "a": 1}
    assert peak_mib(lambda: outline_of(file)) < 3  # its samples alone take twice as much


@pytest.mark.parametrize("text", ["[]", "5", '{"a": [1}', '{"a": 1', "", '{"a": 1} {"b": 2}'])
def test_what_is_no_object_has_no_outline(text: str) -> None:
    assert outline_of(InputFile("a.json", text.encode())) is None


def test_an_object_of_more_fields_than_any_session_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "MOST_OUTLINED", 100)
    data = b'{"exercises": {' + b", ".join(b'"%d": 1' % number for number in range(100)) + b"}}"

    with pytest.raises(UnreadableFile, match="larger than any export has"):
        outline_of(InputFile("a.json", data))


def test_a_table_of_blank_lines_takes_memory_in_proportion() -> None:
    data = b"date,resting heart rate\n" + b"\n" * 800_000 + b"2026-03-02,51\n"

    assert peak_mib(lambda: propose(InputFile("a.csv", data))) < MOST_MIB


def _open(names: str) -> bytes:
    cell = '<table:table-cell office:value-type="string"><text:p>a</text:p></table:table-cell>'
    rows = f"<table:table-row>{cell * 2}</table:table-row>" * 3
    return open_document(raw=rows + "".join(f'</table:table><table:table table:name="{n}">{rows}' for n in names[1:]))


def _excel(names: str) -> bytes:
    return excel({name: [["a", "b"], ["c", "d"], ["e", "f"]] for name in names})


@pytest.mark.parametrize("workbook", [_excel, _open])
def test_cells_are_counted_over_all_sheets(workbook: Callable[[str], bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_gate, "MAX_CELLS", 20)

    assert len(read_sheets(workbook("XYZ"))) == 3
    with pytest.raises(UnreadableFile, match="20 cells"):
        read_sheets(workbook("VXYZ"))


def test_messages_of_a_recording_are_counted_over_all_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    data = fit_file([session(60), local(60)])
    assert read_messages(data).held == 3, "file_id, session and activity"
    monkeypatch.setattr(container, "MOST_MESSAGES", 2)

    with pytest.raises(UnreadableFile, match="more than 2 messages besides its records"):
        read_messages(data)


def test_what_the_fit_library_warns_of_reaches_nobody() -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for place in range(12, len(FIT)):
            data = FIT[:place] + bytes([FIT[place] ^ 1]) + FIT[place + 1 :]
            first_kind(data)
            try:
                read_messages(data)
            except UnreadableFile:
                continue

    assert not told
