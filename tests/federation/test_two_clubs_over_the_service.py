"""An athlete of two clubs, from the union's desk to both clubs' sums: real nodes, the real service, its ledger."""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from fastapi.testclient import TestClient

import models.privacy.contribution as path
from chassis.http.signed_client import SignedClient
from client.consent_client import NodeConsentClient
from client.federation.approval import Approvals
from client.federation.journal import RoundJournal
from client.federation.participation import Participation
from consent.app import app_of
from consent.registry.values import SecondClub
from models.privacy.contribution import answer_length
from models.privacy.discrete_gaussian import from_ring, sensitivity
from models.training.initial_weights import initial_weights
from models.training.recipes import manifest_from, rounds_recipe
from models.wire import TrainRequest, read_contribution, to_bytes
from policies.budget import rho_micro_per_round
from policies.campaign import SignedManifest
from policies.campaigns.memberships import WHOLE
from policies.campaigns.signatures import CampaignSigners
from policies.vocabulary import AthleteId, OrgId, Role
from tests.consent.league import FakeClock, World, fill, make_service
from tests.federation.conftest import FakeDays, key_line

MODEL, CLUBS = "recovery-linear-1", (OrgId("club-a"), OrgId("club-b"))
FLEET_KEYS = {club: generate_private_key(SECP384R1()) for club in CLUBS}


def world_of(folder: Path) -> tuple[World, SignedManifest]:
    """A league with a campaign of two clubs, in which all of them take part."""
    clock = FakeClock()
    world = fill(make_service(folder, clock), clock)
    manifest = manifest_from(
        rounds_recipe(MODEL, athletes=40),
        campaign_id="both",
        league="league",
        clubs={club: key_line(key) for club, key in FLEET_KEYS.items()},
        opens=clock.now - timedelta(hours=1),
        expires=clock.now + timedelta(days=2),
    )
    for club, category in itertools.product(CLUBS, manifest.categories):
        for athlete in world.athletes[club]:
            world.give(athlete, category, Role.FL_AGGREGATOR)
    signed = world.signed(manifest)
    world.store.register_campaign(OrgId("league"), signed)
    return world, signed


@contextmanager
def participation(
    world: World, signed: SignedManifest, club: OrgId, folder: Path, held: list[str]
) -> Iterator[Participation]:
    """One club's node on the real interface of the service."""
    folder.mkdir()
    own, service_key = world.keys[club], world.service.keys.service.verify_key
    signers = CampaignSigners([world.keys["league"].verify_key], {"union": [service_key]})
    approvals = Approvals(folder / "approved", club, (own.verify_key,), signers, key_line(FLEET_KEYS[club]))
    approvals.approve(signed, own, now=world.clock())
    http = TestClient(app_of(world.service, clock=world.clock), raise_server_exceptions=False)
    line = SignedClient(
        "http://consent",
        own,
        audience=service_key.key_id,
        clock=world.clock,
        largest_answer=1 << 20,
        transport=http._transport,
    )
    client, journal = NodeConsentClient(line, service_key, club, world.clock), RoundJournal(folder / "journal.sqlite3")
    with closing(client), closing(journal):
        yield Participation(club, approvals, journal, client, FakeDays(held, MODEL), world.clock)


def answered(folder: Path, weights: Mapping[OrgId, int] | None) -> tuple[list[int], World, SignedManifest, AthleteId]:
    """Both clubs' answers, one after the other. weights: of the athlete whom both hold; None: neither does."""
    world, signed = world_of(folder / "union")
    both, values = world.athletes[CLUBS[0]][0], list[int]()
    if weights is not None:
        world.store.set_second_club(both, SecondClub(CLUBS[1], weights[CLUBS[1]], None))
    asked = TrainRequest(manifest_sha256=signed.manifest.sha256, round=1, weights=initial_weights(MODEL))
    for club in CLUBS:
        others = [one for one in world.athletes[club] if one != both]
        held = others if weights is None else [both, *others]
        with participation(world, signed, club, folder / club, held) as node:
            reply = read_contribution(node.answer(to_bytes(asked)))
        values += from_ring(reply.values, signed.manifest.modulus_bits)
    return values, world, signed, both


@pytest.mark.parametrize("weights", [(8, 8), (13, 3)])
def test_both_answers_move_by_one_athlete_and_the_ledger_books_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, weights: tuple[int, int]
) -> None:
    monkeypatch.setattr(path, "noise_share", lambda length, *_: np.zeros(length, np.int64))
    for name in ("with", "without"):
        (tmp_path / name).mkdir()

    with_it, world, signed, both = answered(tmp_path / "with", dict(zip(CLUBS, weights, strict=True)))
    without, other, _, _ = answered(tmp_path / "without", None)

    manifest, change = signed.manifest, [one - before for one, before in zip(with_it, without, strict=True)]
    bound = Fraction(sensitivity(manifest.clip_norm, manifest.scale_bits, answer_length(manifest)))
    half = len(change) // 2
    assert any(change[:half])
    assert any(change[half:])
    assert sum(one * one for one in change) <= Fraction(sum(n * n for n in weights), WHOLE**2) * bound**2
    price = rho_micro_per_round(manifest.noise_multiplier)
    assert world.store.budget(both).spent_micro_rho == sum(-(-price * n * n // 256) for n in weights) <= price
    assert world.store.budget(world.athletes[CLUBS[1]][0]).spent_micro_rho == price
    for one in (world, other):
        one.service.close()
