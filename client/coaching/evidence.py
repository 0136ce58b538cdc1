"""One morning's evidence: each domain scored 0, 1 or 2 against the athlete's own usual (docs/indices.md §7.1)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from client.coaching.domains import STANDARD, TRAITS, Domain
from client.coaching.readiness import Light, Readiness, composite, own_correlation, usual
from client.features.baseline import robust_z
from client.features.days.instruments import of_one_instrument
from client.features.hrv_baseline import HrvBandStatus, hrv_baseline
from models.arrays import Floats

Histories = Mapping[Domain, Floats]

WELLNESS_LOW, WELLNESS_VERY_LOW = -0.75, -1.5  # ours; docs/indices.md §7.1
SLEEP_LOW, SLEEP_VERY_LOW = -1.0, -2.0  # ours; docs/indices.md §7.1
SLEEP_NIGHTS = 2
PULSE_RISE_BPM, PULSE_Z = 5.0, 1.5  # ours; docs/indices.md §7.1
JUMP_CV = 0.058  # coefficient of variation of jump height: Alves Souza et al. 2020
MDC95 = 1.96 * math.sqrt(2.0)  # in typical errors: Weir 2005
JUMP_BASE_DAYS = 90  # ours: tests are weekly
LEAST_JUMPS = 3  # ours


@dataclass(frozen=True, slots=True)
class Finding:
    """What one domain says: points, and the measured value beside the own usual range, in the trait's unit.

    A value with points lies outside low to high. Of the resting pulse, low is the own median and high the value from
    which it counts.
    """

    domain: Domain
    points: int
    value: float
    low: float
    high: float
    about: str = ""

    @property
    def light(self) -> Light:
        """The light of this domain alone."""
        return (Light.GREEN, Light.AMBER, Light.RED)[self.points]


@dataclass(frozen=True, slots=True)
class Flags:
    """What stops a session whatever the numbers say: the athlete's own word comes first."""

    not_ok: bool = False
    pain: bool = False
    illness: bool = False
    noted_not_ok: bool = False  # told to a person of the staff, who noted it

    @property
    def any(self) -> bool:
        """True if one is raised."""
        return self.not_ok or self.pain or self.illness or self.noted_not_ok

    def __or__(self, other: "Flags") -> "Flags":
        return Flags(
            self.not_ok or other.not_ok,
            self.pain or other.pain,
            self.illness or other.illness,
            self.noted_not_ok or other.noted_not_ok,
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """Findings of one morning with the readiness composite. A domain without enough data has no finding."""

    readiness: Readiness
    findings: Mapping[Domain, Finding]
    z: Mapping[Domain, float] = field(default_factory=dict)
    flags: Flags = Flags()

    @property
    def is_grey(self) -> bool:
        """True when there is too little to compare with; then nothing is reduced by itself."""
        return self.readiness.light is Light.GREY

    @property
    def points(self) -> dict[Domain, int]:
        """Points of each domain that has a finding; none at all on a grey morning."""
        return {} if self.is_grey else {d: f.points for d, f in self.findings.items()}


def evidence_on(
    day: int,
    histories: Histories,
    *,
    weights: Mapping[Domain, float] = STANDARD,
    flags: Flags | None = None,
    instruments: Histories = MappingProxyType({}),
) -> Evidence:
    """Assess the morning with index `day`; nothing later than that day is looked at.

    histories: daily values of each domain in its trait's unit, (days,), NaN where nothing is known.
    instruments: numbers (days,) of what measured each day; days by another instrument than the last are no past.
    """
    until = {d: _until(day, values, instruments.get(d)) for d, values in histories.items()}
    z = {d: score for d, values in until.items() if (score := _z(d, values)) is not None}
    past = {d: until[d][:-1] for d in z}
    readiness = composite(z, weights=weights, correlation=own_correlation(past, sorted(z)) if z else None)
    return Evidence(readiness, _findings(until, z), z, flags or Flags())


def _until(day: int, values: Floats, numbers: Floats | None) -> Floats:
    past = values[: day + 1]
    return past if numbers is None else of_one_instrument(past, numbers[: day + 1])


def _z(domain: Domain, values: Floats) -> float | None:
    trait = TRAITS[domain]
    return robust_z(values, typical_error=trait.typical_error, sign=trait.sign)


def _findings(until: Histories, z: Mapping[Domain, float]) -> dict[Domain, Finding]:
    found: dict[Domain, Finding] = {}
    wellness = _wellness(until.get(Domain.WELLNESS), z.get(Domain.WELLNESS))
    tired = wellness is not None and wellness.points >= 1
    candidates = (
        _hrv(until.get(Domain.HRV), tired=tired),
        wellness,
        _jump(until.get(Domain.JUMP)),
        _pulse(until.get(Domain.RESTING_PULSE), z.get(Domain.RESTING_PULSE)),
        sleep_against_usual(until.get(Domain.SLEEP)),
    )
    for finding in candidates:
        if finding is not None:
            found[finding.domain] = finding
    return found


def _hrv(values: Floats | None, *, tired: bool) -> Finding | None:
    """The 7-day mean against the mean ± 0.5 SD of the 30 days before; low, clearly low, or high while tired."""
    week = None if values is None else hrv_baseline(values)
    if values is None or week is None or week.recent_mean is None or week.band is None:
        return None
    low, high = week.band
    last3 = values[-3:]
    three_low = bool(np.isfinite(last3).all() and (last3 < low).all())
    points = 0
    if week.status is HrvBandStatus.BELOW:
        points = 2 if week.is_suppressed or three_low else 1
    elif week.status is HrvBandStatus.ABOVE and tired:
        points = 1
    return Finding(Domain.HRV, points, week.recent_mean, low, high, "7-day mean")


def _wellness(values: Floats | None, z: float | None) -> Finding | None:
    baseline = None if values is None else usual(values[:-1])
    if values is None or baseline is None or z is None:
        return None
    median, spread = baseline
    spread, today = max(spread, TRAITS[Domain.WELLNESS].typical_error), float(values[-1])
    low, high = median + WELLNESS_LOW * spread, median - WELLNESS_LOW * spread
    points = 2 if today < median + WELLNESS_VERY_LOW * spread else int(today < low)
    return Finding(Domain.WELLNESS, points, today, low, high, "sum")


def sleep_against_usual(values: Floats | None) -> Finding | None:
    """Mean of the last two nights, both known, in spreads of single nights: see docs/indices.md §7.1.

    values: hours asleep (days,), NaN where a night is not known; None for no column. None with too few nights.
    """
    if values is None:
        return None
    nights, baseline = values[-SLEEP_NIGHTS:], usual(values[:-SLEEP_NIGHTS])
    if baseline is None or nights.size < SLEEP_NIGHTS or not np.isfinite(nights).all():
        return None
    median, spread = baseline
    spread = max(spread, TRAITS[Domain.SLEEP].typical_error)
    mean = float(nights.mean())
    low = median + SLEEP_LOW * spread
    points = 2 if mean < median + SLEEP_VERY_LOW * spread else int(mean < low)
    return Finding(Domain.SLEEP, points, mean, low, median - SLEEP_LOW * spread, "mean of 2 nights")


def _pulse(values: Floats | None, z: float | None) -> Finding | None:
    baseline = None if values is None else usual(values[:-1])
    if values is None or baseline is None or z is None:
        return None
    median, spread = baseline
    today, spread = float(values[-1]), max(spread, TRAITS[Domain.RESTING_PULSE].typical_error)
    counted_from = median + max(PULSE_RISE_BPM, PULSE_Z * spread)
    return Finding(Domain.RESTING_PULSE, int(today >= counted_from), today, median, counted_from)


def _jump(values: Floats | None) -> Finding | None:
    """Today's jump against the mean of the earlier tests; typical error from the published variation."""
    if values is None or not len(values) or not math.isfinite(float(values[-1])):
        return None
    earlier = values[:-1][-JUMP_BASE_DAYS:]
    earlier = earlier[np.isfinite(earlier)]
    if earlier.size < LEAST_JUMPS:
        return None
    mean = float(earlier.mean())
    error = max(JUMP_CV * mean, TRAITS[Domain.JUMP].typical_error)
    today, low = float(values[-1]), mean - error
    points = 2 if today < mean - MDC95 * error else int(today < low)
    return Finding(Domain.JUMP, points, today, low, mean + error)
