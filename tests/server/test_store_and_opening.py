"""Database, manifests and sums: what is refused before it can do harm."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.features import SCHEMAS
from models.privacy.contribution import largest_sum
from models.privacy.discrete_gaussian import to_ring
from models.training.recipes import manifest_from, rounds_recipe
from models.wire import ContributionSum, to_bytes
from policies.budget import campaign_cost, epsilon_proved
from policies.signing import SigningKey
from policies.vocabulary import OrgId
from server.aggregate import add, read_sum
from server.errors import AlreadyExists, BadCoordinatorSettings, RefusedSum, UnknownClub
from server.federation.opening import Terms, epsilon_of, plan_campaign
from server.settings import CoordinatorSettings
from server.store import CampaignState, CoordinatorStore, open_database
from tests.cosigned_campaigns import cosigned

NOW = datetime(2026, 11, 23, tzinfo=UTC)
MODEL = "recovery-linear-1"
DIMENSION = SCHEMAS[MODEL].dimension
MANIFEST = manifest_from(
    rounds_recipe(MODEL, athletes=40),
    campaign_id="recovery-1",
    league="league",
    clubs={"club-a": "k", "club-b": "l"},
    opens=NOW,
    expires=NOW.replace(year=2027),
)


def opened(key=None, clubs=None, **terms):
    planned = plan_campaign(
        Terms(model=terms.pop("model", MODEL), public_athletes=40, **terms),
        campaign_id="recovery-1",
        league=OrgId("league"),
        clubs={"club-a": "k"} if clubs is None else clubs,
        now=NOW,
    )
    return cosigned(planned, key or SigningKey.generate(), SigningKey.generate())


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request, tmp_path):
    server = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    database = "" if server is None else server.new_database()
    settings = CoordinatorSettings(tmp_path, OrgId("league"), "Coast League", "http://127.0.0.1:9", database)
    engine = open_database(settings)
    yield CoordinatorStore(engine, clock=lambda: NOW)
    engine.dispose()


def test_a_planned_manifest_has_the_whole_noise_at_each_club():
    manifest = opened().manifest

    assert (manifest.min_honest_clubs, manifest.masking) == (1, "none")
    assert manifest.delta <= 1e-6


@pytest.mark.parametrize("rounds", [None, 1, 4, 8, 16])
def test_without_a_sigma_the_least_noise_within_epsilon_two_is_taken(rounds):
    manifest = opened(rounds=rounds).manifest
    booked = epsilon_proved(campaign_cost(manifest.noise_multiplier, manifest.rounds), manifest.delta)

    assert 1.9 < booked <= 2.0
    assert epsilon_of(manifest) == 1.87  # what is proved for it, rounded up


def test_a_campaign_is_one_exchange_unless_rounds_are_asked_for():
    one, eight = opened().manifest, opened(rounds=8).manifest

    assert (one.rounds, one.exchange is None, eight.rounds, eight.exchange) == (1, False, 8, None)


@pytest.mark.parametrize("terms", [{"clip_norm": 0.1}, {"learning_rate": 0.5}, {"momentum": 0.0}])
def test_an_exchange_takes_no_parameter_of_steps(terms):
    with pytest.raises(BadCoordinatorSettings, match="belong to rounds"):
        opened(**terms)


@pytest.mark.parametrize(
    "terms",
    [{"rounds": 17}, {"rounds": 0}, {"sigma": 0.1}, {"sigma": 2.0, "rounds": 16}, {"model": "x"}, {"clip_norm": -1.0}],
)
def test_terms_that_no_node_would_accept_are_refused(terms):
    with pytest.raises(BadCoordinatorSettings):
        opened(**terms)


def test_a_campaign_needs_a_club():
    with pytest.raises(UnknownClub):
        opened(clubs={})


def test_a_key_and_a_campaign_id_are_used_once(store):
    store.add_node("club-a", "k")
    store.add_node("club-a", "k")
    store.add_campaign(opened())

    for again in (
        lambda: store.add_node("club-b", "k"),
        lambda: store.add_node("club-a", "other"),
        lambda: store.add_campaign(opened(rounds=4)),
    ):
        with pytest.raises(AlreadyExists):
            again()


def test_a_campaign_is_the_same_after_the_database(store):
    signed = opened()

    kept = store.add_campaign(signed)

    assert kept.signed == signed
    assert kept.manifest.canonical() == signed.manifest.canonical()
    assert store.campaign("recovery-1").state is CampaignState.OPEN


def part(values, *, club="club-a", number=1, sha256=MANIFEST.sha256):
    return to_bytes(ContributionSum(manifest_sha256=sha256, round=number, club=club, values=values))


def read(data, club="club-a"):
    return read_sum(data, manifest=MANIFEST, number=1, club=club, dimension=DIMENSION)


SMALL = (0,) * DIMENSION


@pytest.mark.parametrize(
    ("data", "club"),
    [
        (part(SMALL, number=2), "club-a"),
        (part(SMALL, sha256="0" * 64), "club-a"),
        (part(SMALL), "club-b"),  # another club's name on the connection
        (part(SMALL[1:]), "club-a"),
        (part((2**MANIFEST.modulus_bits, *SMALL[1:])), "club-a"),
        (part((2 ** (MANIFEST.modulus_bits - 1) - 1, *SMALL[1:])), "club-a"),  # poison
        (b"{}", "club-a"),
        (b"", "club-a"),
    ],
)
def test_sums_that_the_campaign_did_not_ask_for_are_refused(data, club):
    with pytest.raises(RefusedSum):
        read(data, club)


@given(st.lists(st.lists(st.integers(-(2**30), 2**30), min_size=3, max_size=3), min_size=1, max_size=5))
def test_adding_is_exact_whatever_the_order(vectors):
    from models.privacy.discrete_gaussian import from_ring

    parts = {
        f"club-{n}": ContributionSum(
            manifest_sha256=MANIFEST.sha256, round=1, club=f"club-{n}", values=to_ring(v, MANIFEST.modulus_bits)
        )
        for n, v in enumerate(vectors)
    }

    total = from_ring(add(parts, MANIFEST), MANIFEST.modulus_bits)

    assert list(total) == [sum(column) for column in zip(*vectors, strict=True)]
    assert add(dict(reversed(parts.items())), MANIFEST) == add(parts, MANIFEST)


def test_the_sanity_bound_lets_every_honest_sum_pass():
    bound = largest_sum(MANIFEST, DIMENSION)

    one = MANIFEST.clip_norm * 2**MANIFEST.scale_bits
    assert bound > MANIFEST.public_athletes * one + 10 * MANIFEST.noise_multiplier * one
    assert bound < 2 ** (MANIFEST.modulus_bits - 1)
