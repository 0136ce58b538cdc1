"""One light for every reader: computed from all that the node holds, without the kinds that the athlete left out.

What else a reader sees of a morning (plan, load, availability, what was reported) comes from what that reader may use.
Source: docs/indices.md §6.5.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from client.coaching.domains import TRAITS
from client.errors import BadOwnSetting
from client.features.daily import DailyTable
from client.features.morning_answers import MORNING_ITEMS
from client.vault.preferences.light_choice import LightChoice, light_choices, set_light_choices
from client.vault.store import Vault
from policies.vocabulary import AthleteId, Category

LIGHT_CATEGORIES: Final = frozenset(trait.category for trait in TRAITS.values())
"""Of what a light can be computed; each of them the athlete may leave out."""
_NAMES = ("lnrmssd", "resting_heart_rate", "sleep_h", "jump_height_cm", *MORNING_ITEMS)
_COLUMNS = frozenset(_NAMES) | {f"{name}_instrument" for name in _NAMES}


def categories_on(vault: Vault, athlete: AthleteId, day: date) -> frozenset[Category]:
    """Return of what this athlete's light of `day` is computed; raises UnknownAthlete or AthleteErased."""
    standing = [one for one in light_choices(vault, athlete) if one.begins <= day]
    return LIGHT_CATEGORIES - (standing[-1].without if standing else frozenset())


def leave_out(vault: Vault, athlete: AthleteId, without: Iterable[Category], *, today: date) -> LightChoice:
    """Leave these kinds out of the light from the next morning on, and no others; returns the choice.

    For the athlete alone. Raises BadOwnSetting for a kind that no light is computed of.
    """
    wanted = frozenset(without)
    if strange := sorted(wanted - LIGHT_CATEGORIES):
        known = ", ".join(sorted(LIGHT_CATEGORIES))
        raise BadOwnSetting(f"expected some of {known}: no light is computed of {', '.join(strange)}")
    choice = LightChoice(today + timedelta(days=1), wanted)
    kept = [one for one in light_choices(vault, athlete) if one.begins < choice.begins]
    set_light_choices(vault, athlete, [*kept, choice])
    return choice


def beside(light: DailyTable, told: DailyTable) -> DailyTable:
    """Return one table: what a light is computed of from `light`, every other column from `told`.

    told: what a reader may use. Days that only one of them has are unknown to the other.
    """
    days = [*light.dates[:1], *light.dates[-1:], *told.dates[:1], *told.dates[-1:]]
    if not days:
        return DailyTable((), {})
    first, last = min(days), max(days)
    ours, theirs = light.between(first, last), told.between(first, last)
    return DailyTable(
        theirs.dates,
        {name: values for name, values in theirs.columns.items() if name not in _COLUMNS}
        | {name: values for name, values in ours.columns.items() if name in _COLUMNS},
        {name: values for name, values in theirs.if_one.items() if name not in _COLUMNS},
    )
