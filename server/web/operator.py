"""The operator's pages: campaigns, models and nodes. Sums and states only; no number of athletes exists here."""

from fastapi import APIRouter, Request, Response

from chassis.text import counted, long_date, moment, sentence
from models.features import SCHEMAS
from policies.budget import campaign_cost
from policies.campaign import CampaignManifest
from policies.campaigns.masks import masks_in_words
from policies.campaigns.season_windows import season_of
from policies.vocabulary import Category
from server.errors import ConsentServiceFailed
from server.evidence_store import EVIDENCE, EvidenceFolder
from server.federation.opening import epsilon_of
from server.federation.seasons.course import next_window
from server.registry_store import RegistryFolder
from server.store import OVER, Campaign, CampaignState
from server.web.published_evidence import evidence_rows
from server.web.registry_rows import names_in, registry_rows
from server.web.season_words import season_heading, season_lead, season_terms
from server.web.site import LeagueSite
from server.web.staff import StaffRequest
from server.web.staff_role import StaffRole

CATEGORY_WORDS = {
    Category.READINESS: "readiness light",
    Category.HEART: "heart and recovery",
    Category.WELLNESS: "morning answers",
    Category.INJURY: "injury record",
}
MODEL_NAMES = {
    "recovery-linear-1": "Recovery",
    "recovery-network-1": "Recovery network",
    "risk-logistic-1": "Injury risk",
}
TAGS = {
    CampaignState.OPEN: ("watch", "waiting", "Waiting to begin"),
    CampaignState.WAITING: ("watch", "waiting", "Waiting for clubs"),
    CampaignState.RUNNING: ("on", "clock", "Running"),
    CampaignState.RESTING: ("on", "clock", "Rests"),
    CampaignState.DONE: ("ok", "tick", "Signed and published"),
    CampaignState.INTERRUPTED: ("watch", "waiting", "Interrupted"),
    CampaignState.FAILED: ("rest", "cross", "Stopped"),
    CampaignState.CLOSED: ("rest", "cross", "Closed"),
}


def router(site: LeagueSite) -> APIRouter:
    """Routes of the operator."""
    routes = APIRouter()

    @routes.get("/campaigns")
    def campaigns(request: Request) -> Response:
        return _campaigns_page(site, site.context(request, StaffRole.OPERATOR))

    @routes.get("/models")
    def models(request: Request) -> Response:
        return _models_page(site, site.context(request, StaffRole.OPERATOR))

    @routes.get("/nodes")
    def nodes(request: Request) -> Response:
        return _nodes_page(site, site.context(request, StaffRole.OPERATOR))

    return routes


def _campaigns_page(site: LeagueSite, context: StaffRequest) -> Response:
    found = site.store.campaigns()
    current = _current(found)
    return site.page(
        "campaigns.html",
        context,
        here="/campaigns",
        title="Campaigns",
        now=moment(site.clock()),
        current=None if current is None else _full(site, current),
        others=[_brief(campaign) for campaign in reversed(found) if campaign is not current],
    )


def _models_page(site: LeagueSite, context: StaffRequest) -> Response:
    done = [campaign for campaign in reversed(site.store.campaigns()) if campaign.state is CampaignState.DONE]
    kinds = registry_rows(RegistryFolder(site.settings.models))
    held, evidence = set(names_in(kinds)), EvidenceFolder(site.settings.models / EVIDENCE)
    return site.page(
        "models.html",
        context,
        here="/models",
        title="Models",
        finding=models_heading(len(held)),
        kinds=kinds,
        names=MODEL_NAMES,
        evidence=evidence_rows(evidence),
        missing=[_brief(one) for one in done if not (one.model_id in held or evidence.has(one.model_id))],
    )


def _nodes_page(site: LeagueSite, context: StaffRequest) -> Response:
    online = site.roster.online()
    found = [
        {"club": site.clubs.of(node.club), "online": node.club in online, "enrolled": long_date(node.enrolled_at)}
        for node in site.store.nodes()
    ]
    found.sort(key=lambda node: (node["online"], node["club"]))  # what needs a call comes first
    return site.page(
        "nodes.html",
        context,
        here="/nodes",
        title="Nodes",
        finding=nodes_heading(len(found), away=sum(not node["online"] for node in found)),
        nodes=found,
        now=moment(site.clock()),
    )


