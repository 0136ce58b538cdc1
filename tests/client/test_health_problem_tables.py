"""Injury and illness logs, availability lists, OSTRC-H2: days lost for all who may see injuries, the rest for fewer."""

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import pytest

from client.biometrics.observations import Observation
from client.biometrics.stream_spec import Aggregation
from client.biometrics.streams import SPECS, Stream
from client.errors import UnreadableFile
from client.features.daily import build
from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.ingest.input_file import InputFile, Reading
from client.ingest.mapped_csv import NOBODY
from client.ingest.preview.file_reading import read_file
from client.vault.store import Vault
from policies.vocabulary import AthleteId

TextFile = Callable[..., InputFile]
LOG = "Player,Injury date,Return date,Body area,Injury/illness,Diagnosis\n"
OSTRC = "date,OSTRC Q1,OSTRC Q2,OSTRC Q3,OSTRC Q4\n"


def read(file: InputFile, clock: LocalClock, reader: str) -> dict[str, Reading]:
    name, readings = read_file(file, clock)
    assert name == reader
    return readings


def episodes(readings: Iterable[Observation]) -> list[tuple[date, object]]:
    return [(one.day, one.value) for one in readings if one.stream is Stream.HEALTH_EPISODE]


def days(reading: Reading, stream: Stream) -> list[int]:
    return [one.day.day for one in reading.observations if one.stream is stream]


def test_a_log_gives_episodes_days_lost_and_days_away(text_file: TextFile, clock: LocalClock) -> None:
    rows = (
        "A,02/03/2026,06/03/2026,left knee|lateral,injury,meniscus\n"
        "A,13/03/2026,16/03/2026,,illness,influenza\n"
        "B,20/03/2026,20/03/2026,ankle,injury,\n"
        "B,25/03/2026,,hamstring,injury,\n"
        "B,25/03/2026,24/03/2026,hip,injury,\n"
        "B,soon,24/03/2026,hip,injury,\n"
    )

    found = read(text_file(LOG + rows), clock, "health-log")

    assert episodes(found["A"].observations) == [
        (date(2026, 3, 2), "injury|2026-03-06|left knee/lateral"),
        (date(2026, 3, 13), "illness|2026-03-16|"),
    ]
    assert days(found["A"], Stream.TIME_LOSS) == [3, 4, 5]
    assert days(found["A"], Stream.INJURY_ONSET) == [2]
    assert days(found["A"], Stream.ABSENCE) == [14, 15]
    assert episodes(found["B"].observations) == [
        (date(2026, 3, 20), "injury|2026-03-20|ankle"),
        (date(2026, 3, 25), "injury||hamstring"),
    ]
    assert days(found["B"], Stream.TIME_LOSS) == days(found["B"], Stream.INJURY_ONSET) == []
    account = found["B"].ledger.account(found["B"].rows_of, ())
    assert account.dropped == {"row_of_impossible_length": 1, "time_unreadable": 1}
    assert not any("meniscus" in str(one.value) for one in found["A"].observations)


@pytest.mark.parametrize("name", ["Type", "Category", "Problem", "Health problem", "Was ist es?"])
@pytest.mark.parametrize(("illness", "injury"), [("illness", "Injury"), ("Krankheit", "Verletzung"), ("syk", "skade")])
def test_the_kind_is_told_by_the_cells(
    text_file: TextFile, clock: LocalClock, name: str, illness: str, injury: str
) -> None:
    head = f"Player,Date of injury,Return date,{name},Body part\n"
    rows = f"A,2026-10-12,2026-10-15,{illness},\nA,2026-11-12,2026-11-14,{injury},knee\n"

    (reading,) = read(text_file(head + rows), clock, "health-log").values()

    assert [str(text).partition("|")[0] for _, text in episodes(reading.observations)] == ["illness", "injury"]
    assert (days(reading, Stream.ABSENCE), days(reading, Stream.TIME_LOSS)) == ([13, 14], [13])


