"""`simulate`: what a campaign would bring a league of some size, before anybody is asked. No league's data is read."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import print_json, print_table, say
from chassis.cli.one_value import one_value
from chassis.cli.options import AsJson
from chassis.cli.progress import progress_bar
from policies.budget import BUDGET_DELTA, CAMPAIGN_EPSILON, epsilon_proved, rounded_up
from policies.campaigns.season_line import SEASON_CAP
from policies.errors import InvalidInput

if TYPE_CHECKING:
    from models.evaluation.league_study import LeagueErrors, StudyErrors, StudyTerms
    from models.evaluation.masked_study import MaskedStudy


MOST_ATHLETES = 20_000


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command()(simulate)


@dataclass(frozen=True, slots=True)
class SimulateOptions:
    """What `simulate` is told."""

    athletes: Annotated[int, typer.Option(min=1, max=MOST_ATHLETES, help="Athletes who let the league learn.")]
    clubs: Annotated[int, typer.Option(min=1, max=500, help="Clubs; each adds all the noise.")]
    epsilon: Annotated[float, typer.Option(help=f"ε per athlete and exchange, at most {CAMPAIGN_EPSILON:g}.")]
    model: Annotated[str, typer.Option(help="recovery-linear-1, recovery-network-1 or risk-logistic-1.")]
    rounds: Annotated[int | None, typer.Option(min=1, max=16, help="Rounds of steps; one exchange without.")] = None
    exchanges: Annotated[
        int, typer.Option(min=1, max=16, help="Exchanges of a season, each from where the one before has led.")
    ] = 1
    leagues: Annotated[int, typer.Option(min=1, max=1_000, help="How many leagues to invent.")] = 8
    draws: Annotated[int, typer.Option(min=1, max=1_000, help="How often to draw the noise in each.")] = 5
    seed: Annotated[int, typer.Option(min=0, max=1_000_000, help="Another seed invents other leagues.")] = 1
    masks: Annotated[bool, typer.Option("--masks", help="Also mask one round, 3 to 100 clubs, and compare.")] = False
    as_json: AsJson = False

    @property
    def terms(self) -> "StudyTerms":
        """The terms of the study; raises typer.BadParameter for what no league or campaign could be."""
        from models.errors import BadWeights
        from models.evaluation.league_study import StudyTerms
        from models.features import SCHEMAS

        if self.model not in SCHEMAS:
            raise typer.BadParameter(f"expected one of {', '.join(sorted(SCHEMAS))}, got {self.model}")
        if self.athletes < self.clubs:
            raise typer.BadParameter(f"expected at least one athlete a club, got {self.athletes} for {self.clubs}")
        if not 0.0 < self.epsilon <= CAMPAIGN_EPSILON:
            raise typer.BadParameter(f"expected an ε above 0 and at most {CAMPAIGN_EPSILON:g}, got {self.epsilon:g}")
        terms = StudyTerms(
            model=self.model,
            athletes=self.athletes,
            clubs=self.clubs,
            epsilon=self.epsilon,
            rounds=self.rounds,
            leagues=self.leagues,
            draws=self.draws,
            seed=self.seed,
            exchanges=self.exchanges,
        )
        if self.masks and not 3 <= self.clubs <= 100:
            raise typer.BadParameter(f"expected 3 to 100 clubs with --masks, got {self.clubs}")
        if self.exchanges > 1 and self.rounds is not None:
            raise typer.BadParameter("expected exchanges or rounds, got both; leave --rounds out")
        try:
            _check_season(terms)
        except InvalidInput as error:
            raise typer.BadParameter(f"{error}; ε = {self.epsilon:g} asks for more noise than there is") from error
        except BadWeights as error:  # a network without rounds
            raise typer.BadParameter(f"{error}; say how many with --rounds") from error
        return terms


def _check_season(terms: "StudyTerms") -> None:
    """Raise typer.BadParameter for more exchanges than the cap of a season holds, and what `StudyTerms.recipe` does."""
    if terms.cost > SEASON_CAP:
        total = rounded_up(epsilon_proved(terms.cost, BUDGET_DELTA))
        raise typer.BadParameter(
            f"expected a season of ε {CAMPAIGN_EPSILON:g} at most, got {terms.exchanges} exchanges of ε "
            f"{terms.epsilon:g}, which make {total:.2f}"
        )


@one_value
def simulate(options: SimulateOptions) -> None:
    """Simulate leagues of this size and say what a campaign would bring them. It reads nobody's data.

    The worlds are invented and no parameter was chosen on them; everything but the noise repeats under a seed.

    Example: homefield-server simulate --athletes 40 --clubs 2 --epsilon 2 --model recovery-linear-1
    """
    from models.evaluation.league_study import study

    terms = options.terms
    with progress_bar("Simulating leagues") as tick:
        found = study(terms, tick=tick)
    masked = _masked(terms) if options.masks else None
    if options.as_json:
        print_json("homefield-simulate-1", as_json(terms, found) | {"masks": masks_as_json(masked)})
        return
    recipe = terms.recipe()
    how = f"{recipe.rounds} rounds" if recipe.axes is None else f"{_exchanges(terms)} on {recipe.axes} axes"
    say(
        f"{terms.model}: {how}, clip {recipe.clip_norm:g}, noise {recipe.noise_multiplier:g} times the most one can add"
    )
    rows = [(name, f"{value:.4f}") for name, value in _rows(terms, found.mean) if not math.isnan(value)]
    print_table(f"{terms.leagues} leagues of {terms.athletes} athletes at {terms.clubs} clubs", _columns(terms), rows)
    say(_kept(found))
    say(_recommended(terms, found))
    epsilon = rounded_up(epsilon_proved(terms.cost, BUDGET_DELTA))
    booked = f"books ε {epsilon:.2f} of the cap of ε {CAMPAIGN_EPSILON:.2f}"
    say(f"For every athlete who takes part it {booked} ({terms.cost:,} micro-rho).")
    if masked is not None:
        say(_masks_in_words(masked))


def _masked(terms: "StudyTerms") -> "MaskedStudy":
    from models.evaluation.masked_study import masked_study

    return masked_study(terms.recipe(), clubs=terms.clubs)


def masks_as_json(found: "MaskedStudy | None") -> dict[str, Any] | None:
    """What masks did to a round's sum; null where none was masked."""
    if found is None:
        return None
    return {"clubs": found.clubs, "dropped": found.dropped, "same_sums": found.is_same, "cpu_s": found.cpu_s}