NOTED = (CampaignState.WAITING, CampaignState.RUNNING, CampaignState.DONE)
"""States in which the detail is no reason for an end, and is shown as a note."""


def _current(found: tuple[Campaign, ...]) -> Campaign | None:
    """The campaign the page is about: the one under way, else a season that rests, else the newest."""
    states = (CampaignState.RUNNING, CampaignState.WAITING, CampaignState.INTERRUPTED)
    under_way = [c for c in found if c.state in states]
    resting = [c for c in found if c.state is CampaignState.RESTING]
    return next(iter([*under_way, *resting, *found[-1:]]), None)


def _brief(campaign: Campaign) -> dict[str, object]:
    manifest = campaign.manifest
    kind, icon, word = TAGS[campaign.state]
    return {
        "id": manifest.campaign_id,
        "name": MODEL_NAMES.get(manifest.model, manifest.model),
        "model": manifest.model,
        "kind": kind,
        "icon": icon,
        "word": word,
        "detail": campaign.detail,
        "rounds_done": campaign.rounds_done,
        "rounds": manifest.rounds,
        "epsilon": f"{epsilon_of(manifest):.2f}",
        "changed": moment(campaign.changed_at),
        "model_id": grouped(campaign.model_id),
        "sha256": grouped(manifest.sha256),
    }


def _full(site: LeagueSite, campaign: Campaign) -> dict[str, object]:
    manifest = campaign.manifest
    cost = campaign_cost(manifest.noise_multiplier, manifest.rounds)
    unit = "round" if season_of(manifest) is None else "exchange"
    return _brief(campaign) | {
        "heading": heading(campaign),
        "lead": _lead(campaign),
        "opened": long_date(campaign.opened_at),
        "closes": long_date(manifest.expires),
        "waits": moment(campaign.waits_until) if campaign.waits_until else "",
        "running": campaign.state is CampaignState.RUNNING,
        "hint": ""
        if campaign.state in (*OVER, CampaignState.INTERRUPTED, CampaignState.RESTING)
        else "A round takes seconds once every club is online.",
        "failed": campaign.state is CampaignState.FAILED,
        "noted": campaign.state in NOTED and bool(campaign.detail),
        "interrupted": campaign.state is CampaignState.INTERRUPTED,
        "ends": long_date(next_window(campaign)[1]),
        "signed": _signed(campaign),
        "finished": f"{unit.capitalize()}s finished",
        "round": f"Parts received in {unit} {min(campaign.rounds_done + 1, manifest.rounds)}",
        "parts": campaign.parts,
        "clubs": len(manifest.clubs),
        "agreed": [*_agreed(manifest), *season_terms(campaign)],
        "reserved": f"{cost:,}",
        "spent": _spent(site, campaign),
    }


_EXCHANGE_HEADINGS = {
    CampaignState.OPEN: "An exchange waits to begin",
    CampaignState.WAITING: "An exchange waits for its clubs",
    CampaignState.RUNNING: "The exchange is running",
    CampaignState.DONE: "The exchange is finished",
    CampaignState.INTERRUPTED: "The exchange was interrupted",
    CampaignState.FAILED: "The exchange stopped before it was done",
    CampaignState.CLOSED: "The exchange was closed before it was done",
}


_EVIDENCE_HEADINGS = {
    state: words.replace("An exchange", "A question for evidence").replace("The exchange", "The question for evidence")
    for state, words in _EXCHANGE_HEADINGS.items()
}
_EVIDENCE_LEADS = {
    CampaignState.DONE: "The evidence is signed and published. Each club’s own check weighs it.",
    CampaignState.FAILED: "No evidence was published. What was charged to athletes stays charged.",
    CampaignState.CLOSED: "No evidence comes of it. What was charged stays charged; the rest is given back.",
}


def heading(campaign: Campaign) -> str:
    """The finding of the page in one line."""
    done, rounds, of_season = campaign.rounds_done, campaign.manifest.rounds, season_heading(campaign)
    if of_season is not None:
        return of_season
    if campaign.manifest.exchange is not None:
        return _EXCHANGE_HEADINGS[campaign.state]
    if campaign.manifest.evidence is not None:
        return _EVIDENCE_HEADINGS[campaign.state]
    return {
        CampaignState.OPEN: "A campaign waits to begin",
        CampaignState.WAITING: "A campaign waits for its clubs",
        CampaignState.RUNNING: f"Round {min(done + 1, rounds)} of {rounds} is running",
        CampaignState.DONE: f"All {rounds} rounds are finished",
        CampaignState.INTERRUPTED: f"The campaign was interrupted after {done} of {rounds} rounds",
        CampaignState.FAILED: f"The campaign stopped after {done} of {rounds} rounds",
        CampaignState.CLOSED: f"The campaign was closed after {done} of {rounds} rounds",
    }[campaign.state]


