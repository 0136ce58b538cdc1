"""Times in recordings as XML and text: with an offset, in UTC (then the local time is not known), or local."""

from datetime import UTC, datetime, timedelta

from client.biometrics.quality import QualityCounters
from client.ingest.clock import LocalClock, Moment


def parsed_time(text: str | None) -> datetime | None:
    """Return a time as it is written, with its offset or without; None where it is none."""
    try:
        return datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None


def started(text: str | None, clock: LocalClock, counters: QualityCounters) -> Moment | None:
    """Place the start of a recording; a time in UTC is placed in the athlete's zone, which is counted."""
    found = parsed_time(text)
    if found is None:
        counters.count("dropped:time_unreadable")
        return None
    if found.tzinfo is not None and found.utcoffset() == timedelta(0):
        return clock.placed(found.astimezone(UTC), counters)
    return clock.of(found, counters)


def seconds_of(text: str | None) -> float | None:
    """Return a time as seconds since 1970, to be compared with others of its file only; None where it is none."""
    found = parsed_time(text)
    if found is None:
        return None
    try:
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
