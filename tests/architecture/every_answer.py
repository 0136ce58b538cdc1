"""Every command that answers in JSON, as one can be run: all programs with stored names that a terminal could obey.

`COMMAND_LINES` gives for each command what follows its words. `fresh` is a new name each time, so that a command line
can be made twice: once for text, once with --json. Most are run once; those with several forms of an answer more often.
"""

import json
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import typer

import audit.cli
import client.cli
import consent.cli
import server.cli
from audit.entries.commitments import KeyedOpening
from audit.tlog.note_keys import Signer
from audit.tlog.trust_policy import TrustPolicy
from audit.verification.athlete_export import AthleteExport, own_entry, write_export
from audit.verification.prover import prove_entry
from audit.verification.sources import open_source
from audit.writer.log import Log
from chassis.backup.recovery_key import new_recovery_key, read_identities
from chassis.http.key_change import SignedKeyChange
from policies.signing import SigningKey
from policies.vocabulary import OrgId
from server.settings import load_settings
from tests.architecture.answer_world import MARKUP, Everything, Words
from tests.architecture.campaign_answers import CAMPAIGNS
from tests.architecture.corrected_node import copied_node, imported, of_reading, questioned, set_aside, voided
from tests.architecture.form_answers import FORMS
from tests.architecture.logged_model import gone_back, logged_model
from tests.architecture.own_site_answers import OWN_SITE
from tests.architecture.report_answers import REPORTS
from tests.architecture.union_athlete_answers import UNION_ATHLETES
from tests.audit.opened_entry import DETAILS, ENTRY_KEY, TAG_KEY
from tests.privacy.programs import Programs, files, in_weeks, service_key
from tests.privacy.week_files import week_file


def _bundle(every: Everything, fresh: str) -> Path:
    trust = TrustPolicy.of_keys([Signer("log.example/2026", bytes(range(32))).vkey])
    found = prove_entry(open_source(every.log), trust, 1)
    entry = own_entry(0, found.leaf, found.proof.text, KeyedOpening(ENTRY_KEY, DETAILS))
    checkpoint = (every.log / "checkpoint").read_bytes()
    own = AthleteExport("log.example/2026", every.policy.read_text(), TAG_KEY, 1, checkpoint, (entry,))
    path = every.folder / fresh
    path.write_bytes(write_export(own))
    return path


def _opening(every: Everything, fresh: str) -> Path:
    return every.file(fresh, json.dumps({"key": ENTRY_KEY.hex(), "details": DETAILS}))


def _proof(every: Everything, fresh: str) -> Words:
    proof, leaf = every.folder / f"{fresh}.proof", every.folder / f"{fresh}.leaf"
    words = ("prove", every.log, 1, "--policy", every.policy, "-o", proof, "--leaf-to", leaf)
    every.programs.done(audit.cli.app, *words)
    return ["--proof", proof, "--leaf", leaf, "--policy", every.policy]


def _damaged(every: Everything, fresh: str) -> Path:
    place = every.folder / fresh
    place.mkdir()
    for path in every.log.rglob("*"):
        if path.is_file() and "tile/0" not in path.as_posix():
            copy = place / path.relative_to(every.log)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    return place


def _witness(every: Everything, fresh: str) -> Path:
    every.programs.done(audit.cli.app, "witness", "init", every.folder / fresh, "--name", "w.example/1")
    return every.folder / fresh


def _watching(every: Everything, fresh: str) -> Path:
    place = _witness(every, fresh)
    every.programs.done(audit.cli.app, "witness", "add-log", place, "--vkey", _vkey())
    return place


def _vkey() -> str:
    return Signer("log.example/2026", bytes(range(32))).vkey


