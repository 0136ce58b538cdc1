"""What is said of a whole file of many athletes: rows that are nobody's, columns, sheets.

It is counted under the first label, and stands beside every one, so that none of it goes where the first is not taken.
"""

from collections.abc import Mapping
from dataclasses import replace

from client.biometrics.quality import QualityCounters
from client.errors import UnreadableFile
from client.ingest.collector import Collector

MOST_LABEL = 200  # ours: characters of what names an athlete
_WHOLE_ROW = ("dropped:", "left_out:")
_TOO_LONG = "dropped:label_too_long"


def names_somebody(label: str, unassigned: QualityCounters, *, rows: int = 1) -> bool:
    """True for what can name an athlete; rows with a longer label are counted, for they are nobody's."""
    if len(label) <= MOST_LABEL:
        return True
    unassigned.count(_TOO_LONG, rows)
    return False


def hand_over(unassigned: QualityCounters, outs: Mapping[str, Collector]) -> None:
    """Count what was counted before a row's athlete was known; raises UnreadableFile where no row has one.

    All that a reader says of the whole file must be in `unassigned` by then.
    """
    report = unassigned.report()
    first = next(iter(outs.values()), None)
    if first is None:
        if report.rows:
            raise _refused(report.details, report.rows)
        return
    lost = sum(number for code, number in report.details.items() if code.startswith(_WHOLE_ROW))
    for out in outs.values():
        out.of_file = replace(report, rows=lost, kept=0)
    for code, number in report.details.items():
        if code.startswith(_WHOLE_ROW):
            first.counters.lose_rows(code, number)
        else:
            first.counters.count(code, number)
    first.counters.ledger.take_places(unassigned.ledger)
    for sentence in report.notes:
        first.counters.note(sentence)


def _refused(details: Mapping[str, int], rows: int) -> UnreadableFile:
    if _TOO_LONG in details:
        refused = UnreadableFile(f"no row names its athlete in at most {MOST_LABEL} characters; correct that column")
    else:
        refused = UnreadableFile("every row has more or fewer cells than the header; columns cannot be told apart")
    refused.rows = rows
    return refused
