"""The real files as pandas reads them: what happened on each local day, written a second time and independently."""

import ast
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

ZONE = "Europe/Oslo"
ITEMS = ("fatigue", "mood", "sleep_quality", "soreness", "stress")


def days_between(first: pd.Timestamp, last: pd.Timestamp) -> pd.DatetimeIndex:
    """Every calendar day of a range."""
    return pd.date_range(first, last, freq="D")


def local_day(utc: pd.Series) -> pd.Series:
    """The calendar day in Oslo of instants in UTC."""
    return pd.to_datetime(utc, utc=True, format="ISO8601").dt.tz_convert(ZONE).dt.tz_localize(None).dt.normalize()


def session_load(path: Path) -> pd.Series:
    """Load of each day with a session [AU]: rating times minutes, on the day on which it began."""
    table = pd.read_csv(path)
    end = pd.to_datetime(table["end_date_time"], utc=True, format="ISO8601")
    told = table.dropna(subset=["perceived_exertion", "duration_min"]).index
    begun = (end - pd.to_timedelta(table["duration_min"], unit="min"))[told]
    load = (table["perceived_exertion"] * table["duration_min"])[told]
    return load.groupby(begun.dt.tz_convert(ZONE).dt.tz_localize(None).dt.normalize()).sum()


def answers(path: Path) -> pd.DataFrame:
    """The last answer of each day to each item; 0 is none, also of readiness where the whole row is 0."""
    table = pd.read_csv(path)
    names = [*ITEMS, "sleep_duration_h"]
    whole = (table[names] == 0).all(axis=1)
    table["readiness"] = table["readiness"].where(~((table["readiness"] == 0) & whole))
    table[names] = table[names].where(table[names] != 0)
    table.index = local_day(table["effective_time_frame"])
    ordered = table.iloc[np.argsort(table["effective_time_frame"].to_numpy(), kind="stable")]
    return ordered[[*names, "readiness"]].astype(float).groupby(level=0).last()


def resting_pulse(path: Path) -> pd.Series:
    """Resting heart rate of each day; 0 is none."""
    rows = [(one["dateTime"], one["value"]["value"]) for one in json.loads(path.read_text())]
    found = pd.Series([value for _, value in rows], index=pd.to_datetime([at for at, _ in rows], format="mixed"))
    return found[found != 0].groupby(level=0).last()


def main_sleep(path: Path) -> pd.DataFrame:
    """Minutes and the hour of the middle of each day's main sleep, joined over gaps of two hours at most."""
    table = pd.DataFrame(json.loads(path.read_text()))[
        ["logId", "startTime", "endTime", "minutesAsleep", "mainSleep"]
    ].drop_duplicates("logId")
    for name in ("startTime", "endTime"):
        table[name] = pd.to_datetime(table[name].str.replace("T", " "), format="mixed")
    table["endTime"] = _by_the_clock_of(table["startTime"], table["endTime"])
    table = table[(table["minutesAsleep"] > 0) & (table["endTime"] > table["startTime"])]
    night = table[table["mainSleep"]].sort_values(["startTime", "endTime"])
    reach = night["endTime"].cummax().shift()
    number = (night["startTime"] - reach > pd.Timedelta(minutes=120)).cumsum()
    ends = {"start": ("startTime", "min"), "end": ("endTime", "max"), "asleep": ("minutesAsleep", "sum")}
    joined = night.groupby(number).agg(**ends)
    joined["asleep"] = joined["asleep"].clip(upper=(joined["end"] - joined["start"]).dt.total_seconds() / 60)
    joined["day"] = (joined["end"] - pd.Timedelta(microseconds=1)).dt.normalize()
    middle = joined["start"] + (joined["end"] - joined["start"]) / 2
    joined["early"] = middle < joined["day"] + pd.Timedelta(hours=12)
    joined["hour"] = middle.dt.hour + middle.dt.minute / 60 + middle.dt.second / 3600
    joined["long"] = joined["asleep"] >= 180
    able = joined[joined["early"] | joined["long"]]
    best = able.sort_values(["long", "early", "asleep", "start"]).groupby("day").tail(1)
    return best.set_index("day")[["asleep", "hour"]].sort_index()


def _by_the_clock_of(start: pd.Series, end: pd.Series) -> pd.Series:
    """The ends by the clock of the starts: on the night of a change of time both are told by the same one."""
    begun, over = (
        part.dt.tz_localize(ZONE, ambiguous=True, nonexistent="shift_forward").dt.tz_convert("UTC").dt.tz_localize(None)
        for part in (start, end)
    )
    return over + (start - begun)


def rmssd(path: Path, *, time: str, value: str) -> pd.Series:
    """RMSSD of each day with a morning reading [ms], the mean of several."""
    table = pd.read_csv(path)
    if "Type" in table:
        table = table[table["Type"] == "readiness"]
    told = pd.to_datetime(table[time].str.replace(" +0000", "+00:00"), format="mixed")
    day = told.dt.tz_convert(ZONE).dt.tz_localize(None) if told.dt.tz is not None else told
    found = table[value].astype(float)
    return found[found > 0].groupby(day.dt.normalize()).mean()


def observed_readiness(path: Path) -> dict[int, pd.Series]:
    """Readiness that players answered, by player and day."""
    table = pd.read_csv(path, parse_dates=["date"])
    told = table[table["observed"].astype(str) == "True"]
    return {int(player): rows.set_index("date")["readiness"].sort_index() for player, rows in told.groupby("player")}


def injured(path: Path) -> Sequence[str]:
    """The sites of the reports that name any."""
    return [site for text in pd.read_csv(path)["injuries"] for site in ast.literal_eval(text)]
