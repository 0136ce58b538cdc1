"""The streams a node can hold: unit, valid range, consent category and how a day is made of readings.

Units are UCUM codes (https://ucum.org); `{score}` and `{AU}` are UCUM annotations without dimension.
Ranges are gates against broken files (a shifted column, a wrong unit), not opinions about people.
"""

from enum import StrEnum

from client.biometrics.stream_spec import (
    HARDEST,
    NO_OR_YES,
    ONE_DAY,
    PULSE,
    THREE,
    WIDE,
    Aggregation,
    Shape,
    StreamSpec,
    answer,
    flag,
    item,
    low_is_good,
    ostrc_item,
    recorded,
    slept,
    trial,
    worn,
    written,
)
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
    # What recordings and health exports give.
    SPRINT_DISTANCE = "sprint_distance"
    ACCELERATIONS = "accelerations"
    DECELERATIONS = "decelerations"
    TIME_AT_HEART_RATE = "time_at_heart_rate"
    TIME_AT_SPEED = "time_at_speed"
    LAP_DURATIONS = "lap_durations"
    LAP_DISTANCES = "lap_distances"
    LAP_HEART_RATES = "lap_heart_rates"
    SDNN = "sdnn"
    # What tables of wellness, tests, food and health problems give; each scale and method is a stream of its own.
    HOOPER_SLEEP = "hooper_sleep"
    HOOPER_FATIGUE = "hooper_fatigue"
    HOOPER_STRESS = "hooper_stress"
    HOOPER_SORENESS = "hooper_soreness"
    INTERVALS_SLEEP_QUALITY = "intervals_sleep_quality"
    INTERVALS_FATIGUE = "intervals_fatigue"
    INTERVALS_STRESS = "intervals_stress"
    INTERVALS_SORENESS = "intervals_soreness"
    INTERVALS_MOOD = "intervals_mood"
    INTERVALS_MOTIVATION = "intervals_motivation"
    JUMP_HEIGHT_IMPULSE_CM = "jump_height_impulse_cm"
    JUMP_HEIGHT_FLIGHT_CM = "jump_height_flight_cm"
    RSI_MODIFIED = "rsi_modified"
    TIME_TO_TAKEOFF = "time_to_takeoff"
    JUMP_PEAK_POWER = "jump_peak_power"
    SPRINT_5M = "sprint_5m"
    SPRINT_10M = "sprint_10m"
    SPRINT_20M = "sprint_20m"
    SPRINT_30M = "sprint_30m"
    SPRINT_40M = "sprint_40m"
    NORDIC_LEFT = "nordic_left"
    NORDIC_RIGHT = "nordic_right"
    ADDUCTION_LEFT = "adduction_left"
    ADDUCTION_RIGHT = "adduction_right"
    ABDUCTION_LEFT = "abduction_left"
    ABDUCTION_RIGHT = "abduction_right"
    ENERGY_INTAKE = "energy_intake"
    PROTEIN = "protein"
    CARBOHYDRATE = "carbohydrate"
    FLUID = "fluid"
    ALCOHOL = "alcohol"
    ALCOHOL_DAY = "alcohol_day"
    MEALS = "meals"
    OSTRC_SCORE = "ostrc_score"
    OSTRC_PARTICIPATION = "ostrc_participation"
    OSTRC_VOLUME = "ostrc_volume"
    OSTRC_PERFORMANCE = "ostrc_performance"
    OSTRC_SYMPTOMS = "ostrc_symptoms"
    EXERCISE_ENERGY = "exercise_energy"
    FAT_FREE_MASS = "fat_free_mass"
    HEALTH_EPISODE = "health_episode"

    __hash__ = str.__hash__  # as it compares; that of Enum is a call, and every reading is looked up many times


_LOAD = Category.TRAINING_LOAD
_WELL, _FOOD = Category.WELLNESS, Category.NUTRITION
_HOOPER, _INTERVALS = "Hooper and Mackinnon 1995", "docs/ingest.md §6.20"
_FORCE, _SIDES, _SPRINTS = "peak force of one leg", ("left", "right"), (5, 10, 20, 30, 40)
_PACE, _OSTRC = "ours: from 13 m/s to 0.5 m/s", "Clarsen et al. 2020"
_RPE = Lineage.SESSION_RPE

