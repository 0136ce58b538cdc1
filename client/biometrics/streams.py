"""The streams a node can hold: unit, valid range, consent category and how a day is made of readings.

Units are UCUM codes (https://ucum.org); `{score}` and `{AU}` are UCUM annotations without dimension.
Ranges are gates against broken files (a shifted column, a wrong unit), not opinions about people.
"""

from dataclasses import dataclass
from enum import StrEnum

from policies.vocabulary import Category, Lineage


class Stream(StrEnum):
    """One kind of reading; the value is the column name in the daily table."""

    READINESS = "readiness"
    FATIGUE = "fatigue"
    MOOD = "mood"
    SLEEP_QUALITY = "sleep_quality"
    SORENESS = "soreness"
    SORENESS_AREA = "soreness_area"
    STRESS = "stress"
    SLEEP_DURATION_H = "sleep_duration_h"
    SLEEP_PERIOD_MIN = "sleep_period_min"
    SLEEP_EFFICIENCY = "sleep_efficiency"
    SLEEP_SCORE = "sleep_score"
    DEEP_SLEEP_MIN = "deep_sleep_min"
    RESTING_HEART_RATE = "resting_heart_rate"
    RMSSD = "rmssd"
    RR_INTERVALS = "rr_intervals"
    HEART_RATE_MEAN = "heart_rate_mean"
    HEART_RATE_MAX = "heart_rate_max"
    SESSION_RPE = "session_rpe"
    SESSION_DURATION_MIN = "session_duration_min"
    SESSION_LOAD = "session_load"
    REST_DAY = "rest_day"
    ACTIVITY_DURATION_MIN = "activity_duration_min"
    DISTANCE = "distance"
    HIGH_SPEED_DISTANCE = "high_speed_distance"
    POWER_MEAN = "power_mean"
    STEPS = "steps"
    AVAILABILITY = "availability"
    TIME_LOSS = "time_loss"
    INJURY_ONSET = "injury_onset"
    INJURY_STATUS = "injury_status"
    INJURY_SITES = "injury_sites"
    ABSENCE = "absence"
    JUMP_HEIGHT_CM = "jump_height_cm"
    BODY_WEIGHT = "body_weight"
    FLUID_GLASSES = "fluid_glasses"
    # What recordings, tests, questionnaires and diets give.
    TIME_AT_HEART_RATE = "time_at_heart_rate"
    JUMP_HEIGHT_FLIGHT_CM = "jump_height_flight_cm"
    JUMP_HEIGHT_IMPULSE_CM = "jump_height_impulse_cm"
    RSI_MODIFIED = "rsi_modified"
    JUMP_PEAK_POWER_W = "jump_peak_power_w"
    NORDIC_LEFT_N = "nordic_left_n"
    NORDIC_RIGHT_N = "nordic_right_n"
    ADDUCTION_LEFT_N = "adduction_left_n"
    ADDUCTION_RIGHT_N = "adduction_right_n"
    ABDUCTION_LEFT_N = "abduction_left_n"
    ABDUCTION_RIGHT_N = "abduction_right_n"
    OSTRC_PARTICIPATION = "ostrc_participation"
    OSTRC_VOLUME = "ostrc_volume"
    OSTRC_PERFORMANCE = "ostrc_performance"
    OSTRC_SYMPTOMS = "ostrc_symptoms"
    ENERGY_INTAKE_KCAL = "energy_intake_kcal"
    EXERCISE_ENERGY_KCAL = "exercise_energy_kcal"
    FAT_FREE_MASS_KG = "fat_free_mass_kg"

    __hash__ = str.__hash__  # as it compares; that of Enum is a call, and every reading is looked up many times


class Aggregation(StrEnum):
    """How several readings of one day become the day's number."""

    LAST = "last"
    MEAN = "mean"
    SUM = "sum"
    MAX = "max"
    NONE = "none"  # text and beat series: no number of its own in the daily table


