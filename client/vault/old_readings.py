"""Readings that are older than the club keeps their category are deleted: once a day, and at the start of the node.

A clock that is wrong by years would delete everything. So nothing is deleted before the consent service has answered
with a snapshot of this moment: its time and the node's agree then.
"""

import logging
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from chassis.clock import Clock
from client.biometrics.observations import Observation
from client.biometrics.streams import SPECS
from client.errors import ClientError
from client.vault.codec import encode_source, natural_key
from client.vault.seal import Seal
from client.vault.set_aside import forget_originals
from client.vault.store import Vault
from client.vault.work_beside import work_beside
from policies.vocabulary import AthleteId, Category

LOOKED_EVERY_S: Final = 3_600.0
HELD_CATEGORIES: Final = tuple(sorted({spec.category for spec in SPECS.values()}, key=list(Category).index))
"""The categories of which a node holds readings."""

logger = logging.getLogger(__name__)
KeepDays = Mapping[Category, int]


class KnowsTheTime(Protocol):
    """Who answers only if the node's clock agrees with its own (`client.consent_client.NodeConsentClient`)."""

    def snapshot(self) -> object:
        """Return the snapshot of this moment; raises ConsentUnavailable, or ClockApart."""
        ...


@dataclass(frozen=True, slots=True)
class CategoryRetention:
    """Readings of one category over all athletes. keep_days: None keeps them for good. ends: how many are older."""

    category: Category
    keep_days: int | None
    held: int
    ends: int


def preview(vault: Vault, keep: KeepDays, *, now: datetime) -> list[CategoryRetention]:
    """Return what would be deleted, category by category; nothing is changed."""
    held: Counter[Category] = Counter()
    ends: Counter[Category] = Counter()
    for one in vault.athletes():
        readings = vault.read(one.athlete)
        held.update(_category(reading) for reading in readings)
        ends.update(_category(reading) for reading in readings if _is_over(reading, keep, now))
    return [
        CategoryRetention(category, keep.get(category), held[category], ends[category]) for category in HELD_CATEGORIES
    ]


def delete_old(vault: Vault, keep: KeepDays, *, now: datetime) -> Counter[Category]:
    """Delete what is older, athlete by athlete; returns how many readings of each category that were."""
    deleted: Counter[Category] = Counter()
    for one in vault.athletes():
        deleted += _delete_of(vault, one.athlete, keep, now)
    if deleted:
        vault.scrub()
    return deleted


@contextmanager
def deleting_old(
    vault: Vault,
    keep: Callable[[], KeepDays],
    service: KnowsTheTime,
    *,
    clock: Clock,
    every_s: float = LOOKED_EVERY_S,
) -> Iterator[None]:
    """Delete once a day while the block runs, the first time at its beginning. keep: reads the settings as they are."""

    def run(stop: threading.Event) -> None:
        done_on = None
        forgotten = False
        while not stop.is_set():
            forgotten = forgotten or _are_forgotten(vault)
            today = clock().date()
            if done_on != today and _is_done(vault, keep, service, clock):
                done_on = today
            stop.wait(every_s)

    with work_beside(run, name="retention"):
        yield


def _are_forgotten(vault: Vault) -> bool:
    """Destroy the refused files that earlier versions kept; no setting keeps them."""
    try:
        if sum([forget_originals(vault, athlete) for athlete in vault.with_rows_in("quarantine")]):
            vault.scrub()
    except ClientError as error:
        logger.warning("refused files were not destroyed yet", extra={"error": type(error).__name__})
        return False
    return True


def _is_done(vault: Vault, keep: Callable[[], KeepDays], service: KnowsTheTime, clock: Clock) -> bool:
    try:
        wanted = keep()
        if not wanted:
            return True
        service.snapshot()
        deleted = delete_old(vault, wanted, now=clock())
    except ClientError as error:
        logger.warning(
            "old readings were not deleted, or not from the whole file", extra={"error": type(error).__name__}
        )
        return False
    for category, readings in sorted(deleted.items()):
        logger.info("old readings were deleted", extra={"category": category.value, "readings": readings})
    return True


def _delete_of(vault: Vault, athlete: AthleteId, keep: KeepDays, now: datetime) -> Counter[Category]:
    database, number, seal = vault.seal_of(athlete)
    with database.transaction() as connection:
        readings = vault.read(athlete)
        old = [reading for reading in readings if _is_over(reading, keep, now)]
        if old:
            rows = [(number, seal.row_key(natural_key(reading))) for reading in old]
            connection.executemany("DELETE FROM observation WHERE athlete = ? AND key = ?", rows)
            connection.executemany("DELETE FROM superseded WHERE athlete = ? AND key = ?", rows)
            gone = set(map(id, old))
            _delete_sources(connection, number, seal, (one for one in readings if id(one) not in gone))
    return Counter(_category(reading) for reading in old)


def _delete_sources(connection: sqlite3.Connection, number: int, seal: Seal, kept: Iterable[Observation]) -> None:
    """Delete the devices and files that no reading comes from any more."""
    used = {seal.row_key(b"source\x1f" + encode_source(source)) for source in {one.source for one in kept}}
    rows = connection.execute("SELECT number, key FROM source WHERE athlete = ?", (number,)).fetchall()
    unused = [(number, row) for row, key in rows if key not in used]
    connection.executemany("DELETE FROM source WHERE athlete = ? AND number = ?", unused)


def _category(reading: Observation) -> Category:
    return SPECS[reading.stream].category


def _is_over(reading: Observation, keep: KeepDays, now: datetime) -> bool:
    days = keep.get(_category(reading))
    return days is not None and reading.end < now - timedelta(days=days)
