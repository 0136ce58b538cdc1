"""The league's model once the union's log has it, as `homefield-audit model` finds it."""

from contextlib import closing
from datetime import UTC, datetime

from audit.entries.details.league import ModelRegistered
from models.registry import MANIFEST, RECORD, parse_signed
from policies.campaign import CampaignManifest
from server.consent_client import CoordinatorConsentClient
from server.registry_store import OPENING
from server.settings import load_settings
from server.store import CampaignState, CoordinatorStore, open_database
from tests.architecture.answer_world import Everything, Words


def logged_model(every: Everything, _: str) -> Words:
    """Report it, publish the log, and return what the command is told."""
    settings, world = load_settings(every.programs.league), every.programs.world
    record = parse_signed((every.model / RECORD).read_bytes()).record
    details = ModelRegistered(manifest=record.campaign, model=record.model, model_id=record.sha256)
    with closing(CoordinatorConsentClient.of(settings, clock=lambda: datetime.now(UTC))) as told:
        (every.model / OPENING).write_bytes(told.register_model(details))
    world.publish()
    place = world.service.settings
    return [every.model, place.log_directory, "--policy", place.directory / "trust.policy"]


def gone_back(every: Everything, _: str) -> Words:
    """Another model after the league's first, and what going back to the first is told."""
    record = parse_signed((every.model / RECORD).read_bytes()).record
    every.programs.next_model(CampaignManifest.model_validate_json((every.model / MANIFEST).read_bytes()))
    store = CoordinatorStore(open_database(load_settings(every.programs.league)), clock=lambda: datetime.now(UTC))
    for campaign in [one for one in store.campaigns() if one.state is CampaignState.OPEN]:
        store.set_state(campaign.sha256, CampaignState.DONE)
    return [every.programs.league, record.sha256[:8], "--yes"]
