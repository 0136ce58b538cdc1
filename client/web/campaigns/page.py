"""One campaign in plain words: who learns what from whom, its terms, its price, and what the club decided about it."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from audit.entries.details.clubs import ClubPageOpened
from audit.entries.details.codes import ClubPage
from chassis.text import counted, listed, long_date, sentence
from chassis.web.page_errors import Closed
from client.campaigns.course import NOT_TOLD, CampaignCourse, course_of
from client.campaigns.known_campaigns import CampaignStatus, KnownCampaign, known_campaigns
from client.campaigns.season_words import exchange_rows, how_often
from client.errors import NoLeague
from client.federation.approval import MODEL_WORDS
from client.web.site import ClubSite
from client.web.text import CATEGORY_WORDS
from policies.campaign import CampaignManifest
from policies.campaigns.cost import cost_of, number_in_words, right_of_100
from policies.campaigns.masks import league_learns, masks_in_words, sent_in_words
from policies.campaigns.season_cost import booked_in_words, season_cost
from policies.campaigns.squads import squads_at_club

TAGS = {
    CampaignStatus.WAITING: ("watch", "waiting", "Waits for the club"),
    CampaignStatus.APPROVED: ("ok", "tick", "Approved"),
    CampaignStatus.REJECTED: ("rest", "cross", "Rejected"),
    CampaignStatus.REVOKED: ("rest", "cross", "Revoked"),
    CampaignStatus.NOT_COUNTED: ("rest", "cross", "Does not count"),
    CampaignStatus.OVER: ("off", "clock", "Over"),
    CampaignStatus.CLOSED: ("off", "cross", "Closed by the league"),
}
FINISHED, ANSWERED = ("off", "clock", "Finished"), ("ok", "tick", "Answered")
HEADINGS = {
    CampaignStatus.WAITING: "Let our node take part in “{name}”?",
    CampaignStatus.APPROVED: "Our club approved “{name}”",
    CampaignStatus.REJECTED: "Our club rejected “{name}”",
    CampaignStatus.REVOKED: "Our club revoked its approval of “{name}”",
    CampaignStatus.NOT_COUNTED: "“{name}” cannot run here",
    CampaignStatus.OVER: "“{name}” is over",
    CampaignStatus.CLOSED: "The league has closed “{name}”",
}
NOTHING_RUNS = "No message of it is answered here, and no athlete’s budget is reserved or used for it."
NOTHING_FURTHER = (
    "No further message of it is answered here, and nothing further of any athlete’s budget is reserved or used for "
    "it. What past rounds used stays used."
)


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """One line of the list on the model page."""

    sha256: str
    name: str
    learns: str
    uses: str
    asks: str
    noise: str
    status: tuple[str, str, str]
    until: str


def router(site: ClubSite) -> APIRouter:
    """The route of one campaign's page."""
    routes = APIRouter()

    @routes.get("/campaigns/{sha256}")
    def page(request: Request, sha256: str) -> Response:
        viewer = site.viewer(request)
        found = next((one for one in known(site) if one.manifest.sha256 == sha256), None)
        if found is None:
            raise Closed
        site.consent.event(ClubPageOpened(page=ClubPage.LEAGUE_MODEL, person=viewer.person, role=viewer.role))
        course = course_of(site.settings, found.manifest)
        heading = _heading(found, course).format(name=found.manifest.campaign_id)
        said = words(site, found, course)
        return site.page("campaign.html", viewer, here="/model", title=heading, heading=heading, c=said)

    return routes


def known(site: ClubSite) -> tuple[KnownCampaign, ...]:
    """Every campaign that this node was shown, the newest first; none where it is in no league."""
    try:
        return known_campaigns(site.settings).every(site.clock())
    except NoLeague:
        return ()


def row(site: ClubSite, one: KnownCampaign) -> CampaignLine:
    """One campaign as a line of the list."""
    manifest, course = one.manifest, course_of(site.settings, one.manifest)
    return CampaignLine(
        sha256=manifest.sha256,
        name=manifest.campaign_id,
        learns=_learns(manifest),
        uses=_uses(manifest),
        asks=_asks(manifest),
        noise=_noise(manifest),
        status=_tag(one, course),
        until=_until(site, manifest),
    )


def words(site: ClubSite, one: KnownCampaign, course: CampaignCourse) -> dict[str, object]:
    """What the page says; no number of athletes is known to it but the public one that the manifest names."""
    manifest, cost, season = one.manifest, cost_of(one.manifest), season_cost(one.manifest)
    return {
        "tag": _tag(one, course),
        "problem": "" if one.status is CampaignStatus.WAITING else sentence(one.problem),
        "is_waiting": one.status is CampaignStatus.WAITING,
        "is_approved": one.status is CampaignStatus.APPROVED,
        "is_done": _is_done(one, course),
        "each": "" if season is None else f"{season.epsilon_each:.2f}",
        "exchanges": 1 if season is None else season.exchanges,
        "nothing_runs": NOTHING_FURTHER if course.answered else NOTHING_RUNS,
        "not_told": NOT_TOLD,
        "name": manifest.campaign_id,
        "learns": _learns(manifest).lower(),
        "judges": "" if manifest.evidence is None else manifest.evidence.record[:12],
        "sends": _sends(manifest),
        "sent": sent_in_words(manifest),
        "league_learns": league_learns(manifest),
        "others": counted(len(manifest.clubs) - 1, "other club"),
        "has_others": len(manifest.clubs) > 1,
        "epsilon": f"{cost.epsilon:.2f}",
        "right": right_of_100(cost.epsilon),
        "times": cost.in_a_year if cost.is_year_told else None,
        "year": f"{cost.year_epsilon:.2f}",
        "year_right": right_of_100(cost.year_epsilon),
        "in_a_life": cost.most_in_a_life,
        "terms": _terms(site, one, course),
        "exact": _exact(manifest),
        "signers": [signature.organisation for signature in one.signed.signatures],
    }


