"""A node that is linked to a league, and campaigns that it was shown."""

from dataclasses import replace
from datetime import datetime, timedelta

from client.campaigns.known_campaigns import known_campaigns
from client.commands.setup import _create_fleet_key
from client.federation.identity import fleet_key_line
from client.settings import NodeSettings
from models.training.recipes import exchange_recipe, manifest_from, rounds_recipe, season_recipe
from policies.campaign import SignedManifest
from policies.signing import SigningKey
from policies.vocabulary import OrgId
from server.federation.evidence_plan import judged_model, plan_evidence
from server.federation.opening import Terms
from server.registry_store import RegistryStore
from tests.cosigned_campaigns import cosigned

LEAGUE, UNION = SigningKey(bytes(range(32))), SigningKey(bytes(range(1, 33)))


def linked(settings: NodeSettings) -> NodeSettings:
    """The same node with a fleet key, and with the keys of a league and a union."""
    _create_fleet_key(settings.keys / "fleet")
    (settings.keys / "node.key").write_text(SigningKey.generate().seed.hex())
    (settings.keys / "node.key").chmod(0o600)
    return replace(settings, league_key=LEAGUE.verify_key.text, consent_service_key=UNION.verify_key.text)


def campaign(
    settings: NodeSettings,
    now: datetime,
    *,
    rounds: int | None = None,
    exchanges: int = 1,
    masking: str = "none",
    epsilon: float = 1.0,
) -> SignedManifest:
    """A campaign that names this node and another club, signed by league and union; of several exchanges, a season.

    Where it is masked it names two other clubs.
    """
    model = "recovery-linear-1"
    exchange = exchange_recipe(model, athletes=61, clubs=2, epsilon=epsilon, delta=1e-6)
    recipe = exchange if rounds is None else rounds_recipe(model, athletes=61, rounds=rounds)
    if exchanges > 1:
        recipe = season_recipe(recipe, exchanges=exchanges, every_days=112)
    others = ["club-z"] if masking == "none" else ["club-y", "club-z"]
    manifest = manifest_from(
        recipe,
        campaign_id="recovery-winter",
        league="league",
        clubs={settings.club: fleet_key_line(settings), **dict.fromkeys(others, "key")},
        opens=now - timedelta(hours=1),
        expires=now + timedelta(days=20 + 112 * (exchanges - 1)),
    )
    return cosigned(manifest.model_copy(update={"masking": masking}), LEAGUE, UNION)


def shown(
    settings: NodeSettings,
    now: datetime,
    *,
    rounds: int | None = None,
    exchanges: int = 1,
    masking: str = "none",
    epsilon: float = 1.0,
) -> SignedManifest:
    """The same, once the node was shown it."""
    signed = campaign(settings, now, rounds=rounds, exchanges=exchanges, masking=masking, epsilon=epsilon)
    known_campaigns(settings).show(signed, now=now)
    return signed


def shown_evidence(settings: NodeSettings, now: datetime, registry: RegistryStore) -> SignedManifest:
    """A campaign for evidence on the registry's newest risk model, once the node was shown it."""
    manifest = plan_evidence(
        Terms(model="risk-logistic-1", public_athletes=61, epsilon=1.0, open_for=timedelta(days=20)),
        judged_model(registry, "newest", "risk-logistic-1"),
        campaign_id="evidence-winter",
        league=OrgId("league"),
        clubs={settings.club: fleet_key_line(settings), "club-z": "key"},
        now=now,
    )
    signed = cosigned(manifest, LEAGUE, UNION)
    known_campaigns(settings).show(signed, now=now)
    return signed
