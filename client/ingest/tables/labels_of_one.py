"""Several labels of one athlete, as two spellings of a name or one sheet a week: their rows are those of one file."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from client.ingest.input_file import Reading
from client.vault.identity import SourceRecord, told_apart
from policies.vocabulary import AthleteId


def of_each_owner(readings: Mapping[str, Reading], owners: Mapping[str, AthleteId]) -> dict[AthleteId, Reading]:
    """Return what a file holds of each athlete. Two of its rows are two sessions, whichever label each has."""
    found: dict[AthleteId, list[Reading]] = defaultdict(list)
    for label, owner in owners.items():
        found[owner].append(readings[label])
    return {owner: held[0] if len(held) == 1 else _joined(held) for owner, held in found.items()}


def _joined(readings: Sequence[Reading]) -> Reading:
    first, *others = readings
    observations, records = list(first.observations), list(first.records)
    report, ledger = first.report, first.ledger
    for other in others:
        last = max((record.number for record in records), default=0)
        observations += other.observations
        records += [_later(record, ledger.rows, last + 1) for record in other.records]
        report, ledger = report.plus(other.report), ledger.followed_by(other.ledger)
    apart = told_apart([replace(one, entry="") for one in observations], records)
    return Reading(apart, report, tuple(records), ledger, first.of_file)


def _later(record: SourceRecord, rows: int, number: int) -> SourceRecord:
    return record._replace(row=rows + record.row, number=number + record.number)
