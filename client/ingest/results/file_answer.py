"""What an import answers about each file: one entry, whatever athletes it has rows of."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from client.biometrics.row_account import RowAccount
from client.ingest.cells.shown_names import shown_names
from client.ingest.results.clock_words import notes_of
from client.ingest.results.import_result import ImportResult
from client.ingest.results.import_status import together
from client.ingest.results.reasons import in_words, missing_in_words
from client.ingest.results.unused_figures import added_up
from client.ingest.results.unused_figures import in_words as in_words_of_unused
from client.vault.journal import FileStatus

STATUSES = ("stored", "partial", "nothing_kept", "skipped", "quarantined")
TABLE_COLUMNS = ("File", "Status", "Rows", "Kept", "Dropped", "Known", "New", "Cells refused", "Clock")


class FileAnswer:
    """The results of one file: one for each athlete it has rows of."""

    def __init__(self, results: Sequence[ImportResult]) -> None:
        self.results = results
        self.first = results[0]
        self.status = _status(results)
        self.account = _total(results)
        self.added = sum(one.added for one in results)
        self.replaced = sum(one.replaced for one in results)
        self.reason = _reason(results)
        self.notes = list(notes_of((one.report for one in results), self.account))

    @property
    def why(self) -> str:
        """The reason, or which rows were left out of a file that is stored whole but for them."""
        return self.reason or in_words({}, self.account.dropped, self.account.where)

    @property
    def missing(self) -> str:
        """What has no value in the file, in words; "" where nothing is missing."""
        return missing_in_words(self._details)

    @property
    def _details(self) -> Counter[str]:
        return sum((Counter(one.report.details) for one in self.results), Counter[str]())

    def as_json(self) -> dict[str, Any]:
        """Return the file's entry; rows = kept + all dropped + duplicates."""
        counts = Counter[str]()
        for one in self.results:
            counts.update({name: n for name, n in asdict(one.report).items() if isinstance(n, int)})
        notes = [*self.notes, *unused_in_words([self]), *changed_in_words([self])]
        return {
            "file": self.first.file_name,
            "status": self.status,
            "reader": self.first.reader,
            "reason": self.reason,
            "rows": self.account.rows,
            "kept": self.account.kept,
            "dropped": dict(sorted(self.account.dropped.items())),
            "duplicates": self.account.duplicates,
            "where": where_as_json(self.account),
            "notes": notes,
            "lost": lost_as_json(self.results),
            "added": self.added,
            "replaced": self.replaced,
            "imports": [one.number for one in self.results if one.number is not None],
            "athletes": [one.athlete for one in self.results if one.athlete is not None],
            "file_name": self.first.file_name,
            "athlete": self.first.athlete if len(self.results) == 1 else None,
            "report": {**counts, "details": dict(sorted(self._details.items())), "notes": notes},
        }

    def as_row(self) -> tuple[str, ...]:
        """Return the file's line of the table."""
        many = len(self.results) > 1
        name = f"{self.first.file_name} ({len(self.results)} athletes)" if many else self.first.file_name
        account, reports = self.account, [one.report for one in self.results]
        numbers = (account.rows, account.kept, sum(account.dropped.values()), account.duplicates, self.added)
        cells = sum(report.dropped for report in reports), sum(report.clock for report in reports)
        return (name, self.status, *map(str, (*numbers, *cells)))


def _status(results: Sequence[ImportResult]) -> FileStatus:
    """Return the status of the file: none of its rows was refused where it is stored, whoever they are of."""
    status = together([one.status for one in results])
    return "partial" if status == "stored" and any(one.has_refused_others for one in results) else status


def _reason(results: Sequence[ImportResult]) -> str:
    """Return the reasons; of several athletes each with the names of those of whom it is true."""
    of_reason: dict[str, list[str]] = {}
    for one in results:
        of_reason.setdefault(one.reason, []).append(one.name)
    others = [in_words({}, one.others.dropped, one.others.where) for one in results if one.has_refused_others]
    if len(of_reason) == 1:
        return "; ".join(filter(None, (*of_reason, *others)))
    told = [f"{shown_names(names)}: {reason}" for reason, names in of_reason.items() if reason]
    return ". ".join((*told, *others))


def _total(results: Sequence[ImportResult]) -> RowAccount:
    found = RowAccount()
    for one in results:
        found = found.plus(one.account).plus(one.others)
    return found


def where_as_json(account: RowAccount) -> dict[str, list[dict[str, int | None]]]:
    """Return where the first rows of each reason stand: the row as a spreadsheet numbers it, and the sheet, or null."""
    return {
        reason: [{"sheet": one.sheet or None, "row": one.row} for one in rows]
        for reason, rows in sorted(account.where.items())
    }


def answers(files: Sequence[Sequence[ImportResult]]) -> list[FileAnswer]:
    """Return one answer for each file."""
    return [FileAnswer(results) for results in files]


def unused_in_words(files: Sequence[FileAnswer]) -> list[str]:
    """Return a sentence, without its end, for each kind of figures of which some are stored and not used."""
    results = (result for file in files for result in file.results)
    return list(map(in_words_of_unused, added_up(one for result in results for one in result.unused)))


def changed_in_words(files: Sequence[FileAnswer]) -> list[str]:
    """Return a sentence, without its end, for streams whose days come from another source now, and for lost figures."""
    results = (result for file in files for result in file.results)
    return [f"{f'{one.name}: ' if one.name else ''}{text}" for one in results for text in one.changed.texts]


def lost_as_json(results: Iterable[ImportResult]) -> list[dict[str, Any]]:
    """Return the figures that are not known any more, by athlete and the days of which they were."""
    return [lost.as_json(one.athlete) for one in results for lost in one.changed.lost]


def ranges_in_words(numbers: Sequence[int]) -> str:
    """Return for example "import 43" or "imports 43 to 45, 47"."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if not runs or runs[-1][-1] + 1 != number:
            runs.append([])
        runs[-1].append(number)
    said = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)
    return f"{'import' if len(numbers) == 1 else 'imports'} {said}"


def summary(files: Sequence[FileAnswer]) -> dict[str, Any]:
    """Return the JSON answer: how many files have each status, and an entry for each."""
    statuses = Counter[str](file.status for file in files)
    return {
        "added": sum(file.added for file in files),
        "replaced": sum(file.replaced for file in files),
        **{name: statuses[name] for name in STATUSES},
        "files": [file.as_json() for file in files],
    }
