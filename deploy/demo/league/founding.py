"""Founding the league: every organisation sets up its own program, and keys are exchanged. Then data come in."""

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from chassis.cli.exit_codes import ExitCode
from deploy.demo.league import witnesses
from deploy.demo.league.sources import Entrant, Import
from deploy.demo.plan import (
    GOVERNING_BODY,
    GOVERNING_BODY_NAME,
    LEAGUE,
    LEAGUE_NAME,
    UNION_NAME,
    Club,
    DemoPlan,
    Person,
)
from deploy.demo.processes import League, Starting, program, run_program
from deploy.demo.side_by_side import side_by_side
from deploy.demo.tick import Tick
from policies.signing import SigningKey

PUBLISH_EVERY_S = 1  # so that an approved band shows at once; a real service publishes once a day
CHECKPOINT_EVERY_S = 1  # so that nobody waits for a proof; a real log publishes once an hour


QUARANTINED_TOO = (ExitCode.DONE, ExitCode.NOT_DONE)
"""The real folders hold files that are quarantined; the others were stored."""


@dataclass(frozen=True, slots=True)
class ExchangedKeys:
    """Public keys that were exchanged."""

    service_key: str
    log_vkey: str
    log_directory: Path
    trust_policy: Path
    league_key: str
    ca_file: Path


def node(*arguments: str, accept: tuple[ExitCode, ...] = (ExitCode.DONE,)) -> str:
    """Run `homefield-node` and return what it printed."""
    return run_program([program("homefield-node"), *arguments], env={}, accept=accept)


def consent(*arguments: str) -> str:
    """Run `homefield-consent` and return what it printed."""
    return run_program([program("homefield-consent"), *arguments], env={})


def server(*arguments: str) -> str:
    """Run `homefield-server` and return what it printed."""
    return run_program([program("homefield-server"), *arguments], env={})


def found_league(plan: DemoPlan, tick: Tick) -> ExchangedKeys:
    """Set up consent service, coordinator and every node, and make their keys known to each other."""
    union: dict[str, Any] = json.loads(
        consent(
            "init", str(plan.consent_folder), "--name", UNION_NAME, "--publish-every", str(PUBLISH_EVERY_S),
            "--checkpoint-every", str(CHECKPOINT_EVERY_S), "--json",
        )
    )  # fmt: skip
    tick()
    inits: list[Callable[[], str]] = [
        partial(
            server, "init", str(plan.league_folder), "--name", LEAGUE_NAME, "--league", LEAGUE,
            "--consent", plan.consent_url, "--service-key", union["service_key"], "--json",
        )
    ]  # fmt: skip
    for club in plan.clubs:
        inits.append(partial(node, "init", str(club.folder), "--club", club.org, "--name", club.name, "--json"))
    league, *nodes = side_by_side(lambda init: json.loads(init()), inits, tick)
    body_key = SigningKey.generate().verify_key.text  # the governing body only reads here; its key signs nothing yet
    _register(plan, LEAGUE, LEAGUE_NAME, "league", league["league_key"])
    _register(plan, GOVERNING_BODY, GOVERNING_BODY_NAME, "governing_body", body_key)
    for club, made in zip(plan.clubs, nodes, strict=True):
        _register(plan, club.org, club.name, "club", made["node_key"])
    tick()
    policy = Path(union["trust_policy_file"])
    witnesses.set_up(plan, log_vkeys=union["log_vkeys"], policy=policy)
    tick()
    return ExchangedKeys(
        service_key=union["service_key"],
        log_vkey=union["log_vkey"],
        log_directory=Path(union["log_directory"]),
        trust_policy=policy,
        league_key=league["league_key"],
        ca_file=Path(league["ca_file"]),
    )


def _register(plan: DemoPlan, org: str, name: str, kind: str, key: str) -> None:
    consent("org", "add", str(plan.consent_folder), org, "--name", name, "--kind", kind, "--key", key)


