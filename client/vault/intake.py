"""Taking readings into one athlete's store: new, known already, corrected, or in conflict with what is stored."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from client.biometrics.observations import Observation
from client.biometrics.sessions import MEASURED, OF_SESSIONS, has_only_a_date, has_source_id
from client.biometrics.streams import Stream
from client.vault.codec import key_of_start, natural_key
from client.vault.identity import HeldRow, beside_held, place_of
from client.vault.records.added import Added, ImportMark
from client.vault.records.answers import AnswersGivenAgain
from client.vault.records.claims import Claims, ImportClaims, fingerprint
from client.vault.records.counting import CountingReadings
from client.vault.records.episode_days import EpisodeDays, follows_episodes, is_episode
from client.vault.records.former import ChangeKind, FormerReading, FormerReadings, ReadingChange
from client.vault.records.hand_acts import HandActs
from client.vault.records.held_record import HeldRecord
from client.vault.records.precedence import Precedence, completes, is_same, kept_before, kind_of_change, verdict
from client.vault.records.read_otherwise import (
    FileRow,
    ReadOtherwise,
    local_midnights,
    read_otherwise,
    rows_of,
    stored_rows,
)
from client.vault.records.renaming import RecordRenaming
from client.vault.records.same_times import at_same_times, of_same_files
from client.vault.seal import Seal

MOST_PLACES = 1000  # ours: rows of one start and source; more are no sessions of one athlete


class Intake:
    """One call of storing, inside a transaction. `take` decides reading by reading, `_write` stores.

    mark: the import that brings the readings; without one they belong to no import, and none can take them out again.
    """

    def __init__(
        self, connection: sqlite3.Connection, athlete: int, seal: Seal, mark: ImportMark | None = None
    ) -> None:
        self._connection, self._athlete, self._seal, self._mark = connection, athlete, seal, mark
        self._replaces = mark is not None and mark.replaces
        self._counting = CountingReadings(connection, athlete, seal)
        self._former = FormerReadings(connection, athlete, seal)
        self._with_former = self._former.keys()
        self._acts = HandActs(connection, athlete, seal)
        self._looked_up: dict[bytes, HeldRecord | None] = {}
        self._fresh: dict[bytes, Observation] = {}
        self._renamed: dict[bytes, Observation] = {}
        self._set_aside: dict[bytes, list[FormerReading]] = defaultdict(list)
        self._gone: list[bytes] = []
        self._taken_out: set[bytes] = set()
        self._brought_back: set[bytes] = set()
        self._claims: dict[bytes, bytes] = {}
        self._claims_before: dict[bytes, tuple[bytes, ...]] = {}
        self._again = AnswersGivenAgain(())
        self._kept_before: set[int] = set()
        self._differing: set[int] = set()
        self._corrected: Counter[datetime] = Counter()
        self._conflicting = self._unclear = self._replaced = 0

    def take(self, observations: Iterable[Observation]) -> Added:
        """Decide about each reading of one file, and store what counts."""
        placed, unclear = beside_held(list(observations), self._rows_beside)
        otherwise = ReadOtherwise() if self._replaces else self._read_otherwise(placed)
        placed = [otherwise.moved.get(id(one), one) for one in placed]
        self._again = AnswersGivenAgain(placed)
        known = self._known(placed)
        if self._replaces:
            self._take_out(placed)
        else:
            self._unclear = unclear
            self._set_out(otherwise.set_aside, otherwise.set_aside)
            self._replaced += len(otherwise.set_aside)
        self._write()
        return Added(
            len(self._fresh) + len(self._kept_before),
            len(known),
            self._conflicting,
            self._corrected,
            self._unclear,
            tuple(known),
            self._replaced,
            len(self._kept_before),
            tuple(place for place in known if id(placed[place]) in self._differing),
            otherwise,
        )

    def _read_otherwise(self, placed: Sequence[Observation]) -> ReadOtherwise:
        """Match the rows of which nothing is stored with what their source told at other times."""
        rows = [{self._key(one): one for one in row.values()} for row in rows_of(placed)]
        fresh = [
            {one.stream: one for one in row.values()} for row in rows if all(self._stored(key) is None for key in row)
        ]
        if not fresh or not (self._was_mapped(fresh[0]) or any(map(self._may_stand_otherwise, fresh))):
            return ReadOtherwise()
        former = self._former.all() if self._with_former else {}
        held = stored_rows(self._counting.all(), former, fresh, {key for row in rows for key in row})
        return read_otherwise(fresh, held, is_whole=self._mark is not None and self._mark.is_whole)

    def _was_mapped(self, row: FileRow) -> bool:
        """True for rows of a mapped file that was read before, maybe under another name of its app."""
        sha256 = next(iter(row.values())).source.file_sha256
        return self._mark is not None and self._mark.is_mapped and self._counting.has_file(sha256)

    def _may_stand_otherwise(self, row: FileRow) -> bool:
        """True for a day without time, a time of a day that is stored without, and a file that was read before."""
        one = next(iter(row.values()))
        if (has_only_a_date(one) and one.stream in OF_SESSIONS) or self._counting.has_source(one.source):
            return True
        starts = [(stream, start) for stream in row for start in local_midnights(one)]
        keys = (self._seal.row_key(key_of_start(stream, start, one.source)) for stream, start in starts)
        return any(self._stored(key) is not None for key in keys)

    def _key(self, reading: Observation) -> bytes:
        return self._seal.row_key(natural_key(reading))

    def _known(self, placed: Sequence[Observation]) -> list[int]:
        """Return the places of the duplicates. Days lost follow their episodes, which are decided about first."""
        held = {place: one for place, one in enumerate(placed) if place not in self._again}
        known = self._known_of(held)
        earlier = [place for place in self._again.earlier if id(placed[place]) not in self._kept_before]
        return sorted((*known, *earlier))

    def _known_of(self, placed: Mapping[int, Observation]) -> list[int]:
        episodes = [place for place, one in placed.items() if is_episode(one)]
        if not episodes:
            return [place for place, one in placed.items() if not self._counts(one)]
        known = [place for place in episodes if not self._counts(placed[place])]
        held, records = self._counting.all(), [self._key(placed[place]) for place in episodes]
        days = EpisodeDays(self._standing_episodes(held, records))
        known += [place for place, one in placed.items() if not is_episode(one) and not self._counts_beside(one, days)]
        self._take_back(held, records, days)
        return known

    def _standing_episodes(self, held: Mapping[bytes, Observation], records: Iterable[bytes]) -> list[Observation]:
        """Return the episodes that count, and of these records those that a person voided: their days stand yet."""
        counting = {key: one for key, one in {**held, **self._fresh}.items() if is_episode(one)}
        voided = (self._stored(key) for key in records if key not in counting)
        return [*counting.values(), *(one.reading for one in voided if one is not None)]

    def _counts_beside(self, new: Observation, days: EpisodeDays) -> bool:
        """Decide about a reading of a log: a day lost counts where an episode that counts gives it."""
        if not follows_episodes(new):
            return self._counts(new)
        key = self._key(new)
        if not days.allow(new):
            self._claims.setdefault(key, fingerprint(self._seal, key, new))
            return False
        former = () if key in self._fresh else self._formerly(key)
        if former and self._stored_counts(key) is None and former[-1].change.kind is ChangeKind.REPLACED:
            self._brought_back.add(key)
        return self._counts(new, brings_back=key in self._brought_back)

    def _take_back(self, held: Mapping[bytes, Observation], records: Iterable[bytes], days: EpisodeDays) -> None:
        """Set aside the days that the episodes of these records cost before, and that none costs now."""
        former = (one.reading for key in records for one in (*self._formerly(key), *self._set_aside[key]))
        before = EpisodeDays(former)
        gone = [key for key, one in held.items() if follows_episodes(one) and before.cost(one) and not days.allow(one)]
        self._set_out(held, gone)

    def _formerly(self, key: bytes) -> tuple[FormerReading, ...]:
        stored = self._stored(key)
        return stored.former if stored is not None else ()

    def _stored_counts(self, key: bytes) -> Observation | None:
        stored = self._stored(key)
        return stored.counting if stored is not None else None

    def _counts(self, new: Observation, *, brings_back: bool = False) -> bool:
        """Decide about one reading; False for a duplicate, whose value is not taken."""
        key = self._key(new)
        is_taken = self._is_taken(key, new, brings_back=brings_back)
        if (before := self._again.before(new)) and self._mark is not None:
            self._keep_before(key, new, before)
        return is_taken

    def _keep_before(self, key: bytes, new: Observation, before: Sequence[Observation]) -> None:
        """Keep the values that the file had before the new one, as answers that were given again."""
        held = self._held(key, new) or HeldRecord(key, None)
        kind, kept = kept_before(new, held.counting, held.former, before)
        self._set_aside[key] += [FormerReading(one, self._change(kind)) for one in kept]
        self._kept_before.update(map(id, kept))
        self._claims_before[key] = tuple(fingerprint(self._seal, key, one) for one in before)

    def _is_taken(self, key: bytes, new: Observation, *, brings_back: bool) -> bool:
        held = self._held(key, new) or HeldRecord(key, None)
        if held.key != key:
            held = self._renamed_to(key, held, new.entry)
        replaces, before = self._replaces and key not in self._fresh, self._again.before(new)
        found = verdict(new, held.counting, held.former, replaces=replaces, brings_back=brings_back, before=before)
        if found is Precedence.IS_SET_ASIDE:
            self._note_conflict(held, new)
            self._keep_aside(held, key, new)
            return False
        if found is Precedence.REPEATS:
            self._claims.setdefault(key, fingerprint(self._seal, key, new))
            return False
        self._claims[key] = fingerprint(self._seal, key, new)
        if key in self._set_aside:  # most readings set nothing aside: no list for each
            self._set_aside[key] = [one for one in self._set_aside[key] if one.change.kind is not ChangeKind.CONFLICT]
        if found is Precedence.REPLACES and held.counting is not None:
            self._replace(held, held.counting, key, new)
        self._fresh[key] = new
        return True

    def _held(self, key: bytes, new: Observation) -> HeldRecord | None:
        if key in self._fresh:
            stored = self._stored(key)
            former = (*(stored.former if stored else ()), *self._set_aside[key])
            return HeldRecord(key, self._fresh[key], former)
        return self._stored(key) or self._under_a_former_key(new)

    def _note_conflict(self, held: HeldRecord, new: Observation) -> None:
        """Count a value that is not taken; one that counted before, as in an older export, is known."""
        if new.value == held.reading.value:
            return
        self._conflicting += 1
        counted = (one.reading for one in held.former if one.change.kind is not ChangeKind.CONFLICT)
        if not any(is_same(new, one) for one in counted):
            self._differing.add(id(new))

    def _keep_aside(self, held: HeldRecord, key: bytes, new: Observation) -> None:
        """Keep a value that is not taken, for the case that what counts instead is undone; the first one of a file."""
        if key in self._claims or self._mark is None:
            return
        self._claims[key] = fingerprint(self._seal, key, new)
        if not any(is_same(new, one.reading) for one in (*held.former, *self._set_aside[key])):
            self._set_aside[key].append(FormerReading(new, self._change(ChangeKind.CONFLICT)))

    def _replace(self, held: HeldRecord, counting: Observation, key: bytes, new: Observation) -> None:
        if key not in self._fresh:
            kind = kind_of_change(new, counting, replaces=self._replaces)
            self._set_aside[key].append(FormerReading(counting, self._change(kind)))
            self._replaced += self._replaces
        is_moved = key in self._renamed and _was_misplaced(new, counting)
        if not is_moved and not completes(new, counting) and not self._again.before(new):
            differs = int(new.value != counting.value)
            self._conflicting += differs
            self._corrected[new.local(new.start)] += differs

    def _renamed_to(self, key: bytes, held: HeldRecord, entry: str) -> HeldRecord:
        """Move a record that was stored without its source's id to the key with it."""
        former = [one.reading for one in held.former]
        values = former if held.counting is None else [*former, held.counting]
        RecordRenaming(self._connection, self._athlete, self._seal).move(held.key, key, values, entry)
        if former:
            self._with_former.add(key)
        if held.counting is not None:
            self._renamed[key] = replace(held.counting, entry=entry)
            self._gone.append(held.key)
        moved = tuple(replace(one, reading=replace(one.reading, entry=entry)) for one in held.former)
        self._looked_up[held.key] = None
        self._looked_up[key] = HeldRecord(key, self._renamed.get(key), moved)
        return HeldRecord(key, self._renamed.get(key), moved)

    def _take_out(self, placed: Sequence[Observation]) -> None:
        """Set aside what the same source holds at the times of the readings, and what their file gave before.

        What they replaced one for one is set aside already.
        """
        kept = {self._key(one) for one in placed}
        held = self._counting.opened(row for row in self._counting.rows() if row[0] not in kept)
        gone = dict.fromkeys((*at_same_times(held, placed), *of_same_files(held, placed)))
        self._set_out(held, [key for key in gone if key not in self._taken_out])
        self._replaced += len(self._taken_out)

    def _set_out(self, held: Mapping[bytes, Observation], gone: Iterable[bytes]) -> None:
        """Set readings aside for which this import has no value."""
        for key in gone:
            self._set_aside[key].append(FormerReading(held[key], self._change(ChangeKind.REPLACED)))
            self._gone.append(key)
            self._taken_out.add(key)

    def _change(self, kind: ChangeKind) -> ReadingChange:
        mark = self._mark
        return ReadingChange(kind) if mark is None else ReadingChange(kind, mark.at, mark.who, mark.number)

    def _write(self) -> None:
        written = self._renamed | self._fresh
        self._counting.delete(self._gone)
        self._counting.put(written)
        self._former.add((key, one) for key, values in self._set_aside.items() for one in values)
        if self._mark is not None:
            out = frozenset(self._taken_out | self._brought_back)
            claims = ImportClaims(self._claims, out, self._replaces, self._claims_before)
            Claims(self._connection, self._athlete, self._seal).note(self._mark.number, claims)

    def _stored(self, key: bytes) -> HeldRecord | None:
        """Return what is stored under a key; each is looked up once."""
        if key not in self._looked_up:
            self._looked_up[key] = self._look_up(key)
        return self._looked_up[key]

    def _look_up(self, key: bytes) -> HeldRecord | None:
        counting = self._counting.get(key)
        former = tuple(self._former.of(key)) if key in self._with_former else ()
        return None if counting is None and not former else HeldRecord(key, counting, former)

    def _under_a_former_key(self, new: Observation) -> HeldRecord | None:
        """Find what an earlier version stored by its start alone; Fitbit exercises were then read as local time."""
        if not has_source_id(new):
            return None
        starts = [new.start]
        if new.source.app == "fitbit" and new.stream in MEASURED:
            starts.append(new.start - timedelta(minutes=new.offset_min))
        keys = [self._seal.row_key(key_of_start(new.stream, start, new.source)) for start in starts]
        # A record that this file has as well, without the id, is another one.
        held = (self._stored(key) for key in keys if key not in self._claims)
        return next((one for one in held if one is not None), None)

    def _rows_beside(self, reading: Observation) -> list[HeldRow]:
        streams = sorted(OF_SESSIONS) if reading.stream in OF_SESSIONS else [reading.stream]
        found: list[HeldRow] = []
        while len(found) < MOST_PLACES:
            keys = self._keys_at(reading, streams, place_of(len(found)))
            row = {stream: held.known_as for stream, key in keys.items() if (held := self._stored(key)) is not None}
            if not row and not self._acts.is_left(keys.values()):
                break
            found.append(row)
        return found

    def _keys_at(self, reading: Observation, streams: Iterable[Stream], place: str) -> dict[Stream, bytes]:
        return {
            stream: self._seal.row_key(key_of_start(stream, reading.start, reading.source, place)) for stream in streams
        }


def _was_misplaced(new: Observation, held: Observation) -> bool:
    """True for a Fitbit exercise that an earlier version placed at the local time that its UTC start looks like."""
    return held.start == new.start - timedelta(minutes=new.offset_min) != new.start
