"""Makes the stores of release 0.1 that later releases must open: `python make_stores_0_1.py FOLDER`.

It runs with the sources and the tests of that release on the path, and writes `consent-0.1.tar.xz`, `node-0.1.tar.xz`,
`coordinator-0.1.tar.xz` and `stores-0.1.json`, which says what a reader must find in them. All people are invented, and
every key was made for these files alone.
"""

import hashlib
import json
import sys
import tarfile
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from consent.views import Answer as ReleaseAnswer
from consent.views import Method
from models.initial_weights import initial_weights
from models.server_step import start

from client.biometrics.observations import Observation, Source
from client.biometrics.streams import SPECS, Stream
from client.cli import app as node_program
from client.coaching.journal import Journal, PlannedDay
from client.coaching.regression import Level
from client.coaching.review import Answer, Decision, Reason
from client.coaching.training_session import Session
from client.federation.journal import RoundJournal
from client.settings import load_settings as load_node
from client.vault.access import open_vault
from client.vault.journal import ImportRecord, imports, quarantine, record_import
from policies.vocabulary import AthleteId, Category, OrgId, PersonId, Role
from server.cli import app as coordinator_program
from server.federation.opening import Terms, open_campaign
from server.registry_store import RegistryStore
from server.settings import load_settings as load_coordinator
from server.store import CampaignState, CoordinatorStore, open_database
from server.web.staff import Desk, Staff, StaffRole
from tests.consent.league import FakeClock, World, fill, make_service

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAYS = 30


def digest(value: object) -> str:
    """SHA-256 of a value's JSON, so that the expectation holds many values in a line."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def make_consent(folder: Path) -> dict[str, Any]:
    """A union with grants, a withdrawal, a campaign, releases, looks and an erasure, all published."""
    clock = FakeClock()
    world = fill(make_service(folder, clock), clock)
    one, two, three = world.athletes["club-a"]
    for category in (Category.SLEEP, Category.HEART, Category.READINESS):
        world.give(one, category)
    world.take_part(one)
    world.take_part(two)
    signed = world.campaign()
    world.store.register_campaign(OrgId("league"), signed)
    tokens = world.store.issue_tokens(OrgId("club-a"), signed.manifest.sha256, [one, two])
    world.store.commit_round(OrgId("club-a"), signed.manifest.sha256, 1, [token.token for token in tokens.tokens])
    stopped = world.give(two, Category.SLEEP)
    world.store.withdraw(two, stopped, method=Method.PORTAL)
    release = world.approved(one)
    asked = world.store.propose_release(OrgId("club-a"), world.proposal(two))
    world.store.answer_release(two, asked.release_id, ReleaseAnswer.NO, sha256=asked.sha256, method=Method.PORTAL)
    world.give(three)
    world.store.erase(three)
    world.publish()
    found = {athlete: consent_of(world, athlete) for athlete in (one, two)}
    expected = {"athletes": found, "erased": three, "release": release, "log_size": world.service.log.size}
    world.service.close()
    return expected


def consent_of(world: World, athlete: AthleteId) -> dict[str, Any]:
    """What the portal shows of one athlete."""
    given = [cell for cell in world.store.matrix(athlete) if cell.grant is not None]
    budget = world.store.budget(athlete)
    looks = world.store.looks(athlete)
    return {
        "given": sorted(f"{c.category.value} {c.recipient.role.value} {c.grant.max_granularity.value}" for c in given),
        "receipts": digest([[r.receipt_id, r.status.value] for r in world.store.receipts(athlete)]),
        "spent_micro_rho": budget.spent_micro_rho,
        "reserved_micro_rho": budget.reserved_micro_rho,
        "entries": [[look.number, look.kind, look.leaf_hash] for look in looks.entries],
    }


def make_node(folder: Path) -> dict[str, Any]:
    """A club with two athletes and one who was erased: readings, imports, a refused file, plans, decisions, rounds."""
    node_program(
        ["init", str(folder), "--club", "club-a", "--name", "Club A", "--timezone", "UTC"], standalone_mode=False
    )
    settings = load_node(folder)
    people = [AthleteId(f"ath-{number:016x}") for number in (1, 2, 3)]
    expected: dict[str, Any] = {}
    with open_vault(settings) as vault:
        journal = Journal(settings.journal_path, lambda one: vault.seal_of(one)[2])
        for number, athlete in enumerate(people, start=1):
            vault.add_athlete(athlete, f"Invented Person {number}", shirt_no=number)
            vault.add(athlete, readings(number))
            record_import(
                vault, athlete, ImportRecord(NOW, "a.csv", "0" * 64, "mapped_csv", "stored", "", {"added": DAYS})
            )
            quarantine(vault, athlete, file_name="b.fit", sha256="1" * 64, data=b"not a file", reason="it is damaged")
            journal.record(decision(athlete))
        journal.set_plan(PlannedDay(NOW.date(), Session(480.0, 6.0, 80.0), "Gym and field", match_day=True))
        vault.erase(people[2])
        for athlete in people[:2]:
            seen = [[o.stream.value, o.start.isoformat(), o.value] for o in vault.read(athlete)]
            expected[athlete] = {
                "name": vault.athlete(athlete).name,
                "readings": len(seen),
                "digest": digest(seen),
                "imports": len(imports(vault, athlete)),
                "decisions": [d.proposal_id for d in journal.decisions(athlete, since=date(2026, 1, 1))],
            }
        journal.close()
    rounds = RoundJournal(settings.journal_path)
    rounds.begin("m" * 64, 1)
    rounds.record("m" * 64, 1, b"request", b"reply", NOW)
    rounds.begin("m" * 64, 2)
    rounds.close()
    return {"athletes": expected, "erased": people[2]}


def readings(seed: int) -> list[Observation]:
    """A month of resting heart rate and heart-rate variability."""
    source = Source("Band 3", "Band", "2" * 64)
    return [
        reading(stream, day, value + (day * seed) % 7, source)
        for day in range(DAYS)
        for stream, value in ((Stream.RMSSD, 60.0), (Stream.RESTING_HEART_RATE, 50.0))
    ]


def reading(stream: Stream, day: int, value: float, source: Source) -> Observation:
    """One morning's reading."""
    at = NOW - timedelta(days=day)
    return Observation(stream, at, at, 0, value, SPECS[stream].unit, source)


