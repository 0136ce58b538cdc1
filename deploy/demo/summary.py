"""What one run showed, as numbers: printed as tables and written to `summary.json`."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chassis.cli.console import show_line, show_table
from deploy.demo.league.witnesses import WitnessState
from policies.budget import rounded_up

if TYPE_CHECKING:
    from rich.console import Console

SCHEMA = "homefield-run-1"


@dataclass(frozen=True, slots=True)
class Errors:
    """Mean absolute error of next-day readiness (0 to 10) on the newest 30 % of each athlete's days, of one source.

    Each node judges its own athletes. The two learnt elsewhere than at one athlete are the federated ones;
    `federated_without_dp` is trained in the demo's own process, on what the demo invented or was given, for
    comparison: nothing without noise ever left a node.
    """

    data: str
    athletes: int
    test_days: int
    person_mean: float
    ewma: float
    local_ridge: float
    public_initial_weights: float
    federated_without_dp: float
    federated_with_dp: float


@dataclass(frozen=True, slots=True)
class CampaignSummary:
    """One finished campaign. epsilon: the most that all its rounds cost one athlete, proved, at delta."""

    campaign_id: str
    model: str
    rounds: int
    epsilon: float
    delta: float
    adopted_by: int
    clubs: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The athlete who stopped during the first campaign: rounds that counted them, of how many."""

    athlete: str
    rounds_counted: int
    rounds: int
    takes_part_in_next_campaign: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything of one run."""

    data: str
    clubs: int
    athletes: int
    readings: int
    consents: int
    learners: int
    campaigns: tuple[CampaignSummary, ...]
    epsilon_spent_most: float
    withdrawal: Withdrawal
    readiness_mae: tuple[Errors, ...]
    proposals: int
    answers: Mapping[str, int]
    released_indices: int
    office_not_available: int
    board_listed: int
    decisions_accepted: int
    log_size: int
    log_origin: str
    log_verified: bool
    log_directory: str
    log_vkey: str
    trust_policy: str
    cosigned: int
    witnesses: tuple[WitnessState, ...]
    seconds: Mapping[str, float]
    peak_memory_mib: int
    urls: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)

    def write(self, path: Path) -> None:
        """Write `summary.json`, the same object that `--json` prints."""
        path.write_text(json.dumps({"schema": SCHEMA, **self.as_json()}, indent=2) + "\n", encoding="utf-8")


def show(summary: Summary, console: "Console") -> None:
    """Print the summary as tables."""
    show_table(console, "The main job, end to end", ("What", "Result"), _facts(summary))
    columns = ("Campaign", "Rounds", "ε per athlete", "Adopted", "Why not")
    show_table(console, "Federated training", columns, [_campaign(one) for one in summary.campaigns])
    for errors in summary.readiness_mae:
        _show_errors(errors, summary.campaigns[-1].epsilon, console)
    show_line(console, f"Public log: {summary.log_directory}")
    show_line(console, f"Trust policy: {summary.trust_policy}")


def _facts(s: Summary) -> list[tuple[str, str]]:
    answers = ", ".join(f"{count} {word}" for word, count in s.answers.items())
    w = s.withdrawal
    out = "is not in the next campaign" if not w.takes_part_in_next_campaign else "IS STILL in the next campaign"
    return [
        ("Athletes", f"{s.athletes} at {s.clubs} clubs, {s.readings:,} readings sealed ({s.data})"),
        ("Consents", f"{s.consents} choices turned on; {s.learners} athletes let the league learn"),
        (
            "Privacy spent",
            f"ε ≤ {rounded_up(s.epsilon_spent_most):.2f} for the athlete who spent most, all campaigns together",
        ),
        ("Withdrawal", f"one athlete stopped midway: counted in {w.rounds_counted} of {w.rounds} rounds, and {out}"),
        ("Morning board", f"{s.board_listed} athletes on the boards, proposals accepted: {s.decisions_accepted}"),
        ("Durability", f"{s.proposals} proposed; answers: {answers}"),
        ("Front office", f"{s.released_indices} bands, {s.office_not_available} times “Not available”"),
        ("Public log", f"{s.log_size:,} entries, {'verified offline' if s.log_verified else 'NOT VERIFIED'}"),
        ("Witnesses", _witnesses(s)),
        ("Time", f"{s.seconds['total']:.0f} s"),
        ("Memory", f"{s.peak_memory_mib:,} MiB at most, all programs together"),
    ]


def _witnesses(s: Summary) -> str:
    """Who cosigned, and whether any of them holds evidence against the log."""
    names = ", ".join(one.run_by for one in s.witnesses)
    against = sum(one.evidence for one in s.witnesses)
    said = "evidence of misbehaviour: none" if not against else f"EVIDENCE OF MISBEHAVIOUR: {against}"
    return f"{s.cosigned} of {len(s.witnesses)} cosigned ({names}); {said}"


def _campaign(one: CampaignSummary) -> tuple[str, ...]:
    adopted = f"{one.adopted_by} of {one.clubs} clubs"
    return one.model, str(one.rounds), f"{one.epsilon:.2f}", adopted, "; ".join(one.reasons) or "–"


def _show_errors(e: Errors, epsilon: float, console: "Console") -> None:
    title = f"Next-day readiness, mean absolute error ({e.data}, {e.athletes} athletes, {e.test_days:,} later days)"
    rows = [
        ("person mean", e.person_mean),
        ("EWMA, half-life 3 days", e.ewma),
        ("local ridge, one model per athlete", e.local_ridge),
        ("public initial weights, fitted on the simulator", e.public_initial_weights),
        ("federated without privacy (simulated here)", e.federated_without_dp),
        (f"federated with privacy, ε = {epsilon:.2f} (what the league got)", e.federated_with_dp),
    ]
    best = min(value for _, value in rows)
    cells = [(name, f"{value:.3f}{' ← least' if value == best else ''}") for name, value in rows]
    show_table(console, title, ("Method", "MAE, points of 10"), cells)
