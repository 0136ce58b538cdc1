"""Which streams describe a training session, reported or measured, and when a session has no time of day."""

from datetime import datetime, time
from typing import Final

from client.biometrics.observations import Observation
from client.biometrics.streams import SPECS, Stream
from policies.vocabulary import Category

Session = tuple[datetime, str, str, str]
PLACE: Final = "#"
"""Before the number of a record among those of one start that have no id (`client.vault.identity`)."""

OWN_ANSWER: Final = "own answer"
"""The app of a reading that an athlete answered at the node; its entry says which answer of which day it is."""

REPORTED: Final = (Stream.SESSION_RPE, Stream.SESSION_DURATION_MIN, Stream.SESSION_LOAD)
"""What a person says about a session."""
MEASURED: Final = (
    Stream.ACTIVITY_DURATION_MIN,
    Stream.DISTANCE,
    Stream.HIGH_SPEED_DISTANCE,
    Stream.HEART_RATE_MEAN,
    Stream.HEART_RATE_MAX,
    Stream.POWER_MEAN,
    Stream.SPRINT_DISTANCE,
    Stream.ACCELERATIONS,
    Stream.DECELERATIONS,
    Stream.TIME_AT_HEART_RATE,
    Stream.TIME_AT_SPEED,
    Stream.LAP_DURATIONS,
    Stream.LAP_DISTANCES,
    Stream.LAP_HEART_RATES,
)
"""What a device measures in a session."""
OF_SESSIONS: Final = frozenset(REPORTED + MEASURED)
TRIALS: Final = frozenset(stream for stream, spec in SPECS.items() if spec.category is Category.TESTS)
"""Tests of which several belong to one day."""


def has_only_a_date(reading: Observation) -> bool:
    """True for a start at local midnight: where a reading without time of day is placed."""
    return reading.local(reading.start).time() == time(0)


def has_source_id(reading: Observation) -> bool:
    """True where the entry is the id that its source gave the record, and no place among records of one start."""
    return bool(reading.entry) and not reading.entry.startswith(PLACE)


def session_of(reading: Observation) -> Session:
    """Return what tells the session of a reading from all others: its start, app, device and entry."""
    return reading.start, reading.source.app, reading.source.device, reading.entry
