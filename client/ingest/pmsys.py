"""PMSys questionnaires as in PMData: wellness, session RPE and injury reports, all in UTC."""

import ast
from datetime import timedelta

from client.biometrics.streams import Stream
from client.ingest.cells.number_form import plain_number
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.known.export_columns import ExportColumns
from client.ingest.tables.reported_rest import take_rest
from client.ingest.text_table import read_table

APP = "pmsys"
WELLNESS_HEADER = ("effective_time_frame", "fatigue", "mood", "readiness", "sleep_quality", "soreness", "stress")
SRPE_HEADER = ("end_date_time", "perceived_exertion", "duration_min")
INJURY_HEADER = ("effective_time_frame", "injuries")

_ITEMS = (Stream.FATIGUE, Stream.MOOD, Stream.SLEEP_QUALITY, Stream.SORENESS, Stream.STRESS, Stream.SLEEP_DURATION_H)
_OF_WELLNESS = ExportColumns(
    ("effective_time_frame",), (*(stream.value for stream in _ITEMS), "readiness"), ("soreness_area",)
)
_OF_SESSIONS = ExportColumns(("end_date_time",), ("perceived_exertion", "duration_min"))
_OF_INJURIES = ExportColumns(("effective_time_frame",), others=("injuries",))
_ZERO = (0.0,)
_DEGREES = {"minor": 1.0, "major": 2.0}


def read_wellness(file: InputFile, clock: LocalClock) -> Reading:
    """Read `wellness.csv`. Zero is no answer on the 1 to 5 items and on sleep hours.

    Zero readiness is a valid answer and also the form's default: it is kept and marked `ambiguous_zero`, except
    where the whole row is zero. A second answer on one day is kept and counted; the day's last one counts.
    """
    out = Collector(file, clock, app=APP)
    days: set[object] = set()
    for row in _OF_WELLNESS.rows(read_table(file), out.counters):
        moment = clock.instant(row["effective_time_frame"], out.counters)
        if moment is None:
            continue
        day = (moment.utc + timedelta(minutes=moment.offset_min)).date()
        if day in days:
            out.counters.count("duplicate:day")
        days.add(day)
        for stream in _ITEMS:
            out.number(stream, moment, row.get(stream.value), sentinels=_ZERO)
        _take_readiness(out, moment, row)
        areas = row.get("soreness_area", "")
        out.text(Stream.SORENESS_AREA, moment, "" if areas in ("[]", "[0]") else areas)
    return out.reading()


def read_srpe(file: InputFile, clock: LocalClock) -> Reading:
    """Read `srpe.csv`: a rating and minutes per session; the session starts `duration_min` before its end.

    Rating 0 with 0 minutes is a day of rest that the athlete reports.
    """
    out = Collector(file, clock, app=APP)
    for row in _OF_SESSIONS.rows(read_table(file), out.counters):
        end = clock.instant(row["end_date_time"], out.counters)
        if end is None:
            continue
        minutes = _number(row["duration_min"])
        if minutes == 0.0 and _number(row["perceived_exertion"]) == 0.0:
            take_rest(out, end)
            continue
        out.begin_record(f"end {end.utc.isoformat()}")  # minutes may be corrected, and the start moves with them
        start = end if minutes is None else end.plus(timedelta(minutes=-minutes))
        if minutes is None or not row["perceived_exertion"]:
            out.counters.count("incomplete_session")
        out.number(Stream.SESSION_RPE, start, row["perceived_exertion"], end=end.utc)
        out.number(Stream.SESSION_DURATION_MIN, start, row["duration_min"], end=end.utc, sentinels=_ZERO)
    return out.reading()


def read_injury(file: InputFile, clock: LocalClock) -> Reading:
    """Read `injury.csv`: the worst degree of all reported sites, 0 for an empty report, and the sites as text."""
    out = Collector(file, clock, app=APP)
    for row in _OF_INJURIES.rows(read_table(file), out.counters):
        moment = clock.instant(row["effective_time_frame"], out.counters)
        sites = _sites(row["injuries"])
        if moment is None:
            continue
        if sites is None or not set(sites.values()) <= set(_DEGREES):
            out.counters.count("dropped:report_unreadable")
            continue
        out.number(Stream.INJURY_STATUS, moment, max((_DEGREES[degree] for degree in sites.values()), default=0.0))
        out.text(Stream.INJURY_SITES, moment, ", ".join(f"{site}: {degree}" for site, degree in sorted(sites.items())))
        out.counters.count("reports_with_injury" if sites else "reports_without_injury")
    return out.reading()


def _take_readiness(out: Collector, moment: Moment, row: dict[str, str]) -> None:
    answer = row["readiness"]
    if _number(answer) != 0.0:
        out.number(Stream.READINESS, moment, answer)
        return
    out.counters.count("ambiguous_zero:readiness")
    if all(_number(row.get(stream.value, "")) == 0.0 for stream in _ITEMS):
        out.counters.count("all_zero_row")
        out.number(Stream.READINESS, moment, answer, sentinels=_ZERO)
    else:
        out.number(Stream.READINESS, moment, answer, quality=("ambiguous_zero",))


def _number(text: str) -> float | None:
    value = plain_number(text)
    return value if value is not None and 0 <= value <= 1440 else None


def _sites(text: str) -> dict[str, str] | None:
    """Parse dict text such as {'right_knee': 'minor'}; literals only, nothing is evaluated."""
    try:
        value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    if not isinstance(value, dict) or not all(isinstance(k, str) and isinstance(v, str) for k, v in value.items()):
        return None
    return value
