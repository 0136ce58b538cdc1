"""What the league's model says here: nothing about a person until it has proved itself; and the approved campaigns."""

import logging
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from audit.entries.details.clubs import ClubPageOpened
from audit.entries.details.codes import ClubPage
from chassis.text import long_date, sentence
from client.adoption import Adoptions, Verdict
from client.evaluation import LEAST_ATHLETES, LEAST_INJURIES
from client.federation.approval import MODEL_WORDS
from client.league_models.side_by_side import ModelVersions, versions_in
from client.web.campaigns import page as campaign_page
from client.web.rows.drift_rows import DriftRow, drift_row
from client.web.site import ClubSite
from client.web.text import minus
from models.card import ModelCard
from models.evaluation.adoption_gate import SLOPE_RANGE
from models.features import READINESS_MODELS, RISK_SCHEMA
from models.registry import CARD
from policies.budget import rounded_up

logger = logging.getLogger(__name__)

FIGURE_WORDS = {
    "federated": "Mean error of the league model",
    "federated spread": "Spread of that error over athletes (standard deviation)",
    "person mean": "Mean error of each athlete’s own mean",
    "EWMA": "Mean error of each athlete’s weighted mean",
    "local ridge": "Mean error of this club’s own model",
    "local ridge daily": "Mean error of each athlete’s own trend, fitted daily",
    "with heads": "Mean error of the league model with own heads",
    "with heads spread": "Spread of the error with own heads over athletes (standard deviation)",
    "without heads": "Mean error of the league model alone",
    "person mean difference": "League model with own heads less own mean",
    "person mean difference high": "Less own mean, upper end of the 90 % interval",
    "EWMA difference": "League model with own heads less weighted mean",
    "EWMA difference high": "Less weighted mean, upper end of the 90 % interval",
    "local ridge daily difference": "League model with own heads less own trend",
    "local ridge daily difference high": "Less own trend, upper end of the 90 % interval",
    "events": "Injuries in these days",
    "slope": "Calibration slope",
    "observed_to_expected": "Injuries seen for each one expected",
    "brier_skill": "Gain over the athlete’s own base rate (Brier skill)",
    "brier_skill_low": "Gain over the own base rate, lower end of the 90 % interval",
    "brier_skill_spread": "Spread of that gain over athletes (standard deviation)",
    "within_auc": "Tells an athlete’s own weeks apart (AUC)",
    "within_auc_low": "Telling own weeks apart, lower end of the 90 % interval",
}
FIGURE_AIMS = {
    "slope": "1 is right; {:g} to {:g} needed".format(*SLOPE_RANGE),
    "observed_to_expected": "1 is right",
    "brier_skill": "0 is no gain",
    "brier_skill_low": "above 0 needed",
    "within_auc": "0.5 is chance",
    "within_auc_low": "above 0.5 needed",
}
OF_TOO_FEW = f"The days are of fewer than {LEAST_ATHLETES} athletes: figures and reasons would be theirs"
OF_UNKNOWN = "Figures and reasons, until the model is judged again: of how many athletes they are was not noted"
REASON_WORDS = {
    "not closer than person mean alone": "not closer than each athlete’s own mean",
    "not closer than EWMA alone": "not closer than each athlete’s weighted mean",
    "not closer than local ridge alone": "not closer than this club’s own model",
    "not closer than local ridge daily alone": "not closer than each athlete’s own trend, fitted daily",
    "not surely closer than person mean alone": "closer than each athlete’s own mean, but that may be luck",
    "not surely closer than EWMA alone": "closer than each athlete’s weighted mean, but that may be luck",
    "not surely closer than local ridge daily alone": "closer than each athlete’s own trend, but that may be luck",
    "calibration slope outside .8 to 1.25": "calibration slope outside 0.8 to 1.25",
}
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class CardWords:
    """The card of an adopted model in words."""

    purpose: str
    data: str
    clubs: int
    rounds: int
    privacy: str
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """What this node's gate said of one model, in words; `card` only where the model was adopted.

    days: "" where the days are of too few athletes to show what was found on them.
    """

    learns: str
    result: str
    reasons: str
    days: str
    figures: tuple[tuple[str, str], ...]
    card: CardWords | None


@dataclass(frozen=True, slots=True)
class VersionsRow:
    """The model in use and the newest received, in words. figures: name, of the one in use, of the other."""

    learns: str
    in_use: str
    newest: str
    figures: tuple[tuple[str, str, str], ...]
    kept_out: str
    drift: DriftRow | None


def router(site: ClubSite) -> APIRouter:
    """Routes of the model page."""
    routes = APIRouter()

    @routes.get("/model")
    def page(request: Request) -> Response:
        viewer = site.viewer(request)
        site.consent.event(ClubPageOpened(page=ClubPage.LEAGUE_MODEL, person=viewer.person, role=viewer.role))
        adoptions = Adoptions(site.settings.models)
        verdicts = adoptions.verdicts()
        risk = next((v for v in verdicts if v.model == RISK_SCHEMA.model), None)
        return site.page(
            "model.html",
            viewer,
            here="/model",
            title="League model",
            finding=_finding(adoptions.in_use(RISK_SCHEMA.model)),
            lead=_lead(risk, is_any=bool(verdicts)),
            verdicts=[_verdict(site, verdict, adoptions.in_use(verdict.model)) for verdict in verdicts],
            campaigns=[campaign_page.row(site, one) for one in campaign_page.known(site)],
            versions=[_versions(site, one) for one in versions_in(site.settings)],
        )

    return routes


