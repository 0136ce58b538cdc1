"""Writes the record beside it: what the programs kept and served while entries of the log were of version 1.

python tests/vectors/v1/make_record.py FOLDER (which holds no record yet)

Its output was made by the version before entries of version 2, with invented people and keys that serve nothing else.
Later programs write later entries: to make it again, run it in a checkout of that version.

log/            the public log (two publications)
trust.policy    whom to believe about it
export.json     the first athlete's own entries, as they were downloaded (format 1)
opening.json    {"index", "opening"}: what opens one entry of the log
"""

import json
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import col, select

from audit.entries.events import EventKind
from consent import trust_file
from consent.decisions.values import Actor, DecisionItem
from consent.grants.values import ConsentMethod
from consent.keys import read_keys
from consent.registry.values import OrgKind
from consent.service import Service, log_vkeys, open_service
from consent.settings import make_settings
from consent.storage.rows import LogDetailRow
from policies.signing import SigningKey
from policies.vocabulary import Action, AthleteId, Category, Granularity, OrgId, Purpose, Role

CLUB = OrgId("club-a")
ATHLETES = [AthleteId(f"ath-{number:016x}") for number in (1, 2, 3)]
KEYS = {"service.key": bytes(range(32)), "log.key": bytes(range(32, 64)), "master.key": bytes(range(64, 96))}


class Clock:
    """A clock that stands still until it is moved."""

    now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def main(folder: Path) -> None:
    """Play a short season and write what is kept of it."""
    clock, union = Clock(), folder / "union"
    settings = make_settings({"directory": union, "name": "Players’ Union"})
    settings.keys_directory.mkdir(parents=True)
    for name, key in KEYS.items():
        (settings.keys_directory / name).write_text(key.hex() + "\n")
        (settings.keys_directory / name).chmod(0o600)
    trust_file.write_first(union, log_vkeys(settings, read_keys(settings.keys_directory)))
    service = open_service(settings, clock=clock)
    play(service, clock)
    (folder / "export.json").write_bytes(service.store.athlete_export(ATHLETES[0]))
    (folder / "opening.json").write_text(json.dumps(opening(service), indent=1, ensure_ascii=False) + "\n")
    service.close()
    (union / "log").rename(folder / "log")
    (union / "trust.policy").rename(folder / "trust.policy")
    shutil.rmtree(union)


def play(service: Service, clock: Clock) -> None:
    """Enrol, decide, look and erase; the last look is not published."""
    store = service.store
    store.add_org(CLUB, name="Brightwater", kind=OrgKind.CLUB, key=SigningKey(bytes(range(96, 128))).verify_key)
    for number, athlete in enumerate(ATHLETES, start=1):
        store.enrol(CLUB, athlete, name=f"Invented {number}", shirt_no=number, is_minor=False)
    store.list_player(CLUB, name="Invented 9", shirt_no=9)
    for athlete in ATHLETES[:2]:
        cell = next(c for c in store.matrix(athlete) if c.category is Category.SLEEP and c.recipient.role is Role.COACH)
        ends = clock.now + timedelta(days=200)
        store.give(athlete, cell.cell, granularity=cell.ceiling, ends=ends, method=ConsentMethod.PORTAL)
    look(service)
    service.publish()
    clock.now += timedelta(hours=5)
    store.append_event(CLUB, EventKind.INGEST, {"athlete": ATHLETES[0], "files": 2})
    store.erase(ATHLETES[1])
    look(service)
    service.publish()
    clock.now += timedelta(hours=1)
    look(service)


def look(service: Service) -> None:
    """A coach asks for two categories of everybody."""
    items = [
        DecisionItem(athlete, category, Granularity.DAILY)
        for athlete in ATHLETES
        for category in (Category.SLEEP, Category.INJURY)
    ]
    coach = Actor("coach.1", Role.COACH)
    service.store.decide_many(CLUB, coach, action=Action.READ, purpose=Purpose.TRAINING, items=items)


def opening(service: Service) -> dict[str, object]:
    """Where the first athlete's fourth entry stands, and what opens it."""
    with service.store.transactions.read() as tx:
        row = tx.session.exec(
            select(LogDetailRow).where(col(LogDetailRow.owner) == ATHLETES[0], col(LogDetailRow.number) == 3)
        ).one()
        journal = tx.context.journal
        return {"index": row.log_index, "opening": journal.open_detail(journal.owner_keys(tx.session, row.owner), row)}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
