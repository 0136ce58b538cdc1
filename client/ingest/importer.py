"""Files into the vault: each file is read, stored and journalled on its own, so that one bad file harms no other."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from client.biometrics.observations import Observation
from client.biometrics.quality import QualityReport
from client.biometrics.row_account import RowAccount
from client.biometrics.sessions import OF_SESSIONS
from client.errors import NotUsed, UnreadableFile
from client.features.days.other_sources import OtherSources
from client.ingest.archives.members import ArchiveMember, members
from client.ingest.cells.whole_names import by_whole_name, plain_name
from client.ingest.clock import LocalClock
from client.ingest.input_file import DAMAGES, InputFile, Reading, paths_below
from client.ingest.mapped_csv import NOBODY
from client.ingest.mapping import Mapping as CsvMapping
from client.ingest.preview.file_reading import MAPPED, read_file
from client.ingest.preview.people_columns import unread_people
from client.ingest.results.days_before import DaysBefore
from client.ingest.results.import_result import ImportResult
from client.ingest.results.import_status import NO_ROWS, judged
from client.ingest.results.journal_counts import journal_counts
from client.ingest.results.labels_not_taken import NOBODY_HERE, not_taken
from client.ingest.results.unused_of_import import with_unused
from client.ingest.tables.labels_of_one import of_each_owner
from client.vault.history.reading_states import ReadingState, stored_readings
from client.vault.journal import (
    OPERATOR,
    SET_ASIDE,
    FileStatus,
    ImportRecord,
    record_import,
    reserve_import,
)
from client.vault.records.added import Added, ImportMark
from client.vault.set_aside import is_taken_now, set_aside
from client.vault.store import Vault
from policies.vocabulary import AthleteId

_LEFT_OUT = frozenset({"sheet_left_out", "sentinel:row_left_out"})
_WERE_TAKEN = frozenset(ReadingState) - {ReadingState.NOT_TAKEN}
ANOTHERS = (
    "its rows name another athlete of this node; import it without --athlete, or say with --player that they are theirs"
)
OF_SEVERAL = (
    'its column {column} holds names of athletes of this node, and the mapping does not read it; say "athlete" with '
    "that column in the mapping, or null where all rows are of one athlete"
)


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whose data the files hold.

    athlete: for files of one athlete. player: which player of a file of many is that athlete.
    players: labels in a file of many, and the athlete each stands for; labels that are athletes' own ids
    need no entry.
    """

    athlete: AthleteId | None = None
    player: str | None = None
    players: Mapping[str, AthleteId] | None = None


