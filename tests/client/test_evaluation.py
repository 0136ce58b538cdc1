"""`homefield-node evaluate`: each method's error on held-back days, by source, never of one or two athletes."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

import client.cli
from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.streams import Stream
from client.evaluation import AthleteDays, athlete_days, errors_by_source
from models.evaluation.comparison import judge
from models.evaluation.head_errors import judge_with_heads
from models.evaluation.holdout import judge_days
from models.evaluation.readiness import ReadinessDays
from models.features import RECOVERY_SCHEMA, RISK_SCHEMA
from models.registry import weights_file
from models.synthetic.league import synthetic_league
from models.training.initial_weights import initial_weights
from tests.privacy.programs import Programs, node_added, set_up, snapshot_known

PUBLIC = np.array(initial_weights(RECOVERY_SCHEMA.model))


def readings(values: np.ndarray, app: str) -> list[Observation]:
    """One readiness answer a day from 2026-01-01 on; NaN is no answer."""
    source, first = ReadingSource("questionnaire", app, "0" * 64), datetime(2026, 1, 1, 8, tzinfo=UTC)
    known = ((day, float(value)) for day, value in enumerate(values) if not np.isnan(value))
    return [observe(Stream.READINESS, first + timedelta(days=day), value, source) for day, value in known]


@pytest.fixture(scope="module")
def squad() -> list[ReadinessDays]:
    league = synthetic_league(7, ["club-a"], 8, 200)
    return [ReadinessDays(one.daily["readiness"], league.weekday) for one in league.athletes]


def test_days_are_those_that_models_read(squad: list[ReadinessDays]) -> None:
    known = np.flatnonzero(~np.isnan(squad[0].readiness))
    values = squad[0].readiness[known[0] : known[-1] + 1]

    found = athlete_days(readings(values, "app-a"))

    assert found.source == "app-a"
    assert found.days.readiness == pytest.approx(values, nan_ok=True)
    assert found.days.weekday[:3].tolist() == [3, 4, 5]  # 2026-01-01 is a Thursday


def test_the_source_is_the_app_with_most_answers() -> None:
    mixed = readings(np.full(10, 5.0), "app-b")[:4] + readings(np.full(10, 6.0), "app-a")[4:]

    assert athlete_days(mixed).source == "app-a"
    assert athlete_days([]).source == ""


def test_errors_are_those_of_an_independent_sum_over_held_back_days(squad: list[ReadinessDays]) -> None:
    (found,) = errors_by_source([AthleteDays("app", days) for days in squad], PUBLIC, [np.zeros_like(PUBLIC)])

    deviations = []
    for one in squad:
        known = ~np.isnan(one.readiness)
        for day in np.flatnonzero(judge_days(len(one.readiness)))[:-1]:
            if known[day] and known[day + 1]:
                deviations.append(abs(one.readiness[day + 1] - one.readiness[: day + 1][known[: day + 1]].mean()))
    assert found.athletes == 8
    assert found.errors["model"] == found.errors["public_initial_weights"] == judge(PUBLIC, squad).federated
    assert found.others == (found.errors["person_mean"],)  # weights of 0 say the athlete's own mean
    assert found.errors["model_with_head"] == found.errors["public_initial_weights_with_head"]
    assert found.errors["model_with_head"] == judge_with_heads(PUBLIC, squad).errors["model, daily head"]
    assert found.test_days == judge(PUBLIC, squad).test_days
    assert found.errors["person_mean"] == pytest.approx(np.mean(deviations), abs=0.02)


def test_who_has_no_day_to_judge_on_does_not_make_two_athletes_three(squad: list[ReadinessDays]) -> None:
    third = ReadinessDays(squad[2].readiness[:1], squad[2].weekday[:1])

    assert errors_by_source([AthleteDays("app", days) for days in [*squad[:2], third]], PUBLIC) == ()


def test_sources_are_judged_apart_and_one_of_two_athletes_is_left_out(squad: list[ReadinessDays]) -> None:
    apps = ["b"] * 3 + ["a"] * 3 + ["c"] * 2

    found = errors_by_source([AthleteDays(app, days) for app, days in zip(apps, squad, strict=True)], PUBLIC)

    assert [(one.source, one.athletes) for one in found] == [("a", 3), ("b", 3)]
    assert found[1].errors["ewma"] == judge(PUBLIC, squad[:3]).ewma


def test_athletes_without_a_day_count_for_nothing(squad: list[ReadinessDays]) -> None:
    nobody = AthleteDays("", ReadinessDays(np.array([]), np.array([], dtype=np.int64)))
    young = AthleteDays("new", ReadinessDays(np.full(30, np.nan), np.arange(30) % 7))

    assert errors_by_source([nobody] * 5, PUBLIC) == ()
    assert errors_by_source([young] * 5, PUBLIC) == ()
    assert len(errors_by_source([AthleteDays("a", days) for days in squad] + [nobody], PUBLIC)) == 1


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programs]:
    made = set_up(tmp_path, monkeypatch)
    node_added(made)
    snapshot_known(made)
    yield made
    made.world.service.close()


def test_with_json_it_is_one_object_with_a_schema(programs: Programs) -> None:
    answer = programs.done(client.cli.app, "evaluate", programs.node, programs.model(), "--json")

    assert json.loads(answer.stdout) == {
        "schema": "homefield-evaluate-1",
        "model": RECOVERY_SCHEMA.model,
        "sources": [],
    }


def test_too_few_athletes_are_said_in_words(programs: Programs) -> None:
    answer = programs.done(client.cli.app, "evaluate", programs.node, programs.model())

    assert answer.stdout == "Nothing to show: no source has 3 athletes with days held back.\n"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "expected a file of weights"),
        (b"no weights", "expected a safetensors file"),
        (weights_file(np.zeros(RISK_SCHEMA.dimension)), "expected 11 weights"),
        (bytes(5 * 1024 * 1024), "too large"),
    ],
    ids=["absent", "broken", "of another model", "too large"],
)
def test_other_weights_that_do_not_fit_are_one_sentence_and_nothing_is_recorded(
    programs: Programs, tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    model, other = programs.model(), tmp_path / "other.safetensors"
    if content is not None:
        other.write_bytes(content)

    new, answer = programs.new_acts(
        lambda: programs.run(client.cli.app, "evaluate", programs.node, model, "--weights", other, "--json")
    )

    assert (new, answer.exit_code, answer.stdout) == ([], 1, "")
    assert sentence in str(answer.exception)
