"""Episodes in the vault: entered, corrected with the former value kept, imported, and the days that they cost."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from client.biometrics.health_episodes import LOG_APP, ProblemKind, days_between, episode_text
from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.streams import Stream
from client.errors import AthleteErased, BadEpisode
from client.features.athlete_days import athlete_days
from client.health.episodes import EpisodeSaid, change, enter, episodes, find_episode, former_values, open_episode
from client.health.problem_words import PLACES, InjuryArea, Onset, ProblemType, Setting, area_of
from client.vault.store import Vault
from policies.vocabulary import AthleteId
from tests.client.availability.records import AT, PHYSIO, STRAIN, TODAY

OSLO = ZoneInfo("Europe/Oslo")


def put(vault: Vault, athlete: AthleteId, said: EpisodeSaid = STRAIN) -> str:
    return enter(vault, athlete, said, zone=OSLO, today=TODAY)


def alter(vault: Vault, athlete: AthleteId, record: str, said: EpisodeSaid) -> str:
    one = find_episode(vault, athlete, record)
    return change(vault, one, said, who=PHYSIO, at=AT, zone=OSLO, today=TODAY)


def lost(vault: Vault, athlete: AthleteId, name: str = "time_loss") -> list[date]:
    table = athlete_days(vault, athlete, today=TODAY)
    return [day for day, value in zip(table.dates, table.column(name), strict=True) if value == 1.0]


def logged(began: date, ended: date, area: str) -> list[Observation]:
    """What a log of the club gives of one injury."""
    source = ReadingSource("", LOG_APP, "1" * 64)

    def at(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)

    text = episode_text(ProblemKind.INJURY, area, ended)
    first = replace(observe(Stream.HEALTH_EPISODE, at(began), text, source), entry="aa" * 8)
    days = [observe(Stream.TIME_LOSS, at(day), 1.0, source) for day in days_between(began, ended)]
    return [first, *days, observe(Stream.INJURY_ONSET, at(began), 1.0, source)]


def test_what_was_entered_is_read_back(vault: Vault, athlete: AthleteId) -> None:
    record = put(vault, athlete)

    (one,) = episodes(vault, athlete)

    assert (one.record, one.began, one.place, one.area) == (record, STRAIN.began, "thigh, right", InjuryArea.THIGH)
    assert (one.type, one.onset, one.setting) == (ProblemType.MUSCLE, Onset.NO_CONTACT, Setting.MATCH)
    assert one.is_open
    assert not one.is_imported
    assert open_episode(episodes(vault, athlete)) == one


def test_pressing_twice_enters_one_episode(vault: Vault, athlete: AthleteId) -> None:
    assert put(vault, athlete) == put(vault, athlete)
    assert len(episodes(vault, athlete)) == 1


@pytest.mark.parametrize("began", [STRAIN.began, STRAIN.began - timedelta(days=2)])
def test_a_correction_keeps_the_former_value_with_who_and_when(vault: Vault, athlete: AthleteId, began: date) -> None:
    record = put(vault, athlete)

    alter(vault, athlete, record, replace(STRAIN, began=began, place="thigh, left"))

    (one,) = episodes(vault, athlete)
    assert (one.record, one.began, one.place, one.changes) == (record, began, "thigh, left", 1)
    (former,) = former_values(vault, athlete, one)
    assert former.reading.value == STRAIN.text
    assert former.change is not None
    assert (former.change.who, former.change.at) == (PHYSIO, AT)


def test_an_episode_can_be_closed_opened_again_and_closed(vault: Vault, athlete: AthleteId) -> None:
    record, closed = put(vault, athlete), replace(STRAIN, ended=TODAY)

    for said in (closed, STRAIN, closed):
        alter(vault, athlete, record, said)
        (one,) = episodes(vault, athlete)
        assert one.ended == said.ended


def test_days_lost_follow_the_episode_and_leave_with_it(vault: Vault, athlete: AthleteId) -> None:
    record = put(vault, athlete)
    assert lost(vault, athlete) == []  # one that lasts says nothing of its days

    alter(vault, athlete, record, replace(STRAIN, ended=STRAIN.began + timedelta(days=4)))
    assert lost(vault, athlete) == [STRAIN.began + timedelta(days=step) for step in (1, 2, 3)]
    assert lost(vault, athlete, "injury_onset") == [STRAIN.began]

    alter(vault, athlete, record, replace(STRAIN, ended=STRAIN.began + timedelta(days=2)))
    assert lost(vault, athlete) == [STRAIN.began + timedelta(days=1)]

    alter(vault, athlete, record, replace(STRAIN, kind=ProblemKind.ILLNESS, ended=STRAIN.began + timedelta(days=2)))
    assert lost(vault, athlete) == []
    assert lost(vault, athlete, "absence") == [STRAIN.began + timedelta(days=1)]


def test_days_lost_fall_on_their_days_over_a_change_of_clocks(vault: Vault, athlete: AthleteId) -> None:
    said = replace(STRAIN, began=date(2026, 10, 23), ended=date(2026, 10, 28))  # clocks go back on the 25th in Oslo

    put(vault, athlete, said)

    assert [day.day for day in lost(vault, athlete)] == [24, 25, 26, 27]


def test_an_imported_episode_appears_likewise_and_says_what_it_lacks(vault: Vault, athlete: AthleteId) -> None:
    vault.add(athlete, logged(date(2026, 3, 2), date(2026, 3, 6), "left hamstring"))

    (one,) = episodes(vault, athlete)

    assert (one.area, one.type, one.is_imported) == (InjuryArea.THIGH, None, True)
    assert one.days(TODAY) == 3


def test_correcting_an_imported_episode_takes_the_days_of_its_log_back(vault: Vault, athlete: AthleteId) -> None:
    vault.add(athlete, logged(date(2026, 3, 2), date(2026, 3, 6), "left hamstring"))
    assert len(lost(vault, athlete)) == 3
    said = replace(STRAIN, began=date(2026, 3, 2), ended=date(2026, 3, 4))

    record = alter(vault, athlete, episodes(vault, athlete)[0].record, said)

    assert [(one.record, one.is_imported) for one in episodes(vault, athlete)] == [(record, False)]
    assert lost(vault, athlete) == [date(2026, 3, 3)]
    vault.add(athlete, logged(date(2026, 3, 2), date(2026, 3, 6), "left hamstring"))  # the same log once more
    assert lost(vault, athlete) == [date(2026, 3, 3)]


@pytest.mark.parametrize(
    "changes",
    [{"began": TODAY + timedelta(days=1)}, {"began": TODAY.replace(year=2010)}, {"ended": TODAY + timedelta(days=1)}],
)
def test_days_that_cannot_be_are_refused(vault: Vault, athlete: AthleteId, changes: dict[str, date]) -> None:
    with pytest.raises(BadEpisode, match="expected"):
        put(vault, athlete, replace(STRAIN, **changes))
    assert episodes(vault, athlete) == []


def test_a_return_before_the_onset_and_a_place_outside_the_list_are_refused() -> None:
    with pytest.raises(BadEpisode, match="expected a return from 2026-11-03 on, got 2026-11-02"):
        replace(STRAIN, ended=STRAIN.began - timedelta(days=1))
    with pytest.raises(BadEpisode, match="expected a body area of the list"):
        replace(STRAIN, place="thigh | grade 2")


def test_every_place_of_the_form_names_its_area() -> None:
    assert all(area_of(place).value == place.partition(", ")[0] for place in PLACES)
    assert area_of("hip flexor right") is InjuryArea.HIP_GROIN
    assert area_of("membership") is InjuryArea.UNSPECIFIED  # no word inside another


def test_erasure_leaves_nothing(vault: Vault, athlete: AthleteId) -> None:
    put(vault, athlete)

    vault.erase(athlete)

    with pytest.raises(AthleteErased):
        episodes(vault, athlete)
