"""Backups in a folder: their names, and for how long each is kept. Whoever is erased is readable in them until then."""

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from chassis.files.durable_write import sync_folder

KEPT_FOR: Final = timedelta(days=35)  # ours: five weekly ones, and a month that nobody looked at
SUFFIX: Final = ".tar.age"
_MOMENT: Final = "%Y%m%dT%H%M%SZ"
_PART: Final = ".part"


@dataclass(frozen=True, slots=True)
class BackupSeries:
    """The backups of one program's folder. Files of any other name are nobody's to delete."""

    program: str
    service: str

    def name(self, moment: datetime) -> str:
        """Return the name of the backup of a moment."""
        return f"{self._prefix}{moment.astimezone(UTC):{_MOMENT}}{SUFFIX}"

    def part_name(self, moment: datetime) -> str:
        """Return the name of a backup that is being written."""
        return f".{self.name(moment)}{_PART}"

    def delete_old(self, folder: Path, *, now: datetime) -> tuple[str, ...]:
        """Delete this series' backups that are older than 35 days, and what was cut off; returns the former's names."""
        old = [path for path in folder.iterdir() if (at := self._moment(path.name)) is not None and now - at > KEPT_FOR]
        cut_off = [path for path in folder.iterdir() if self._is_part(path.name)]
        for path in (*old, *cut_off):
            path.unlink(missing_ok=True)
        sync_folder(folder)
        return tuple(sorted(path.name for path in old))

    @property
    def _prefix(self) -> str:
        return f"{self.program}-{self.service[:16]}-"

    def _moment(self, name: str) -> datetime | None:
        if not name.startswith(self._prefix) or not name.endswith(SUFFIX):
            return None
        with contextlib.suppress(ValueError):
            return datetime.strptime(name[len(self._prefix) : -len(SUFFIX)], _MOMENT).replace(tzinfo=UTC)
        return None

    def _is_part(self, name: str) -> bool:
        return name.startswith(f".{self._prefix}") and name.endswith(_PART)


def opens_until(now: datetime) -> datetime:
    """Return until when a backup made before `now` may exist, and so open what is deleted now."""
    return now + KEPT_FOR
