"""Planning a campaign for evidence: which published model is judged, and what that leaves of the season's budget."""

from collections.abc import Mapping
from datetime import datetime

from models.errors import BadWeights, ModelError
from models.features import RISK_SCHEMA
from models.privacy.contribution import EVIDENCE_CLIP, schema_of
from models.registry import OpenedModel
from models.training.initial_weights import weights_sha256
from models.training.recipes import Recipe, manifest_from
from policies.budget import CAMPAIGN_EPSILON, delta_for, sigma_for
from policies.campaign import CampaignManifest
from policies.errors import InvalidInput
from policies.vocabulary import OrgId
from server.errors import BadCoordinatorSettings, UnknownClub, UnknownModel
from server.federation.opening import CLOCK_MARGIN, Terms, check_noise
from server.registry_store import LEAST_DIGITS, RegistryStore

NEWEST = "newest"


def judged_model(registry: RegistryStore, wanted: str, model: str) -> OpenedModel:
    """Return the model to judge: it must be the newest of its kind, since nodes judge no other.

    wanted: "newest", or the first digits of that one's name. Raises UnknownModel for any other.
    """
    newest = registry.latest(model)
    if newest is None:
        raise UnknownModel(f"expected a published {model} to judge, and there is none yet")
    if wanted != NEWEST and (len(wanted) < LEAST_DIGITS or not newest.startswith(wanted)):
        raise UnknownModel(
            f"expected {NEWEST!r}, or {LEAST_DIGITS} digits or more of the newest {model}, {newest[:16]}: nodes judge "
            "no other; see `homefield-server models list`"
        )
    return registry.load(newest)


def plan_evidence(
    terms: Terms, judged: OpenedModel, *, campaign_id: str, league: OrgId, clubs: Mapping[str, str], now: datetime
) -> CampaignManifest:
    """Return the manifest of a campaign that judges a published model, which nobody has signed yet.

    Raises BadCoordinatorSettings for terms that no node or ledger would accept, UnknownClub if there is no club.
    """
    if not clubs:
        raise UnknownClub("there is no club in this campaign; enrol nodes with `homefield-server node add`")
    try:
        planned = manifest_from(
            _recipe(terms),
            campaign_id=campaign_id,
            league=league,
            clubs=clubs,
            opens=now - CLOCK_MARGIN,
            expires=now + terms.open_for,
        )
        manifest = CampaignManifest.model_validate(
            planned.model_dump()
            | {
                "initial_weights": weights_sha256(judged.weights.tolist()),
                "evidence": {"record": judged.record.sha256},
            }
        )
        schema_of(manifest)
    except (ValueError, InvalidInput, ModelError) as error:
        raise BadCoordinatorSettings(f"no such campaign can be planned: {str(error).splitlines()[0]}") from error
    return manifest


def _recipe(terms: Terms) -> Recipe:
    if terms.model != RISK_SCHEMA.model:
        raise BadWeights(f"expected {RISK_SCHEMA.model}, which alone is judged over the league, got {terms.model}")
    steps = (terms.rounds, terms.clip_norm, terms.learning_rate, terms.momentum, terms.every_days)
    if terms.exchanges != 1 or any(value is not None for value in steps):
        raise InvalidInput("evidence is asked once; leave rounds, exchanges, clip, learning rate and momentum out")
    if terms.masks:
        raise InvalidInput("evidence is asked without masks; leave --masks out")
    delta = delta_for(terms.public_athletes)
    return Recipe(
        model=terms.model,
        public_athletes=terms.public_athletes,
        clip_norm=EVIDENCE_CLIP,
        noise_multiplier=_sigma(terms, delta),
        rounds=1,
        learning_rate=1.0,
        momentum=0.0,
        delta=delta,
    )


def _sigma(terms: Terms, delta: float) -> float:
    check_noise(terms)
    if terms.sigma is not None:
        return terms.sigma
    if terms.epsilon is None:
        raise InvalidInput(
            f"expected --epsilon, above 0 and at most {CAMPAIGN_EPSILON:g} less what learning has used of the season "
            "(`homefield-server campaign status` says it), for instance --epsilon 1.2"
        )
    if terms.epsilon > CAMPAIGN_EPSILON:
        raise InvalidInput(f"expected an ε of at most {CAMPAIGN_EPSILON:g} for one campaign, got {terms.epsilon:g}")
    return sigma_for(terms.epsilon, 1, delta)