def _masks_in_words(found: "MaskedStudy") -> str:
    sums = "the same bits as" if found.is_same else "OTHER THAN"
    return (
        f"Masked, the sums are {sums} without masks, also with {found.dropped} of {found.clubs} clubs dropping at any "
        f"stage; a round took {found.cpu_s:.2f} s of processor time, all clubs together."
    )


def _exchanges(terms: "StudyTerms") -> str:
    return "one exchange" if terms.exchanges == 1 else f"{terms.exchanges} exchanges as days come, each"


def as_json(terms: "StudyTerms", found: "StudyErrors") -> dict[str, Any]:
    """The answer for programs; what is not known is null."""
    from models.evaluation.league_study import NEW_DAYS

    recipe, mean = terms.recipe(), found.mean
    return {
        "model": terms.model,
        "athletes": terms.athletes,
        "clubs": terms.clubs,
        "leagues": terms.leagues,
        "draws": terms.draws,
        "seed": terms.seed,
        "measure": _measure(terms),
        "errors": _errors(mean),
        "new_athletes": {
            "first_days": NEW_DAYS,
            "start_with_head": _known(mean.new_start_with_head),
            "private_with_head": _known(mean.new_private_with_head),
        },
        "wrong_public_number": {"half": mean.half, "double": mean.double},
        "share_kept": _known(found.share_kept),
        "share_kept_error": _known(found.share_error),
        "leagues_better_than_start": found.better_than_start,
        "epsilon": terms.epsilon,
        "exchanges": terms.exchanges,
        "epsilon_of_season": epsilon_proved(terms.cost, BUDGET_DELTA),
        "cost_micro_rho": terms.cost,
        "recommended": {
            "rounds": recipe.rounds,
            "axes": recipe.axes,
            "clip_norm": recipe.clip_norm,
            "noise_multiplier": recipe.noise_multiplier,
            "public_athletes": terms.athletes,
            "epsilon": terms.epsilon,
        },
    }


