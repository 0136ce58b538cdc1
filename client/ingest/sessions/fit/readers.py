"""The readers of FIT files, told apart by the first message that says what a file holds."""

from client.ingest.input_file import InputFile
from client.ingest.reader import Reader
from client.ingest.sessions.fit.activity import read_activity
from client.ingest.sessions.fit.container import first_kind
from client.ingest.sessions.fit.wellness import read_weights, read_wellness

_DROPS = "positions, single records, names, all other fields"

ACTIVITY = Reader(
    "fit-activity",
    "FIT activity",
    "signature and first message",
    "per session: minutes, distance, heart rate, power, laps, time at each heart rate and speed, distance above 5.5 "
    "and 7.0 m/s, accelerations; beat intervals; developers' fields where they replace one of these",
    _DROPS,
    read_activity,
)
MONITORING = Reader(
    "fit-monitoring",
    "FIT all-day monitoring",
    "signature and first message",
    "steps, the day's resting heart rate",
    "heart rate minute by minute, stress, energy, positions",
    read_wellness,
)
NIGHT = Reader(
    "fit-night",
    "FIT of a night: HRV status and value, beats, sleep",
    "signature and first message",
    "RMSSD, beat intervals, minutes asleep, efficiency, deep sleep, score",
    "the maker's baseline and its judgement, positions",
    read_wellness,
    is_by_schema=True,
)
WEIGHT = Reader(
    "fit-weight",
    "FIT of a scale, also of several people",
    "signature and first message",
    "body mass",
    "composition, age, height, sex",
    read_many=read_weights,
)
READERS = (ACTIVITY, MONITORING, NIGHT, WEIGHT)

_BY_KIND = {
    "weight_scale": WEIGHT,
    "monitoring": MONITORING,
    "monitoring_hr_data": MONITORING,
    "hrv_status_summary": NIGHT,
    "hrv_value": NIGHT,
    "beat_intervals": NIGHT,
    "raw_bbi": NIGHT,
    "sleep_level": NIGHT,
    "sleep_assessment": NIGHT,
}


def fit_reader(file: InputFile) -> Reader:
    """Return the reader of a FIT file; one that cannot be told is read as an activity, which names what is wrong."""
    return _BY_KIND.get(first_kind(file.head) or first_kind(file.whole()), ACTIVITY)
