"""The world in which every command answers: all programs in their folders, with names that a terminal could obey."""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import client.cli
from audit.entries import commitments
from audit.entries.events import Entry, EventKind
from audit.tlog.note_keys import Signer
from audit.writer.log import Log
from client.coaching.journal import CoachingJournal, PlannedDay
from client.coaching.training_session import TrainingSession
from client.settings import load_settings as node_settings
from client.vault.access import open_vault
from consent.registry.values import OrgKind
from policies.campaign import parse_signed_manifest
from policies.vocabulary import OrgId
from server.settings import load_settings
from server.store import CampaignState, CoordinatorStore, open_database
from tests.audit.opened_entry import DETAILS, ENTRY_KEY, TAG_KEY
from tests.privacy.programs import Programs, node_added, set_up

HOSTILE = "Eastmere [/b] \x1b[2J\x9b2J\u202e:smile: FC"
"""A name that rich markup, an emoji code, a terminal's control sequences or a change of reading direction stand in."""
MARKUP = "Eastmere [/b] :smile: FC"
"""What of it a command takes as a name."""
PSEUDONYM = "Slate [/b] \u202e:smile: otter"
"""The same of an organisation in a log, where no control character may stand."""
DAY = date(2026, 11, 24)
Words = list[object]


@dataclass
class Everything:
    """The programs in their folders, and a log that stands beside them."""

    programs: Programs
    campaign: str
    model: Path
    log: Path
    policy: Path

    @property
    def folder(self) -> Path:
        return self.programs.folder

    @property
    def union(self) -> Path:
        return self.folder / "union"

    def file(self, fresh: str, text: str) -> Path:
        path = self.folder / fresh
        path.write_text(text, encoding="utf-8")
        return path

    def bouts(self, fresh: str) -> Path:
        """Twelve bouts whose names, metric and further column a terminal could obey."""
        rows = "".join(f"{HOSTILE} {bout},4{bout % 3},\n" for bout in range(12))
        return self.file(f"{fresh}.csv", f"bout,{HOSTILE} (deg),{HOSTILE}\n{rows}")


def build(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Everything:
    """Every program with hostile names wherever an organisation, a person, a campaign or a log has one."""
    programs = set_up(folder, monkeypatch, club=HOSTILE, athlete=HOSTILE)
    programs.world.service.store.add_org(
        OrgId("club-a"), name=HOSTILE, kind=OrgKind.CLUB, key=programs.world.keys["club-a"].verify_key
    )
    node_added(programs)
    programs.done(client.cli.app, "enrol", programs.node)
    programs.world.service.store.enrol(OrgId("club-a"), programs.one, name=HOSTILE, shirt_no=1, is_minor=False)
    _plan_of_an_earlier_version(programs)
    programs.recorded_days()
    model = programs.model()
    opened = parse_signed_manifest((folder / "manifest.json").read_bytes()).manifest
    store = CoordinatorStore(open_database(load_settings(programs.league)), clock=lambda: datetime.now(UTC))
    store.set_state(opened.sha256, CampaignState.FAILED, detail=HOSTILE)
    return Everything(programs, opened.campaign_id, model, *_log(folder))


def _plan_of_an_earlier_version(programs: Programs) -> None:
    """A plan whose title no command takes any more."""
    settings = node_settings(programs.node)
    with open_vault(settings) as vault:
        journal = CoachingJournal(settings.journal_path, lambda athlete: vault.seal_of(athlete)[2])
        journal.set_plan(PlannedDay(datetime.now(UTC).date(), TrainingSession(300.0), HOSTILE, False, None))
        journal.close()


def _log(folder: Path) -> tuple[Path, Path]:
    signer = Signer("log.example/2026", bytes(range(32)))
    sealed = commitments.commit(ENTRY_KEY, DETAILS)
    entries = [
        Entry(EventKind.ACCESS, PSEUDONYM, DAY, "7f" * 32, secrets.token_bytes(32), secrets.token_bytes(16)),
        Entry(EventKind.LOOK_REFUSED, PSEUDONYM, DAY, "7f" * 32, sealed, commitments.tag(TAG_KEY, 0), version=1),
    ]
    with Log.open(folder / "log", signers=[signer]) as log:
        for entry in entries:
            log.append_many([entry.leaf()])
            log.publish()  # one by one: a publication shuffles what it publishes
    policy = folder / "trust.policy"
    policy.write_text(f"log {signer.vkey}\nquorum none\n")
    return folder / "log", policy
