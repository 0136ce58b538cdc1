"""Columns of a table that nothing is read from: they are named, for one of them may have been meant."""

from collections.abc import Collection, Sequence

from client.biometrics.quality import QualityCounters
from client.ingest.cells.cycle_names import is_about_cycle
from client.ingest.cells.shown_names import shown_names


def note_unread(counters: QualityCounters, header: Sequence[str], read: Collection[str]) -> None:
    """Name the columns that are not among those read; what is about the cycle is not named either."""
    unread = [name for name in dict.fromkeys(header) if name and name not in read and not is_about_cycle(name)]
    if unread:
        counters.note(f"columns that are not read: {shown_names(unread)}")
