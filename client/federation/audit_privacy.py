"""`audit-privacy`: attack the privacy path that is installed here, and say what came of it. No stored data is read."""

import math
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import print_json, say
from chassis.cli.exit_codes import ExitCode
from chassis.cli.options import AsJson
from chassis.cli.progress import progress_bar

if TYPE_CHECKING:
    from models.privacy.empirical_audit import EmpiricalAudit
    from policies.campaign import CampaignManifest

RUNS = 12_000  # ours: the bound passes half of the claim in 99 of 100 audits; six seconds of the processor
PUBLIC_ATHLETES = 40


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command("audit-privacy")(audit_privacy)


def audit_privacy(
    model: Annotated[
        str, typer.Option(help="recovery-linear-1, recovery-network-1 or risk-logistic-1.")
    ] = "recovery-linear-1",
    runs: Annotated[int, typer.Option(min=400, max=1_000_000, help="How often to run the path.")] = RUNS,
    as_json: AsJson = False,
) -> None:
    """Attack this node's own privacy path: with and without one invented athlete, many times. Reads no stored data.

    It prints the privacy loss that the attack proves (a lower bound) beside the loss that is claimed for one exchange,
    or for one round of a network.
    An installation whose noise is missing, too small or repeated, or whose clip is off, ends with exit code 3. It can
    find a fault and never prove that there is none.

    Example: homefield-node audit-privacy --runs 20000 --json
    """
    from models.privacy.empirical_audit import audit
    from models.training.initial_weights import initial_weights

    manifest = _manifest(model)
    with progress_bar("Attacking the privacy path") as tick:
        found = audit(manifest, initial_weights(model), runs=runs, tick=tick)
    if as_json:
        print_json("homefield-audit-privacy-1", as_answer(model, found))
    else:
        _say(model, found, "one round" if manifest.exchange is None else "one exchange")
    if found.alarms:
        raise typer.Exit(ExitCode.ALARM)


def _manifest(model: str) -> "CampaignManifest":
    """One answer of `model` at the whole budget of a campaign: an exchange, or for a network one round."""
    from models.features import SCHEMAS
    from models.training.recipes import exchange_recipe, rounds_recipe
    from models.training.simulation import simulated_manifest

    if model in SCHEMAS and SCHEMAS[model].layers is not None:
        return simulated_manifest(rounds_recipe(model, athletes=PUBLIC_ATHLETES, rounds=1), 1)
    return simulated_manifest(exchange_recipe(model, athletes=PUBLIC_ATHLETES, clubs=1), 1)


def as_answer(model: str, found: "EmpiricalAudit") -> dict[str, Any]:
    """The answer for programs; a bound without end is null."""
    return {
        "model": model,
        "runs": found.runs,
        "mu_lower": found.mu_lower,
        "mu_claimed": found.mu_claimed,
        "epsilon_lower": found.epsilon_lower if math.isfinite(found.epsilon_lower) else None,
        "epsilon_claimed": found.epsilon_claimed,
        "alarms": [alarm.name.lower() for alarm in found.alarms],
    }


def _say(model: str, found: "EmpiricalAudit", how: str) -> None:
    from policies.budget import rounded_up

    say(f"{model}: {found.runs:,} runs of the installed path, {how}")
    claimed = rounded_up(found.epsilon_claimed)
    say(f"Proved by the attack: ε of at least {found.epsilon_lower:.2f}; claimed: at most {claimed:.2f}")
    for alarm in found.alarms:
        say(f"ALARM: {alarm.value}")
    if not found.alarms:
        say("No alarm. An audit can find a fault; it cannot prove that there is none.")
