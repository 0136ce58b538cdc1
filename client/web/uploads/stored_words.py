"""A file that was taken in, in the words of the list of imports: rows, and what each column gave.

It follows from the file alone: rows that were stored before count like those that were new.
"""

from collections.abc import Set

from chassis.text import plural
from client.biometrics.streams import SPECS
from client.uploads.contents import MEDICAL_ALONE, ColumnAccount, column_accounts
from client.uploads.import_kinds import kind_of
from client.vault.journal import ImportRecord
from client.web.access import PageAccess
from client.web.uploads.stream_words import stream_name
from client.web.uploads.words import why_words
from policies.vocabulary import AthleteId, Category


def is_open(access: PageAccess, athlete: AthleteId, record: ImportRecord) -> bool:
    """True where every category of a file is shown of this athlete now."""
    categories = held_categories(record)
    return categories is not None and categories <= access.of(athlete)


def held_categories(record: ImportRecord) -> frozenset[Category] | None:
    """Return what a file held; where that is not recorded, all that a file of its kind can hold."""
    return record.categories or kind_of(record.reader).categories


def rows_words(record: ImportRecord) -> str:
    """Return for example "412 rows: 407 gave figures"; "" where the rows are not noted."""
    kept, left_out, known = (record.counts.get(f"rows_{kind}") for kind in ("kept", "dropped", "known"))
    if kept is None or left_out is None or known is None:
        return ""
    gave = kept + known
    if not gave + left_out:
        return ""
    return f"{plural(gave + left_out, 'row', 'rows')}: {gave:,} gave figures"


def column_words(record: ImportRecord, seen: Set[Category]) -> tuple[str, ...]:
    """Return for each figure of a file how many were kept and refused, and why.

    seen: the categories of the athlete that are shown now; of what the medical team alone brings nothing is said to
    anybody who may not see it.
    """
    accounts = column_accounts({stream: {"": held} for stream, held in record.of_streams.items()}, [record.details])
    return tuple(_column(one) for one in accounts if SPECS[one.stream].category not in MEDICAL_ALONE - seen)


def _column(one: ColumnAccount) -> str:
    refused = sum(one.refused.values())
    told = f"{stream_name(one.stream)}: {one.kept:,} kept"
    return f"{told}, {refused:,} refused; {why_words(one)}" if refused or one.missing else told
