"""Node, league and union as programs in their own folders, before the real consent service; and what each can do."""

import contextlib
import functools
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from fastapi.testclient import TestClient
from typer.testing import CliRunner

import client.cli
import client.consent_client
import consent.cli
import server.cli
import server.consent_client
from chassis.http.signed_client import SignedClient
from client.biometrics.observations import ReadingSource, observe
from client.biometrics.streams import Stream
from client.questions.session_questions import open_questions
from client.settings import change_settings, load_settings
from client.vault.access import open_vault
from client.vault.history.reading_states import stored_readings
from consent.app import app_of
from models.features import RECOVERY_SCHEMA
from models.privacy.contribution import answer_length
from models.training.initial_weights import initial_weights
from models.training.server_step import start, step
from policies.campaign import CampaignManifest, parse_signed_manifest
from policies.vocabulary import AthleteId, OrgId
from server.registry_store import RegistryStore
from server.settings import load_settings as league_settings
from server.store import CampaignState, CoordinatorStore, open_database
from tests.consent.league import Act, FakeClock, Template, World, acts
from tests.privacy.health_deeds import HEALTH
from tests.privacy.report_deeds import OPENED
from tests.privacy.week_files import PLANS

SOURCE = ReadingSource("club", "records", "0" * 64)
NEW = AthleteId("ath-00000000000000ff")
ADDRESS = "http://127.0.0.1:8600"
WELLNESS = (
    "effective_time_frame,fatigue,mood,readiness,sleep_duration_h,sleep_quality,soreness,soreness_area,stress\n"
    "2019-11-01T08:00:00.000Z,2,3,7,7,3,2,[],3\n"
)


