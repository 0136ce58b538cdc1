"""Command lines about campaigns, of all programs, for `every_answer`."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import client.cli
import server.cli
from policies.campaign import parse_signed_manifest
from server.settings import load_settings
from server.store import CampaignState, CoordinatorStore, open_database
from tests.architecture.answer_world import Everything, Words


def _league_signed(every: Everything, fresh: str) -> Path:
    """A planned campaign that the league alone has signed."""
    out = every.programs.planned_campaign(f"{fresh}.json")
    every.programs.done(server.cli.app, "campaign", "sign", every.programs.league, out)
    return out


def _to_sign(every: Everything, fresh: str) -> Words:
    out = _league_signed(every, fresh)
    return [every.programs.folder / "union", out, "--out", out.with_suffix(".signature"), "--yes"]


def _to_attach(every: Everything, fresh: str) -> Words:
    out = _league_signed(every, fresh)
    return [every.programs.league, out, every.programs.union_signature(out)]


def _approved(every: Everything, fresh: str) -> Words:
    out = every.programs.opened_campaign(f"{fresh}.json")
    every.programs.done(client.cli.app, "campaign", "approve", every.programs.node, out, "--yes")
    return [every.programs.node, out, "--yes"]


def _interrupted(every: Everything, fresh: str) -> Words:
    out = every.programs.opened_campaign(f"{fresh}.json")
    sha256 = parse_signed_manifest(out.read_bytes()).manifest.sha256
    settings = load_settings(every.programs.league)
    store = CoordinatorStore(open_database(settings), clock=lambda: datetime.now(UTC))
    store.set_state(sha256, CampaignState.INTERRUPTED, detail="the coordinator stopped")
    return [every.programs.league, sha256]


CAMPAIGNS: dict[tuple[str, ...], list[Callable[[Everything, str], Words]]] = {
    ("homefield-node", "campaign", "list"): [lambda e, _: [e.programs.node]],
    ("homefield-node", "campaign", "show"): [lambda e, _: [e.programs.node, e.folder / "manifest.json"]],
    ("homefield-node", "campaign", "approve"): [
        lambda e, fresh: [e.programs.node, e.programs.opened_campaign(f"{fresh}.json"), "--yes"]
    ],
    ("homefield-node", "campaign", "reject"): [
        lambda e, fresh: [e.programs.node, e.programs.opened_campaign(f"{fresh}.json"), "--yes"]
    ],
    ("homefield-node", "campaign", "revoke"): [_approved],
    ("homefield-server", "campaign", "plan"): [
        lambda e, fresh: [
            *(
                e.programs.league,
                "--model",
                "recovery-linear-1",
                "--public-athletes",
                "40",
                "--sigma",
                "100",
                "--out",
                e.folder / fresh,
            )
        ]
    ],
    ("homefield-server", "campaign", "sign"): [
        lambda e, fresh: [e.programs.league, e.programs.planned_campaign(f"{fresh}.json")]
    ],
    ("homefield-server", "campaign", "attach"): [_to_attach],
    ("homefield-server", "campaign", "start"): [
        lambda e, fresh: [e.programs.league, e.programs.signed_campaign(f"{fresh}.json")]
    ],
    ("homefield-server", "campaign", "status"): [
        lambda e, _: [e.programs.league, e.campaign],
    ],
    ("homefield-server", "campaign", "resume"): [_interrupted],
    ("homefield-server", "campaign", "close"): [lambda e, fresh: [*_interrupted(e, fresh), "--yes"]],
    ("homefield-server", "campaign", "list"): [lambda e, _: [e.programs.league]],
    ("homefield-server", "campaign", "show"): [lambda e, _: [e.programs.league, e.campaign]],
    ("homefield-consent", "campaign", "sign"): [_to_sign],
}
