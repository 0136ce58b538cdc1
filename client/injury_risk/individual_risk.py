"""The chance that an injury begins within seven days of a day, beside the athlete's own base rate. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from client.features.daily import DailyTable
from client.injury_risk.club_head import KeptClubHead
from client.learning.tomorrow import FRESH_D, MOST_DRIVERS
from models import risk
from models.evaluation.adoption_gate import own_base_rate
from models.features import RISK_SCHEMA
from policies.vocabulary import Category

GROUPS: Final[Mapping[Category, tuple[str, ...]]] = {
    Category.TRAINING_LOAD: tuple(name for name in RISK_SCHEMA.names if "load" in name or "monotony" in name),
    Category.WELLNESS: tuple(name for name in RISK_SCHEMA.names if name.endswith("_deviation_7d")),
    Category.INJURY: risk.EVENT_HISTORY,
}
"""Columns of the risk model by the category whose days they are made of: a driver is named by no more."""


@dataclass(frozen=True, slots=True)
class RiskDriver:
    """What moves the chance away from that of a usual day. log_odds: by how much; above 0 raises it."""

    category: Category
    log_odds: float


@dataclass(frozen=True, slots=True)
class IndividualRisk:
    """Chance of an onset within seven days, and the athlete's own base rate; both 0 to 1.

    drivers: the two largest, the larger first.
    """

    chance: float
    base_rate: float
    drivers: tuple[RiskDriver, ...]


def individual_risk(table: DailyTable, day: date, head: KeptClubHead | None, *, today: date) -> IndividualRisk | None:
    """Return what the model in use says of the seven days after `day`.

    None on a day of which it says nothing (`models.risk.is_answered`), and without a head of the last days.
    table: what the reader may see. today: the club's calendar day, which `day` is except in the demo.
    """
    if head is None or (today - head.day).days > FRESH_D or day not in table.dates:
        return None
    until = table.until(day)
    daily = {name: until.column(name) for name in risk.INPUTS}
    if not risk.is_answered(daily)[-1]:
        return None
    series = risk.design(daily)
    (chance,) = risk.probability(head.weights, series.X[-1:]).tolist()
    known = np.flatnonzero(series.mask)
    event = np.append(series.y[known].astype(np.float64), 0.0)
    base = own_base_rate(event, np.append(known, len(until.dates) - 1), overall=head.usual_rate)
    return IndividualRisk(chance, float(base[-1]), _drivers(series.X[-1].astype(np.float64) * head.weights[:-1]))


def _drivers(shares: np.typing.NDArray[np.float64]) -> tuple[RiskDriver, ...]:
    share = dict(zip(RISK_SCHEMA.names, shares.tolist(), strict=True))
    found = [RiskDriver(category, sum(share[name] for name in names)) for category, names in GROUPS.items()]
    moving = sorted((one for one in found if one.log_odds), key=lambda one: -abs(one.log_odds))
    return tuple(moving[:MOST_DRIVERS])
