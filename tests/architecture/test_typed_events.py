"""Every route and every command of every program declares its typed event, or one of a few reasons why it has none."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
import typer
import typer.main
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.applications import Starlette
from starlette.routing import Mount

import audit.cli
import audit.declared_events
import client.cli
import client.declared_events
import consent.cli
import consent.declared_events
import deploy.demo.cli
import deploy.demo.declared_events
import server.cli
import server.declared_events
from audit.entries.event_declarations import EventDeclarations, NoEntry, NoEntryReason, RecordedEvent
from audit.entries.events import EventKind

PROGRAMS: dict[str, tuple[typer.Typer, EventDeclarations]] = {
    "homefield-audit": (audit.cli.app, audit.declared_events.VERBS),
    "homefield-consent": (consent.cli.app, consent.declared_events.VERBS),
    "homefield-demo": (deploy.demo.cli.app, deploy.demo.declared_events.VERBS),
    "homefield-node": (client.cli.app, client.declared_events.VERBS),
    "homefield-server": (server.cli.app, server.declared_events.VERBS),
}
SITES: dict[str, EventDeclarations] = {
    "auditor": audit.declared_events.ROUTES,
    "witness": audit.declared_events.WITNESS_ROUTES,
    "consent": consent.declared_events.ROUTES,
    "node": client.declared_events.ROUTES,
    "league": server.declared_events.ROUTES,
    "fleet": server.declared_events.FLEET_ROUTES,
}
MOST_UNRECORDED = {
    "homefield-audit": 15,
    "homefield-consent": 12,
    "homefield-demo": 1,
    "homefield-node": 39,
    "homefield-server": 21,
    "auditor": 16,
    "witness": 5,
    "consent": 34,
    "node": 34,
    "league": 8,
    "fleet": 9,
}
"""How many may be exempt. A new exemption is a privacy decision: it takes a reason and a larger number here."""
REASONS_OF = {
    NoEntryReason.OWN_RECORD: {"consent", "node"},
    NoEntryReason.PUBLIC_LOG: {"homefield-audit", "auditor", "witness", "consent"},
    NoEntryReason.READ_BACK: {"homefield-consent", "homefield-node", "homefield-server", "league", "consent"},
    NoEntryReason.SET_UP: {"homefield-audit", "homefield-node", "homefield-server"},
    NoEntryReason.PARTS_RECORDED: {"homefield-demo", "homefield-node", "homefield-server", "fleet"},
}
"""Where each reason can be true at all; the others can be anywhere."""
SERVICE_KEY = "A" * 43 + "="
HARMLESS_POSTS = {
    "POST /sign-out",
    "POST /me/sign-out",
    "POST /settings",
    "POST /unlock",
}  # they end, dress or unlock the sender's own session
FROM_THE_LOG_ITSELF = {EventKind.HEARTBEAT, EventKind.ANSWER_SENT}
NO_LONGER_WRITTEN = {EventKind.RELEASE_ANSWERED}  # an answer is logged like any other choice


def verbs_of(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[str]:
    """The names of everything that acts below a program."""
    inside = getattr(command, "commands", None)
    if inside is None:
        yield " ".join(words)
    else:
        for name, one in inside.items():
            yield from verbs_of(one, (*words, name))


def routes_of(app: Starlette, prefix: str = "") -> Iterator[str]:
    """The names of everything that answers below an application, mounted applications included."""
    for route in iter_route_contexts(app.routes):
        inner = getattr(route.original_route, "app", None)
        if isinstance(route.original_route, Mount) and isinstance(inner, Starlette):
            yield from routes_of(inner, prefix + route.path.rstrip("/"))
        elif isinstance(route.original_route, Mount):
            yield f"MOUNT {prefix}{route.path}"
        else:
            methods = set(route.methods or {"WEBSOCKET"})
            yield f"{'|'.join(sorted(methods - {'HEAD'} or methods))} {prefix}{route.path}"


def consent_site(folder: Path) -> FastAPI:
    from consent.app import app_of
    from consent.service import found, open_service
    from consent.settings import make_settings

    settings = make_settings({"directory": folder / "union", "name": "Union"})
    settings.directory.mkdir()
    found(settings)
    service = open_service(settings, clock=now)
    app = app_of(service, clock=now)
    service.close()
    return app


def node_site(folder: Path) -> FastAPI:
    from client.app import build_app
    from client.commands.run import add_status
    from client.settings import load_settings
    from client.vault.keys import UnlockKey
    from client.vault.store import Vault

    place = folder / "node"
    invoke(client.cli.app, "init", place, "--club", "club-a", "--name", "Eastmere FC")
    with Vault.open(folder / "vault.sqlite3", UnlockKey(b"k" * 32)) as vault:
        app = build_app(load_settings(place), vault=vault, consent_client=object())  # type: ignore[arg-type]
    add_status(app, dict)
    return app


def league_sites(folder: Path) -> dict[str, FastAPI]:
    from server.running import Coordinator
    from server.settings import load_settings

    place = folder / "league"
    service = ("--consent", "http://127.0.0.1:9", "--service-key", SERVICE_KEY)
    invoke(server.cli.app, "init", place, "--name", "Coast League", *service)
    coordinator = Coordinator.open(load_settings(place), clock=now, wait_s=1.0, demo=True)
    return {"league": coordinator.web_app, "fleet": coordinator.fleet_app}


def audit_sites(folder: Path) -> dict[str, FastAPI]:
    from audit.app import build_app
    from audit.tlog.signers import log_signers
    from audit.tlog.trust_policy import TrustPolicy
    from audit.witness.app import build_witness_app

    policy = TrustPolicy.of_keys([signer.vkey for signer in log_signers("log.example/1", b"s" * 32)])
    (folder / "log").mkdir()
    return {
        "auditor": build_app(source=str(folder / "log"), policy=policy),
        "witness": build_witness_app(object()),  # type: ignore[arg-type]
    }


def now() -> datetime:
    return datetime.now(UTC)


def invoke(app: typer.Typer, *words: object) -> None:
    typer.main.get_command(app)([str(word) for word in words], standalone_mode=False)


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FastAPI]:
    """Every application of every program."""
    folder = tmp_path_factory.mktemp("sites")
    built = {"consent": consent_site(folder), "node": node_site(folder)}
    return built | league_sites(folder) | audit_sites(folder)


def unrecorded(acts: EventDeclarations) -> dict[str, NoEntry]:
    return {name: act for name, act in acts.items() if isinstance(act, NoEntry)}


ALL: dict[str, EventDeclarations] = {name: acts for name, (_, acts) in PROGRAMS.items()} | SITES
everywhere: Callable[[Any], Any] = pytest.mark.parametrize("place", sorted(ALL))


@pytest.mark.parametrize("program", sorted(PROGRAMS))
def test_every_command_is_declared_and_every_declaration_is_a_command(program: str) -> None:
    app, declared = PROGRAMS[program]

    assert set(verbs_of(typer.main.get_command(app))) == set(declared)


@pytest.mark.parametrize("site", sorted(SITES))
def test_every_route_is_declared_and_every_declaration_is_a_route(site: str, sites: dict[str, FastAPI]) -> None:
    found = list(routes_of(sites[site]))

    assert [name for name, count in Counter(found).items() if count > 1] == []
    assert set(found) == set(SITES[site])


@everywhere
def test_exemptions_are_no_more_than_were_agreed(place: str) -> None:
    assert len(unrecorded(ALL[place])) <= MOST_UNRECORDED[place]


@everywhere
def test_every_reason_is_given_only_where_it_can_be_true(place: str) -> None:
    wrong = {
        name: act.reason
        for name, act in unrecorded(ALL[place]).items()
        if place not in REASONS_OF.get(act.reason, {place})
    }

    assert wrong == {}


@pytest.mark.parametrize("site", sorted(SITES))
def test_nothing_that_changes_something_is_exempt_but_steps_of_recorded_forms(site: str) -> None:
    posts = {name: act.reason for name, act in unrecorded(SITES[site]).items() if "POST" in name and "|" not in name}
    carriers = {NoEntryReason.FORM_STEP, NoEntryReason.PARTS_RECORDED, NoEntryReason.PUBLIC_LOG}

    assert {name for name, reason in posts.items() if reason not in carriers} <= HARMLESS_POSTS


def test_every_step_of_a_form_leads_to_something_recorded() -> None:
    portal = consent.declared_events.PORTAL_ROUTES
    steps = [name for name, act in unrecorded(portal).items() if act.reason is NoEntryReason.FORM_STEP]

    assert "POST /change/{category}" in steps
    for step in steps:
        path = step.split()[1]
        last = "POST /demo/sign-in" if path == "/demo" else f"POST {path}/confirm"
        assert isinstance(portal[last], RecordedEvent), step


@everywhere
def test_a_declared_event_names_at_least_one_kind_and_never_one_of_the_log_itself(place: str) -> None:
    for name, act in ALL[place].items():
        if isinstance(act, RecordedEvent):
            assert act.kinds, name
            assert not act.kinds & (FROM_THE_LOG_ITSELF - {EventKind.HEARTBEAT}), name


def test_every_kind_of_event_is_left_by_something() -> None:
    """Reported by programs while they run, or by a route or command: no kind is only a word."""
    left = set().union(*(act.kinds | act.beside for acts in ALL.values() for act in acts.values() if is_recorded(act)))

    assert set(EventKind) - left == FROM_THE_LOG_ITSELF - {EventKind.HEARTBEAT} | NO_LONGER_WRITTEN


def is_recorded(act: RecordedEvent | NoEntry) -> bool:
    return isinstance(act, RecordedEvent)


def test_there_are_few_reasons() -> None:
    assert len(NoEntryReason) <= 7


def test_a_program_with_an_undeclared_route_or_command_is_found() -> None:
    """The walk itself: it sees routes of included routers, of mounted applications, and nested commands."""
    from fastapi import APIRouter

    app, inner, routes, program, group = FastAPI(openapi_url=None), FastAPI(openapi_url=None), APIRouter(), *apps()
    routes.add_api_route("/hidden", now, methods=["POST"])
    inner.include_router(routes, prefix="/deep")
    app.mount("/", inner)
    group.command("verb")(lambda: None)
    program.add_typer(group, name="group")
    program.command("other")(lambda: None)

    assert "POST /deep/hidden" in set(routes_of(app))
    assert set(verbs_of(typer.main.get_command(program))) == {"group verb", "other"}


def apps() -> tuple[typer.Typer, typer.Typer]:
    return typer.Typer(), typer.Typer()
