"""One long token costs no more than its length: a text, a tag, a gap, a cell, a line, in every kind of file."""

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from client.biometrics.interruption import interrupted_by
from client.errors import NotUsed, UnreadableFile
from client.ingest.bounds.unfinished import MOST_UNFINISHED
from client.ingest.cells.csv_records import MAX_FIELD, split_records
from client.ingest.input_file import InputFile
from client.ingest.markup import json_stream
from client.ingest.markup.json_stream import JsonObjects, outline_of
from client.ingest.preview.file_reading import read_file
from client.ingest.spreadsheets.workbook import read_sheets
from tests.client.test_reader_fuzz import APPLE, CLOCK, FIT, HRM, POSITIONS, TCX
from tests.client.workbooks import excel, open_document
from tests.growth import assert_grows_in_proportion

LARGEST = 12 * 2**20
CELLS = "date,sleep quality,note\n2026-03-02,4,"


class Long(NamedTuple):
    """A file with a token of any length. said: what a refusal says of it."""

    name: str
    made: Callable[[int], bytes]
    said: str


def _json(begin: str, sign: str, end: str) -> Callable[[int], bytes]:
    return lambda size: (begin + sign * (size // len(sign)) + end).encode()


MARKUP = "a text, gap or tag of over 1 MiB, found one; export it again"
LINE = "lines of at most 1,048,576 signs, found a longer one"
ACTIVITY = TCX.partition("<Id>")[0]
LONG = (
    Long("text.json", _json('{"exercises":[{"startTime":"', "a", '"}]}'), MARKUP),
    Long("signs.json", _json('{"exercises":[{"startTime":"', "\\u0061", '"}]}'), MARKUP),
    Long("key.json", _json('{"exercises":[{"', "a", '":1}]}'), MARKUP),
    Long("number.json", _json('[{"dateOfSleep":', "1", "}]"), MARKUP),
    Long("gap.json", _json('[{"dateOfSleep":', " ", "1}]"), MARKUP),
    Long("attribute.xml", _json('<HealthData><Record value="', "a", '"/></HealthData>'), MARKUP),
    Long("attribute.tcx", _json(f'{ACTIVITY}<Lap StartTime="', "a", '"/></Activity></Activities>'), MARKUP),
    Long("name.tcx", _json(f"{ACTIVITY}<", "a", "/></Activity></Activities>"), MARKUP),
    Long("remark.gpx", _json("<gpx><!--", "a", "--></gpx>"), MARKUP),
    Long("instruction.gpx", _json("<gpx><?a ", "a", "?></gpx>"), MARKUP),
    Long("cell.csv", _json(CELLS, "a", "\n"), LINE),
    Long("quoted.csv", _json(f'{CELLS}"', "a", '"\n'), LINE),
    Long("header.csv", _json("date,", "a", "\n2026-03-02,1\n"), LINE),
    Long("positions.csv", _json(POSITIONS, "1", "\n"), LINE),
    Long("beats.txt", _json("", "812 ", "\n"), LINE),
    Long("polar.hrm", _json(HRM, "150 ", "\n"), LINE),
)


def _read(long: Long, data: bytes) -> None:
    read_file(InputFile(long.name, data), CLOCK)


@pytest.mark.parametrize("long", LONG, ids=[one.name for one in LONG])
def test_a_long_token_is_refused_by_what_it_is(long: Long) -> None:
    with pytest.raises(UnreadableFile, match=long.said):
        _read(long, long.made(LARGEST))


@pytest.mark.parametrize("long", LONG, ids=[one.name for one in LONG])
def test_a_long_token_takes_time_in_proportion(long: Long) -> None:
    def work(data: bytes) -> None:
        with contextlib.suppress(UnreadableFile, NotUsed):
            _read(long, data)

    assert_grows_in_proportion(long.made, work, LARGEST)


@pytest.mark.parametrize("sign", ["a", "\\u0061"])
def test_many_tokens_just_below_the_bound_take_time_in_proportion(sign: str) -> None:
    token = sign * (MOST_UNFINISHED // len(sign) - 2**16)

    def json_of(size: int) -> bytes:
        return ("[" + ",".join([f'{{"a":"{token}"}}'] * (size // len(token))) + "]").encode()

    assert_grows_in_proportion(json_of, lambda data: list(JsonObjects(InputFile("a.json", data))), LARGEST)


@pytest.mark.parametrize(
    ("begin", "end", "workbook"),
    [
        ('<row r="1"><c r="A1" t="inlineStr"><is><t a="', '">x</t></is></c></row>', lambda raw: excel(raw=raw)),
        ('<table:table-row a="', '"/>', lambda raw: open_document(raw=raw)),
    ],
)
def test_a_long_tag_of_a_workbook_takes_time_in_proportion(
    begin: str, end: str, workbook: Callable[[str], bytes]
) -> None:
    def made(size: int) -> bytes:
        # Words that do not pack, so that the archive is not refused for its ratio.
        words = "".join(f"{number:07d}" for number in range(size // 7))
        return workbook(begin + words + end)

    def work(data: bytes) -> None:
        with pytest.raises(UnreadableFile, match="a workbook without a text, gap or tag of over 1 MiB"):
            read_sheets(data)

    assert_grows_in_proportion(made, work, LARGEST)


def test_texts_below_the_bound_are_read() -> None:
    text = "a" * (MOST_UNFINISHED - 2**17)
    file = InputFile("a.json", json.dumps([{"a": text}, {"b": text}]).encode())

    assert [values for _, values in JsonObjects(file)] == [{"a": text}, {"b": text}]


def test_texts_of_one_object_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "MOST_SIGNS", 1_000)
    data = json.dumps({"a": [{"b": "c" * 90} for _ in range(12)], "d": {str(number): 1 for number in range(400)}})

    with pytest.raises(UnreadableFile, match="larger than any export has"):
        outline_of(InputFile("a.json", data.encode()))
    with pytest.raises(UnreadableFile, match="larger than any export has"):
        list(JsonObjects(InputFile("a.json", f"[{data}]".encode())))


def test_an_open_quotation_mark_holds_no_more_than_a_cell() -> None:
    taken = list[int]()

    def lines() -> Iterator[str]:
        for number in range(50):
            taken.append(number)
            yield "x" * (MAX_FIELD * 2 // 5) if number else '1,"open'

    first = next(split_records(lines(), delimiter=",", width=2))

    assert first.is_unclosed
    assert len(taken) <= 5, "no more lines were held than the signs of one cell"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", json.dumps([{"a": [1] * 400_000}]).encode()),
        ("a.xml", APPLE.replace("/><", "/>" + " " * 2**20 + "<", 1).encode()),
        ("a.csv", (CELLS + "a\n" + "2026-03-02,4,b\n" * 50).encode()),
        ("a.fit", FIT),
        ("positions.csv", (POSITIONS + POSITIONS.partition("\n")[2] * 6_000).encode()),
    ],
)
def test_reading_is_asked_within_one_record_whether_to_go_on(name: str, data: bytes) -> None:
    asked = list[int]()

    def check() -> None:
        asked.append(1)
        if len(asked) > 3:
            raise UnreadableFile("nobody waits for it")

    with interrupted_by(check), pytest.raises(UnreadableFile, match="nobody waits"):
        read_file(InputFile(name, data), CLOCK)
