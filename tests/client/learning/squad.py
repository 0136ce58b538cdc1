"""A squad's answers, its athletes, and a consent service that says who of them lets the league learn."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import numpy as np

from audit.entries.details.base import Details
from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.streams import Stream
from client.errors import ConsentUnavailable
from models.arrays import Floats
from policies.signing import SigningKey
from policies.snapshot import ConsentSnapshot, LiveGrant
from policies.vocabulary import AthleteId, Category, Granularity, OrgId, Purpose, Role

ATHLETES, DAYS = 25, 330
LEAGUE = SigningKey(bytes(range(32)))
FIRST = date(2026, 1, 5)
NOW = datetime.combine(FIRST + timedelta(days=DAYS - 1), datetime.min.time(), UTC) + timedelta(hours=12)
SOURCE = ReadingSource("questionnaire", "app", "0" * 64)


@dataclass
class Clock:
    """A clock that stands until it is set."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def athlete(place: int) -> AthleteId:
    """The id of one of the squad."""
    return AthleteId(f"ath-{place:016x}")


def answers(values: Floats) -> list[Observation]:
    """One readiness answer a day; NaN is no answer."""
    first = datetime.combine(FIRST, datetime.min.time(), UTC) + timedelta(hours=7)
    known = [(day, float(value)) for day, value in enumerate(values) if not np.isnan(value)]
    return [observe(Stream.READINESS, first + timedelta(days=day), value, SOURCE) for day, value in known]


@dataclass
class Consent:
    """A consent service that knows who lets the league learn, and what was reported."""

    willing: Sequence[AthleteId]
    down: bool = False
    now: datetime = NOW
    heard: list[Details] = field(default_factory=list)

    def snapshot(self) -> ConsentSnapshot:
        if self.down:
            raise ConsentUnavailable("no answer")
        ends, org = self.now + timedelta(days=30), OrgId("league")
        grant = (Category.READINESS, Purpose.FL_TRAINING, org, Role.FL_AGGREGATOR, Granularity.COHORT, ends)
        return ConsentSnapshot(
            club=OrgId("club-a"),
            issued=self.now,
            expires=self.now + timedelta(minutes=5),
            epochs={athlete(place): 1 for place in range(ATHLETES)},
            grants=tuple(LiveGrant(one, *grant) for one in self.willing),
        )

    def event(self, details: Details) -> None:
        if self.down:
            raise ConsentUnavailable("no answer")
        self.heard.append(details)
