"""What the journal of imports keeps of a file: rows, readings of each stream, and why some gave nothing."""

from collections import Counter
from dataclasses import asdict
from typing import Final

from client.biometrics.row_account import STORED_DIFFERENTLY
from client.biometrics.streams import SPECS
from client.ingest.results.import_result import ImportResult
from client.vault.journal import OF_CATEGORY, OF_STREAM, WHY

_SAID: Final = ("dropped:", "missing:", "sentinel:")


def journal_counts(result: ImportResult, *, replaces: bool) -> dict[str, int]:
    """Return the counts of an entry; they hold no value. replaces: whether the import sets stored readings aside."""
    report, account = result.report, result.account
    # The list of imports may not tell whether the vault holds a row's value or another in its place.
    differing = account.dropped.get(STORED_DIFFERENTLY, 0)
    categories = Counter[str]()
    for stream, number in result.held.items():
        categories[SPECS[stream].category.value] += number
    return {
        **{key: value for key, value in asdict(report).items() if isinstance(value, int)},
        "added": result.added,
        "rows_kept": account.kept,
        "rows_dropped": sum(account.dropped.values()) - differing,
        "rows_known": account.duplicates + differing,
        **({"replaced": result.replaced} if replaces else {}),
        **{f"{OF_CATEGORY}{category}": number for category, number in sorted(categories.items())},
        **{f"{OF_STREAM}{stream.value}": number for stream, number in sorted(result.held.items())},
        **{f"{WHY}{code}": n for code, n in sorted(report.details.items()) if code.startswith(_SAID)},
    }
