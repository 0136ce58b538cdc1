"""A session of rating 0 and 0 minutes: the form's way to report a day of rest, not a session of unknown load."""

from client.biometrics.streams import Stream
from client.ingest.clock import Moment
from client.ingest.collector import Collector

SESSION = frozenset({Stream.SESSION_RPE, Stream.SESSION_DURATION_MIN})


def take_rest(out: Collector, moment: Moment) -> None:
    """Take the day of `moment` as one of rest, in place of the session's rating and minutes."""
    out.number(Stream.REST_DAY, moment, 1.0)
    out.counters.count("rest_day_reported")
