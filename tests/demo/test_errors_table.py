"""The table of errors: what clubs say of their own athletes joins to what one look at all of them would have said."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from deploy.demo.errors import StepFailed
from deploy.demo.league.errors_table import joined
from deploy.demo.league.known_readiness import known_days, read_readiness
from deploy.demo.league.sources import PMDATA, SOCCERMON, prepare
from deploy.demo.plan import Options, Person, make_plan
from models.evaluation.comparison import Judged, judge
from models.evaluation.readiness import ReadinessDays
from models.features import RECOVERY_SCHEMA
from models.synthetic.league import synthetic_league
from models.training.initial_weights import initial_weights

PUBLIC = np.array(initial_weights(RECOVERY_SCHEMA.model))
LAST_DAY = date(2026, 11, 23)


def told(athletes: int, found: Judged) -> dict[str, object]:
    methods = ("person_mean", "ewma", "local_ridge", "public_initial_weights")
    errors = {name: getattr(found, name) for name in methods} | {"model": found.federated}
    return {"athletes": athletes, "test_days": found.test_days, "errors": errors, "others": [found.federated]}


def test_clubs_of_unequal_size_join_to_the_errors_over_all_their_days() -> None:
    league = synthetic_league(7, ["club-a"], 8, 200)
    days = [ReadinessDays(one.daily["readiness"], league.weekday) for one in league.athletes]
    whole = judge(PUBLIC, days)

    found = joined("league", [told(2, judge(PUBLIC, days[:2])), told(6, judge(PUBLIC, days[2:]))])

    assert (found.data, found.athletes, found.test_days) == ("league", 8, whole.test_days)
    assert found.person_mean == pytest.approx(whole.person_mean)
    assert found.local_ridge == pytest.approx(whole.local_ridge)
    assert found.federated_with_dp == found.federated_without_dp == pytest.approx(whole.federated)


def test_the_demo_knows_the_days_of_the_league_that_it_invented(tmp_path: Path) -> None:
    plan = make_plan(Options(tmp_path, None, clubs=2, athletes=3, days=90, seed=7))
    plan.data_folder.mkdir()
    entrants = prepare(plan, LAST_DAY).entrants
    people = [Person("ath", e.name, e.club, e.shirt_no, e.is_minor, e.source, e.label) for e in entrants]
    league = synthetic_league(plan.options.seed, ["club-a", "club-b"], 3, 90, last_day=LAST_DAY)

    found = known_days(plan, [one for one in people if one.club == "club-b"] + people[:1])

    assert [len(club) for club in found] == [1, 3]
    for known, one in zip(found[1], league.squad("club-b"), strict=True):
        recorded = one.daily["readiness"][-known.readiness.size :]
        assert known.readiness == pytest.approx(recorded, rel=1e-5, nan_ok=True)
        assert (known.weekday == league.weekday[-known.readiness.size :]).all()


def test_real_folders_are_read_where_they_lie_and_guesses_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "soccermon").mkdir()
    (tmp_path / "soccermon" / "readiness_daily.csv").write_text(
        "player,date,readiness,observed\n1,2026-01-01,6.0,True\n1,2026-01-02,9.0,False\n1,2026-01-03,7.0,True\n"
    )
    (tmp_path / "pmdata" / "p01" / "pmsys").mkdir(parents=True)
    (tmp_path / "pmdata" / "p01" / "pmsys" / "wellness.csv").write_text(
        "effective_time_frame,readiness\n2026-01-02T08:31:40.751Z,5\n2026-01-03T10:00:01.229Z,\n"
    )
    plan = make_plan(Options(tmp_path / "out", tmp_path, clubs=1, athletes=2, days=60, seed=7))
    people = [
        Person("a", "SoccerMon 1", "club-a", 101, False, SOCCERMON, "1"),
        Person("b", "PMData p01", "club-a", 300, False, PMDATA, "p01"),
        Person("c", "PMData p02", "club-a", 301, False, PMDATA, "p02"),
    ]

    ((first, second),) = known_days(plan, people)

    assert first.readiness.tolist()[::2] == [6.0, 7.0]
    assert np.isnan(first.readiness[1])
    assert second.readiness[0] == 5.0
    assert second.weekday.tolist() == [4, 5]


@pytest.mark.parametrize("content", ["player,date\n1,2026-01-01\n", "player,date,readiness\n1,soon,5\n", "\0"])
def test_a_broken_table_is_one_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "days.csv").write_text("player,date,readiness\n1,2026-01-01,5\n")
    (tmp_path / "broken.csv").write_text(content + "1,2\n")

    assert len(read_readiness(tmp_path / "days.csv", "date", "player")) == 1
    with pytest.raises(StepFailed, match="is not a table of days"):
        read_readiness(tmp_path / "broken.csv", "date", "player")
