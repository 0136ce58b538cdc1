"""Kinds of evidence about recovery: what each is called, weighs, and how exactly it can be measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from policies.vocabulary import Category


class Domain(StrEnum):
    """One kind of evidence. Heart-rate variability and resting pulse count as one independent source."""

    HRV = "lnrmssd"
    RESTING_PULSE = "rhr"
    SLEEP = "sleep"
    WELLNESS = "wellness"
    JUMP = "cmj"

    @property
    def source(self) -> str:
        """Name of the independent source it belongs to; variability and pulse are one (docs/indices.md §6.1)."""
        return "heart" if self in (Domain.HRV, Domain.RESTING_PULSE) else self.value


@dataclass(frozen=True, slots=True)
class Trait:
    """What is fixed about one domain.

    sign: +1 when higher is good. typical_error: floor of the spread, in `unit`, so that a very steady
    athlete's smallest wobble is not called a change; ours, from the resolution of the usual instruments.
    """

    label: str
    category: Category
    unit: str
    sign: int
    typical_error: float


TRAITS: Mapping[Domain, Trait] = MappingProxyType(
    {
        Domain.HRV: Trait("Heart-rate variability", Category.HEART, "ln ms", 1, 0.02),
        Domain.RESTING_PULSE: Trait("Resting pulse", Category.HEART, "beats per minute", -1, 1.0),
        Domain.SLEEP: Trait("Sleep", Category.SLEEP, "h", 1, 0.25),
        Domain.WELLNESS: Trait("Morning answers", Category.WELLNESS, "points", 1, 1.0),
        Domain.JUMP: Trait("Jump test", Category.TESTS, "cm", 1, 0.67),
    }
)

# Default weights, ours; docs/indices.md §6.1.
STANDARD: Mapping[Domain, float] = MappingProxyType(
    {Domain.HRV: 0.25, Domain.RESTING_PULSE: 0.10, Domain.SLEEP: 0.20, Domain.WELLNESS: 0.25, Domain.JUMP: 0.20}
)
# Ours, for a club that works with questionnaires and has neither straps nor force plates. Every weight
# lies within 0.10 of the default, the room that docs/indices.md §6.1 gives to profiles.
ANSWERS: Mapping[Domain, float] = MappingProxyType(
    {Domain.HRV: 0.20, Domain.RESTING_PULSE: 0.05, Domain.SLEEP: 0.25, Domain.WELLNESS: 0.35, Domain.JUMP: 0.15}
)
PROFILES: Mapping[str, Mapping[Domain, float]] = MappingProxyType({"standard": STANDARD, "answers": ANSWERS})
