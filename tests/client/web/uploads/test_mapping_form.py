"""The form of an unknown table: untouched it makes the mapping it shows, and changed the one that was meant."""

from datetime import UTC, datetime

import pytest

from client.biometrics.stream_spec import Shape
from client.biometrics.streams import SPECS, Stream
from client.errors import BadMapping
from client.ingest.clock import LocalClock
from client.ingest.input_file import InputFile
from client.ingest.mapped_csv import read_mapped
from client.ingest.mapping import Mapping
from client.ingest.preview.proposal import propose
from client.uploads.table_columns import TableColumn, columns_of, for_role
from client.web.uploads.mapping_form import ColumnLine, choices, lines_of, mapping_of, sent_lines
from policies.vocabulary import Category, Role

CLOCK = LocalClock(UTC, datetime(2026, 11, 24, 6, tzinfo=UTC))
TABLES = {
    "plain": "date,player,fatigue\n2026-11-20,Ada,3\n2026-11-21,Ada,4\n",
    "units": "Datum,date,sleep (h),distance (km),weight (lb)\nx,20.11.2026,7.5,10.2,150\ny,21.11.2026,7,9,151\n",
    "clock, zone": "date,start time,timezone,rpe,duration\n2026-11-20,17:00,+01:00,5,60\n2026-11-21,8:00,+01:00,6,7\n",
    "exchangeable": "day,mood,stress\n03/04/2026,3,4\n05/06/2026,2,3\n",
    "comma": "date;rmssd;soreness\n2026-11-20;62,5;3\n2026-11-21;60,1;4\n",
}


def form(text: str) -> tuple[Mapping, tuple[TableColumn, ...], list[ColumnLine]]:
    file = InputFile("t.csv", text.encode())
    mapping = propose(file).mapping
    columns = columns_of(file, mapping)
    return mapping, columns, lines_of(columns, mapping)


def offered(role: Role) -> list[tuple[str, str]]:
    return [one for _, options in choices(role) for one in options]


def sent(lines: list[ColumnLine], **changed: tuple[str, str]) -> tuple[list[str], list[str]]:
    """What a browser sends: what each line shows, but for the columns that were changed."""
    pairs = [changed.get(one.column.name, (one.read_as, one.written)) for one in lines]
    return [read_as for read_as, _ in pairs], [written for _, written in pairs]


@pytest.mark.parametrize("table", sorted(TABLES))
def test_an_untouched_form_makes_the_mapping_that_it_shows(table: str) -> None:
    mapping, columns, lines = form(TABLES[table])

    read_as, written = sent(lines)

    assert mapping_of(columns, read_as, written, mapping) == mapping
    assert sent_lines(columns, read_as, written, mapping) == lines
    for line in lines:
        values = [value for value, _ in line.ways]
        assert not values or line.written in values
        assert line.read_as in {value for value, _ in offered(Role.MEDICAL)}


def test_a_rating_is_turned_around_and_a_unit_is_chosen() -> None:
    mapping, columns, lines = form("date,fatigue,distance\n2026-11-20,1,3\n")
    changed = mapping_of(
        columns, *sent(lines, fatigue=("fatigue", "reversed"), distance=("distance", "[mi_i]")), mapping
    )

    (reading,) = read_mapped(InputFile("t.csv", b"date,fatigue,distance\n2026-11-20,1,3\n"), CLOCK, changed).values()

    assert {one.stream: one.value for one in reading.observations} == {
        Stream.FATIGUE: 5.0,
        Stream.DISTANCE: pytest.approx(3 * 1609.344),
    }


def test_day_and_month_are_exchanged_by_the_form() -> None:
    mapping, columns, lines = form(TABLES["exchangeable"])
    day = lines[0]
    other = next(value for value, _ in day.ways if value != day.written)

    changed = mapping_of(columns, *sent(lines, day=("day", other)), mapping)

    assert {mapping.time.format, changed.time.format} == {"%d/%m/%Y", "%m/%d/%Y"}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"date": ("", "")}, "no column says the day"),
        ({"fatigue": ("day", "")}, "stands beside 2 columns"),
        ({"fatigue": ("", "")}, "no column is read as a figure"),
        ({"player": ("fatigue", "")}, "same figure"),
        ({"player": ("no such stream", "")}, "open the file again"),
        ({"player": ("injury_sites", "")}, "open the file again"),
        ({"date": ("day", "%H")}, "do not fit together"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(changed: dict[str, tuple[str, str]], says: str) -> None:
    mapping, columns, lines = form(TABLES["plain"])

    with pytest.raises(BadMapping, match=says):
        mapping_of(columns, *sent(lines, **changed), mapping)


def test_a_form_of_another_table_is_refused() -> None:
    mapping, columns, lines = form(TABLES["plain"])
    read_as, written = sent(lines)

    with pytest.raises(BadMapping, match="open the file again"):
        mapping_of(columns, read_as[1:], written[1:], mapping)
    assert sent_lines(columns, read_as[1:], written, mapping) is None


def test_a_role_is_offered_only_what_it_brings() -> None:
    medical = {Category.INJURY, Category.NUTRITION}
    of_coaches = [Stream(value) for value, _ in offered(Role.COACH) if value in set(Stream)]
    mapping, _, _ = form("date,fatigue,weight (kg)\n2026-11-20,3,70\n")

    kept, left_out = for_role(mapping, Role.COACH)

    assert of_coaches
    assert {SPECS[one].category for one in of_coaches}.isdisjoint(medical)
    assert kept is not None
    assert [one.stream for one in kept.streams] == [Stream.FATIGUE]
    assert left_out == ("weight (kg)",)
    assert for_role(mapping, Role.MEDICAL) == (mapping, ())


def test_texts_that_are_left_out_and_columns_about_the_cycle_are_not_shown() -> None:
    _, columns, lines = form("date,fatigue,notes,cycle phase\n2026-11-20,3,quarrel at home,luteal\n")

    assert [one.name for one in columns] == ["date", "fatigue", "notes"]
    assert [one.first_value for one in lines] == ["2026-11-20", "3", "(text)"]


def test_every_stream_of_numbers_is_offered_once_in_words_of_its_own() -> None:
    numbers = {one.value for one in Stream if SPECS[one].shape is Shape.NUMBER}
    found = offered(Role.MEDICAL)
    names = [text for _, text in found]

    assert numbers <= {value for value, _ in found}
    assert len(names) == len(set(names)) == len({value for value, _ in found})
    assert {"Heart-rate variability (SDNN)", "Jump height from take-off speed", "Sleep"} <= set(names)
    assert not [name for name in names if "_" in name or name.endswith((" cm", " h", " min"))]


def test_the_words_of_a_scale_are_those_of_its_stream() -> None:
    mapping, columns, lines = form("date,mood\n2026-11-20,1\n")

    hooper = sent_lines(columns, *sent(lines, mood=("hooper_fatigue", "")), mapping)

    assert lines[1].ways[0] == ("", "1 to 5, 5 is best")
    assert hooper is not None
    assert hooper[1].ways == (("", "1 to 7, 1 is best"), ("reversed", "1 to 7, 7 is best"))