SPECS: dict[Stream, StreamSpec] = {
    Stream.READINESS: answer(
        "{score}", 0, 10, Category.READINESS, "how ready the athlete feels, 0 to 10", bounds_from="docs/ingest.md §6.1"
    ),
    Stream.FATIGUE: item(Category.WELLNESS, "fatigue item, 5 is best"),
    Stream.MOOD: item(Category.WELLNESS, "mood item, 5 is best"),
    Stream.SLEEP_QUALITY: item(Category.SLEEP, "sleep quality item, 5 is best"),
    Stream.SORENESS: item(Category.WELLNESS, "soreness item, 5 is best"),
    Stream.SORENESS_AREA: written(Category.WELLNESS, "sore areas: SNOMED CT codes, or names of own answers"),
    Stream.STRESS: item(Category.WELLNESS, "stress item, 5 is best"),
    Stream.SLEEP_DURATION_H: answer(
        "h",
        0.25,
        24,
        Category.SLEEP,
        "sleep as the athlete reports it; the day is that of the report",
        bounds_from=ONE_DAY,
    ),
    Stream.SLEEP_PERIOD_MIN: slept(
        "min", 1, 1440, Aggregation.SUM, "minutes asleep between start and end", bounds_from=ONE_DAY
    ),
    Stream.SLEEP_EFFICIENCY: slept(
        "%",
        1,
        100,
        Aggregation.LAST,
        "minutes asleep per minutes in bed, times 100",
        bounds_from="ours: a share above 0",
    ),
    Stream.SLEEP_SCORE: slept(
        "{score}", 1, 100, Aggregation.LAST, "the maker's score; display only", bounds_from="ours: scores go to 100"
    ),
    Stream.DEEP_SLEEP_MIN: slept("min", 0, 720, Aggregation.SUM, "the maker's stage; display only", bounds_from=WIDE),
    Stream.RESTING_HEART_RATE: worn(
        "/min", 25, 120, Category.HEART, Aggregation.LAST, "resting heart rate", bounds_from=PULSE, day_of_end=True
    ),
    Stream.RMSSD: worn("ms", 1, 400, Category.HEART, Aggregation.MEAN, "RMSSD as the app computed it", day_of_end=True),
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
    Stream.HEART_RATE_MEAN: worn(
        "/min", 25, 230, Category.HEART, Aggregation.MEAN, "mean in a session", bounds_from=PULSE
    ),
    Stream.HEART_RATE_MAX: worn(
        "/min", 25, 230, Category.HEART, Aggregation.MAX, "maximum in a session", bounds_from=PULSE
    ),
    Stream.SESSION_RPE: StreamSpec(
        "{score}", 0, 10, "Foster et al. 2001", _LOAD, Aggregation.MEAN, _RPE, meaning="CR10 rating of the session"
    ),
    Stream.SESSION_DURATION_MIN: StreamSpec(
        "min", 1, 900, WIDE, _LOAD, Aggregation.SUM, _RPE, meaning="duration the athlete reports"
    ),
    Stream.SESSION_LOAD: StreamSpec(
        "{AU}", 0, 9000, HARDEST, _LOAD, Aggregation.SUM, _RPE, meaning="rating times minutes"
    ),
    Stream.REST_DAY: answer(
        "{0:1}", 0, 1, _LOAD, "1 where a day without training is known", Aggregation.MAX, bounds_from=NO_OR_YES
    ),
    Stream.ACTIVITY_DURATION_MIN: worn(
        "min", 0.1, 1440, _LOAD, Aggregation.SUM, "duration a device measured", bounds_from=ONE_DAY
    ),
    Stream.DISTANCE: worn("m", 0, 400_000, _LOAD, Aggregation.SUM, "distance covered"),
    Stream.HIGH_SPEED_DISTANCE: worn("m", 0, 50_000, _LOAD, Aggregation.SUM, "distance above 5.5 m/s"),
    Stream.POWER_MEAN: worn("W", 1, 2500, _LOAD, Aggregation.MEAN, "mean power in a session"),
    Stream.STEPS: worn("{count}", 0, 200_000, _LOAD, Aggregation.SUM, "steps"),
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
    Stream.TIME_LOSS: flag("1 on a day lost to injury"),
    Stream.INJURY_ONSET: flag("1 on the day a time-loss injury happened"),
    Stream.INJURY_STATUS: answer(
        "{0:2}", 0, 2, Category.INJURY, "worst site: 0 none, 1 minor, 2 major", Aggregation.MAX, bounds_from=THREE
    ),
    Stream.INJURY_SITES: written(Category.INJURY, "reported sites with their degree"),
    Stream.ABSENCE: flag("1 on a day away for illness, rest, selection or another reason that is not injury"),
    Stream.JUMP_HEIGHT_CM: trial("cm", 1, 120, "countermovement jump height"),
    Stream.BODY_WEIGHT: answer("kg", 20, 250, Category.NUTRITION, "body weight"),
    Stream.FLUID_GLASSES: answer("{count}", 0, 60, Category.NUTRITION, "glasses drunk", Aggregation.SUM),
    # What recordings and health exports give.
    Stream.SPRINT_DISTANCE: worn("m", 0, 50_000, _LOAD, Aggregation.SUM, "distance above 7.0 m/s"),
    Stream.ACCELERATIONS: worn("{count}", 0, 5000, _LOAD, Aggregation.SUM, "speed rises by 3 m/s2 or more"),
    Stream.DECELERATIONS: worn("{count}", 0, 5000, _LOAD, Aggregation.SUM, "speed falls by 3 m/s2 or more"),
    Stream.TIME_AT_HEART_RATE: recorded("s", 86_400, Category.HEART, "seconds at 25, 26 ... 230 a minute", ONE_DAY),
    Stream.TIME_AT_SPEED: recorded("s", 86_400, _LOAD, "seconds in bands of 0.5 m/s, the last from 12", ONE_DAY),
    Stream.LAP_DURATIONS: recorded("s", 86_400, _LOAD, "duration of each lap", ONE_DAY),
    Stream.LAP_DISTANCES: recorded("m", 400_000, _LOAD, "distance of each lap", WIDE),
    Stream.LAP_HEART_RATES: recorded("/min", 230, Category.HEART, "mean heart rate of each lap", PULSE, 25),
    Stream.SDNN: worn("ms", 1, 400, Category.HEART, Aggregation.MEAN, "SDNN as the app computed it", day_of_end=True),
    # What tables of wellness, tests, food and health problems give; each scale and method is a stream of its own.
    Stream.HOOPER_SLEEP: low_is_good("sleep", 7, Category.SLEEP, _HOOPER),
    **{Stream(f"hooper_{item}"): low_is_good(item, 7, _WELL, _HOOPER) for item in ("fatigue", "stress", "soreness")},
    Stream.INTERVALS_SLEEP_QUALITY: low_is_good("sleep quality", 4, Category.SLEEP, _INTERVALS),
    **{
        Stream(f"intervals_{item}"): low_is_good(item, 4, _WELL, _INTERVALS)
        for item in ("fatigue", "stress", "soreness", "mood", "motivation")
    },
    Stream.JUMP_HEIGHT_IMPULSE_CM: trial("cm", 1, 120, "jump height from take-off velocity"),
    Stream.JUMP_HEIGHT_FLIGHT_CM: trial("cm", 1, 120, "jump height from flight time"),
    Stream.RSI_MODIFIED: trial("m/s", 0.01, 3, "jump height per time to take-off"),
    Stream.TIME_TO_TAKEOFF: trial("s", 0.1, 3, "from the first movement to take-off"),
    Stream.JUMP_PEAK_POWER: trial("W/kg", 5, 150, "peak power of a jump per body mass"),
    **{Stream(f"sprint_{m}m"): trial("s", m / 13, 2 * m, f"time over {m} m", bounds_from=_PACE) for m in _SPRINTS},
    **{Stream(f"nordic_{side}"): trial("N", 20, 1500, f"Nordic curl, {_FORCE}") for side in _SIDES},
    **{Stream(f"adduction_{side}"): trial("N", 10, 1500, f"hip adduction, {_FORCE}") for side in _SIDES},
    **{Stream(f"abduction_{side}"): trial("N", 10, 1500, f"hip abduction, {_FORCE}") for side in _SIDES},
    Stream.ENERGY_INTAKE: answer("kcal", 0, 20_000, _FOOD, "energy eaten on a day"),
    Stream.PROTEIN: answer("g", 0, 1000, _FOOD, "protein eaten on a day"),
    Stream.CARBOHYDRATE: answer("g", 0, 3000, _FOOD, "carbohydrate eaten on a day"),
    Stream.FLUID: answer("mL", 0, 20_000, _FOOD, "fluid drunk on a day"),
    Stream.ALCOHOL: answer("g", 0, 1000, _FOOD, "alcohol drunk on a day"),
    Stream.ALCOHOL_DAY: answer("{0:1}", 0, 1, _FOOD, "1 on a day with alcohol", bounds_from=NO_OR_YES),
    Stream.MEALS: answer("{count}", 0, 12, _FOOD, "meals eaten on a day"),
    Stream.OSTRC_SCORE: answer("{score}", 0, 100, Category.INJURY, "OSTRC-H2 score of a week", bounds_from=_OSTRC),
    Stream.OSTRC_PARTICIPATION: ostrc_item("difficulty taking part"),
    Stream.OSTRC_VOLUME: ostrc_item("training reduced"),
    Stream.OSTRC_PERFORMANCE: ostrc_item("performance affected"),
    Stream.OSTRC_SYMPTOMS: ostrc_item("symptoms"),
    Stream.EXERCISE_ENERGY: worn("kcal", 0, 15_000, _LOAD, Aggregation.SUM, "energy spent in training"),
    Stream.FAT_FREE_MASS: answer("kg", 20, 150, _FOOD, "fat-free mass"),
    Stream.HEALTH_EPISODE: written(Category.INJURY, "one health problem: kind, return and body area"),
}
