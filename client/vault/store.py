"""The athletes' vault: each athlete's readings sealed under a key of their own, and destroyed with it."""

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path
from typing import Self

from client.biometrics.observations import Observation
from client.biometrics.streams import Stream
from client.errors import AthleteErased, SealBroken, UnknownAthlete, VaultError, WrongKey
from client.squads import DEFAULT_SQUAD
from client.vault.database import OF_ALL_ATHLETES, OF_ONE_ATHLETE, Database
from client.vault.intake import Intake
from client.vault.keys import UnlockKey
from client.vault.records.added import Added, ImportMark
from client.vault.records.athlete_fingerprint import athlete_fingerprint
from client.vault.records.counting import CountingReadings
from client.vault.seal import Seal
from policies.vocabulary import AthleteId

_MASTER_PLACE = b"master"
_IN_TIME = attrgetter("start", "stream", "end")


@dataclass(frozen=True, slots=True)
class Athlete:
    """One athlete as their own club knows them."""

    athlete: AthleteId
    name: str
    shirt_no: int
    is_minor: bool
    squad: str = DEFAULT_SQUAD


@dataclass(frozen=True, slots=True)
class _Opened:
    number: int
    profile: Athlete
    seal: Seal


def new_athlete_id() -> AthleteId:
    """Mint a pseudonym: "ath-" and 16 random hexadecimal digits."""
    return AthleteId(f"ath-{secrets.token_hex(8)}")


