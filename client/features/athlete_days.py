"""The daily table of one athlete as every part of the node reads it: from the vault, by the athlete's own rest rule."""

from collections.abc import Sequence
from datetime import date

from client.biometrics.days_of_episodes import days_of_episodes, with_episodes
from client.biometrics.observations import Observation
from client.biometrics.rest_rule import RestRule
from client.biometrics.streams import Stream
from client.features.daily import DailyTable, build
from client.features.days.possible_repeats import PossibleRepeat
from client.vault.preferences.own_settings import own_settings, source_priority
from client.vault.rest_rules import rest_rule
from client.vault.store import Vault
from policies.vocabulary import AthleteId


def athlete_days(
    vault: Vault,
    athlete: AthleteId,
    *,
    streams: Sequence[Stream] | None = None,
    today: date | None = None,
    rest: RestRule | None = None,
    repeats: Sequence[PossibleRepeat] = (),
    readings: Sequence[Observation] | None = None,
) -> DailyTable:
    """Return the athlete's days, made of `streams` alone when given; raises UnknownAthlete or AthleteErased.

    today: the athlete's calendar day; days before it are over (without it: days before the newest reading).
    rest: a rule to try instead of the athlete's own. repeats: as in `client.features.daily.build`.
    readings: all that count of the athlete, where they were read already.
    """
    wanted = None if streams is None else frozenset(streams)
    held = vault.read(athlete, with_episodes(streams)) if readings is None else readings
    days = days_of_episodes(held)
    return build(
        [one for one in (*held, *days) if wanted is None or one.stream in wanted],
        source_priority=source_priority(vault, athlete),
        own=own_settings(vault, athlete),
        rest=rest_rule(vault, athlete) if rest is None else rest,
        today=today,
        repeats=repeats,
    )