def add_athletes(plan: DemoPlan, entrants: Sequence[Entrant], tick: Tick) -> list[Person]:
    """Add everyone to their club's vault; the node mints the pseudonyms."""
    people = []
    for club in plan.clubs:
        own = [one for one in entrants if one.club == club.org]
        squad = plan.data_folder / f"{club.org}.squad.csv"
        with squad.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["name", "shirt_no", "is_minor"])
            writer.writerows([one.name, one.shirt_no, str(one.is_minor).lower()] for one in own)
        added = json.loads(node("athlete", "load", str(club.folder), str(squad), "--json"))["athletes"]
        people += [
            Person(row["athlete"], one.name, one.club, one.shirt_no, one.is_minor, one.source, one.label)
            for row, one in zip(added, own, strict=True)
        ]
        tick()
    return people


def ingest(plan: DemoPlan, imports: Sequence[Import], people: Sequence[Person], tick: Tick) -> dict[str, int]:
    """Read every file into its club's vault. Files without a reader and broken ones are counted, not hidden."""

    def read_all(club: Club) -> list[dict[str, int]]:
        found = []
        for one in (one for one in imports if one.club == club.org):
            arguments = (str(club.folder), *_attribution(plan, club, one, people), "--json")
            found.append(json.loads(node("ingest", *arguments, accept=QUARANTINED_TOO)))
            tick()
        return found

    done = [one for club in side_by_side(read_all, plan.clubs) for one in club]
    return {name: sum(one[name] for one in done) for name in ("added", "stored", "skipped", "quarantined")}


def _attribution(plan: DemoPlan, club: Club, one: Import, people: Sequence[Person]) -> list[str]:
    if one.label is not None:
        owner = next(p for p in people if p.club == club.org and p.label == one.label)
        return [str(one.path), "--athlete", owner.athlete]
    source = "synthetic" if one.mapping else "soccermon"
    labels = plan.data_folder / f"{club.org}.{source}.players.json"
    owners = {p.label: p.athlete for p in people if p.club == club.org and p.source == source}
    labels.write_text(json.dumps(owners), encoding="utf-8")
    described = ["--mapping", str(one.mapping)] if one.mapping else []
    return [str(one.path), "--players", str(labels), *described]


def start_programs(plan: DemoPlan, keys: ExchangedKeys, league: League, tick: Tick) -> None:
    """Start witnesses, consent service, auditor pages, coordinator and nodes, each as its own process."""
    witnesses.start(plan, league, tick)
    union = ("serve", str(plan.consent_folder), "--port", str(plan.consent_port), "--demo")
    league.start(Starting("consent", plan.consent_url, (program("homefield-consent"), *union)))
    tick()

    def link(club: Club) -> None:
        node(
            "link", str(club.folder), "--consent", plan.consent_url, "--service-key", keys.service_key,
            "--coordinator", f"127.0.0.1:{plan.fleet_port}", "--ca", str(keys.ca_file), "--league-key", keys.league_key,
        )  # fmt: skip
        node("enrol", str(club.folder))
        node("league", "join", str(club.folder), LEAGUE)

    side_by_side(link, plan.clubs, tick)
    for club in plan.clubs:
        server("node", "add", str(plan.league_folder), club.org, str(club.folder / "keys" / "fleet.pub"))
    office = ("serve", str(plan.league_folder), "--fleet-port", str(plan.fleet_port), "--web-port", str(plan.web_port))
    auditor = ("serve", str(keys.log_directory), "--policy", str(keys.trust_policy), "--port", str(plan.audit_port))
    readers = ("--log-url", f"{plan.consent_url}/log")
    league.start(
        Starting("coordinator", plan.office_url, (program("homefield-server"), *office, "--demo")),
        Starting("auditor", plan.audit_url, (program("homefield-audit"), *auditor, *readers)),
        *(
            Starting(
                club.org,
                club.url,
                (program("homefield-node"), "run", str(club.folder), "--port", str(club.port), "--demo"),
            )
            for club in plan.clubs
        ),
        tick=tick,
    )