class Vault:
    """The sealed store of one node. Methods are safe to call from several threads and processes.

    Every athlete's data key is wrapped by the vault's master key, which the node's key wraps in turn:
    changing the node's key rewraps one value, destroying a data key destroys one athlete's readings.
    """

    def __init__(self, database: Database, master: bytes) -> None:
        self._database = database
        self._master = Seal(master)

    @classmethod
    def open(cls, path: Path, key: UnlockKey) -> Self:
        """Open the vault at `path`, creating it if there is none; raises WrongKey for another vault's key."""
        database = Database(path)
        try:
            return cls(database, _master_key(database, Seal(key.secret)))
        except BaseException:
            database.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything inside one transaction: all of it is stored, or nothing is."""
        with self._database.transaction():
            yield

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Do everything inside and then undo it, so that its results can be shown before it is done.

        Within a transaction, or another rehearsal, what was done before it and what is done after it stays.
        """
        with self._database.rehearsal():
            yield

    def add_athlete(
        self, athlete: AthleteId, name: str, *, shirt_no: int, is_minor: bool = False, squad: str = DEFAULT_SQUAD
    ) -> Athlete:
        """Add an athlete with a fresh data key; raises VaultError when the id is already taken."""
        profile = Athlete(athlete, name, shirt_no, is_minor, squad)
        handle, data_key = self._handle(athlete), secrets.token_bytes(32)
        with self._database.transaction() as connection:
            if connection.execute("SELECT 1 FROM athlete WHERE handle = ?", (handle,)).fetchone():
                raise VaultError("this athlete is already in the vault")
            connection.execute(
                "INSERT INTO athlete (handle, profile, wrapped_key) VALUES (?, ?, ?)",
                (handle, self._seal_profile(profile, handle), self._master.wrap(data_key, b"key" + handle)),
            )
        return profile

    def move_to_squad(self, athlete: AthleteId, squad: str) -> None:
        """Put an athlete into another squad; raises UnknownAthlete or AthleteErased."""
        self._change_profile(athlete, lambda profile: replace(profile, squad=squad))

    def rename(self, athlete: AthleteId, name: str) -> None:
        """Give an athlete another name; raises UnknownAthlete or AthleteErased."""
        self._change_profile(athlete, lambda profile: replace(profile, name=name))

    def set_minor(self, athlete: AthleteId, *, is_minor: bool) -> None:
        """Say whether an athlete is under 18; raises UnknownAthlete or AthleteErased."""
        self._change_profile(athlete, lambda profile: replace(profile, is_minor=is_minor))

    def athletes(self) -> list[Athlete]:
        """Return the athletes who are not erased, by shirt number."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT handle, profile FROM athlete WHERE wrapped_key IS NOT NULL").fetchall()
        found = [self._open_profile(profile, handle) for handle, profile in rows]
        return sorted(found, key=lambda athlete: (athlete.shirt_no, athlete.athlete))

    def names(self) -> dict[AthleteId, str]:
        """Return the names of the athletes who are not erased, by id, in the order of `athletes`."""
        return {one.athlete: one.name for one in self.athletes()}

    def erased(self) -> frozenset[AthleteId]:
        """Return the athletes who are erased here: nothing but this note is left of them."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT handle, profile FROM athlete WHERE wrapped_key IS NULL").fetchall()
        return frozenset(self._open_profile(profile, handle).athlete for handle, profile in rows)

    def athlete(self, athlete: AthleteId) -> Athlete:
        """Return one athlete; raises UnknownAthlete or AthleteErased."""
        return self._open(athlete).profile

    def add(self, athlete: AthleteId, observations: Iterable[Observation]) -> int:
        """Store readings and return how many were new; the same reading twice is stored once."""
        return self.add_counted(athlete, observations).added

    def add_counted(
        self, athlete: AthleteId, observations: Iterable[Observation], mark: ImportMark | None = None
    ) -> Added:
        """Store readings and say what was new, held already, or held with another value.

        The readings are those of one file. Of a session, a newer report of its source replaces the stored one, and a
        reading of a whole file that of one cut off; any other value that differs is not taken (`client.vault.intake`).
        mark: the import that brings them, by which they can be taken out again.
        """
        with self._database.transaction() as connection:
            opened = self._open(athlete)
            return Intake(connection, opened.number, opened.seal, mark).take(observations)

    def read(self, athlete: AthleteId, streams: Sequence[Stream] | None = None) -> list[Observation]:
        """Return an athlete's readings in order of time, only of `streams` when given.

        Raises AthleteErased after erasure, SealBroken when any stored byte is not what was written.
        """
        return sorted(self.read_in_any_order(athlete, streams), key=_IN_TIME)

    def read_in_any_order(self, athlete: AthleteId, streams: Sequence[Stream] | None = None) -> list[Observation]:
        """Return the readings as `read` does, for those to whom their order does not matter."""
        wanted = None if streams is None else frozenset(streams)
        with self._database.reading() as connection:
            opened = self._open(athlete)
            counting = CountingReadings(connection, opened.number, opened.seal)
            rows = counting.rows()
        readings = counting.opened(rows).values()
        return [reading for reading in readings if wanted is None or reading.stream in wanted]

    def erase(self, athlete: AthleteId) -> None:
        """Destroy the athlete's key, readings, journal and name; only a note of the erasure remains.

        What their days make together with those of others goes as well, and is made anew without them.
        Repeating it is allowed and scrubs the file again. Raises VaultError when another program keeps
        the old bytes in use; the key is then gone from the vault but not yet from its write-ahead log.
        """
        handle = self._handle(athlete)
        with self._database.transaction() as connection:
            number, _, _ = self._row(athlete)
            for table in OF_ONE_ATHLETE:
                connection.execute(f"DELETE FROM {table} WHERE athlete = ?", (number,))  # noqa: S608 - our own names
            for table in OF_ALL_ATHLETES:
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
            connection.execute(
                "UPDATE athlete SET wrapped_key = NULL, profile = ? WHERE number = ?",
                (self._seal_profile(Athlete(athlete, "", 0, False), handle), number),
            )
        self._database.scrub()

    def scrub(self) -> None:
        """Rewrite the file without what was deleted; raises VaultError while another program keeps it in use."""
        self._database.scrub()

    def seal_of(self, athlete: AthleteId) -> tuple[Database, int, Seal]:
        """Return what the vault's other tables need: the database, the athlete's row and their seal."""
        opened = self._open(athlete)
        return self._database, opened.number, opened.seal

    def version(self, athlete: AthleteId) -> tuple[int, int]:
        """Return what differs once any program has changed anything in the vault; raises for an erased athlete."""
        self._open(athlete)
        with self._database.reading() as connection:
            (others,) = connection.execute("PRAGMA data_version").fetchone()
            return int(others), connection.total_changes

    def fingerprint(self, athlete: AthleteId) -> bytes:
        """Return what differs once anything of this athlete, or a setting of the node, has changed in the vault."""
        number = self._open(athlete).number
        with self._database.reading() as connection:
            return athlete_fingerprint(connection, number)

    def seal_of_node(self) -> tuple[Database, Seal]:
        """Return what tables of the node as a whole need: the database and the vault's own seal."""
        return self._database, self._master

    def with_rows_in(self, table: str) -> list[AthleteId]:
        """Return the athletes of whom a table of the vault holds anything. table: one of `OF_ONE_ATHLETE`."""
        with self._database.reading() as connection:
            query = f"SELECT handle, profile FROM athlete WHERE number IN (SELECT athlete FROM {table})"  # noqa: S608 ours
            rows = connection.execute(query).fetchall()
        return [self._open_profile(profile, handle).athlete for handle, profile in rows]

    def _handle(self, athlete: AthleteId) -> bytes:
        return self._master.row_key(f"athlete\x1f{athlete}".encode())

    def _row(self, athlete: AthleteId) -> tuple[int, bytes, bytes | None]:
        with self._database.reading() as connection:
            query = "SELECT number, profile, wrapped_key FROM athlete WHERE handle = ?"
            row = connection.execute(query, (self._handle(athlete),)).fetchone()
        if row is None:
            raise UnknownAthlete("this vault holds no such athlete; see `homefield-node athlete list`")
        number, profile, wrapped = row
        return number, profile, wrapped

    def _open(self, athlete: AthleteId) -> _Opened:
        number, profile, wrapped = self._row(athlete)
        if wrapped is None:
            raise AthleteErased("this athlete was erased; the key is destroyed and nothing can be read again")
        handle = self._handle(athlete)
        data_key = self._master.open(wrapped, b"key" + handle)
        return _Opened(number, self._open_profile(profile, handle), Seal(data_key))

    def _change_profile(self, athlete: AthleteId, change: Callable[[Athlete], Athlete]) -> None:
        with self._database.transaction() as connection:
            opened, handle = self._open(athlete), self._handle(athlete)
            row = (self._seal_profile(change(opened.profile), handle), opened.number)
            connection.execute("UPDATE athlete SET profile = ? WHERE number = ?", row)

    def _seal_profile(self, profile: Athlete, handle: bytes) -> bytes:
        fields = [profile.athlete, profile.name, profile.shirt_no, profile.is_minor, profile.squad]
        return self._master.close(json.dumps(fields).encode(), b"profile" + handle)

    def _open_profile(self, sealed: bytes, handle: bytes) -> Athlete:
        identifier, name, shirt_no, is_minor, *squad = json.loads(self._master.open(sealed, b"profile" + handle))
        # A profile of format 1 names no squad. It is rewritten, with one, when the athlete is moved.
        return Athlete(AthleteId(identifier), name, shirt_no, is_minor, *squad)


def _master_key(database: Database, unlock: Seal) -> bytes:
    with database.transaction() as connection:
        row = connection.execute("SELECT wrapped FROM master").fetchone()
        if row is None:
            master = secrets.token_bytes(32)
            connection.execute("INSERT INTO master VALUES (1, ?)", (unlock.wrap(master, _MASTER_PLACE),))
            return master
    try:
        return unlock.open(row[0], _MASTER_PLACE)
    except SealBroken as error:
        raise WrongKey("this passphrase or key file does not open this vault") from error
