"""FIT files of days and nights: steps, resting heart rate, overnight variability, beats, sleep and body mass."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from client.biometrics.streams import Stream
from client.errors import NotUsed
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.mapped_csv import NOBODY
from client.ingest.sessions.fit.activity import APP, device_of, note_defects
from client.ingest.sessions.fit.container import FitContent, FitFields, read_messages
from client.ingest.sessions.fit.placing import offset_min
from client.ingest.sessions.recorded_session import take_intervals

_ON_FOOT = ("walking", "running")
_STEPS_PER_CYCLE = 2  # FIT profile: cycles of walking and running are pairs of steps
_ASLEEP = ("light", "deep", "rem")
_LONGEST_STAGE = timedelta(hours=4)  # ours: a longer one is a gap in the recording
_EPOCH_S = int(datetime(1989, 12, 31, tzinfo=UTC).timestamp())  # FIT profile: times count from here


def read_wellness(file: InputFile, clock: LocalClock) -> Reading:
    """Read all-day monitoring, a night's variability, beats or sleep; raises NotUsed where none of them is there."""
    content = read_messages(file.whole())
    out = Collector(file, clock, app=APP, device=device_of(content))
    taken = [kind for kind in _TAKEN if content.of(kind)]
    if not taken:
        raise NotUsed("a FIT file without steps, resting heart rate, variability, beats or sleep")
    out.counters.rows = sum(len(content.of(kind)) for kind in taken)
    note_defects(out, content)
    place = _placing(out, content)
    for kind in taken:
        _TAKEN[kind](out, content, place)
    return out.reading()


def read_weights(file: InputFile, clock: LocalClock, label: str | None) -> dict[str, Reading]:
    """Read body mass, one reading per person of the scale: two people in one file are never one.

    label: the person's number on the scale, or None for all.
    """
    content = read_messages(file.whole())
    people: dict[str, list[FitFields]] = defaultdict(list)
    for message in content.of("weight_scale"):
        people[str(message.get("user_profile_index", NOBODY))].append(message)
    if len(people) == 1:
        people = defaultdict(list, {NOBODY: next(iter(people.values()))})
    return {
        person: _weights(file, clock, content, messages)
        for person, messages in people.items()
        if label in (None, person) or len(people) == 1
    }


def _weights(file: InputFile, clock: LocalClock, content: FitContent, messages: list[FitFields]) -> Reading:
    out = Collector(file, clock, app=APP, device=device_of(content))
    note_defects(out, content)
    place = _placing(out, content)
    for message in messages:
        out.counters.rows += 1
        moment = place(message.get("timestamp"))
        if moment is not None:
            weight = message.get("weight")
            out.number(Stream.BODY_WEIGHT, moment, weight if isinstance(weight, int | float) else None)
    return out.reading()


_Place = Callable[[Any], Moment | None]


def _placing(out: Collector, content: FitContent) -> _Place:
    """Return what places a time: with the offset that the file gives, else in the athlete's zone, counted once."""
    messages = (*content.of("monitoring_info"), *content.of("activity"))
    told = next((one for one in messages if "local_timestamp" in one), {})
    offset = offset_min(out, told.get("local_timestamp"), told.get("timestamp"))
    state = {"is_said": False}

    def place(time: Any) -> Moment | None:
        if not isinstance(time, datetime):
            out.counters.count("dropped:time_relative")
            return None
        if offset is None and not state["is_said"]:
            state["is_said"] = True
            return out.clock.placed(time.astimezone(UTC), out.counters)
        found = out.clock.at(time.astimezone(UTC), out.counters)
        return found if found is None or offset is None else Moment(found.utc, offset)

    return place


