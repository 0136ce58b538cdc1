"""Campaigns: league and union sign one, every club approves the same bytes, and the programs do the rest."""

import json
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.demo.errors import StepFailed
from deploy.demo.league.founding import consent, node, server
from deploy.demo.patience import Patience
from deploy.demo.plan import Club, DemoPlan
from deploy.demo.processes import League, answer_of
from deploy.demo.side_by_side import side_by_side
from policies.campaign import CampaignManifest, parse_signed_manifest

POLL_S = 0.2
ASK_EVERY = 10  # polls of a node to one of the coordinator

OnRound = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class FinishedCampaign:
    """One finished campaign: rounds, what it cost an athlete at most, and where its model lies."""

    manifest: CampaignManifest
    rounds: int
    epsilon: float
    model_folder: Path

    @property
    def campaign_id(self) -> str:
        """The campaign's name."""
        return self.manifest.campaign_id

    @property
    def model(self) -> str:
        """The model it trained."""
        return self.manifest.model


def run_campaign(
    plan: DemoPlan, league: League, *, model: str, public_athletes: int, rounds: int | None, on_round: OnRound
) -> FinishedCampaign:
    """Plan, sign, start, approve and watch a campaign; `on_round(done, of)` is called as rounds end. Raises StepFailed.

    rounds: None for one exchange.
    """
    manifest = plan.options.out / f"{model}.manifest.json"
    terms = ["--model", model, "--public-athletes", str(public_athletes)]
    terms += [] if rounds is None else ["--rounds", str(rounds)]
    opened = _started(plan, manifest, terms)
    for club in plan.clubs:
        node("campaign", "approve", str(club.folder), str(manifest), "--yes", "--json")
    _watch(plan, league, opened["sha256"], on_round)
    done = _state(plan, opened["sha256"])
    if done["state"] != "done":
        raise StepFailed(f"campaign {done['campaign_id']} ended as {done['state']}: {done['detail']}")
    return FinishedCampaign(
        manifest=parse_signed_manifest(manifest.read_bytes()).manifest,
        rounds=done["rounds_done"],
        epsilon=done["epsilon"],
        model_folder=plan.league_folder / "models" / done["model_id"],
    )


def _started(plan: DemoPlan, manifest: Path, terms: list[str]) -> dict[str, Any]:
    """Plan a campaign, have league and union sign it, and hand it to the coordinator; returns what `start` says."""
    league, signature = str(plan.league_folder), str(manifest.with_suffix(".union.json"))
    server("campaign", "plan", league, *terms, "--out", str(manifest), "--json")
    server("campaign", "sign", league, str(manifest), "--json")
    consent("campaign", "sign", str(plan.consent_folder), str(manifest), "--out", signature, "--yes", "--json")
    server("campaign", "attach", league, str(manifest), signature, "--json")
    started: dict[str, Any] = json.loads(server("campaign", "start", league, str(manifest), "--json"))
    return started


def _watch(plan: DemoPlan, league: League, sha256: str, on_round: OnRound) -> None:
    """Follow the first club's node, round by round, until the coordinator has closed the campaign.

    The coordinator is asked beside the watching: each question is a program of its own, and rounds go on meanwhile.
    """
    patience, seen, polls = Patience(), 0, 0
    asked: Future[dict[str, Any]] | None = None
    with ThreadPoolExecutor(max_workers=1) as beside:
        while True:
            league.check()
            done, of = _rounds(plan, sha256)
            if done != seen:
                seen = done
                on_round(done, of)
            polls += 1
            if asked is None and (done == of or polls % ASK_EVERY == 0):
                asked = beside.submit(_state, plan, sha256)
            elif asked is not None and asked.done():
                if asked.result()["state"] in ("done", "failed"):
                    return
                asked = None
            if patience.is_over(seen):
                raise StepFailed(f"the campaign stood still after {done} of {of} rounds; see the logs of its programs")
            time.sleep(POLL_S)


def _rounds(plan: DemoPlan, sha256: str) -> tuple[int, int]:
    status: dict[str, Any] = answer_of(f"{plan.clubs[0].url}/status").json()
    for campaign in status["campaigns"]:
        if campaign["sha256"] == sha256:
            return int(campaign["rounds_done"]), int(campaign["rounds"])
    return 0, 0


def _state(plan: DemoPlan, sha256: str) -> dict[str, Any]:
    status = json.loads(server("status", str(plan.league_folder), "--json"))
    found: dict[str, Any] = next(c for c in status["campaigns"] if c["sha256"] == sha256)
    return found


def adopt(plan: DemoPlan, campaign: FinishedCampaign) -> list[dict[str, Any]]:
    """Let every club's own gate judge the model on the days it held back; returns each club's verdict."""

    def judged(club: Club) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(node("adopt", str(club.folder), str(campaign.model_folder), "--json"))
        return told | {"club": club.org}

    return side_by_side(judged, plan.clubs)
