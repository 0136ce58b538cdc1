"""Two tenants of every kind on one consent service: what each has, and which texts of it nobody else may read."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from consent.grants.values import Change, ConsentMethod
from consent.identity import codes
from consent.registry.values import OrgKind
from policies.campaign import SignedManifest
from policies.signing import SigningKey
from policies.vocabulary import AthleteId, Category, OrgId, Role
from tests.consent.league import FakeClock, World, fill, make_service, manifest
from tests.consent.portal_choices import portal

NOTHING = "nothing"
"""The tenant of what does not exist."""
OWN, OTHER = "club-a", "club-b"
MATE = "a team mate"
"""The tenant of what the second athlete of club-a has."""
JOINED, APART, GONE = "league", "a-rival", "club-gone"
LEAGUE_OF = {OWN: JOINED, OTHER: APART}
UNLIMITED = {"requests_a_minute": 10**9, "items_a_minute": 10**9}
SHARED = (Category.READINESS, Category.SLEEP, Category.HEART, Category.WELLNESS, Category.TRAINING_LOAD)


@dataclass(frozen=True, slots=True)
class Things:
    """What one tenant has, by the name that requests give it: athlete, release, receipt, campaign and so on.

    people: names of its athletes. athletes: their ids. secrets: everything else that names or tells something.
    """

    named: Mapping[str, str]
    people: tuple[str, ...] = ()
    athletes: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


@dataclass
class Tenants:
    """The service with both tenants, closed; each crossing works on a copy that is open."""

    folder: Path
    keys: dict[str, SigningKey]
    things: dict[str, Things]
    codes: dict[AthleteId, str]
    private: dict[AthleteId, tuple[str, ...]]
    athletes: dict[str, list[AthleteId]]
    copies: int = 0

    @classmethod
    def make(cls, folder: Path) -> "Tenants":
        """Fill one service and close it."""
        clock = FakeClock()
        clock.now = datetime.now(UTC) - timedelta(days=2)  # the two approvals take a day each
        world = fill(make_service(folder, clock), clock)
        _add_organisations(world)
        things = {club: _things(world, club) for club in (OWN, OTHER)} | {NOTHING: _nothing()}
        mate = world.athletes[OWN][1]
        things[MATE] = Things({"release": _releases(world, mate)[0], "receipt": _receipts(world, mate)[0]}, ("a mate",))
        clock.now = datetime.now(UTC)
        everybody = [athlete for own in world.athletes.values() for athlete in own]
        made = {athlete: _code(world, athlete) for athlete in everybody}
        private = {athlete: _private(world, athlete) for athlete in everybody}
        world.publish()
        world.service.close()
        return cls(folder, world.keys, things, made, private, world.athletes)

    def open_copy(self) -> World:
        """Open a copy of the service; whoever asked for it closes it."""
        self.copies += 1
        folder = self.folder.with_name(f"{self.folder.name}-{self.copies}")
        shutil.copytree(self.folder, folder)
        clock = FakeClock()
        clock.now = datetime.now(UTC)
        return World(
            make_service(folder, clock, **UNLIMITED),
            clock,
            dict(self.keys),
            {c: list(o) for c, o in self.athletes.items()},
        )


def _add_organisations(world: World) -> None:
    """A league that club-b alone has joined, a club whose keys were revoked, and a key that club-a had before."""
    for org, kind in ((APART, OrgKind.LEAGUE), (GONE, OrgKind.CLUB)):
        world.keys[org] = SigningKey.generate()
        world.store.add_org(OrgId(org), name=f"The {org}", kind=kind, key=world.keys[org].verify_key)
    world.store.join_league(OrgId(OTHER), OrgId(APART))
    world.store.org_keys.revoke(OrgId(GONE))
    world.keys["former"], world.keys[OWN] = world.keys[OWN], SigningKey.generate()
    world.store.org_keys.add(OrgId(OWN), world.keys[OWN].verify_key, overlap_d=1)
    world.store.org_keys.retire(OrgId(OWN), world.keys["former"].verify_key.key_id)


def _things(world: World, club: str) -> Things:
    """Everything that can be asked for of one tenant: grants, an approved release, a waiting one, receipts, tokens."""
    athlete, second, third = world.athletes[club]
    league = LEAGUE_OF[club]
    for one in world.athletes[club]:
        _share(world, one, club, league)
    approved = world.approved(second, club)
    waiting = world.store.propose_release(OrgId(club), world.proposal(athlete, club)).release_id
    signed = _campaign(world, club)
    campaign = world.store.register_campaign(OrgId(league), signed)
    tokens = world.store.issue_tokens(OrgId(club), campaign, world.athletes[club])
    receipts = [one for who in world.athletes[club] for one in _receipts(world, who)]
    names = tuple(member.name for member in world.store.members(OrgId(club)))
    named = {
        "athlete": athlete,
        "player": third,
        "club": club,
        "league": league,
        "org": club,
        "campaign": campaign,
        "token": tokens.tokens[0].token,
        "release": waiting,
        "receipt": _receipts(world, athlete)[0],
        "recipient": f"{club}.{Role.COACH.value}",
    }
    secrets = (approved, waiting, *receipts, *(t.token for t in tokens.tokens), campaign, signed.manifest.campaign_id)
    return Things(named, names, tuple(world.athletes[club]), (*secrets, f"The {club}"))


def _receipts(world: World, athlete: AthleteId) -> list[str]:
    return [receipt.receipt_id for receipt in world.store.receipts(athlete)]


def _releases(world: World, athlete: AthleteId) -> list[str]:
    return [release.release_id for release in world.store.releases(athlete)]


def _private(world: World, athlete: AthleteId) -> tuple[str, ...]:
    """What names or tells one athlete."""
    return (athlete, world.store.member(athlete).name, *_releases(world, athlete), *_receipts(world, athlete))


def _share(world: World, athlete: AthleteId, club: str, league: str) -> None:
    """Share everything with the club's staff, so that only walls keep others out, and what a campaign takes."""
    wanted = {(category, club, role) for category in SHARED for role in (Role.COACH, Role.MEDICAL)}
    wanted |= {(category, league, Role.FL_AGGREGATOR) for category in (Category.SLEEP, Category.WELLNESS)}
    ends = world.clock.now + timedelta(days=200)
    changes = [
        Change(cell.cell, cell.ceiling, ends)
        for cell in world.store.matrix(athlete)
        if (cell.category, cell.recipient.org, cell.recipient.role) in wanted and cell.ceiling
    ]
    portal(world.store).change(athlete, changes, method=ConsentMethod.PORTAL)


def _campaign(world: World, club: str) -> SignedManifest:
    """A campaign of the tenant's league that names the tenant's club alone."""
    league = LEAGUE_OF[club]
    made = manifest(world, campaign_id=f"secret-{club}-2026", league=league, clubs={club: "key"})
    return world.signed(made, league)


def _nothing() -> Things:
    return Things(
        {
            "athlete": "ath-00000000000000fe",
            "player": "ath-00000000000000fd",
            "club": "club-x",
            "league": "league-x",
            "org": "club-x",
            "campaign": "0" * 64,
            "token": "0" * 64,
            "release": "rel-00000000",
            "receipt": "rcp-00000000",
            "recipient": "club-x.coach",
        }
    )


def _code(world: World, athlete: AthleteId) -> str:
    with Session(world.service.engine.execution_options(is_writer=True)) as session:
        code, _ = codes.create(session, athlete, key=world.service.keys.codes, now=world.clock.now)
        session.commit()
    return code