@dataclass
class Programs:
    """The three programs in their own folders; node and league reach the real consent service over HTTP."""

    folder: Path
    world: World
    http: TestClient
    down: bool = False

    @property
    def one(self) -> AthleteId:
        return self.world.athletes["club-a"][0]

    @property
    def node(self) -> Path:
        return self.folder / "node"

    @property
    def league(self) -> Path:
        return self.folder / "league"

    def forward(self, request: httpx.Request) -> httpx.Response:
        """Hand a client's request to the real application, at this moment."""
        if self.down:
            raise httpx.ConnectError("down")
        self.world.clock.now = datetime.now(UTC)
        target = request.url.raw_path.decode()
        answer = self.http.request(request.method, target, content=request.content, headers=dict(request.headers))
        return httpx.Response(answer.status_code, content=answer.content)

    def run(self, app: typer.Typer, *words: object) -> Any:
        self.world.clock.now = datetime.now(UTC)
        return CliRunner().invoke(app, [str(word) for word in words])

    def done(self, app: typer.Typer, *words: object) -> Any:
        answer = self.run(app, *words)
        assert answer.exit_code == 0, (answer.output, answer.exception)
        return answer

    def new_acts(self, deed: Callable[[], Any]) -> tuple[list[Act], Any]:
        """What one command adds."""
        before = set(acts(self.world.service))
        answer = deed()
        return [act for event, act in acts(self.world.service).items() if event not in before], answer

    def planned_campaign(self, name: str = "manifest.json", *more: object) -> Path:
        """A campaign that nobody has signed, with so much noise that many fit one season. more: words of the plan."""
        out = self.folder / name
        terms = ("--model", RECOVERY_SCHEMA.model, "--public-athletes", 40, "--sigma", 100)
        self.done(server.cli.app, "campaign", "plan", self.league, *terms, *more, "--out", out)
        return out

    def signed_campaign(self, name: str = "manifest.json", *more: object) -> Path:
        """A campaign that the league and the union have signed, and that has not begun."""
        out = self.planned_campaign(name, *more)
        self.done(server.cli.app, "campaign", "sign", self.league, out)
        self.done(server.cli.app, "campaign", "attach", self.league, out, self.union_signature(out))
        return out

    def union_signature(self, manifest: Path) -> Path:
        """The union's signature of a manifest that the league has signed."""
        out = manifest.with_suffix(".union.json")
        self.done(consent.cli.app, "campaign", "sign", self.folder / "union", manifest, "--out", out, "--yes")
        return out

    def opened_campaign(self, name: str = "manifest.json", *more: object) -> Path:
        out = self.signed_campaign(name, *more)
        self.done(server.cli.app, "campaign", "start", self.league, out)
        return out

    def model(self) -> Path:
        """A model that the league published, of a campaign that it opened."""
        manifest = parse_signed_manifest(self.opened_campaign().read_bytes()).manifest
        state = step(start(initial_weights(manifest.model)), [0] * answer_length(manifest), manifest)
        registry = RegistryStore(self.league / "models", self.world.keys["league"], lambda: datetime.now(UTC))
        name = registry.seal(manifest, state)
        registry.publish(name, b"{}")
        return self.league / "models" / name

    def two_models(self) -> str:
        """Another model after the first, whose campaign has ended; returns the first one's name."""
        first = self.model()
        signed = json.loads((first / "record.json").read_bytes())["record"]
        settings = league_settings(self.league)
        store = CoordinatorStore(open_database(settings), clock=lambda: datetime.now(UTC))
        store.set_state(signed["campaign"], CampaignState.DONE)
        self.next_model(CampaignManifest.model_validate_json((first / "manifest.json").read_bytes()))
        return first.name

    def next_model(self, manifest: CampaignManifest) -> Path:
        """One more model of a campaign, after the newest."""
        state = step(start(initial_weights(manifest.model)), [1] * answer_length(manifest), manifest)
        registry = RegistryStore(self.league / "models", self.world.keys["league"], lambda: datetime.now(UTC))
        name = registry.seal(manifest, state)
        registry.publish(name, b"{}")
        return registry.directory / name

    def recorded_days(self) -> None:
        """A season of club records of the first athlete, from which an index can be proposed."""
        end = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0) - timedelta(days=1)
        found = []
        for back in range(400):
            at = end - timedelta(days=back)
            found.append(observe(Stream.TIME_LOSS, at, 0.0, SOURCE))
            found.append(observe(Stream.AVAILABILITY, at, 1.0, SOURCE))
            found.append(observe(Stream.SESSION_LOAD, at, 400.0 + back % 50, SOURCE))
        with open_vault(load_settings(self.node)) as vault:
            vault.add(self.one, found)


def set_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, club: str = "Eastmere FC", athlete: str = "Canary 11"
) -> Programs:
    """Every program with its own folder, linked, and one athlete whom node and service know.

    club, athlete: names as an earlier version may have stored them; the commands take no odd ones any more.
    """
    clock = FakeClock()
    clock.now = datetime.now(UTC)
    world = _filled().open_copy(folder / "union", clock)
    http = TestClient(app_of(world.service, clock=clock), base_url=ADDRESS)
    made = Programs(folder, world, http)
    _link(monkeypatch, made)
    made.done(client.cli.app, "init", made.node, "--club", "club-a", "--name", "Eastmere FC")
    (made.node / "keys" / "node.key").write_text(world.keys["club-a"].seed.hex())
    with open_vault(load_settings(made.node)) as vault:
        vault.add_athlete(made.one, athlete, shirt_no=1)
    made.done(server.cli.app, "init", made.league, "--name", "Coast League", "--consent", ADDRESS, *service_key(world))
    (made.league / "keys" / "league.key").write_text(world.keys["league"].seed.hex())
    change_settings(
        made.node,
        name=club,
        consent_url=ADDRESS,
        consent_service_key=world.service.keys.service.verify_key.text,
        coordinator="127.0.0.1:9092",
        ca_file=str(made.league / "tls" / "ca.crt"),
        league_key=world.keys["league"].verify_key.text,
    )
    return made


