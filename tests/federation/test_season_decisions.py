"""A season from the league's plan to a club's approval and the real ledger, by the programs' own commands."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import client.cli
import server.cli
from client.federation.identity import approvals_of
from client.settings import load_settings
from consent.errors import Conflict
from policies.budget import rho_micro_per_round
from policies.campaign import parse_signed_manifest
from policies.campaigns.season_windows import season_of
from policies.vocabulary import Category, OrgId, Role
from tests.privacy.programs import Programs, node_added, set_up

SEASON = ("--exchanges", 3, "--every", "16w")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programs]:
    made = set_up(tmp_path, monkeypatch)
    node_added(made)
    yield made
    made.world.service.close()


def test_a_season_is_shown_in_words_approved_once_and_set_aside_whole(programs: Programs) -> None:
    out = programs.opened_campaign("season.json", *SEASON)
    manifest = parse_signed_manifest(out.read_bytes()).manifest

    shown = " ".join(programs.done(client.cli.app, "campaign", "show", programs.node, out).stdout.split())
    told = json.loads(programs.done(client.cli.app, "campaign", "show", programs.node, out, "--json").stdout)
    programs.done(client.cli.app, "campaign", "approve", programs.node, out, "--yes")
    status = json.loads(programs.done(server.cli.app, "campaign", "status", programs.league, "--json").stdout)

    for words in (
        "3 exchanges:",
        "asked once in each",
        "Exchange 1",
        "not answered yet",
        "not asked yet",
        "of the cap of ε 2.00",
    ):
        assert words in shown
    assert (told["rounds"], told["rounds_answered"], told["season"]["every_days"]) == (3, [], 112)
    assert told["season"] == status["season"]
    approved = approvals_of(load_settings(programs.node)).get(manifest.sha256, now=programs.world.clock.now)
    assert season_of(approved) == season_of(manifest)

    world, club = programs.world, OrgId("club-a")
    for category in manifest.categories:
        world.give(programs.one, Category(category), Role.FL_AGGREGATOR)
    tokens = [one.token for one in world.store.issue_tokens(club, manifest.sha256, [programs.one]).tokens]
    price = rho_micro_per_round(manifest.noise_multiplier)
    assert world.store.budget(programs.one).reserved_micro_rho == 3 * price
    with pytest.raises(Conflict, match="exchange 2 of 3 opens on"):
        world.store.commit_round(club, manifest.sha256, 2, tokens)
    assert world.store.commit_round(club, manifest.sha256, 1, tokens).accepted == (programs.one,)

    programs.done(server.cli.app, "campaign", "close", programs.league, manifest.campaign_id, "--yes")

    left = world.store.budget(programs.one)
    assert (left.spent_micro_rho, left.reserved_micro_rho) == (price, 0)
