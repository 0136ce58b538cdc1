"""What a model learns from: days of the vault, the newest held back, erased athletes gone."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from client.biometrics.observations import Observation, ReadingSource
from client.biometrics.streams import SPECS, Stream
from client.errors import RoundRefused
from client.features.daily import DailyTable, build
from client.federation.series import SeriesSource, series_of, series_to_judge
from client.vault.keys import create_key_file
from client.vault.store import Vault
from models.evaluation.holdout import judge_days, learn_days
from models.synthetic.league import synthetic_league
from policies.campaigns.memberships import HALF, WHOLE
from policies.vocabulary import AthleteId

ONE, TWO = AthleteId("ath-0000000000000001"), AthleteId("ath-0000000000000002")


def readiness(days, seed):
    values = np.random.default_rng(seed).integers(3, 9, days)
    at = datetime(2026, 1, 1, 7, tzinfo=UTC)
    return [
        Observation(
            stream=Stream.READINESS,
            start=at + timedelta(days=day),
            end=at + timedelta(days=day),
            offset_min=0,
            value=float(value),
            unit=SPECS[Stream.READINESS].unit,
            source=ReadingSource(device="", app="test", file_sha256="0" * 64),
        )
        for day, value in enumerate(values)
    ]


@pytest.fixture
def open_vault(tmp_path):
    key = create_key_file(tmp_path / "keys")

    def opened():
        return Vault.open(tmp_path / "vault.sqlite3", key)

    with opened() as vault:
        for number, athlete in enumerate((ONE, TWO), start=1):
            vault.add_athlete(athlete, f"P {number}", shirt_no=number)
            vault.add(athlete, readiness(60, number))
    return opened


@pytest.fixture
def manifest(make_club, make_manifest):
    return make_manifest([make_club()]).manifest


def test_each_athlete_gives_one_series(open_vault, manifest):
    source = SeriesSource(open_vault)

    assert set(source.athletes()) == {ONE, TWO}
    assert [one.n_valid > 0 for one in source.series(manifest, dict.fromkeys([TWO, ONE], WHOLE))] == [True, True]


def test_the_days_that_judge_a_model_are_never_learnt_from(open_vault):
    with open_vault() as vault:
        table = build(vault.read(ONE))

    series = series_of(table, "recovery-linear-1")

    judged = judge_days(len(table.dates))
    assert judged.any()
    assert not series.mask[judged].any()
    assert series.mask[learn_days(len(table.dates))].any()


def test_an_erased_athlete_is_gone_from_a_running_campaign(open_vault, manifest):
    source = SeriesSource(open_vault)
    assert len(source.series(manifest, dict.fromkeys([ONE, TWO], WHOLE))) == 2

    with open_vault() as vault:
        vault.erase(ONE)

    assert source.athletes() == (TWO,)
    assert len(source.series(manifest, dict.fromkeys([ONE, TWO], WHOLE))) == 1


def test_every_round_of_a_campaign_learns_from_the_same_days(open_vault, manifest):
    source = SeriesSource(open_vault)
    (first,) = source.series(manifest, dict.fromkeys([ONE], WHOLE))
    with open_vault() as vault:
        vault.add(ONE, readiness(90, 7)[60:])

    (second,) = source.series(manifest, dict.fromkeys([ONE], WHOLE))

    assert second is first


def test_a_campaign_is_packed_once_and_again_where_others_take_part(open_vault, manifest):
    source = SeriesSource(open_vault)
    both = source.series(manifest, dict.fromkeys([ONE, TWO], WHOLE))

    assert source.series(manifest, dict.fromkeys([TWO, ONE], WHOLE)) is both
    assert source.learnable(manifest, [ONE]) == {ONE}
    assert source.series(manifest, dict.fromkeys([TWO, ONE], WHOLE)) is both
    (two,) = source.series(manifest, dict.fromkeys([TWO], WHOLE))
    assert two is both[1]
    with open_vault() as vault:
        vault.erase(ONE)
    source.learnable(manifest, [TWO])
    assert all(one is two for one in source._kept[manifest.sha256].packed)


def test_a_series_carries_the_weight_of_the_token_and_is_packed_once(open_vault, manifest):
    source = SeriesSource(open_vault)

    first = source.series(manifest, {ONE: HALF, TWO: WHOLE})

    assert [one.sixteenths for one in first] == [HALF, WHOLE]
    assert source.series(manifest, {TWO: WHOLE, ONE: HALF}) is first


def test_only_athletes_with_a_day_to_learn_from_are_learnable(open_vault, manifest):
    few, none = AthleteId("ath-0000000000000003"), AthleteId("ath-0000000000000004")
    with open_vault() as vault:
        vault.add_athlete(few, "P 3", shirt_no=3)
        vault.add(few, readiness(1, 3))
        vault.add_athlete(none, "P 4", shirt_no=4)
    source = SeriesSource(open_vault)

    assert source.learnable(manifest, [ONE, TWO, few, none]) == {ONE, TWO}
    assert len(source.series(manifest, dict.fromkeys([ONE, few, none], WHOLE))) == 1


def test_days_that_arrive_before_the_first_round_make_an_athlete_learnable(open_vault, manifest):
    late = AthleteId("ath-0000000000000003")
    source = SeriesSource(open_vault)
    with open_vault() as vault:
        vault.add_athlete(late, "P 3", shirt_no=3)
    assert source.learnable(manifest, [late]) == frozenset()

    with open_vault() as vault:
        vault.add(late, readiness(60, 3))

    assert source.learnable(manifest, [late]) == {late}


def test_reserving_for_another_campaign_does_not_change_the_days_of_a_running_one(open_vault, manifest, make_manifest):
    source = SeriesSource(open_vault)
    (first,) = source.series(manifest, dict.fromkeys([ONE], WHOLE))
    with open_vault() as vault:
        vault.add(ONE, readiness(90, 7)[60:])
    other = manifest.model_copy(update={"campaign_id": "another"})

    (elsewhere,) = source.series(other, dict.fromkeys([ONE], WHOLE))
    (second,) = source.series(manifest, dict.fromkeys([ONE], WHOLE))

    assert other.sha256 != manifest.sha256
    assert len(elsewhere.mask) > len(first.mask)
    assert second is first


def test_a_model_without_a_recipe_here_is_refused(open_vault):
    with open_vault() as vault, pytest.raises(RoundRefused):
        series_of(build(vault.read(ONE)), "another-model")


def test_evidence_is_asked_of_all_days_and_only_of_who_has_some_held_back() -> None:
    league = synthetic_league(3, ["club-a"], 3, 200)
    dates = tuple(league.first_day + timedelta(days=day) for day in range(200))
    tables = [DailyTable(dates, dict(one.daily)) for one in league.athletes]
    whole = [series_to_judge(table, "risk-logistic-1") for table in tables]

    for one, table in zip(whole, tables, strict=True):
        assert (one.mask & judge_days(200, gap_d=7)).any()
        assert (one.mask & learn_days(200)).sum() == series_of(table, "risk-logistic-1").n_valid
    short = tables[0].until(dates[9])  # no day before a fortnight of load is known
    assert series_to_judge(short, "risk-logistic-1").n_valid == 0
    with pytest.raises(RoundRefused):
        series_to_judge(tables[0], "another-model")
