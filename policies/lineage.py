"""Where the values of each category may come from; a decision about a read assumes the worst case of this table."""

from collections.abc import Mapping
from types import MappingProxyType

from policies.vocabulary import Category, Lineage

SOURCES: Mapping[Category, frozenset[Lineage]] = MappingProxyType(
    {
        Category.READINESS: frozenset({Lineage.WEARABLE, Lineage.SELF_REPORT, Lineage.SESSION_RPE}),
        Category.HEART: frozenset({Lineage.WEARABLE}),
        Category.SLEEP: frozenset({Lineage.WEARABLE, Lineage.SELF_REPORT}),
        Category.WELLNESS: frozenset({Lineage.SELF_REPORT}),
        Category.TRAINING_LOAD: frozenset({Lineage.WEARABLE, Lineage.SESSION_RPE, Lineage.CLUB_RECORD}),
        Category.TESTS: frozenset({Lineage.CLUB_RECORD}),
        Category.INJURY: frozenset({Lineage.CLUB_RECORD, Lineage.CLINICAL}),
        Category.NUTRITION: frozenset({Lineage.SELF_REPORT}),
        Category.MOVEMENT: frozenset({Lineage.OPTICAL}),
        Category.CYCLE: frozenset({Lineage.SELF_REPORT}),
        # The office index is made of these alone, and each release states its own sources.
        Category.DURABILITY: frozenset({Lineage.CLUB_RECORD, Lineage.SESSION_RPE}),
        Category.TEAM_AGGREGATE: frozenset({Lineage.CLUB_RECORD, Lineage.SESSION_RPE}),
        Category.ACCESS_LOG: frozenset(),
    }
)
"""Every source of every category. A category with a new kind of stream gets its source here first."""


def worst_sources(category: Category) -> frozenset[Lineage]:
    """Return every source that values of this category may come from."""
    return SOURCES[category]