def test_columns_that_are_not_read_are_named(text_file: TextFile, clock: LocalClock) -> None:
    wide = "".join(f",Note {n}\u202e {'x' * 60}" for n in range(11))
    rows = f"A,13/03/2026,16/03/2026,lung,illness,influenza{',' * 11}\n"

    (reading,) = read(text_file(LOG.rstrip("\n") + wide + "\n" + rows), clock, "health-log").values()

    note = next(one for one in reading.report.notes if "not read" in one)
    assert note.startswith(f"columns that are not read: Diagnosis, Note 0 {'x' * 33}…, Note 1 ")
    assert note.endswith("… and 2 more")


def test_a_type_of_injury_beside_the_kind_hides_no_illness(text_file: TextFile, clock: LocalClock) -> None:
    text = (
        "Player,Date of injury,Return date,Type,Category,Body part\n"
        "A,2026-10-12,2026-10-15,Achilles tendinopathy,injury,heel\nA,2026-11-12,2026-11-14,stomach,illness,\n"
    )

    (reading,) = read(text_file(text), clock, "health-log").values()

    assert [str(said).partition("|")[0] for _, said in episodes(reading.observations)] == ["injury", "illness"]


def test_a_log_that_speaks_of_an_illness_without_a_kind_is_refused(text_file: TextFile, clock: LocalClock) -> None:
    text = (
        "Player,Injury date,Return date,Body part,Diagnosis\n"
        "A,2026-10-12,2026-10-15,chest,viral infection of the throat\nA,2026-11-12,2026-11-15,knee,sprain\n"
    )

    with pytest.raises(UnreadableFile, match="the column Diagnosis speaks of an illness"):
        read_file(text_file(text), clock)


def test_another_table_with_a_start_an_end_and_a_type_is_no_log(text_file: TextFile, clock: LocalClock) -> None:
    with pytest.raises(UnreadableFile, match="no reader knows"):
        read_file(text_file("Name,Start date,End date,Type\nA,2026-10-12,2026-10-15,camp\n"), clock)


def test_days_lost_stand_for_a_return_where_the_log_has_none(text_file: TextFile, clock: LocalClock) -> None:
    text = "onset date,days lost,body part\n2026-03-02,4,knee\n2026-04-02,,knee\n"

    reading = read(text_file(text), clock, "health-log")[NOBODY]

    assert days(reading, Stream.TIME_LOSS) == [3, 4, 5, 6]
    assert [text for _, text in episodes(reading.observations)] == ["injury|2026-03-07|knee", "injury||knee"]


def test_body_area_and_illness_are_in_no_daily_table(text_file: TextFile, clock: LocalClock) -> None:
    text = LOG + "A,13/03/2026,16/03/2026,lung,illness,influenza\n"

    (reading,) = read(text_file(text), clock, "health-log").values()

    assert SPECS[Stream.HEALTH_EPISODE].aggregation is Aggregation.NONE
    assert {name for name in build(reading.observations).columns if "episode" in name or "ill" in name} == set()


def test_a_later_log_ends_an_episode_that_an_earlier_one_left_open(
    vault: Vault, athlete: AthleteId, clock: LocalClock, tmp_path: Path
) -> None:
    for name, back in (("march.csv", ""), ("april.csv", "2026-03-06")):
        (tmp_path / name).write_text(f"onset,return,body area\n2026-03-02,{back},knee\n")
        Importer(vault, clock, Attribution(athlete)).take(tmp_path / name)

    assert episodes(vault.read(athlete)) == [(date(2026, 3, 2), "injury|2026-03-06|knee")]


def test_a_word_in_place_of_a_return_leaves_the_episode_open(text_file: TextFile, clock: LocalClock) -> None:
    text = "onset,return,body area\n2026-03-02,ongoing,knee\n2026-04-02,2026-04-05,foot\nTotal,,\n"

    reading = read(text_file(text), clock, "health-log")[NOBODY]

    assert days(reading, Stream.TIME_LOSS) == [3, 4]
    assert (reading.report.details["open_episode"], reading.report.details["dropped:time_unreadable"]) == (1, 1)