class Shape(StrEnum):
    """What a reading's value is."""

    NUMBER = "number"
    SERIES = "series"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class StreamSpec:
    """What one stream promises about its readings.

    low, high: inclusive bounds, in `unit`; for a series they bound each element.
    bounds_from: where the bounds come from: a paper, a section of our documentation, or "ours" with the reason.
    lineage: where such a value comes from unless its source says otherwise (some agreements forbid some).
    day_of_end: True where the day is that of waking up (sleep, and what is measured over a night), False where it is
    that of starting.
    """

    unit: str
    low: float
    high: float
    bounds_from: str
    category: Category
    aggregation: Aggregation
    lineage: Lineage
    shape: Shape = Shape.NUMBER
    day_of_end: bool = False
    meaning: str = ""


_WIDE = "ours: wide enough for any person"
_NO_OR_YES = "ours: 0 is no, 1 is yes"
_TEXT = "ours: a text has no range"
_ONE_DAY = "ours: no more than one day"
_THREE = "ours: three degrees"
_HARDEST = "ours: the highest rating times the longest session"
_OSTRC = "Clarsen et al. 2020"
_FIVE_STEPS = "McLean et al. 2010"
_PULSE = "ours: catches a shifted column, wide enough for any person"


def _item(category: Category, meaning: str) -> StreamSpec:
    return StreamSpec("{score}", 1, 5, _FIVE_STEPS, category, Aggregation.LAST, Lineage.SELF_REPORT, meaning=meaning)


def _answer(
    unit: str,
    low: float,
    high: float,
    category: Category,
    meaning: str,
    aggregation: Aggregation = Aggregation.LAST,
    *,
    bounds_from: str = _WIDE,
) -> StreamSpec:
    return StreamSpec(unit, low, high, bounds_from, category, aggregation, Lineage.SELF_REPORT, meaning=meaning)


def _text(category: Category, meaning: str) -> StreamSpec:
    none = Aggregation.NONE
    return StreamSpec("1", 0, 0, _TEXT, category, none, Lineage.SELF_REPORT, Shape.TEXT, meaning=meaning)


def _test(unit: str, low: float, high: float, meaning: str, *, bounds_from: str = _WIDE) -> StreamSpec:
    return StreamSpec(unit, low, high, bounds_from, Category.TESTS, Aggregation.MEAN, Lineage.CLINICAL, meaning=meaning)


def _worn(
    unit: str,
    low: float,
    high: float,
    category: Category,
    aggregation: Aggregation,
    meaning: str,
    *,
    bounds_from: str = _WIDE,
    day_of_end: bool = False,
) -> StreamSpec:
    return StreamSpec(
        unit, low, high, bounds_from, category, aggregation, Lineage.WEARABLE, day_of_end=day_of_end, meaning=meaning
    )


def _sleep(
    unit: str, low: float, high: float, aggregation: Aggregation, meaning: str, *, bounds_from: str
) -> StreamSpec:
    return StreamSpec(
        unit, low, high, bounds_from, Category.SLEEP, aggregation, Lineage.WEARABLE, day_of_end=True, meaning=meaning
    )


def _recorded_series(
    unit: str, low: float, high: float, category: Category, meaning: str, *, bounds_from: str = _WIDE
) -> StreamSpec:
    return StreamSpec(
        unit, low, high, bounds_from, category, Aggregation.NONE, Lineage.WEARABLE, Shape.SERIES, meaning=meaning
    )


def _ostrc(meaning: str) -> StreamSpec:
    return _answer("{score}", 0, 25, Category.INJURY, f"OSTRC-H2: {meaning}, 0, 8, 17 or 25", bounds_from=_OSTRC)


def _flag(meaning: str) -> StreamSpec:
    return StreamSpec("{0:1}", 0, 1, _NO_OR_YES, Category.INJURY, Aggregation.MAX, Lineage.CLUB_RECORD, meaning=meaning)


_LOAD = Category.TRAINING_LOAD
_RPE = Lineage.SESSION_RPE