_FOLDER = tempfile.TemporaryDirectory(prefix="homefield-league-")  # gone when the process ends


@functools.cache
def _filled() -> Template:
    """The small league, filled once a process."""
    return Template.make(Path(_FOLDER.name) / "union")


def service_key(world: World) -> tuple[str, str]:
    """The option that names the consent service's key."""
    return "--service-key", world.service.keys.service.verify_key.text


def _link(monkeypatch: pytest.MonkeyPatch, made: Programs) -> None:
    """Have both clients speak to the application in this process; nothing else about them changes."""
    linked = functools.partial(SignedClient, transport=httpx.MockTransport(made.forward))
    monkeypatch.setattr(client.consent_client, "SignedClient", linked)
    monkeypatch.setattr(server.consent_client, "SignedClient", linked)


def in_weeks() -> str:
    """A day until which an index may be proposed."""
    return (datetime.now(UTC) + timedelta(days=60)).date().isoformat()


def node_added(p: Programs) -> None:
    p.done(server.cli.app, "node", "add", p.league, "club-a", p.node / "keys" / "fleet.pub")


def approved(p: Programs) -> None:
    node_added(p)
    p.done(client.cli.app, "campaign", "approve", p.node, p.opened_campaign(), "--yes")


def _sha256(manifest: Path) -> str:
    return parse_signed_manifest(manifest.read_bytes()).manifest.sha256


def files(p: Programs) -> Path:
    (p.folder / "wellness.csv").write_text(WELLNESS)
    return p.folder / "wellness.csv"


def nothing(_: Programs) -> None:
    """No preparation is needed."""


def left_league(p: Programs) -> None:
    p.world.store.leave_league(OrgId("club-a"), OrgId("league"))


def with_staff(p: Programs) -> None:
    p.done(client.cli.app, "staff", "add", p.node, "--name", "Kim", "--role", "coach")


def with_new_athlete(p: Programs) -> None:
    p.done(client.cli.app, "athlete", "add", p.node, "New Person", "--shirt", 9, "--id", NEW)


def snapshot_known(p: Programs) -> None:
    """A node asks for its snapshot all the time; only a new one is logged, under its own route."""
    with contextlib.closing(client.consent_client.NodeConsentClient.of(load_settings(p.node))) as consent:
        consent.snapshot()


Words = Callable[[Programs], tuple[object, ...]]
HAND_ACTS = {
    "correct": ("--value", "4", "--reason", "typing_error"),
    "void": ("--reason", "sensor_fault"),
    "history": (),
}


def imported(p: Programs) -> None:
    """The node holds what the files give."""
    p.done(client.cli.app, *NODE["ingest"][1](p))


def asked(p: Programs) -> None:
    """Two sources of the athlete tell of a session on one day, and neither says when."""
    at = datetime(2024, 7, 1, tzinfo=load_settings(p.node).timezone).astimezone(UTC)
    with open_vault(load_settings(p.node)) as vault:
        for app, minutes in (("records", 60.0), ("diary", 20.0)):
            source = ReadingSource("", app, app[0] * 64)
            vault.add(p.one, [observe(Stream.SESSION_DURATION_MIN, at, minutes, source)])


def question_of(p: Programs) -> str:
    """The id of that question."""
    with open_vault(load_settings(p.node)) as vault:
        return open_questions(vault, p.one).questions[-1].id


def reading_line(verb: str, *rest: str) -> Words:
    """A command line about the newest mood that the node holds of the athlete."""

    def line(p: Programs) -> tuple[object, ...]:
        with open_vault(load_settings(p.node)) as vault:
            chosen = stored_readings(vault, p.one, streams=[Stream.FATIGUE, Stream.MOOD])[-1].id
        return ("reading", verb, p.node, p.one, chosen, *rest)

    return line