def _errors(mean: "LeagueErrors") -> dict[str, float | None]:
    return {
        "person_mean": mean.person_mean,
        "ewma": _known(mean.ewma),
        "start": mean.start,
        "no_privacy": mean.no_privacy,
        "private": mean.private,
        "rounds_control": _known(mean.rounds_control),
        "once": _known(mean.once),
        "start_with_head": _known(mean.start_with_head),
        "private_with_head": _known(mean.private_with_head),
    }


def _measure(terms: "StudyTerms") -> str:
    return "mean_absolute_error" if terms.model.startswith("recovery") else "log_loss"


def _columns(terms: "StudyTerms") -> tuple[str, str]:
    return "Method", "Mean error, points of 10" if _measure(terms) == "mean_absolute_error" else "Log loss"


def _rows(terms: "StudyTerms", mean: "LeagueErrors") -> list[tuple[str, float]]:
    from models.evaluation.league_study import NEW_DAYS
    from models.training.recipes import ROUNDS

    new = f"new athletes' first {NEW_DAYS} days, own heads on"
    usual = "each athlete's own mean" if _measure(terms) == "mean_absolute_error" else "the league's usual rate"
    return [
        (usual, mean.person_mean),
        ("EWMA, half-life 3 days", mean.ewma),
        ("public initial weights, nothing learnt", mean.start),
        ("without privacy", mean.no_privacy),
        (f"with privacy, ε = {terms.epsilon:g}" + (" each" if terms.exchanges > 1 else ""), mean.private),
        ("one exchange at the end, for the same cost", mean.once),
        (f"{ROUNDS} rounds instead, in the same metric", mean.rounds_control),
        (f"with privacy, public number {max(terms.athletes // 2, 1)}", mean.half),
        (f"with privacy, public number {2 * terms.athletes}", mean.double),
        ("public initial weights with own heads", mean.start_with_head),
        ("with privacy and own heads", mean.private_with_head),
        (f"{new} the public initial weights", mean.new_start_with_head),
        (f"{new} the private model", mean.new_private_with_head),
    ]


def _kept(found: "StudyErrors") -> str:
    better = f"better than the public initial weights in {found.better_than_start} of {len(found.leagues)} leagues"
    if math.isnan(found.share_kept):
        return f"Nothing to gain here even without privacy; with it {better}."
    spread = "" if math.isnan(found.share_error) else f" (± {found.share_error:.0%}, standard error over leagues)"
    return f"{found.share_kept:.0%}{spread} of what learning without privacy gains is kept; {better}."


def _recommended(terms: "StudyTerms", found: "StudyErrors") -> str:
    """What to plan with; nothing where the public initial weights are as good."""
    if not found.is_worth_it:
        return (
            "Recommended: no such campaign; in the mean it errs no less than the public initial weights. Take a larger "
            "ε, or wait for more athletes."
        )
    recipe = terms.recipe()
    how = f"{recipe.rounds} rounds" if recipe.axes is None else f"k = {recipe.axes}"
    return (
        f"Recommended: N = {terms.athletes}, ε = {terms.epsilon:g}, {how}, C = {recipe.clip_norm:g}; `campaign plan` "
        f"takes --public-athletes {terms.athletes} --epsilon {terms.epsilon:g}, and finds the rest by itself."
    )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