def _heading(one: KnownCampaign, course: CampaignCourse) -> str:
    if not _is_done(one, course):
        return HEADINGS[one.status]
    return "“{name}” is finished" if course.is_finished else "Our node has answered “{name}”"


def _tag(one: KnownCampaign, course: CampaignCourse) -> tuple[str, str, str]:
    if not _is_done(one, course):
        return TAGS[one.status]
    return FINISHED if course.is_finished else ANSWERED


def _is_done(one: KnownCampaign, course: CampaignCourse) -> bool:
    """Whether nothing more of an approved campaign is asked of this node, as far as it can know."""
    return one.status is CampaignStatus.APPROVED and bool(course.done)


def _terms(site: ClubSite, one: KnownCampaign, course: CampaignCourse) -> list[tuple[str, str]]:
    manifest = one.manifest
    return [
        (_from(manifest), f"{_uses(manifest)}; only of athletes who share it for league learning"),
        ("Clubs", listed(sorted(manifest.clubs))),
        ("N, the public number", number_in_words(manifest)),
        ("Clip", f"No athlete moves the answer by more than {manifest.clip_norm:g}"),
        *squads_at_club(manifest, site.settings.club),
        _rounds(manifest),
        *exchange_rows(manifest, course, now=site.clock(), zone=site.zone),
        ("Numbers", _asks(manifest)),
        ("Noise", _noise(manifest)),
        ("Masks", sentence(masks_in_words(manifest))),
        ("Open", _until(site, manifest)),
    ]


def _exact(manifest: CampaignManifest) -> list[tuple[str, str]]:
    cost, season = cost_of(manifest), season_cost(manifest)
    return [
        ("ε at δ", f"{cost.epsilon:.2f} at {cost.delta:g}, for one athlete with all days"),
        ("Price", f"{cost.micro_rho:,} micro-rho"),
        *([] if season is None else [("In the ledger", booked_in_words(season))]),
        ("Model", manifest.model),
        ("Scale and ring", f"2^{manifest.scale_bits}, modulo 2^{manifest.modulus_bits}"),
        ("Manifest, SHA-256", manifest.sha256),
    ]


def _from(manifest: CampaignManifest) -> str:
    return "Learns from" if manifest.evidence is None else "Judges on"


def _learns(manifest: CampaignManifest) -> str:
    return MODEL_WORDS.get(manifest.model, manifest.model)


def _uses(manifest: CampaignManifest) -> str:
    return sentence(listed([CATEGORY_WORDS.get(one, one.value.replace("_", " ")) for one in manifest.categories]))


def _asks(manifest: CampaignManifest) -> str:
    if manifest.evidence is not None:
        return (
            "Three whole numbers a club: pairs of days in the right order, whom to compare, and how well they were told"
        )
    if manifest.exchange is None:
        return f"{counted(manifest.rounds, 'round')} of gradient steps"
    return f"{sentence(counted(manifest.exchange.axes, 'whole number'))} a club (k = {manifest.exchange.axes})"


def _sends(manifest: CampaignManifest) -> str:
    if manifest.evidence is not None:
        return "Three noisy numbers, once: how many pairs of days were ordered rightly, and no day and no injury"
    if manifest.exchange is None:
        return f"One list of noisy numbers in each of {counted(manifest.rounds, 'round')}"
    often = "once" if manifest.rounds == 1 else f"in each of {manifest.rounds} exchanges"
    return f"{sentence(counted(manifest.exchange.axes, 'noisy number'))}, {often}"


def _rounds(manifest: CampaignManifest) -> tuple[str, str]:
    answers = "Each node answers once" if manifest.rounds == 1 else "Each node answers each of them once"
    again, season = f"{answers}; a repeated question gets the same bytes", season_cost(manifest)
    if season is not None:
        return "Exchanges", f"{how_often(season)}. {again}"
    return "Rounds", f"{manifest.rounds}. {again}"


def _noise(manifest: CampaignManifest) -> str:
    return f"{manifest.noise_multiplier:.2f} times the clip, all of it added by each club"


def _until(site: ClubSite, manifest: CampaignManifest) -> str:
    first, last = (at.astimezone(site.zone).date() for at in (manifest.opens, manifest.expires))
    return f"{long_date(first)} to {long_date(last)}"
