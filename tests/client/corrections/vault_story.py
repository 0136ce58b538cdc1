"""A vault to which things happen: imports of readings, changes by hand, undoing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from client.biometrics.observations import Observation, ReadingSource, Value, observe
from client.biometrics.streams import Stream
from client.vault.history.athlete_history import AthleteHistory
from client.vault.history.by_hand import CorrectionReason, HandReason
from client.vault.history.undoing import UndonePart, undo
from client.vault.identity import SourceRecord, told_apart
from client.vault.journal import ImportRecord, imports, record_import, reserve_import
from client.vault.records.added import Added, ImportMark
from client.vault.store import Vault, new_athlete_id
from policies.vocabulary import AthleteId

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = datetime(2026, 3, 2, tzinfo=UTC)
WHY = HandReason(NOW, "a coach", CorrectionReason.TYPING_ERROR, "canary-note")
Seen = list[tuple[object, ...]]


def reading(
    stream: Stream,
    value: Value,
    *,
    hour: float = 8,
    day: int = 0,
    minutes: float = 0,
    entry: str = "",
    cut: bool = False,
) -> Observation:
    at = DAY + timedelta(days=day, hours=hour)
    quality = ("partial_file",) if cut else ()
    made = observe(
        stream, at, value, ReadingSource("watch", "app", ""), end=at + timedelta(minutes=minutes), quality=quality
    )
    return replace(made, entry=entry)


@dataclass
class Story:
    """One athlete's vault. at: when the next import comes."""

    vault: Vault
    athlete: AthleteId
    at: datetime = NOW

    def bring(
        self, file: str, readings: Sequence[Observation], *, replaces: bool = False, device: str = "watch"
    ) -> tuple[int, Added]:
        """Import a file of this name, which also stands for its content; returns the number of the import."""
        sha = (file * 64)[:64]
        with self.vault.transaction():
            number = reserve_import(self.vault, self.athlete)
            held = [self.of_file(one, sha, device) for one in readings]
            apart = told_apart(held, _rows_of(held))
            added = self.vault.add_counted(self.athlete, apart, ImportMark(number, self.at, "operator", replaces))
            record = ImportRecord(self.at, f"{file}.csv", sha, "test", "stored", "", {}, number=number)
            record_import(self.vault, self.athlete, record)
        return number, added

    @staticmethod
    def of_file(one: Observation, sha: str, device: str = "watch") -> Observation:
        """A reading as it stands in a file."""
        return replace(one, source=replace(one.source, file_sha256=sha, device=device))

    def undo(self, *numbers: int) -> UndonePart:
        """Undo imports of this athlete."""
        (part,) = undo(self.vault, numbers, at=NOW, who="operator")
        return part

    def seen(self) -> Seen:
        """What every figure is made of: the readings that count, without the file that they came in."""
        return sorted(
            (one.stream.value, one.start, one.end, one.value, one.quality, one.source.device)
            for one in self.vault.read(self.athlete)
        )

    def history(self) -> AthleteHistory:
        """All that is stored."""
        database, number, seal = self.vault.seal_of(self.athlete)
        with database.reading() as connection:
            return AthleteHistory.read(connection, number, seal, imports(self.vault, self.athlete))


def _rows_of(readings: Sequence[Observation]) -> list[SourceRecord]:
    """One row for readings of one start, as long as no stream comes twice."""
    row, streams, start = 0, set[Stream](), None
    found = []
    for one in readings:
        if one.start != start or one.stream in streams:
            row, streams, start = row + 1, set(), one.start
        streams.add(one.stream)
        found.append(SourceRecord(row, row, one.entry))
    return found


@contextmanager
def story(vault: Vault) -> Iterator[Story]:
    """A fresh athlete, who is gone again afterwards with all that happened."""
    with vault.rehearsal():
        yield Story(vault, vault.add_athlete(new_athlete_id(), "Mara Lind", shirt_no=7).athlete)


minutes_of = partial(reading, Stream.SESSION_DURATION_MIN)
rating = partial(reading, Stream.SESSION_RPE)
mood = partial(reading, Stream.MOOD)