def test_every_day_lost_is_kept_and_one_that_two_injuries_share_is_lost_once(
    vault: Vault, athlete: AthleteId, clock: LocalClock, tmp_path: Path
) -> None:
    (tmp_path / "log.csv").write_text(
        "onset,return,body area\n2026-03-02,2026-03-06,knee\n2026-03-04,2026-03-08,foot\n2026-03-20,,hip\n"
    )
    Importer(vault, clock, Attribution(athlete)).take(tmp_path / "log.csv")

    lost = [one.day.day for one in vault.read(athlete, [Stream.TIME_LOSS])]

    assert sorted(lost) == [3, 4, 5, 6, 7]


@pytest.mark.parametrize("days", [("02/03/2026", "05/04/2026"), ("03/02/2026", "11/12/2025")])
def test_days_that_may_be_months_refuse_a_log(text_file: TextFile, clock: LocalClock, days: tuple[str, str]) -> None:
    text = "onset,return,body area\n" + "".join(f"{day},,knee\n" for day in days)

    with pytest.raises(UnreadableFile, match="day/month and as month/day"):
        read(text_file(text), clock, "health-log")


def test_an_availability_list_in_words_and_shares(text_file: TextFile, clock: LocalClock) -> None:
    rows = ("A,Full", "A,Modified", "A,out", "A,Injured", "A,ill", "A,0.5", "A,on holiday", "B,Available", 'A,"0,5"')
    text = "Athlete,Availability,Date\n" + "".join(f"{row},2026-03-{n:02}\n" for n, row in enumerate(rows, 1))

    found = read(text_file(text), clock, "availability-list")

    values = [one.value for one in found["A"].observations if one.stream is Stream.AVAILABILITY]
    assert values == [1.0, 0.5, 0.0, 0.0, 0.0, 0.5, 0.5]
    assert days(found["A"], Stream.TIME_LOSS) == [4]
    assert days(found["A"], Stream.ABSENCE) == [5]
    assert found["A"].report.details["dropped:not_a_number_availability"] == 1


def test_the_four_answers_of_a_week(text_file: TextFile, clock: LocalClock) -> None:
    text = OSTRC + "2026-03-08,8,17,8,17\n2026-03-15,0,,,\n2026-03-22,8,,0,0\n2026-03-29,8,5,0,0\n"

    reading = read(text_file(text), clock, "ostrc-h2")[NOBODY]

    by_day: dict[date, list[object]] = {}
    for one in reading.observations:
        by_day.setdefault(one.day, []).append(one.value)
    assert list(by_day.values()) == [[8.0, 17.0, 8.0, 17.0], [0.0] * 4, [8.0, 0.0, 0.0], [8.0, 0.0, 0.0]]
    assert reading.report.details == {"dropped:not_a_number_ostrc_volume": 1, "missing:ostrc_volume": 1}


def test_answers_of_the_first_questionnaire_are_not_read_as_those_of_the_second(
    text_file: TextFile, clock: LocalClock
) -> None:
    with pytest.raises(UnreadableFile, match="first OSTRC questionnaire"):
        read(text_file(OSTRC + "2026-03-08,8,13,6,17\n"), clock, "ostrc-h2")


def test_a_row_with_a_label_too_long_is_nobodys_and_counted(text_file: TextFile, clock: LocalClock) -> None:
    long = "x" * 201
    text = f"Athlete,Availability,Date\nA,Full,2026-03-02\n{long},Full,2026-03-02\n"

    found = read(text_file(text), clock, "availability-list")

    assert (set(found), found["A"].report.rows) == ({"A"}, 2)
    assert found["A"].report.details["dropped:label_too_long"] == 1
    with pytest.raises(UnreadableFile, match="in at most 200 characters"):
        read(text_file(text.replace("A,Full", f"{long},Full")), clock, "availability-list")