SPECS: dict[Stream, StreamSpec] = {
    Stream.READINESS: _answer(
        "{score}", 0, 10, Category.READINESS, "how ready the athlete feels, 0 to 10", bounds_from="docs/ingest.md §6.1"
    ),
    Stream.FATIGUE: _item(Category.WELLNESS, "fatigue item, 5 is best"),
    Stream.MOOD: _item(Category.WELLNESS, "mood item, 5 is best"),
    Stream.SLEEP_QUALITY: _item(Category.SLEEP, "sleep quality item, 5 is best"),
    Stream.SORENESS: _item(Category.WELLNESS, "soreness item, 5 is best"),
    Stream.SORENESS_AREA: _text(Category.WELLNESS, "SNOMED CT codes of sore areas"),
    Stream.STRESS: _item(Category.WELLNESS, "stress item, 5 is best"),
    Stream.SLEEP_DURATION_H: _answer(
        "h",
        0.25,
        24,
        Category.SLEEP,
        "sleep as the athlete reports it; the day is that of the report",
        bounds_from=_ONE_DAY,
    ),
    Stream.SLEEP_PERIOD_MIN: _sleep(
        "min", 1, 1440, Aggregation.SUM, "minutes asleep between start and end", bounds_from=_ONE_DAY
    ),
    Stream.SLEEP_EFFICIENCY: _sleep(
        "%",
        1,
        100,
        Aggregation.LAST,
        "minutes asleep per minutes in bed, times 100",
        bounds_from="ours: a share above 0",
    ),
    Stream.SLEEP_SCORE: _sleep(
        "{score}", 1, 100, Aggregation.LAST, "the maker's score; display only", bounds_from="ours: scores go to 100"
    ),
    Stream.DEEP_SLEEP_MIN: _sleep("min", 0, 720, Aggregation.SUM, "the maker's stage; display only", bounds_from=_WIDE),
    Stream.RESTING_HEART_RATE: _worn(
        "/min", 25, 120, Category.HEART, Aggregation.LAST, "resting heart rate", bounds_from=_PULSE, day_of_end=True
    ),
    Stream.RMSSD: _worn(
        "ms", 1, 400, Category.HEART, Aggregation.MEAN, "RMSSD as the app computed it", day_of_end=True
    ),
    Stream.RR_INTERVALS: StreamSpec(
        "ms",
        1,
        10_000,
        "ours: artefacts stay in their places, see docs/ingest.md §6.5",
        Category.HEART,
        Aggregation.NONE,
        Lineage.WEARABLE,
        Shape.SERIES,
        day_of_end=True,
        meaning="beat-to-beat intervals in order, artefacts left in their places",
    ),
    Stream.HEART_RATE_MEAN: _worn(
        "/min", 25, 230, Category.HEART, Aggregation.MEAN, "mean in a session", bounds_from=_PULSE
    ),
    Stream.HEART_RATE_MAX: _worn(
        "/min", 25, 230, Category.HEART, Aggregation.MAX, "maximum in a session", bounds_from=_PULSE
    ),
    Stream.SESSION_RPE: StreamSpec(
        "{score}", 0, 10, "Foster et al. 2001", _LOAD, Aggregation.MEAN, _RPE, meaning="CR10 rating of the session"
    ),
    Stream.SESSION_DURATION_MIN: StreamSpec(
        "min", 1, 900, _WIDE, _LOAD, Aggregation.SUM, _RPE, meaning="duration the athlete reports"
    ),
    Stream.SESSION_LOAD: StreamSpec(
        "{AU}", 0, 9000, _HARDEST, _LOAD, Aggregation.SUM, _RPE, meaning="rating times minutes"
    ),
    Stream.REST_DAY: _answer(
        "{0:1}", 0, 1, _LOAD, "1 where a day without training is known", Aggregation.MAX, bounds_from=_NO_OR_YES
    ),
    Stream.ACTIVITY_DURATION_MIN: _worn(
        "min", 0.1, 1440, _LOAD, Aggregation.SUM, "duration a device measured", bounds_from=_ONE_DAY
    ),
    Stream.DISTANCE: _worn("m", 0, 400_000, _LOAD, Aggregation.SUM, "distance covered"),
    Stream.HIGH_SPEED_DISTANCE: _worn("m", 0, 50_000, _LOAD, Aggregation.SUM, "distance above 5.5 m/s"),
    Stream.POWER_MEAN: _worn("W", 1, 2500, _LOAD, Aggregation.MEAN, "mean power in a session"),
    Stream.STEPS: _worn("{count}", 0, 200_000, _LOAD, Aggregation.SUM, "steps"),
    Stream.AVAILABILITY: StreamSpec(
        "1",
        0,
        1,
        "ours: a share of full training",
        Category.INJURY,
        Aggregation.LAST,
        Lineage.CLUB_RECORD,
        meaning="0 unavailable, 0.5 restricted, 1 fully available",
    ),
    Stream.TIME_LOSS: _flag("1 on a day lost to injury"),
    Stream.INJURY_ONSET: _flag("1 on the day a time-loss injury happened"),
    Stream.INJURY_STATUS: _answer(
        "{0:2}", 0, 2, Category.INJURY, "worst site: 0 none, 1 minor, 2 major", Aggregation.MAX, bounds_from=_THREE
    ),
    Stream.INJURY_SITES: _text(Category.INJURY, "reported sites with their degree"),
    Stream.ABSENCE: _flag("1 on a day away for illness, rest, selection or another reason that is not injury"),
    Stream.JUMP_HEIGHT_CM: _test("cm", 1, 120, "countermovement jump height"),
    Stream.BODY_WEIGHT: _answer("kg", 20, 250, Category.NUTRITION, "body weight"),
    Stream.FLUID_GLASSES: _answer("{count}", 0, 60, Category.NUTRITION, "glasses drunk", Aggregation.SUM),
    Stream.TIME_AT_HEART_RATE: _recorded_series(
        "s", 0, 86_400, Category.HEART, "seconds at 25, 26 ... 230 beats a minute in a session", bounds_from=_ONE_DAY
    ),
    Stream.JUMP_HEIGHT_FLIGHT_CM: _test("cm", 1, 120, "countermovement jump height from flight time"),
    Stream.JUMP_HEIGHT_IMPULSE_CM: _test("cm", 1, 120, "countermovement jump height from impulse"),
    Stream.RSI_MODIFIED: _test("m/s", 0.01, 3, "jump height per time to take-off"),
    Stream.JUMP_PEAK_POWER_W: _test("W", 100, 15_000, "peak power of a countermovement jump"),
    Stream.NORDIC_LEFT_N: _test("N", 10, 1500, "peak force of a Nordic hamstring test, left"),
    Stream.NORDIC_RIGHT_N: _test("N", 10, 1500, "peak force of a Nordic hamstring test, right"),
    Stream.ADDUCTION_LEFT_N: _test("N", 10, 1500, "peak force of hip adduction, left"),
    Stream.ADDUCTION_RIGHT_N: _test("N", 10, 1500, "peak force of hip adduction, right"),
    Stream.ABDUCTION_LEFT_N: _test("N", 10, 1500, "peak force of hip abduction, left"),
    Stream.ABDUCTION_RIGHT_N: _test("N", 10, 1500, "peak force of hip abduction, right"),
    Stream.OSTRC_PARTICIPATION: _ostrc("difficulty taking part"),
    Stream.OSTRC_VOLUME: _ostrc("training reduced"),
    Stream.OSTRC_PERFORMANCE: _ostrc("performance affected"),
    Stream.OSTRC_SYMPTOMS: _ostrc("symptoms"),
    Stream.ENERGY_INTAKE_KCAL: _answer("kcal", 0, 15_000, Category.NUTRITION, "energy eaten", Aggregation.SUM),
    Stream.EXERCISE_ENERGY_KCAL: _worn("kcal", 0, 15_000, _LOAD, Aggregation.SUM, "energy spent in training"),
    Stream.FAT_FREE_MASS_KG: _answer("kg", 20, 150, Category.NUTRITION, "fat-free mass"),
}


def spec(stream: Stream) -> StreamSpec:
    """Return what `stream` promises."""
    return SPECS[stream]