NODE: dict[str, tuple[Callable[[Programs], Any], Words]] = {
    "staff add": (nothing, lambda p: ("staff", "add", p.node, "--name", "Kim", "--role", "coach")),
    "athlete export": (nothing, lambda p: ("athlete", "export", p.node, p.one, p.folder / "own.json")),
    "athlete code": (nothing, lambda p: ("athlete", "code", p.node, p.one)),
    "staff-code": (with_staff, lambda p: ("staff-code", p.node, "--name", "Kim")),
    "ingest": (nothing, lambda p: ("ingest", p.node, files(p), "--athlete", "1")),
    "readings": (nothing, lambda p: ("readings", p.node, p.one)),
    "metrics": (nothing, lambda p: ("metrics", p.node, p.one)),
    "forecast": (snapshot_known, lambda p: ("forecast", p.node, p.one)),
    "enrol": (with_new_athlete, lambda p: ("enrol", p.node)),
    "league join": (left_league, lambda p: ("league", "join", p.node, "league")),
    "league leave": (nothing, lambda p: ("league", "leave", p.node, "league", "--yes")),
    "rotate-key": (nothing, lambda p: ("rotate-key", p.node)),
    "staff remove": (with_staff, lambda p: ("staff", "remove", p.node, "--name", "Kim")),
    "staff end-sessions": (with_staff, lambda p: ("staff", "end-sessions", p.node, "--name", "Kim")),
    "athlete set-minor": (nothing, lambda p: ("athlete", "set-minor", p.node, p.one, "yes")),
    "athlete squad": (nothing, lambda p: ("athlete", "squad", p.node, p.one, "under-19")),
    "campaign approve": (node_added, lambda p: ("campaign", "approve", p.node, p.opened_campaign(), "--yes")),
    "campaign reject": (node_added, lambda p: ("campaign", "reject", p.node, p.opened_campaign(), "--yes")),
    "campaign revoke": (approved, lambda p: ("campaign", "revoke", p.node, p.folder / "manifest.json", "--yes")),
    "adopt": (lambda p: (node_added(p), snapshot_known(p)), lambda p: ("adopt", p.node, p.model())),
    "evaluate": (lambda p: (node_added(p), snapshot_known(p)), lambda p: ("evaluate", p.node, p.model())),
    "models": (nothing, lambda p: ("models", p.node)),
    "propose": (
        lambda p: (with_new_athlete(p), p.recorded_days()),
        lambda p: ("propose", p.node, "--until", in_weeks()),
    ),
    "erase": (nothing, lambda p: ("erase", p.node, p.one, "--yes")),
    "athlete remove": (nothing, lambda p: ("athlete", "remove", p.node, p.one, "--yes")),
    **{f"reading {verb}": (imported, reading_line(verb, *rest)) for verb, rest in HAND_ACTS.items()},
    "imports questions": (asked, lambda p: ("imports", "questions", p.node, p.one)),
    "imports answer": (asked, lambda p: ("imports", "answer", p.node, p.one, question_of(p), "same")),
    "imports undo": (imported, lambda p: ("imports", "undo", p.node, 1, "--yes")),
    **(HEALTH | PLANS | OPENED),
}
LEAGUE: dict[str, tuple[Callable[[Programs], Any], Words]] = {
    "node add": (nothing, lambda p: ("node", "add", p.league, "club-a", p.node / "keys" / "fleet.pub")),
    "campaign start": (
        lambda p: (node_added(p), p.signed_campaign()),
        lambda p: ("campaign", "start", p.league, p.folder / "manifest.json"),
    ),
    "campaign close": (
        lambda p: (node_added(p), p.opened_campaign()),
        lambda p: ("campaign", "close", p.league, _sha256(p.folder / "manifest.json"), "--yes"),
    ),
    "models rollback": (node_added, lambda p: ("models", "rollback", p.league, p.two_models(), "--yes")),
    "rotate-key": (nothing, lambda p: ("rotate-key", p.league)),
    "staff-code": (nothing, lambda p: ("staff-code", p.league, "--person", "A. N.", "--role", "operator")),
}
