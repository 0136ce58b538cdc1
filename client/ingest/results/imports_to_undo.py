"""Which imports of a run `imports undo` is to take back, so that the vault is as it was before the run."""

from collections import defaultdict
from collections.abc import Sequence

from client.ingest.results.file_answer import FileAnswer
from client.ingest.results.import_result import ImportResult
from client.vault.history.undoing import without_repeats
from client.vault.store import Vault
from policies.vocabulary import AthleteId


def imports_to_undo(vault: Vault, files: Sequence[FileAnswer]) -> dict[AthleteId, list[int]]:
    """Return the numbers of the imports that left anything in the vault, by athlete; raises UnknownAthlete.

    Values that were not taken are kept sealed, and values that were known already stay when their first import is
    undone: those imports are among them. One that only repeats a file from before the run is not, as undoing it would
    undo the earlier import, and goes with that one.
    """
    run: dict[AthleteId, dict[int, ImportResult]] = defaultdict(dict)
    for one in (result for file in files for result in file.results):
        if one.athlete is not None and one.number is not None and (one.held or one.replaced):
            run[one.athlete][one.number] = one
    found = {athlete: _left_by(vault, athlete, results) for athlete, results in run.items()}
    return {athlete: numbers for athlete, numbers in found.items() if numbers}


def _left_by(vault: Vault, athlete: AthleteId, results: dict[int, ImportResult]) -> list[int]:
    bringing = {number for number, one in results.items() if one.added or one.replaced}
    if len(bringing) == len(results):
        return sorted(bringing)
    return sorted(bringing.union(without_repeats(vault, athlete, results)))