def find_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files named and the files inside the folders named, hidden ones left out, in a fixed order.

    Pipes, sockets and devices are left out: reading one would wait for ever.
    """
    found: dict[Path, None] = {}
    for path in paths:
        inside = paths_below(path) if path.is_dir() else [path]
        hidden = {child for child in inside if any(part.startswith(".") for part in child.relative_to(path).parts)}
        found.update(dict.fromkeys(child for child in inside if child not in hidden and _is_read(child)))
    return list(found)


def _is_read(path: Path) -> bool:
    """True for a file, and for a link to nowhere, which then is told to be unreadable."""
    return path.is_file() or not path.exists()


@dataclass(frozen=True, slots=True)
class Importer:
    """Reads files and stores what they hold.

    who: who imports them. replaces: readings of these files take the place of what the same source holds for the same
    times. before: where it is to be told which days come from another source then, or are lost.
    """

    vault: Vault
    clock: LocalClock
    attribution: Attribution
    mapping: CsvMapping | None = None
    who: str = OPERATOR
    replaces: bool = False
    before: DaysBefore | None = None
    others: OtherSources = field(default_factory=OtherSources, init=False, repr=False, compare=False)

    def take_all(self, paths: Iterable[Path], on_file: Callable[[Path], None] = lambda _: None) -> list[ImportResult]:
        """Import every file and return a result per file and athlete; `on_file` is called after each file."""
        return [result for results in self.take_files(paths, on_file) for result in results]

    def take_files(
        self, paths: Iterable[Path], on_file: Callable[[Path], None] = lambda _: None
    ) -> list[list[ImportResult]]:
        """Import every file and return the results of each; `on_file` is called after each file.

        What of them no figure uses is noted at the end, when all of them are stored.
        """
        found: list[list[ImportResult]] = []
        for path in paths:
            found.extend(self._take_member(member) for member in members(path))
            on_file(path)
        return with_unused(self.vault, found, self.before)

    def take(self, path: Path) -> list[ImportResult]:
        """Import one file, or the files of an archive; what goes wrong is an outcome, never an exception."""
        return [result for member in members(path) for result in self._take_member(member)]

    def _take_member(self, member: ArchiveMember) -> list[ImportResult]:
        file = member.name
        try:
            file = member.opened()
            name, readings = read_file(file, self.clock, mapping=self.mapping, player=self.attribution.player)
            owners = self.owners_of(file, name, readings)
        except NotUsed as error:
            return [self._refused(file, "skipped", str(error))]
        except UnreadableFile as error:
            return [self._refused(file, "quarantined", str(error), _refused_rows(error.rows))]
        except DAMAGES:
            return [self._refused(file, "quarantined", "cannot be read to its end; copy or export it again")]
        return self.store(file, name, readings, owners)

    def store(
        self, file: InputFile, name: str, readings: Mapping[str, Reading], owners: Mapping[str, AthleteId]
    ) -> list[ImportResult]:
        """Store what a reader of this name made of a file: of each label that has an owner, and of no other."""
        left_out = {label: reading for label, reading in readings.items() if label not in owners}
        others, notes = _account_of_others(left_out.values()), self._notes_on_others(tuple(left_out))
        of_file = _untold(readings, owners)
        if not owners:
            return [self._refused(file, "nothing_kept", NOBODY_HERE, others, (*of_file.notes, *notes))]
        held = of_each_owner(readings, owners)
        names = self.vault.names() if len(held) > 1 else {}
        found = [
            replace(self._store(file, name, owner, reading, notes), name=names.get(owner, ""))
            for owner, reading in held.items()
        ]
        report, refused = found[0].report.plus(of_file), _have_refused(left_out.values())
        return [replace(found[0], report=report, others=others, has_refused_others=refused), *found[1:]]

    def owners_of(self, file: InputFile, reader: str, readings: Mapping[str, Reading]) -> dict[str, AthleteId]:
        """Return the athlete of each label of a file; raises UnreadableFile also for athletes whom nothing reads."""
        is_of_one = reader == MAPPED and set(readings) == {NOBODY}
        if is_of_one and self.mapping is not None and "athlete" not in self.mapping.model_fields_set:
            names = by_whole_name((one.athlete, one.name) for one in self.vault.athletes())
            found = unread_people(file, self.mapping, names)
            if found is not None and any(names[name] != self.attribution.athlete for name in found[1]):
                refused = UnreadableFile(OF_SEVERAL.format(column=found[0]))
                refused.rows = readings[NOBODY].report.rows
                raise refused
        return self.owners(readings)

    def owners(self, readings: Mapping[str, Reading]) -> dict[str, AthleteId]:
        """Return the athlete of each label; raises UnreadableFile when it is not clear whose data it is."""
        athlete, player = self.attribution.athlete, self.attribution.player
        if not readings:
            raise NotUsed(NO_ROWS)
        if set(readings) == {NOBODY}:
            if athlete is None:
                raise UnreadableFile("it does not say whose data it holds; name the athlete with --athlete")
            return {NOBODY: athlete}
        people = self.vault.athletes()
        known: dict[str, AthleteId] = {one.athlete: one.athlete for one in people}
        names = by_whole_name((one.athlete, one.name) for one in people)
        if athlete is None:
            said = self.attribution.players or {}
            found = {label: said.get(label) or known.get(label) or names.get(plain_name(label)) for label in readings}
            return {label: owner for label, owner in found.items() if owner is not None}
        if player is not None:
            if player not in readings:
                raise UnreadableFile("it holds no rows of the player named with --player")
            return {player: athlete}
        told = {label: known.get(label) or names.get(plain_name(label)) for label in readings}
        own = [label for label, owner in told.items() if owner == athlete]
        if own:
            return dict.fromkeys(own, athlete)
        if len(readings) > 1:
            raise UnreadableFile(f"it holds {len(readings)} athletes; say which with --player or --players")
        if any(told.values()):
            raise UnreadableFile(ANOTHERS)
        return dict.fromkeys(readings, athlete)

    def _notes_on_others(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Name those who are not taken; whoever may see every name here learns which of them may be meant."""
        if not labels or self.who != OPERATOR:
            return not_taken(labels)
        people = self.vault.athletes()
        if self.attribution.athlete is None:
            return not_taken(labels, [one.name for one in people])
        names = by_whole_name((one.athlete, one.name) for one in people)
        known = {one.athlete for one in people}
        return not_taken(labels, here={one for one in labels if one in known or plain_name(one) in names})

    def _store(
        self, file: InputFile, reader: str, owner: AthleteId, reading: Reading, notes: tuple[str, ...]
    ) -> ImportResult:
        with self.vault.transaction():
            if self.before is not None:
                self.before.note(owner, reading.observations)
            mark = self._mark(owner, reader, reading)
            stored = self._add(file, owner, reading, mark)
            account = reading.ledger.account(reading.rows_of, stored.known, stored.differing)
            report = reading.report.with_stored(
                added=stored.added,
                duplicate=stored.duplicate,
                conflicting=stored.conflicting,
                corrected=stored.corrected,
                unclear=stored.unclear + stored.otherwise.beside,
                answered_again=stored.answered_again,
                replaces=self.replaces,
                moved=stored.otherwise.rows,
                left=stored.otherwise.left,
            )
            if stored.added:
                report = self.others.told(owner, reading.observations, report, stored=lambda: self._sessions(owner))
            report = replace(report, notes=(*report.notes, *notes))
            status, reason = judged(account, report, replaces=self.replaces)
            added, replaced = stored.added, stored.replaced
            outcome = ImportResult(
                *(file.shown, reader, status, reason, owner, added, report, account),
                replaced=replaced,
                number=mark.number,
                held=Counter(one.stream for one in reading.observations),
                file_sha256=file.sha256,
            )
            self._journal(file, owner, outcome)
        return outcome

    def _mark(self, owner: AthleteId, reader: str, reading: Reading) -> ImportMark:
        left_out = _LEFT_OUT & {*reading.report.details, *reading.of_file.details}
        number = reserve_import(self.vault, owner)
        return ImportMark(number, self.clock.now, self.who, self.replaces, not left_out, reader == MAPPED)

    def _sessions(self, owner: AthleteId) -> list[Observation]:
        return self.vault.read(owner, sorted(OF_SESSIONS))

    def _add(self, file: InputFile, owner: AthleteId, reading: Reading, mark: ImportMark) -> Added:
        """Store the readings and return what that did."""
        observations = reading.observations
        if "clock:time_of_import" in reading.report.details:
            observations = self._at_the_first_import(owner, file, observations)
        return self.vault.add_counted(owner, observations, mark)

    def _refused(
        self,
        file: InputFile,
        status: FileStatus,
        reason: str,
        account: RowAccount = RowAccount(),
        notes: tuple[str, ...] = (),
    ) -> ImportResult:
        owner = self.attribution.athlete
        outcome = ImportResult(file.shown, "", status, reason, owner, 0, QualityReport(notes=notes), account)
        if owner is None:
            return outcome
        with self.vault.transaction():
            numbered = replace(outcome, number=reserve_import(self.vault, owner))
            self._journal(file, owner, numbered)
        return numbered

    def _journal(self, file: InputFile, owner: AthleteId, outcome: ImportResult) -> None:
        """Record what became of the file; one that was set aside before and is stored now no longer is set aside."""
        if outcome.status in SET_ASIDE:
            about = {"file_name": file.name, "sha256": file.sha256, "reason": outcome.reason}
            set_aside(self.vault, owner, **about, at=self.clock.now)
        elif outcome.held:
            is_taken_now(self.vault, file.sha256)
        record = ImportRecord(
            at=self.clock.now,
            file_name=file.shown,
            file_sha256=file.sha256,
            reader=outcome.reader,
            status=outcome.status,
            reason=outcome.reason,
            counts=journal_counts(outcome, replaces=self.replaces),
            who=self.who,
            number=outcome.number or 0,
        )
        record_import(self.vault, owner, record)

    def _at_the_first_import(
        self, owner: AthleteId, file: InputFile, observations: Sequence[Observation]
    ) -> tuple[Observation, ...]:
        """Place readings whose only time is that of their import where the vault has them from an earlier one."""
        streams = sorted({one.stream for one in observations})
        held = {
            one.reading.stream: one.reading
            for one in stored_readings(self.vault, owner, streams=streams, states=_WERE_TAKEN)
            if one.reading.source.file_sha256 == file.sha256
        }
        return tuple(_placed_as(one, held.get(one.stream, one)) for one in observations)


def _placed_as(reading: Observation, held: Observation) -> Observation:
    length = reading.end - reading.start
    return replace(reading, start=held.start, end=held.start + length, offset_min=held.offset_min)


def _untold(readings: Mapping[str, Reading], owners: Mapping[str, AthleteId]) -> QualityReport:
    """Return what was said of the whole file, where the first label, whose report has it, is nobody's."""
    first = next(iter(readings), None)
    return QualityReport() if first is None or first in owners else readings[first].of_file


def _refused_rows(rows: int) -> RowAccount:
    return RowAccount(dropped={"file_refused": rows} if rows else {})


def _account_of_others(readings: Iterable[Reading]) -> RowAccount:
    """Account for the rows of athletes who are not on this node, or not asked for."""
    found = RowAccount()
    for reading in readings:
        found = found.plus(reading.ledger.account(reading.rows_of, ()).left_out("athlete_not_taken"))
    return found


def _have_refused(readings: Iterable[Reading]) -> bool:
    """True where rows were refused for what stands in them, not for whose they are."""
    return any(
        f"dropped:{reason}" in reading.report.details
        for reading in readings
        for reason in reading.ledger.account(reading.rows_of, ()).dropped
    )
