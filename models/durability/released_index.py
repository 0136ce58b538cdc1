"""The front-office version of the durability index: a 5-point band with an outward-rounded interval, or nothing."""

import math

from models.durability.index import OFFICE_WEIGHTS, Component, DurabilityInputs, DurabilityResult, weights_hash
from models.errors import NotEnoughData
from policies.release import OfficeIndex, OwnView
from policies.vocabulary import Lineage

VERSION = "office-3"  # 1 counted the newest 365 known days; 2 counts 365 calendar days; 3 has another LIMITS_TEXT
LEAST_ELIGIBLE_DAYS = 180  # ours; docs/indices.md §8.6
WIDEST_INTERVAL = 30.0  # ours; docs/indices.md §8.6
BAND = 5
LIMITS_TEXT = (
    "Availability over 12 months and, where known, handling of heavier weeks in them and injuries of up to three "
    "years. No forecast of injury. No sleep, heart, mood, illness or cycle data."
)
"""Within the signed bytes: another text is another VERSION. The same whichever parts are present, so it tells none."""

_LINEAGE = {
    Component.AVAILABILITY: Lineage.CLUB_RECORD,
    Component.LOAD_TOLERANCE: Lineage.SESSION_RPE,
    Component.HISTORY: Lineage.CLUB_RECORD,
}


def office_index(
    result: DurabilityResult, *, approval_id: str, expires_at: str, window: str, is_minor: bool
) -> OfficeIndex:
    """The exact fields that a recipient will see, once the athlete has approved them.

    expires_at: ISO 8601 text. window: for example "365 d to 2026-11". Raises NotEnoughData if the index may not
    be released at all: under 18, fewer than 180 eligible days, interval wider than 30, or other components.
    """
    check_releasable(result, is_minor=is_minor)
    return OfficeIndex(
        approval_id=approval_id,
        expires_at=expires_at,
        index_band_5pt=band(result.median, result.median),
        interval_rounded_outward=band(result.low, result.high),
        limits_text=LIMITS_TEXT,
        version=VERSION,
        weights_hash=weights_hash(OFFICE_WEIGHTS),
        window=window,
    )


def check_releasable(result: DurabilityResult, *, is_minor: bool) -> None:
    """Return if the result may be proposed for release; raises NotEnoughData with the reason otherwise."""
    if is_minor:
        raise NotEnoughData("no front-office release under 18")
    if not set(result.weights) <= set(OFFICE_WEIGHTS):
        raise NotEnoughData("expected the front-office components only")
    if result.eligible_days < LEAST_ELIGIBLE_DAYS:
        raise NotEnoughData(f"expected at least {LEAST_ELIGIBLE_DAYS} eligible days")
    if result.high - result.low > WIDEST_INTERVAL:
        raise NotEnoughData(f"expected an interval of at most {WIDEST_INTERVAL:g} points")


def band(low: float, high: float) -> str:
    """Round outward to multiples of five within 0 to 100, at least one band wide: 74.9 and 84.2 give "70-85"."""
    first = min(BAND * math.floor(low / BAND), 100 - BAND)
    last = max(BAND * math.ceil(high / BAND), first + BAND)
    return f"{max(first, 0)}-{min(last, 100)}"


def own_view(result: DurabilityResult) -> OwnView:
    """What only the athlete sees beside the proposal, rounded to a tenth."""
    parts = {part.value: round(mean, 1) for part, mean in result.components.items() if part in OFFICE_WEIGHTS}
    return OwnView(median=round(result.median, 1), low=round(result.low, 1), high=round(result.high, 1), **parts)


def lineage(inputs: DurabilityInputs) -> tuple[Lineage, ...]:
    """Sources behind the office index of `inputs`, each once: agreements may forbid some for some purposes."""
    present = [Component.AVAILABILITY]
    present += [Component.LOAD_TOLERANCE] if inputs.load_tolerance is not None else []
    present += [Component.HISTORY] if inputs.older is not None else []
    return tuple(sorted({_LINEAGE[part] for part in present}))
