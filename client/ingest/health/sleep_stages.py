"""Stages of sleep, put together to sleeps: minutes asleep and of deep sleep, and the share of the time in bed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from client.biometrics.streams import Stream
from client.ingest.clock import Moment
from client.ingest.collector import Collector

GAP = timedelta(minutes=120)  # docs/indices.md §4.5
LONGEST = timedelta(hours=24)  # ours: a longer stage is no stage

ASLEEP, DEEP, AWAKE, IN_BED = "asleep", "deep", "awake", "in_bed"
"""What a stage is: deep is asleep too."""


@dataclass(frozen=True, slots=True)
class SleepStage:
    """One stage from start to end (both with the offset of start)."""

    start: Moment
    end: Moment
    kind: str


def take_sleeps(out: Collector, stages: Iterable[SleepStage]) -> None:
    """Take the sleeps that the stages of one source make; one without a minute asleep gives nothing."""
    for sleep in _sleeps(stages):
        asleep = _minutes(sleep, ASLEEP, DEEP)
        if not asleep:
            continue
        kinds = {stage.kind for stage in sleep}
        told = [stage for stage in sleep if stage.kind in (ASLEEP, DEEP)]
        start, end = min(stage.start for stage in told), max(stage.end for stage in told)
        out.begin_record()
        out.number(Stream.SLEEP_PERIOD_MIN, start, asleep, end=end.utc)
        in_bed = _minutes(sleep, IN_BED) or (_minutes(sleep, ASLEEP, DEEP, AWAKE) if AWAKE in kinds else 0.0)
        if in_bed >= asleep:
            out.number(Stream.SLEEP_EFFICIENCY, start, 100.0 * asleep / in_bed, end=end.utc)
        if DEEP in kinds:
            out.number(Stream.DEEP_SLEEP_MIN, start, _minutes(sleep, DEEP), end=end.utc)


def _sleeps(stages: Iterable[SleepStage]) -> list[list[SleepStage]]:
    """Put stages together that are at most two hours apart."""
    found: list[list[SleepStage]] = []
    until = None
    for stage in sorted(stages, key=lambda one: one.start):
        if not timedelta(0) < stage.end.utc - stage.start.utc <= LONGEST:
            continue
        if until is None or stage.start.utc - until > GAP:
            found.append([])
        found[-1].append(stage)
        until = stage.end.utc if until is None or len(found[-1]) == 1 else max(until, stage.end.utc)
    return found


def _minutes(sleep: Iterable[SleepStage], *kinds: str) -> float:
    """Minutes that any stage of these kinds covers; what two of them cover counts once."""
    seconds, until = timedelta(0), None
    for stage in sleep:
        if stage.kind in kinds:
            start = stage.start.utc if until is None else max(stage.start.utc, until)
            seconds += max(stage.end.utc - start, timedelta(0))
            until = stage.end.utc if until is None else max(until, stage.end.utc)
    return seconds / timedelta(minutes=1)
