"""`campaign plan`: lays out a campaign, shows what it would ask and cost, and writes it for others to sign."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import print_json, print_table, say, warn
from chassis.cli.given_file import write_new
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.one_value import one_value
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from policies.vocabulary import OrgId
from server.commands.campaigns import campaigns
from server.commands.coordinator_folder import CoordinatorFolder, store_of
from server.commands.lengths import USUAL_WAIT_S, days_in
from server.commands.manifest_file import manifest_text
from server.errors import BadCoordinatorSettings, UnknownClub

if TYPE_CHECKING:
    from policies.campaign import CampaignManifest
    from server.federation.opening import Terms
    from server.settings import CoordinatorSettings
    from server.store import CoordinatorStore

HARDLY = 0.05  # ours: below this share of what answers without noise show, a plan is warned of
SIMULATED_LEAGUES, SIMULATED_DRAWS = 4, 3  # ours: enough to see which way it goes; `simulate` takes as many as asked


def register(_app: typer.Typer) -> None:
    """Add this command to those about campaigns."""
    campaigns.command()(plan)


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What `campaign plan` is told."""

    folder: CoordinatorFolder
    model: Annotated[str, typer.Option(help="recovery-linear-1, recovery-network-1 or risk-logistic-1.")]
    out: Annotated[Path, typer.Option(help="Where to write the manifest, which nobody has signed yet.")]
    public_athletes: Annotated[
        int,
        typer.Option(
            help="The public number that sums are divided by, as from squad lists; never a count of who takes part."
        ),
    ]
    squad: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CLUB=SIZE|SIZE",
            help="A club's public squad size, which bounds what it may send: club-a=25, for every club or none; 25 "
            "alone is for each club not named. As published lists say, never a count of who takes part.",
        ),
    ] = None
    name: Annotated[str | None, typer.Option(help="The campaign's id; made from model and date otherwise.")] = None
    club: Annotated[list[str] | None, typer.Option(help="A club that takes part; repeatable. All without.")] = None
    rounds: Annotated[int | None, typer.Option(help="Rounds of gradient steps, at most 16; one exchange without.")] = (
        None
    )
    exchanges: Annotated[
        int, typer.Option(min=1, max=16, help="Exchanges of a season, approved once, each from where the last led.")
    ] = 1
    every: Annotated[str | None, typer.Option(help="With --exchanges: how far apart they open, as 16w or 112d.")] = None
    sigma: Annotated[float | None, typer.Option(help="Noise multiplier, instead of --epsilon.")] = None
    epsilon: Annotated[
        float | None, typer.Option(help="ε per athlete, all rounds together or each exchange; 2 in all at most.")
    ] = None
    clip: Annotated[float | None, typer.Option(help="With --rounds: largest norm of one gradient.")] = None
    learning_rate: Annotated[float | None, typer.Option(help="With --rounds: size of a step.")] = None
    momentum: Annotated[float | None, typer.Option(help="With --rounds: share of the last step.")] = None
    days: Annotated[int, typer.Option(min=1, max=365, help="How long the campaign is open, or each exchange.")] = 28
    evidence: Annotated[
        str | None,
        typer.Option(
            metavar="RECORD|newest",
            help="Teach nothing: judge the newest published model over the league, for --epsilon of the season's.",
        ),
    ] = None
    masks: Annotated[
        bool, typer.Option("--masks", help="Mask clubs' sums: the league sees their sum alone. Three clubs or more.")
    ] = False
    simulate: Annotated[
        bool, typer.Option("--simulate", help="Simulate leagues of this size: what it brings, and a wrong N costs.")
    ] = False
    as_json: AsJson = False

    @property
    def terms(self) -> "Terms":
        """The terms of the campaign; None where the model's own hold."""
        from server.federation.opening import Terms

        return Terms(
            model=self.model,
            rounds=self.rounds,
            sigma=self.sigma,
            epsilon=self.epsilon,
            clip_norm=self.clip,
            learning_rate=self.learning_rate,
            momentum=self.momentum,
            public_athletes=self.public_athletes,
            open_for=timedelta(days=self.days),
            masks=self.masks,
            exchanges=self.exchanges,
            every_days=None if self.every is None else days_in(self.every),
        )


@one_value
def plan(options: PlanOptions) -> None:
    """Lay out a campaign, show what it would ask and cost, and write its manifest, which nobody has signed yet.

    Nothing is asked of anybody: the league signs it, then a second organisation, and `campaign start` begins it.

    Example: homefield-server campaign plan ./league --model recovery-linear-1 --public-athletes 50 --out ./m.json

    Example: homefield-server campaign plan ./league --model risk-logistic-1 --evidence newest --epsilon 1.2
    --public-athletes 500 --out ./e.json
    """
    from policies.campaign import SignedManifest
    from server.commands.terms.squads import with_squads
    from server.federation.seasons.room import check_room, epsilon_with
    from server.settings import load_settings

    settings = load_settings(options.folder)
    store, now = store_of(settings), utc_now()
    kind = "evidence" if options.evidence else options.model.split("-")[0]
    manifest = _laid_out(options, settings)(
        campaign_id=_free_name(store, options.name, f"{kind}-{now:%Y%m%d}"),
        league=OrgId(settings.league),
        clubs=_clubs(store, options.club),
        now=now,
    )
    manifest = with_squads(manifest, options.squad)
    check_room(manifest, store.campaigns(), now=now)
    together = epsilon_with(manifest, store.campaigns(), now=now)
    trial = _simulated(manifest, options) if options.simulate else None
    write_new(options.out, manifest_text(SignedManifest(manifest=manifest, signatures=())), "a manifest")
    _say_planned(manifest, options, trial, together)
    _warn_of_noise(manifest)