def _rolled_back(every: Everything, fresh: str) -> Words:
    """A monitor that saw two entries and is now shown a log of other entries, and a web hook that nobody answers."""
    state = every.folder / f"{fresh}.json"
    once = ["--policy", every.policy, "--state", state, "--once"]
    every.programs.done(audit.cli.app, "monitor", every.log, *once)
    other = every.folder / f"{fresh}.log"
    with Log.open(other, signers=[Signer("log.example/2026", bytes(range(32)))]) as log:
        log.append_many([b"another entry"])
        log.publish()
    return [other, *once, "--webhook", "http://127.0.0.1:9/hook"]


def _empty(every: Everything, fresh: str) -> Path:
    (every.folder / fresh).mkdir()
    return every.folder / fresh


def _recipient(every: Everything) -> str:
    """The public half of one recovery key; the secret half lies in recovery-key.txt."""
    path = every.folder / "recovery-key.txt"
    if not path.exists():
        path.write_text(new_recovery_key().identity)
    return str(read_identities(path)[0].to_public())


def _restore(app: typer.Typer, every: Everything, folder: Path, fresh: str) -> Words:
    """A backup of a program, to be put back into a new folder."""
    into = _empty(every, f"{fresh}.backups")
    every.programs.done(app, "backup", folder, into, "--to", _recipient(every))
    (backup,) = into.iterdir()
    return [backup, every.folder / fresh, "--key", every.folder / "recovery-key.txt"]


def _stopped_union(every: Everything, fresh: str) -> Path:
    every.programs.done(consent.cli.app, "init", every.folder / fresh)
    return every.folder / fresh


def _public_key() -> str:
    return SigningKey.generate().verify_key.text


def _new_org(every: Everything, fresh: str) -> Words:
    union = _stopped_union(every, fresh)
    return [union, "club-a", "--name", MARKUP, "--kind", "club", "--key", _public_key()]


def _org(every: Everything, fresh: str) -> Words:
    """A stopped service of its own with one organisation."""
    words = _new_org(every, fresh)
    every.programs.done(consent.cli.app, "org", "add", *words)
    return words[:2]


def _former_key(every: Everything, fresh: str) -> Words:
    words = _org(every, fresh)
    listed = every.programs.done(consent.cli.app, "org", "list", words[0], "--json")
    (org,) = (one for one in json.loads(listed.stdout)["organisations"] if one["org"] == "club-a")
    every.programs.done(consent.cli.app, "org", "add-key", *words, "--key", _public_key())
    return [*words, org["key_id"]]


def _statement(every: Everything, fresh: str) -> Path:
    """The league's statement that it signs with another key, as its program writes it."""
    settings, service = load_settings(every.programs.league), every.programs.world.service.keys.service
    made = SignedKeyChange.create(
        "league",
        former=settings.league_key(),
        new=SigningKey.generate(),
        service_key_id=service.verify_key.key_id,
        now=datetime.now(UTC),
    )
    return every.file(fresh, json.dumps(made.as_json()))


def _in_league(every: Everything) -> Programs:
    every.programs.world.store.join_league(OrgId("club-a"), OrgId("league"))
    return every.programs


def _person(every: Everything, fresh: str) -> Words:
    every.programs.done(client.cli.app, "staff", "add", every.programs.node, "--name", fresh, "--role", "coach")
    return [every.programs.node, "--name", fresh]


def _listed_club(every: Everything, fresh: str) -> Words:
    """A stopped service of its own, with a club whose public squad list holds such a name."""
    words = [*_org(every, fresh), every.file(f"{fresh}.csv", f"shirt_no,name\n8,{MARKUP}\n")]
    every.programs.done(consent.cli.app, "org", "set-players", *words)
    return words


def _squad(every: Everything, fresh: str) -> Path:
    return every.file(fresh, "name,shirt_no,is_minor\nBo Ek,8,false\n")