def _finding(used: Verdict | None) -> str:
    """used: what was said of the risk model in use."""
    if used is not None:
        return "The risk model passed here; only the athlete and the medical team see a figure"
    return "No individual risk available"


def _lead(risk: Verdict | None, *, is_any: bool) -> str:
    own = (
        "Lights and athletes’ charts come from each athlete’s own past alone; what is expected of tomorrow says on the "
        "athlete’s page where it comes from, and can make a proposal one step lighter."
    )
    if not is_any:
        return f"No league model has been checked on this node yet. {own}"
    if risk is not None and not risk.adopted:
        return f"The league’s newest risk model did not pass this node’s checks. {own}"
    return own


def _verdict(site: ClubSite, verdict: Verdict, used: Verdict | None) -> VerdictRow:
    hidden = _hidden(verdict)
    shown = () if hidden else tuple(verdict.figures)
    return VerdictRow(
        learns=MODEL_WORDS.get(verdict.model, verdict.model),
        result="Passed here" if verdict.adopted else "The newest did not pass" if used else "Not used here",
        reasons=hidden or sentence("; ".join(_reason(text) for text in verdict.reasons)) or "Every check was passed",
        days="" if hidden else f"{verdict.judged_days:,}",
        figures=tuple((FIGURE_WORDS.get(k, k), _figure(verdict, k)) for k in shown),
        card=_card(site, verdict) if verdict.adopted else None,
    )


def _versions(site: ClubSite, found: ModelVersions) -> VersionsRow:
    used, newest, kept = found.in_use, found.newest, found.kept_out
    named = [name for one in (used, newest) if one is not None and not _hidden(one) for name in one.figures]
    return VersionsRow(
        learns=MODEL_WORDS.get(found.model, found.model),
        in_use="None" if used is None else _short(used.model_id),
        newest=_newest_words(found),
        figures=tuple((FIGURE_WORDS.get(k, k), _shown(used, k), _shown(newest, k)) for k in dict.fromkeys(named)),
        kept_out="" if kept is None else f"{long_date(kept.at.astimezone(site.zone).date())}: {kept.reason}",
        drift=drift_row(found, site.zone),
    )


def _newest_words(found: ModelVersions) -> str:
    if found.newest_id is None:
        return "The one in use" if found.in_use is not None else "None"
    if found.newest is None and not found.can_judge:
        return f"{_short(found.newest_id)}, not judged: it is a network, and this node has no libraries for networks"
    if found.newest is None:
        return f"{_short(found.newest_id)}, not judged here yet"
    return f"{_short(found.newest_id)}, {'passed' if found.newest.adopted else 'did not pass'} here"


def _shown(verdict: Verdict | None, name: str) -> str:
    """A figure of one model beside another's: "Not shown" where it is of too few athletes, or was not found."""
    if verdict is None or name not in verdict.figures or _hidden(verdict):
        return "Not shown"
    return _figure(verdict, name)


def _short(model_id: str) -> str:
    return model_id[:12]


def _hidden(verdict: Verdict) -> str:
    """Return why nothing of the judged days is shown, "" where it is: they are of enough athletes, or of none."""
    if not verdict.judged_days:
        return ""
    if verdict.judged_athletes is None:
        return OF_UNKNOWN
    return OF_TOO_FEW if verdict.judged_athletes < LEAST_ATHLETES else ""


def _reason(text: str) -> str:
    return REASON_WORDS.get(text, text).replace("'", "’")


def _plain(text: str) -> str:
    """Text of a card as a sentence of a page."""
    return sentence(text).replace("'", "’")


def _power_of_ten(value: float) -> str:
    factor, _, power = f"{value:.0e}".partition("e")
    ten = f"10{str(int(power)).translate(SUPERSCRIPTS)}"
    return ten if factor == "1" else f"{factor} × {ten}"


def _figure(verdict: Verdict, name: str) -> str:
    value = verdict.figures[name]
    if verdict.model in READINESS_MODELS:
        aim = " (below 0 needed)" if name.endswith("high") else ""
        return f"{minus(value, 3)} points of 10{aim}"
    shown = _count(value) if name == "events" else minus(value, 2)
    return f"{shown} ({FIGURE_AIMS[name]})" if name in FIGURE_AIMS else shown


def _count(value: float) -> str:
    return f"{value:,.0f}" if value >= LEAST_INJURIES else f"fewer than {LEAST_INJURIES}"


def _card(site: ClubSite, verdict: Verdict) -> CardWords | None:
    try:
        card = ModelCard.model_validate_json((site.settings.models / verdict.model_id / CARD).read_bytes())
    except (OSError, ValueError):
        logger.warning("the card of an adopted model cannot be read")
        return None
    return CardWords(
        purpose=_plain(card.purpose),
        data=_plain(card.data),
        clubs=card.clubs,
        rounds=card.rounds,
        privacy=f"ε ≤ {rounded_up(card.epsilon_proved):.2f} at δ {_power_of_ten(card.delta)}",
        limits=tuple(_plain(limit) for limit in card.limits),
    )