def decision(athlete: AthleteId) -> Decision:
    """A coach chose another load."""
    return Decision(
        proposal_id=f"proposal-{athlete}",
        athlete=athlete,
        day=NOW.date(),
        level=Level.REGRESS,
        answer=Answer.MODIFY,
        reason=Reason.TALKED,
        planned_au=480.0,
        proposed_au=400.0,
        chosen_au=420.0,
        review=False,
        person=PersonId("staff-robin"),
        role=Role.COACH,
        at=NOW,
    )


def make_coordinator(folder: Path) -> dict[str, Any]:
    """A league with two nodes, a finished campaign and an open one, a published model and a sign-in code."""
    arguments = ["init", str(folder), "--name", "Coast League", "--consent", "http://127.0.0.1:9"]
    coordinator_program(arguments, standalone_mode=False)
    settings = load_coordinator(folder)
    engine = open_database(settings.database_path)
    store = CoordinatorStore(engine, clock=lambda: NOW)
    for club in ("club-a", "club-b"):
        store.add_node(club, f"ecdsa-sha2-nistp384 {club}")
    campaigns = []
    for name in ("recovery-2026-a", "recovery-2026-b"):
        signed = open_campaign(
            Terms(model="recovery-linear-1", rounds=4),
            campaign_id=name,
            league=settings.league,
            clubs={node.club: node.fleet_key for node in store.nodes()},
            key=settings.league_key(),
            now=NOW,
        )
        campaigns.append(store.add_campaign(signed))
    done = campaigns[0]
    registry = RegistryStore(settings.models, key=settings.league_key(), clock=lambda: NOW)
    model = registry.publish(done.manifest, start(initial_weights(done.manifest.model)))
    store.set_progress(done.sha256, rounds_done=4, parts=2)
    store.set_state(done.sha256, CampaignState.DONE, model_id=model)
    code = Desk(engine, lambda: NOW).issue(Staff("A. N.", StaffRole.OPERATOR))
    found = [[c.manifest.campaign_id, c.state.value, c.rounds_done, c.model_id] for c in store.campaigns()]
    nodes = [[node.club, node.fleet_key] for node in store.nodes()]
    engine.dispose()
    return {"campaigns": found, "nodes": nodes, "model": model, "code": code}


def main() -> None:
    """Make all three."""
    out = Path(sys.argv[1])
    expected = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name, make in (("consent", make_consent), ("node", make_node), ("coordinator", make_coordinator)):
            folder = Path(scratch, name)
            expected[name] = make(folder)
            with tarfile.open(out / f"{name}-0.1.tar.xz", "w:xz") as packed:
                packed.add(folder, name)
    (out / "stores-0.1.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
