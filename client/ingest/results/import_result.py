"""What became of one file, for one athlete."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from client.biometrics.quality import QualityReport
from client.biometrics.row_account import RowAccount
from client.biometrics.streams import Stream
from client.ingest.results.days_before import UNCHANGED, ChangedDays
from client.ingest.results.unused_figures import UnusedFigures
from client.vault.journal import SET_ASIDE, FileStatus
from policies.vocabulary import AthleteId


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of one file, for one athlete (None where no athlete of the vault was concerned).

    account: what became of the athlete's rows. others: rows that are nobody's here, told once a file. replaced: stored
    readings that were set aside by a replacing import. number: of the import on this node; None where it is nobody's.
    has_refused_others: whether some of those rows were refused for another reason. name: the athlete's, where the file
    is of several. held: how many readings the file has of each stream, stored before or not.
    file_sha256: of a file of which readings were taken. unused: what of it no figure uses, once the import is over.
    changed: which days of the athlete come from another source since the import, or are lost; with the last file that
    changed any.
    """

    file_name: str
    reader: str
    status: FileStatus
    reason: str
    athlete: AthleteId | None
    added: int
    report: QualityReport
    account: RowAccount = field(default_factory=RowAccount)
    others: RowAccount = field(default_factory=RowAccount)
    replaced: int = 0
    number: int | None = None
    held: Mapping[Stream, int] = field(default_factory=dict)
    has_refused_others: bool = False
    name: str = ""
    file_sha256: str = ""
    unused: tuple[UnusedFigures, ...] = ()
    changed: ChangedDays = UNCHANGED

    @property
    def is_failure(self) -> bool:
        """True for a file that was quarantined, and for one of which nothing was kept."""
        return self.status in SET_ASIDE
