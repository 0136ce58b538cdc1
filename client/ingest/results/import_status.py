"""The status of a file that was read, told from what became of its rows."""

from collections.abc import Sequence

from client.biometrics.quality import QualityReport
from client.biometrics.row_account import STORED_DIFFERENTLY, RowAccount
from client.ingest.results.reasons import in_words
from client.vault.journal import FileStatus

KNOWN_ALREADY = "known already; every row that gives a reading is stored"
DIFFERS = "the stored values are kept; it may be another person's file or a corrected export; --replace takes that"
BY_HAND = "the stored values are kept, for those of the file were called wrong by hand"
NO_ROWS = "it holds no rows"


def judged(account: RowAccount, report: QualityReport, *, replaces: bool = False) -> tuple[FileStatus, str]:
    """Return the status, and in words why the file is not stored whole.

    skipped: nothing of it is new, be it known already or stored with another value; that is kept sealed beside.
    partial: rows or cells were refused, or the file was cut off; what was left out as asked, and what is missing, makes
    no file partial. replaces: whether the file's values took the place of stored ones, except of what was done by hand.
    """
    if account.kept and (report.dropped or "partial_file" in report.details):
        return "partial", in_words(report.details, account.dropped, account.where) or "the file was cut off"
    if account.kept:
        return "stored", ""
    if differing := account.dropped.get(STORED_DIFFERENTLY):
        rows = "1 row is" if differing == 1 else f"{differing} rows are"
        return "skipped", f"{rows} stored differently; {BY_HAND if replaces else DIFFERS}"
    if account.duplicates:
        return "skipped", KNOWN_ALREADY
    if not account.rows:
        return "skipped", NO_ROWS
    return "nothing_kept", f"no row gave a reading; {in_words(report.details, account.dropped, account.where)}"


def together(statuses: Sequence[FileStatus]) -> FileStatus:
    """Return the status of a file that several athletes have rows of."""
    if len(set(statuses)) == 1:
        return statuses[0]
    return "partial" if {"partial", "nothing_kept"} & set(statuses) else "stored"