Line = Callable[[Everything, str], Words]
COMMAND_LINES: dict[tuple[str, ...], list[Line]] = {
    **CAMPAIGNS,
    **FORMS,
    **OWN_SITE,
    **UNION_ATHLETES,
    **REPORTS,
    ("homefield-consent", "init"): [lambda e, fresh: [e.folder / fresh, "--name", MARKUP]],
    ("homefield-consent", "keys"): [lambda e, _: [e.union]],
    ("homefield-consent", "status"): [lambda e, _: [e.union]],
    ("homefield-consent", "recover"): [lambda e, fresh: [_stopped_union(e, fresh)]],
    ("homefield-consent", "backup-key"): [lambda e, _: [e.union, "--replace"]],
    ("homefield-consent", "backup"): [lambda e, fresh: [e.union, _empty(e, fresh), "--to", _recipient(e)]],
    ("homefield-consent", "restore"): [lambda e, fresh: _restore(consent.cli.app, e, e.union, fresh)],
    ("homefield-consent", "retention"): [lambda e, _: [e.union, "--days", 365]],
    ("homefield-consent", "org", "list"): [lambda e, _: [e.union]],
    ("homefield-consent", "org", "add"): [_new_org],
    ("homefield-consent", "org", "add-key"): [lambda e, fresh: [*_org(e, fresh), "--key", _public_key()]],
    ("homefield-consent", "org", "retire-key"): [_former_key],
    ("homefield-consent", "org", "players"): [lambda e, fresh: _listed_club(e, fresh)[:2]],
    ("homefield-consent", "org", "set-players"): [_listed_club],
    ("homefield-consent", "org", "revoke"): [lambda e, fresh: [*_org(e, fresh), "--yes"]],
    ("homefield-consent", "athlete", "sessions"): [lambda e, fresh: [_stopped_union(e, fresh)]],
    ("homefield-node", "init"): [lambda e, fresh: [e.folder / fresh, "--club", "club-b", "--name", MARKUP]],
    ("homefield-node", "keys"): [lambda e, _: [e.programs.node]],
    ("homefield-node", "status"): [lambda e, _: [e.programs.node]],
    ("homefield-node", "backup-key"): [lambda e, _: [e.programs.node, "--replace"]],
    ("homefield-node", "backup"): [lambda e, fresh: [e.programs.node, _empty(e, fresh), "--to", _recipient(e)]],
    ("homefield-node", "restore"): [lambda e, fresh: _restore(client.cli.app, e, e.programs.node, fresh)],
    ("homefield-node", "athlete", "add"): [lambda e, fresh: [e.programs.node, f"{MARKUP} {fresh}"]],
    ("homefield-node", "athlete", "list"): [lambda e, _: [e.programs.node]],
    ("homefield-node", "athlete", "load"): [lambda e, fresh: [e.programs.node, _squad(e, fresh)]],
    ("homefield-node", "athlete", "rest"): [lambda e, _: [e.programs.node, e.programs.one, "reported"]],
    ("homefield-node", "source-priority"): [lambda e, _: [e.programs.node, "garmin"]],
    ("homefield-node", "athlete", "constants"): [lambda e, _: [e.programs.node, e.programs.one, "--sleep-need-h", 8]],
    ("homefield-node", "staff", "add"): [lambda e, fresh: [e.programs.node, "--name", fresh, "--role", "medical"]],
    ("homefield-node", "staff", "list"): [lambda e, _: [e.programs.node]],
    ("homefield-node", "staff", "remove"): [_person],
    ("homefield-node", "staff", "end-sessions"): [_person],
    ("homefield-node", "staff-code"): [_person],
    ("homefield-node", "ingest"): [
        lambda e, _: [e.programs.node, files(e.programs), "--athlete", e.programs.one],
        lambda e, _: [e.programs.node, files(e.programs), "--dry-run"],
    ],
    ("homefield-node", "readings"): [lambda e, _: [e.programs.node, e.programs.one]],
    ("homefield-node", "metrics"): [lambda e, _: [e.programs.node, e.programs.one]],
    ("homefield-node", "movement"): [lambda e, fresh: [e.bouts(fresh)]],
    ("homefield-node", "forecast"): [lambda e, _: [e.programs.node, e.programs.one]],
    ("homefield-node", "athlete", "rename"): [lambda e, fresh: [copied_node(e, fresh), e.programs.one, "Bo Ek"]],
    ("homefield-node", "athlete", "set-minor"): [lambda e, fresh: [copied_node(e, fresh), e.programs.one, "yes"]],
    ("homefield-node", "athlete", "remove"): [lambda e, fresh: [copied_node(e, fresh), e.programs.one, "--yes"]],
    ("homefield-node", "reading", "correct"): [
        lambda e, fresh: [*of_reading(e, fresh), "--value", 2, "--reason", "typing_error"]
    ],
    ("homefield-node", "reading", "void"): [lambda e, fresh: [*of_reading(e, fresh), "--reason", "sensor_fault"]],
    ("homefield-node", "reading", "history"): [voided],
    ("homefield-node", "imports", "list"): [lambda e, fresh: [imported(e, fresh)[0]]],
    ("homefield-node", "imports", "show"): [imported],
    ("homefield-node", "imports", "undo"): [lambda e, fresh: [*imported(e, fresh), "--yes"]],
    ("homefield-node", "imports", "questions"): [lambda e, fresh: questioned(e, fresh)[:2]],
    ("homefield-node", "imports", "answer"): [lambda e, fresh: [*questioned(e, fresh), "different"]],
    ("homefield-node", "quarantine", "list"): [lambda e, fresh: [set_aside(e, fresh)[0]]],
    ("homefield-node", "quarantine", "show"): [set_aside],
    ("homefield-node", "quarantine", "clear"): [set_aside],
    ("homefield-node", "plan", "show"): [lambda e, _: [e.programs.node]],
    ("homefield-node", "health", "list"): [lambda e, _: [e.programs.node]],
    ("homefield-node", "plan", "week"): [lambda e, _: [e.programs.node]],
    ("homefield-node", "plan", "import"): [lambda e, _: [e.programs.node, week_file(e.folder, MARKUP), "--dry-run"]],
    ("homefield-node", "enrol"): [lambda e, _: [e.programs.node]],
    ("homefield-node", "retention", "show"): [lambda e, _: [e.programs.node]],
    ("homefield-node", "retention", "set"): [lambda e, _: [e.programs.node, "--category", "sleep", "--days", 900]],
    ("homefield-node", "rotate-key"): [lambda e, _: [e.programs.node]],
    ("homefield-node", "league", "leave"): [lambda e, _: [_in_league(e).node, "league", "--yes"]],
    ("homefield-node", "league", "join"): [lambda e, _: [e.programs.node, "league"]],
    ("homefield-node", "league", "list"): [lambda e, _: [e.programs.node]],
    ("homefield-node", "adopt"): [lambda e, _: [e.programs.node, e.model]],
    ("homefield-node", "audit-privacy"): [lambda e, _: ["--runs", 400]],
    ("homefield-node", "evaluate"): [lambda e, _: [e.programs.node, e.model]],
    ("homefield-node", "models"): [lambda e, _: [e.programs.node]],
    ("homefield-node", "propose"): [lambda e, _: [e.programs.node, "--until", in_weeks(), "--athlete", e.programs.one]],
    ("homefield-server", "init"): [
        lambda e, fresh: [
            *(e.folder / fresh, "--name", MARKUP, "--consent", "http://127.0.0.1:9"),
            *service_key(e.programs.world),
        ]
    ],
    ("homefield-server", "backup-key"): [lambda e, _: [e.programs.league, "--replace"]],
    ("homefield-server", "backup"): [lambda e, fresh: [e.programs.league, _empty(e, fresh), "--to", _recipient(e)]],
    ("homefield-server", "restore"): [lambda e, fresh: _restore(server.cli.app, e, e.programs.league, fresh)],
    ("homefield-server", "node", "list"): [lambda e, _: [e.programs.league]],
    ("homefield-server", "staff-code"): [lambda e, _: [e.programs.league, "--person", "A. N.", "--role", "operator"]],
    ("homefield-server", "staff", "list"): [lambda e, _: [e.programs.league]],
    ("homefield-server", "staff", "end-sessions"): [lambda e, _: [e.programs.league, "--person", "A. N."]],
    ("homefield-server", "simulate"): [
        lambda e, _: [
            "--athletes=4",
            "--clubs=2",
            "--epsilon=2",
            "--model=recovery-linear-1",
            "--leagues=1",
            "--draws=1",
        ]
    ],
    ("homefield-server", "models", "list"): [lambda e, _: [e.programs.league]],
    ("homefield-server", "models", "verify"): [lambda e, _: [e.model]],
    ("homefield-server", "models", "rollback"): [gone_back],
    ("homefield-server", "status"): [lambda e, _: [e.programs.league]],
    ("homefield-audit", "verify"): [
        lambda e, _: [e.log, "--policy", e.policy],
        _proof,
        lambda e, fresh: [_damaged(e, fresh), "--policy", e.policy],
    ],
    ("homefield-audit", "show"): [lambda e, _: [e.log, "--policy", e.policy]],
    ("homefield-audit", "explain"): [
        lambda e, _: [e.log, 0, "--policy", e.policy],
        lambda e, fresh: [e.log, 1, "--policy", e.policy, "--opening", _opening(e, fresh)],
        lambda e, fresh: ["--bundle", _bundle(e, fresh), e.log],
        lambda e, fresh: [_damaged(e, fresh), 0, "--policy", e.policy],
    ],
    ("homefield-audit", "model"): [logged_model, lambda e, _: [e.model, e.log, "--policy", e.policy]],
    ("homefield-audit", "prove"): [lambda e, _: [e.log, 1, "--policy", e.policy]],
    ("homefield-audit", "export"): [lambda e, fresh: [e.log, "--policy", e.policy, "-o", e.folder / fresh]],
    ("homefield-audit", "fsck"): [
        lambda e, _: [e.log, "--policy", e.policy],
        lambda e, fresh: [_damaged(e, fresh), "--policy", e.policy],
    ],
    ("homefield-audit", "keygen"): [lambda e, fresh: ["log.example/2027", "--out", e.folder / fresh]],
    ("homefield-audit", "monitor"): [
        lambda e, fresh: [e.log, "--policy", e.policy, "--state", e.folder / fresh, "--once"],
        _rolled_back,
        lambda e, fresh: [
            "http://127.0.0.1:9/",
            "--policy",
            e.policy,
            "--state",
            e.folder / fresh,
            "--once",
        ],
    ],
    ("homefield-audit", "witness", "init"): [lambda e, fresh: [e.folder / fresh, "--name", "w.example/1"]],
    ("homefield-audit", "witness", "keys"): [lambda e, fresh: [_witness(e, fresh)]],
    ("homefield-audit", "witness", "add-log"): [lambda e, fresh: [_witness(e, fresh), "--vkey", _vkey()]],
    ("homefield-audit", "witness", "status"): [lambda e, fresh: [_watching(e, fresh)]],
    ("homefield-node", "league", "new-key"): [lambda e, fresh: [copied_node(e, fresh), _statement(e, f"{fresh}.json")]],
    ("homefield-server", "renew-certificate"): [lambda e, _: [e.programs.league]],
    ("homefield-server", "rotate-key"): [lambda e, _: [e.programs.league]],
    ("homefield-demo", "run"): [lambda e, fresh: ["--out", e.folder / fresh, "--no-serve"]],
}


def lines(words: tuple[str, ...], every: Everything) -> Iterator[list[str]]:
    """Every command line of a command, as text; ready to be run once."""
    for line in COMMAND_LINES[words]:
        yield [str(word) for word in (*words[1:], *line(every, f"fresh-{secrets.token_hex(4)}"))]
