"""The readings from which the columns of the daily table are made."""

from collections.abc import Mapping
from datetime import date

from client.biometrics.observations import Observation
from client.biometrics.streams import Stream

ByStream = Mapping[Stream, Mapping[date, list[Observation]]]
"""The readings of each stream, by local day."""
