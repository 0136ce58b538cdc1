"""The wellness table of Intervals.icu: one row a day, RMSSD under `hrv`, items from 1 to 4 of which 1 is best.

Schema: the `Wellness` record of the Intervals.icu API (docs/ingest.md §6.20).
"""

from client.biometrics.streams import Stream
from client.ingest.clock import LocalClock
from client.ingest.input_file import InputFile, Reading
from client.ingest.known.known_table import KnownTable, column
from client.ingest.mapping import TimeColumn
from client.ingest.text_table import read_table

APP = "intervals.icu"
HEADERS = (("date", "restingHR", "hrv", "sleepSecs"), ("id", "restingHR", "hrv", "sleepSecs"))

_COLUMNS = (
    column("hrv", Stream.RMSSD, zero_is_missing=True),
    column("hrvSDNN", Stream.SDNN, zero_is_missing=True),
    column("restingHR", Stream.RESTING_HEART_RATE, zero_is_missing=True),
    column("sleepSecs", Stream.SLEEP_DURATION_H, "s", zero_is_missing=True),
    column("sleepScore", Stream.SLEEP_SCORE, zero_is_missing=True),
    column("sleepQuality", Stream.INTERVALS_SLEEP_QUALITY, zero_is_missing=True),
    column("fatigue", Stream.INTERVALS_FATIGUE, zero_is_missing=True),
    column("stress", Stream.INTERVALS_STRESS, zero_is_missing=True),
    column("soreness", Stream.INTERVALS_SORENESS, zero_is_missing=True),
    column("mood", Stream.INTERVALS_MOOD, zero_is_missing=True),
    column("motivation", Stream.INTERVALS_MOTIVATION, zero_is_missing=True),
    column("weight", Stream.BODY_WEIGHT, zero_is_missing=True),
    column("steps", Stream.STEPS, zero_is_missing=True),
    column("kcalConsumed", Stream.ENERGY_INTAKE, zero_is_missing=True),
    column("carbohydrates", Stream.CARBOHYDRATE, zero_is_missing=True),
    column("protein", Stream.PROTEIN, zero_is_missing=True),
)


def read_wellness(file: InputFile, clock: LocalClock) -> Reading:
    """Read the table. A day is the local one that the row names; what is 0 was not entered."""
    table = read_table(file)
    day = "date" if "date" in table.header else "id"
    known = KnownTable(APP, (), TimeColumn(column=day, format="date"), _COLUMNS)
    return known.read(file, clock, table)