def _take_steps(out: Collector, content: FitContent, place: _Place) -> None:
    """Take the steps of each local day: what the counters of walking and running rose by in this file.

    A counter begins at 0 at local midnight; a file that begins later in the day states it where it begins.
    """
    counted: dict[date, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    times: dict[date, list[Moment]] = defaultdict(list)
    for time, message in _dated(content):
        steps = _steps_of(message)
        if steps is None or (moment := place(time)) is None:
            continue
        ended = moment.utc + timedelta(minutes=moment.offset_min) - timedelta(seconds=1)
        counted[ended.date()][str(message["activity_type"])].append(steps)
        times[ended.date()].append(moment)
    began = min((day for day in counted), default=None)
    for day, kinds in counted.items():
        starts = _begins_at_midnight(content, place) if day == began else True
        rise = sum(max(values) - (0.0 if starts else values[0]) for values in kinds.values())
        first, last = min(times[day]), max(times[day])
        out.number(Stream.STEPS, first, rise, end=last.utc)


def _steps_of(message: FitFields) -> float | None:
    if message.get("activity_type") not in _ON_FOOT:
        return None
    steps, cycles = message.get("steps"), message.get("cycles")
    if isinstance(steps, int | float):
        return float(steps)
    return cycles * _STEPS_PER_CYCLE if isinstance(cycles, int | float) else None


def _begins_at_midnight(content: FitContent, place: _Place) -> bool:
    first = next((one.get("timestamp") for one in content.of("monitoring_info")), None)
    moment = place(first) if isinstance(first, datetime) else None
    return moment is not None and (moment.utc + timedelta(minutes=moment.offset_min)).time().hour == 0


def _dated(content: FitContent) -> Iterator[tuple[datetime, FitFields]]:
    """Yield the monitoring messages with their times; a short time is the last 16 bits of the seconds."""
    base = next((one["timestamp"] for one in content.of("monitoring_info") if "timestamp" in one), None)
    for message in content.of("monitoring"):
        time, short = message.get("timestamp"), message.get("timestamp_16")
        if isinstance(time, datetime):
            base = time
        elif isinstance(base, datetime) and isinstance(short, int):
            seconds = int(base.timestamp()) - _EPOCH_S
            base = base + timedelta(seconds=(short - seconds) & 0xFFFF)
        else:
            continue
        yield base, message


def _take_resting(out: Collector, content: FitContent, place: _Place) -> None:
    """Take the day's own resting heart rate; the other field is the maker's mean of seven days."""
    days: dict[date, tuple[Moment, Any]] = {}
    for message in content.of("monitoring_hr_data"):
        moment = place(message.get("timestamp"))
        if moment is not None and "current_day_resting_heart_rate" in message:
            day = (moment.utc + timedelta(minutes=moment.offset_min)).date()
            days[day] = moment, message["current_day_resting_heart_rate"]
    for moment, value in days.values():
        cell = value if isinstance(value, int | float) else None
        out.number(Stream.RESTING_HEART_RATE, moment, cell, sentinels=(0.0,))


def _take_status(out: Collector, content: FitContent, place: _Place) -> None:
    """Take the night's mean RMSSD as the device gives it."""
    for message in content.of("hrv_status_summary"):
        moment = place(message.get("timestamp"))
        if moment is not None and isinstance(message.get("last_night_average"), int | float):
            out.number(Stream.RMSSD, moment, message["last_night_average"], sentinels=(0.0,))


def _take_values(out: Collector, content: FitContent, place: _Place) -> None:
    """Take the mean of the night's five-minute values, where the file does not give it itself."""
    if any("last_night_average" in one for one in content.of("hrv_status_summary")):
        return
    known = [one for one in content.of("hrv_value") if isinstance(one.get("value"), int | float) and one["value"] > 0]
    moments = [moment for one in known if (moment := place(one.get("timestamp"))) is not None]
    if moments:
        mean = sum(float(one["value"]) for one in known) / len(known)
        out.number(Stream.RMSSD, min(moments), mean, end=max(moments).utc)


def _take_beats(kind: str) -> Callable[[Collector, FitContent, _Place], None]:
    def take(out: Collector, content: FitContent, place: _Place) -> None:
        messages = content.of(kind)
        start = place(messages[0].get("timestamp"))
        times = [one.get("time") for one in messages]
        flat = [value for time in times for value in (time if isinstance(time, tuple | list) else (time,))]
        intervals = [float(value) for value in flat if isinstance(value, int | float) and value > 0]
        if start is not None and intervals:
            take_intervals(out, start, intervals, quality=())

    return take


def _take_sleep(out: Collector, content: FitContent, place: _Place) -> None:
    """Take the minutes asleep: a stage lasts until the next one is written."""
    stages = [
        (moment, str(one.get("sleep_level")))
        for one in content.of("sleep_level")
        if (moment := place(one.get("timestamp"))) is not None
    ]
    minutes: dict[str, float] = defaultdict(float)
    for (start, stage), (end, _) in pairwise(stages):
        if timedelta(0) < end.utc - start.utc <= _LONGEST_STAGE:
            minutes[stage] += (end.utc - start.utc) / timedelta(minutes=1)
    if len(stages) < 2:
        return
    start, end = stages[0][0], stages[-1][0]
    asleep, in_bed = sum(minutes[stage] for stage in _ASLEEP), (end.utc - start.utc) / timedelta(minutes=1)
    if out.number(Stream.SLEEP_PERIOD_MIN, start, asleep, end=end.utc) and in_bed > 0:
        out.number(Stream.SLEEP_EFFICIENCY, start, 100.0 * asleep / in_bed, end=end.utc)
        out.number(Stream.DEEP_SLEEP_MIN, start, minutes["deep"], end=end.utc)
    for one in content.of("sleep_assessment"):
        score = one.get("overall_sleep_score")
        out.number(Stream.SLEEP_SCORE, end, score if isinstance(score, int | float) else None, sentinels=(0.0,))


_TAKEN: dict[str, Callable[[Collector, FitContent, _Place], None]] = {
    "monitoring": _take_steps,
    "monitoring_hr_data": _take_resting,
    "hrv_status_summary": _take_status,
    "hrv_value": _take_values,
    "beat_intervals": _take_beats("beat_intervals"),
    "raw_bbi": _take_beats("raw_bbi"),
    "sleep_level": _take_sleep,
}