def models_heading(versions: int) -> str:
    """How many versions the registry holds, in one line."""
    if not versions:
        return "No model in the registry"
    return f"{counted(versions, 'version').capitalize()} in the registry"


def nodes_heading(nodes: int, *, away: int) -> str:
    """How many nodes are enrolled and without contact, in one line."""
    if not nodes:
        return "No node enrolled yet"
    if away:
        return f"{away} of {nodes} nodes without contact"
    return {1: "The node is online", 2: "Both nodes are online"}.get(nodes, f"All {nodes} nodes are online")


def _lead(campaign: Campaign) -> str:
    clubs, of_season = len(campaign.manifest.clubs), season_lead(campaign)
    if of_season is not None:
        return of_season
    if campaign.manifest.evidence is not None and campaign.state in _EVIDENCE_LEADS:
        return _EVIDENCE_LEADS[campaign.state]
    return {
        CampaignState.OPEN: "The coordinator takes it up in a moment.",
        CampaignState.WAITING: "The clubs are asked for the first round; a club answers once it has approved it.",
        CampaignState.RUNNING: f"{campaign.parts} of {clubs} clubs have sent their part.",
        CampaignState.DONE: "The model is signed and published. Each club’s own check decides whether it is used.",
        CampaignState.INTERRUPTED: "The coordinator stopped. When it goes on, clubs send the same bytes again.",
        CampaignState.FAILED: "No model was published. What was charged to athletes stays charged.",
        CampaignState.CLOSED: "No model comes of it. What was charged stays charged; the rest is given back.",
    }[campaign.state]


def _agreed(manifest: CampaignManifest) -> list[tuple[str, str]]:
    categories = ", ".join(_word(category) for category in manifest.categories)
    weights = SCHEMAS[manifest.model].dimension
    times, unit = ("one", "rounds") if season_of(manifest) is None else ("each", "exchanges")
    asked = f"; {times} exchange of {counted(manifest.exchange.axes, 'number')}" if manifest.exchange else ""
    if manifest.evidence is not None:
        asked = f"; evidence on the published model {manifest.evidence.record[:16]}, asked once"
    together = f", all {manifest.rounds} {unit} together" if manifest.rounds > 1 else ""
    return [
        ("Purpose", f"{MODEL_NAMES.get(manifest.model, manifest.model)} model, {weights} parameters{asked}"),
        ("Judges on" if manifest.evidence else "Learns from", categories[:1].upper() + categories[1:]),
        ("Clubs asked", f"{len(manifest.clubs)}, each that answers adds all the noise its own sum needs"),
        ("Masks", sentence(masks_in_words(manifest))),
        ("Privacy", f"ε ≤ {epsilon_of(manifest):.2f} for each athlete{together}"),
        ("Noise", f"{manifest.noise_multiplier:.2f} times the most that one athlete can add ({manifest.clip_norm:g})"),
    ]


def _signed(campaign: Campaign) -> str:
    """Who has signed the manifest; a campaign of before two signatures were asked has the league's alone."""
    return " and ".join(one.organisation for one in campaign.signed.signatures)


def _word(category: Category) -> str:
    return CATEGORY_WORDS.get(category, category.value.replace("_", " "))


def _spent(site: LeagueSite, campaign: Campaign) -> dict[str, str] | None:
    """What the ledger says; None if it does not answer now."""
    try:
        spend = site.consent.spend(campaign.sha256)
    except ConsentServiceFailed:
        return None
    return {"micro_rho": f"{spend.rho_micro_per_athlete_max:,}", "epsilon": f"{spend.epsilon_per_athlete_max:.2f}"}


def grouped(digest: str) -> str:
    """The first sixteen digits of a hash in groups of four, for reading aloud."""
    return " ".join(digest[start : start + 4] for start in range(0, min(len(digest), 16), 4))