def _warn_of_noise(manifest: "CampaignManifest") -> None:
    from models.training.exchange import share_of_noiseless

    share = share_of_noiseless(manifest)
    if share is not None and share < HARDLY:
        warn(
            f"warning: hardly anything can be learnt at this ε in a league of {manifest.public_athletes}: about "
            f"{100 * share:.2g} % of what answers without noise would show"
        )


def _laid_out(options: PlanOptions, settings: "CoordinatorSettings") -> "Callable[..., CampaignManifest]":
    """What lays the campaign out: one that teaches a model, or one that judges the newest."""
    from server.commands.models import registry_of
    from server.federation.evidence_plan import judged_model, plan_evidence
    from server.federation.opening import plan_campaign

    if options.evidence is None:
        return partial(plan_campaign, options.terms)
    if options.simulate:
        raise BadCoordinatorSettings("evidence is not simulated by campaign; leave --simulate out")
    judged = judged_model(registry_of(settings), options.evidence, options.model)
    return partial(plan_evidence, options.terms, judged)


def _say_planned(
    manifest: "CampaignManifest", options: PlanOptions, trial: dict[str, Any] | None, together: float
) -> None:
    from policies.budget import CAMPAIGN_EPSILON
    from policies.campaigns.cost import cost_of, terms_as_json, terms_in_words, year_as_json
    from policies.campaigns.season_line import season_line

    if options.as_json:
        cost = cost_of(manifest)
        values = {
            "campaign_id": manifest.campaign_id,
            "sha256": manifest.sha256,
            "manifest_file": str(options.out),
            **terms_as_json(manifest),
            "rho_micro": cost.micro_rho,
            "year": year_as_json(cost),
            "epsilon_in_season": together,
            "simulated": trial,
        }
        print_json("homefield-campaign-plan-1", values)
        return
    print_table(f"Plan of {manifest.campaign_id}", ("What", "Value"), terms_in_words(manifest))
    line = season_line(manifest)
    say(f"With what {line} has in use, the ledger books ε {together:.2f} of {CAMPAIGN_EPSILON:g} in a season.")
    if trial is not None:
        print_table(
            "Simulated leagues of this size", ("Method", trial["measure"].replace("_", " ")), _trial_rows(trial)
        )
    say(f"Written to {options.out}. Nobody has signed it, and nothing is asked of anybody.")
    say(
        f"From its start a coordinator waits {USUAL_WAIT_S // 60} minutes for clubs to approve it (`serve --wait`); a "
        "club may approve it before, once both have signed."
    )
    sign_it = ["homefield-server", "campaign", "sign", options.folder, options.out]
    say_next(NextStep(YOU, "sign it for the league", sign_it))


def _simulated(manifest: "CampaignManifest", options: PlanOptions) -> dict[str, Any]:
    """What simulated leagues of so many athletes and clubs would get of a campaign like this; nobody's data is read."""
    from models.evaluation.league_study import StudyTerms, study
    from policies.budget import CAMPAIGN_EPSILON
    from server.commands.simulate import MOST_ATHLETES, as_json

    athletes, clubs = manifest.public_athletes, len(manifest.clubs)
    if not clubs <= athletes <= MOST_ATHLETES:
        raise BadCoordinatorSettings(
            f"expected a public number of {clubs} (the clubs) to {MOST_ATHLETES} to simulate it; leave --simulate out"
        )
    if options.sigma is not None or any(x is not None for x in (options.clip, options.learning_rate, options.momentum)):
        raise BadCoordinatorSettings("a campaign with terms of its own is not simulated; leave --simulate out")
    epsilon = options.epsilon or CAMPAIGN_EPSILON
    terms = StudyTerms(
        model=manifest.model,
        athletes=athletes,
        clubs=clubs,
        epsilon=epsilon,
        rounds=options.rounds,
        exchanges=options.exchanges,
        leagues=SIMULATED_LEAGUES,
        draws=SIMULATED_DRAWS,
        seed=1,
    )
    return as_json(terms, study(terms))


def _trial_rows(trial: dict[str, Any]) -> list[tuple[str, str]]:
    errors, wrong = trial["errors"], trial["wrong_public_number"]
    named = [
        ("public initial weights, nothing learnt", errors["start"]),
        ("without privacy", errors["no_privacy"]),
        ("this campaign", errors["private"]),
        ("this campaign, if N is half of the truth", wrong["half"]),
        ("this campaign, if N is double the truth", wrong["double"]),
    ]
    return [(name, f"{value:.4f}") for name, value in named]


def _clubs(store: "CoordinatorStore", chosen: list[str] | None) -> dict[str, str]:
    enrolled = {node.club: node.fleet_key for node in store.nodes()}
    unknown = sorted(set(chosen or ()) - set(enrolled))
    if unknown:
        raise UnknownClub(f"not enrolled: {', '.join(unknown)}; see `homefield-server node list`")
    return {club: key for club, key in enrolled.items() if not chosen or club in chosen}


def _free_name(store: "CoordinatorStore", wanted: str | None, stem: str) -> str:
    if wanted:
        store.check_free(wanted)
        return wanted
    used = {campaign.manifest.campaign_id for campaign in store.campaigns()}
    return next(name for number in range(1, 1000) if (name := f"{stem}-{number}") not in used)
