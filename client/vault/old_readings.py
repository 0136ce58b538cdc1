"""Readings that are older than the club keeps their category are deleted: once a day, and at the start of the node.

A clock that is wrong by years would delete everything. So nothing is deleted before the consent service has answered
with a snapshot of this moment: its time and the node's agree then.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from chassis.clock import Clock
from client.biometrics.observations import Observation
from client.biometrics.streams import SPECS
from client.errors import ClientError
from client.vault.history.athlete_history import AthleteHistory
from client.vault.history.fold import RecordState
from client.vault.history.writing import RecordWriter
from client.vault.journal import delete_import, imports
from client.vault.own_answers.old_answers import delete_old_answers
from client.vault.records.claims import Claims
from client.vault.records.sources import delete_unused_sources
from client.vault.set_aside import clear, forget_originals, set_aside_files
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
    """Readings of one category over all athletes, with those that do not count (former values, voided readings).

    keep_days: None keeps them for good. ends: how many are older.
    """

    category: Category
    keep_days: int | None
    held: int
    ends: int


def preview(vault: Vault, keep: KeepDays, *, now: datetime) -> list[CategoryRetention]:
    """Return what would be deleted, category by category; nothing is changed."""
    held: Counter[Category] = Counter()
    ends: Counter[Category] = Counter()
    for one in vault.athletes():
        history = _history(vault, one.athlete)
        for key in history.keys:
            values = history.state(key).values
            held[_category(values[-1])] += len(values)
            ends[_category(values[-1])] += len(values) * _is_over(values[-1], keep, now)
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
    """Delete whole records that are older: the value that counts, what it was before, and what was done by hand."""
    database, number, seal = vault.seal_of(athlete)
    deleted: Counter[Category] = Counter()
    with database.transaction() as connection:
        history = _history(vault, athlete)
        old = {key for key in history.keys if _is_over(history.state(key).values[-1], keep, now)}
        writer = RecordWriter(connection, number, seal)
        for key in old:
            values = history.state(key).values
            deleted[_category(values[-1])] += len(values)
            writer.write(key, RecordState())
        if old:
            used = {reading.source for key, reading in history.counting.items() if key not in old}
            delete_unused_sources(connection, number, seal, used)
            Claims(connection, number, seal).forget(old.__contains__)
        _end_imports(vault, athlete, history, old, _longest(keep, now))
        delete_old_answers(vault, athlete, keep, now=now)
    return deleted


def _end_imports(
    vault: Vault, athlete: AthleteId, history: AthleteHistory, old: set[bytes], before: datetime | None
) -> None:
    """Delete the entries of imports whose last reading has ended, and all that is older than anything is kept.

    The newest entry stays: the order of what was done by hand hangs on its number.
    """
    newest = max(history.imports, default=0)
    for number, record in history.imports.items():
        claims = history.claims.get(number)
        has_ended = claims is not None and claims.keys <= old and record.status in ("stored", "partial")
        is_too_old = before is not None and record.at < before
        if number != newest and (has_ended or is_too_old):
            delete_import(vault, athlete, number)
    if before is not None:
        marks = {file.mark for file in set_aside_files(vault, athlete) if file.at is None or file.at < before}
        clear(vault, athlete, frozenset(marks))


def _longest(keep: KeepDays, now: datetime) -> datetime | None:
    """Return the time before which nothing is kept; None where a category is kept for good."""
    days = [keep.get(category) for category in HELD_CATEGORIES]
    limits = [one for one in days if one is not None]
    return now - timedelta(days=max(limits)) if limits and len(limits) == len(days) else None


def _history(vault: Vault, athlete: AthleteId) -> AthleteHistory:
    database, number, seal = vault.seal_of(athlete)
    with database.reading() as connection:
        return AthleteHistory.read(connection, number, seal, imports(vault, athlete))


def _category(reading: Observation) -> Category:
    return SPECS[reading.stream].category


def _is_over(reading: Observation, keep: KeepDays, now: datetime) -> bool:
    days = keep.get(_category(reading))
    return days is not None and reading.end < now - timedelta(days=days)
