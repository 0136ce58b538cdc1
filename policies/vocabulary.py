"""Roles, purposes, categories, granularities, actions and sources: the only list of these words."""

import re
from collections.abc import Mapping
from enum import Enum, IntEnum, StrEnum
from types import MappingProxyType
from typing import Final, NewType

AthleteId = NewType("AthleteId", str)
"""Stable pseudonym of one athlete, minted once and kept across clubs and seasons."""
ATHLETE_ID: Final = "^ath-[0-9a-f]{16}$"
"""The form of an athlete's id."""
OrgId = NewType("OrgId", str)
"""Identifier of a club, league, union or governing body."""
PersonId = NewType("PersonId", str)
"""Identifier of one person who signs in, within one organisation."""


def is_athlete_id(text: str) -> bool:
    """True for what may be an athlete's id; anything else that was typed in its place may be a name."""
    return re.fullmatch(ATHLETE_ID, text) is not None


class Role(StrEnum):
    """What a person or program is to an athlete when it asks."""

    ATHLETE = "athlete"
    COACH = "coach"
    MEDICAL = "medical"
    FRONT_OFFICE = "front_office"
    NATIONAL_TEAM = "national_team"
    GOVERNING_BODY = "governing_body"
    RESEARCHER = "researcher"
    FL_AGGREGATOR = "fl_aggregator"


class Category(StrEnum):
    """Kinds of data that an athlete decides about, each on its own."""

    READINESS = "readiness"
    HEART = "heart"
    SLEEP = "sleep"
    WELLNESS = "wellness"
    TRAINING_LOAD = "training_load"
    TESTS = "tests"
    INJURY = "injury"
    NUTRITION = "nutrition"
    MOVEMENT = "movement"
    CYCLE = "cycle"
    DURABILITY = "durability"
    TEAM_AGGREGATE = "team_aggregate"
    ACCESS_LOG = "access_log"

    @property
    def is_personal(self) -> bool:
        """True for the categories an athlete decides about in the portal."""
        return self not in (Category.TEAM_AGGREGATE, Category.ACCESS_LOG)


class Purpose(StrEnum):
    """What data is used for; a grant names exactly one."""

    SELF_INSIGHT = "self_insight"
    CARE = "care"
    TRAINING = "training"
    SQUAD_PLANNING = "squad_planning"
    CONTRACT = "contract"
    FL_TRAINING = "fl_training"
    RESEARCH = "research"
    OVERSIGHT = "oversight"
    COMMERCIAL = "commercial"
    BETTING = "betting"


class Granularity(IntEnum):
    """Exposure, a total order: a grant allows its maximum and everything less exposing."""

    NONE = 0
    COHORT = 1
    BAND = 2
    INDEX = 3
    DAILY = 4
    RAW = 5

    @property
    def word(self) -> str:
        """The lower-case word used on the wire and in rules."""
        return self.name.lower()

    @classmethod
    def from_word(cls, word: str) -> "Granularity":
        """Return the granularity named `word`; raises KeyError for any other text."""
        return cls[word.upper()] if word.islower() else cls[""]


class Action(StrEnum):
    """What a caller wants to do with the data."""

    READ = "read"
    TRAIN = "train"
    APPROVE = "approve"
    WITHDRAW = "withdraw"


class Lineage(StrEnum):
    """Where a derived value comes from; some agreements forbid some sources for some purposes."""

    CLUB_RECORD = "club_record"
    SELF_REPORT = "self_report"
    SESSION_RPE = "session_rpe"
    WEARABLE = "wearable"
    OPTICAL = "optical"
    CLINICAL = "clinical"


class ConsentState(Enum):
    """Status of a grant, with the W3C DPV 2.3 status name as its value (ISO/IEC TS 27560)."""

    UNKNOWN = "ConsentUnknown"
    REQUESTED = "ConsentRequested"
    DEFERRED = "ConsentRequestDeferred"
    REFUSED = "ConsentRefused"
    GIVEN = "ConsentGiven"
    RENEWED = "RenewedConsentGiven"
    WITHDRAWN = "ConsentWithdrawn"
    REVOKED = "ConsentRevoked"
    EXPIRED = "ConsentExpired"
    INVALIDATED = "ConsentInvalidated"

    @property
    def is_valid_for_processing(self) -> bool:
        """True only for a given or renewed consent."""
        return self in (ConsentState.GIVEN, ConsentState.RENEWED)


SOURCES: Mapping[Category, frozenset[Lineage]] = MappingProxyType(
    {
        Category.READINESS: frozenset({Lineage.WEARABLE, Lineage.SELF_REPORT, Lineage.SESSION_RPE}),
        Category.HEART: frozenset({Lineage.WEARABLE}),
        Category.SLEEP: frozenset({Lineage.WEARABLE, Lineage.SELF_REPORT}),
        Category.WELLNESS: frozenset({Lineage.SELF_REPORT}),
        Category.TRAINING_LOAD: frozenset(
            {Lineage.WEARABLE, Lineage.SESSION_RPE, Lineage.CLUB_RECORD, Lineage.SELF_REPORT}
        ),
        Category.TESTS: frozenset({Lineage.CLUB_RECORD, Lineage.CLINICAL}),
        Category.INJURY: frozenset({Lineage.CLUB_RECORD, Lineage.SELF_REPORT, Lineage.CLINICAL}),
        Category.NUTRITION: frozenset({Lineage.SELF_REPORT}),
        Category.MOVEMENT: frozenset({Lineage.OPTICAL}),
        Category.CYCLE: frozenset({Lineage.SELF_REPORT}),
        # The office index is made of these alone, and each release states its own sources.
        Category.DURABILITY: frozenset({Lineage.CLUB_RECORD, Lineage.SESSION_RPE}),
        Category.TEAM_AGGREGATE: frozenset({Lineage.CLUB_RECORD, Lineage.SESSION_RPE}),
        Category.ACCESS_LOG: frozenset(),
    }
)
"""Every source of every category; a decision about a read assumes the worst. A new kind of stream starts here."""


WITHOUT_WEARABLES = frozenset({Category.READINESS, Category.TRAINING_LOAD})
"""Categories that a node can compute without wearables. It says so when it asks, and answers for it."""


def worst_sources(category: Category) -> frozenset[Lineage]:
    """Return every source that values of this category may come from."""
    return SOURCES[category]


def stated_sources(category: Category, *, without_wearables: bool) -> frozenset[Lineage]:
    """Return the sources of what is asked for, where the node may have said that it uses no wearable."""
    return SOURCES[category] - {Lineage.WEARABLE} if without_wearables else SOURCES[category]
