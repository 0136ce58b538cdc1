"""A small squad with loads, answers and injuries, a risk model that passed, and who lets its league learn."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from audit.entries.details.base import Details
from client.adoption import Adoptions, Verdict
from client.biometrics.observations import Observation, observe
from client.biometrics.streams import Stream
from client.errors import ConsentUnavailable
from models.arrays import Floats
from models.card import card_for
from models.features import RISK_CATEGORIES, RISK_SCHEMA
from models.registry import seal
from models.training.initial_weights import initial_weights
from models.training.recipes import exchange_recipe, manifest_from
from policies.snapshot import ConsentSnapshot, LiveGrant
from policies.vocabulary import AthleteId, Granularity, OrgId, Purpose, Role
from tests.client.learning.squad import LEAGUE, SOURCE

PUBLIC: Final = np.array(initial_weights(RISK_SCHEMA.model))
LEAGUE_ID: Final = OrgId("league")
ITEMS: Final = (Stream.FATIGUE, Stream.SORENESS, Stream.MOOD, Stream.STRESS)
FIGURES: Final = {"events": 140.0, "observed_to_expected": 0.93, "slope": 1.04}


def days_of(seed: int, last: date, *, days: int = 160, lost: Sequence[int] = ()) -> list[Observation]:
    """Readings up to `last`: a load every day, answers, and whether the day was lost. lost: days back from the last."""
    rng, found = np.random.default_rng(seed), list[Observation]()
    for back in range(days):
        at = datetime.combine(last - timedelta(days=back), datetime.min.time(), UTC) + timedelta(hours=5)
        is_lost = float(any(first - 3 < back <= first for first in lost))
        found.append(observe(Stream.TIME_LOSS, at, is_lost, SOURCE))
        found.append(observe(Stream.SESSION_LOAD, at, 0.0 if is_lost else float(200 + rng.integers(0, 400)), SOURCE))
        found += [observe(item, at, float(rng.integers(1, 6)), SOURCE) for item in ITEMS]
    return found


def passed(models: Path, weights: Floats, *, now: datetime, **changed: object) -> Verdict:
    """Put a signed risk model in use, as the gate does when one passes; returns what the gate said."""
    manifest = manifest_from(
        exchange_recipe(RISK_SCHEMA.model, athletes=500, clubs=20),
        campaign_id="test-1",
        league=LEAGUE_ID,
        clubs={f"club-{number}": "key" for number in range(20)},
        opens=now,
        expires=now + timedelta(days=1),
    )
    sealed = seal(
        weights, card_for(manifest, metrics=(), purpose="a test"), campaign=manifest, key=LEAGUE, now=now, previous=None
    )
    verdict = Verdict(
        model=RISK_SCHEMA.model,
        model_id=sealed.signed.record.sha256,
        adopted=True,
        reasons=(),
        judged_days=4_000,
        judged_athletes=30,
        figures=FIGURES,
        judged=now,
    ).model_copy(update=changed)
    Adoptions(models).record(verdict, sealed)
    return verdict


def learning(learners: Sequence[AthleteId], ends: datetime) -> tuple[LiveGrant, ...]:
    """Grants that let the league learn from what the risk model reads."""
    terms = (Purpose.FL_TRAINING, LEAGUE_ID, Role.FL_AGGREGATOR, Granularity.COHORT, ends)
    return tuple(LiveGrant(one, category, *terms) for one in learners for category in RISK_CATEGORIES)


@dataclass
class RiskConsent:
    """A consent service that knows who lets the league learn, and who is enrolled."""

    learners: list[AthleteId]
    now: datetime
    down: bool = False
    heard: list[Details] = field(default_factory=list)

    def snapshot(self) -> ConsentSnapshot:
        if self.down:
            raise ConsentUnavailable("no answer")
        return with_learning(
            ConsentSnapshot(OrgId("club-a"), self.now, self.now + timedelta(minutes=5), {}, ()), self.learners
        )

    def event(self, details: Details) -> None:
        self.heard.append(details)


def with_learning(snapshot: ConsentSnapshot, learners: Sequence[AthleteId]) -> ConsentSnapshot:
    """The snapshot with grants to the league of these athletes beside its own."""
    grants = (*snapshot.grants, *learning(learners, snapshot.issued + timedelta(days=30)))
    return replace(snapshot, epochs={**snapshot.epochs, **dict.fromkeys(learners, 1)}, grants=grants)
