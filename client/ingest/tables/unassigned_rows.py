"""Rows of a file of many athletes that are nobody's: they are counted under its first athlete, so none vanishes."""

from collections.abc import Mapping

from client.biometrics.quality import QualityCounters
from client.ingest.collector import Collector

_WHOLE_ROW = ("dropped:", "left_out:")


def hand_over(unassigned: QualityCounters, outs: Mapping[str, Collector]) -> None:
    """Count what was counted before a row's athlete was known; nothing where no row has one."""
    first = next(iter(outs.values()), None)
    if first is None:
        return
    report = unassigned.report()
    for code, number in report.details.items():
        if code.startswith(_WHOLE_ROW):
            first.counters.lose_rows(code, number)
        else:
            first.counters.count(code, number)
    for sentence in report.notes:
        first.counters.note(sentence)
