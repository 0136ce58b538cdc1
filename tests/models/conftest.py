"""A small simulated league, campaign manifests, goldens and the real readiness file, for the tests of `models`."""

import csv
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.evaluation.readiness import ReadinessDays
from models.features import AthleteSeries
from models.synthetic.league import SyntheticLeague, synthetic_league
from models.training.recipes import exchange_recipe, manifest_from, rounds_recipe
from policies.campaign import CampaignManifest

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "data"
NO_KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


@pytest.fixture(scope="session")
def golden() -> dict[str, Any]:
    """The golden numbers: worked cases of docs/indices.md, computed before this code."""
    return dict(json.loads((ROOT / "tests" / "vectors" / "golden.json").read_text("utf-8")))


@pytest.fixture(scope="session")
def league() -> SyntheticLeague:
    """Two clubs of twelve, a year and a bit."""
    return synthetic_league(7, ["club-a", "club-b"], 12, 400)


@pytest.fixture
def manifest() -> Callable[..., CampaignManifest]:
    """Make a manifest of two clubs; keywords change the recipe, `fields` the manifest itself."""

    def make(
        model: str = "recovery-linear-1",
        *,
        exchange: bool = False,
        fields: dict[str, object] | None = None,
        **changes: object,
    ) -> CampaignManifest:
        recipe = exchange_recipe(model, athletes=40, clubs=2) if exchange else rounds_recipe(model, athletes=40)
        made = manifest_from(
            replace(recipe, **changes),  # type: ignore[arg-type]  # free keywords of a test
            campaign_id="test-1",
            league="league",
            clubs={"club-a": NO_KEY, "club-b": NO_KEY},
            opens=datetime(2026, 1, 1, tzinfo=UTC),
            expires=datetime(2026, 2, 1, tzinfo=UTC),
        )
        return CampaignManifest.model_validate(made.model_dump() | (fields or {}))

    return make


@pytest.fixture
def random_series() -> Callable[..., AthleteSeries]:
    """Make a random series of one athlete."""

    def make(rng: np.random.Generator, *, days: int = 60, features: int = 10, binary: bool = False) -> AthleteSeries:
        X = rng.normal(size=(days, features)).astype(np.float32)
        y = (rng.random(days) < 0.3).astype(np.float32) if binary else rng.normal(size=days).astype(np.float32)
        return AthleteSeries(X, y, rng.random(days) < 0.7)

    return make


@pytest.fixture(scope="session")
def soccermon() -> list[ReadinessDays]:
    """Readiness of the real players; imputed values are left out. Skips where the folder is absent."""
    path = REAL / "soccermon" / "readiness_daily.csv"
    if not path.exists():
        pytest.skip("the real SoccerMon readiness file is not on this machine")
    days: dict[str, dict[date, float]] = defaultdict(dict)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            known = row["observed"] == "True"
            days[row["player"]][date.fromisoformat(row["date"])] = float(row["readiness"]) if known else np.nan
    return [_on_calendar(known) for known in days.values()]


def _on_calendar(known: dict[date, float]) -> ReadinessDays:
    first, last = min(known), max(known)
    calendar = [date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1)]
    return ReadinessDays(
        np.array([known.get(day, np.nan) for day in calendar]), np.array([day.weekday() for day in calendar])
    )
