"""Weights and momentum after each round, on disk. Flower forgets a run when it stops; we keep what was paid for."""

import json
from pathlib import Path

import numpy as np

from chassis.files.replace_file import replace_durably
from models.training.server_step import ServerState
from server.errors import CampaignFailed


class Checkpoints:
    """One folder per campaign, one file per round, written whole or not at all."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def folder(self, manifest_sha256: str) -> Path:
        """Where what is kept of a campaign stands."""
        return self._directory / manifest_sha256

    def save(self, manifest_sha256: str, state: ServerState) -> Path:
        """Write the state after a round durably; raises CampaignFailed if the disk refuses."""
        folder = self.folder(manifest_sha256)
        body = {
            "round": state.round,
            "weights": state.weights.tolist(),
            "velocity": state.velocity.tolist(),
            "sums": state.sums,
        }
        path = folder / f"round-{state.round:02d}.json"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_durably(path, json.dumps(body).encode())
        except OSError as error:
            raise CampaignFailed("the state after the round could not be kept on disk") from error
        return path

    def after(self, manifest_sha256: str, number: int) -> ServerState:
        """Return the state after round `number`, bit for bit as it was; raises CampaignFailed if it is not here."""
        try:
            return _read(self._directory / manifest_sha256 / f"round-{number:02d}.json")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CampaignFailed(f"the state after round {number} is not on disk; it cannot be gone on with") from error

    def last(self, manifest_sha256: str) -> ServerState | None:
        """Return the newest state of a campaign, or None if no round was finished.

        One that an earlier version kept has no sums; what it leads to cannot be published.
        """
        paths = sorted((self._directory / manifest_sha256).glob("round-*.json"))
        if not paths:
            return None
        return _read(paths[-1])


def _read(path: Path) -> ServerState:
    body = json.loads(path.read_text(encoding="utf-8"))
    sums = tuple(tuple(map(int, total)) for total in body.get("sums", ()))
    return ServerState(np.array(body["weights"]), np.array(body["velocity"]), int(body["round"]), sums)
