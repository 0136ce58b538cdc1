"""What came at each stage of a masked round, on disk until the round is over: a resumed campaign asks the same again.

A stage stands here before the next one is asked, so that a coordinator which was killed never shows clubs another
roster, other dealers or another list of who is alive: they would refuse it, since their first answer stands.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chassis.files.replace_file import replace_durably
from server.errors import CampaignFailed


@dataclass(frozen=True, slots=True)
class MaskedStages:
    """The file of one round; None keeps nothing, so that the round cannot be resumed."""

    path: Path | None

    @classmethod
    def of(cls, folder: Path | None, number: int) -> "MaskedStages":
        """The file of round `number` in a campaign's folder."""
        return cls(None if folder is None else folder / f"masks-{number:02d}.json")

    def load(self) -> dict[str, dict[str, bytes]]:
        """Messages by stage and club; empty where the round has not begun. Raises CampaignFailed for a damaged file."""
        if self.path is None or not self.path.exists():
            return {}
        try:
            body = json.loads(self.path.read_text(encoding="utf-8"))
            return {name: {club: text.encode() for club, text in stage.items()} for name, stage in body.items()}
        except (OSError, ValueError, AttributeError) as error:
            raise CampaignFailed(
                "what came of a masked round cannot be read from disk; it cannot be gone on"
            ) from error

    def save(self, stages: Mapping[str, Mapping[str, bytes]]) -> None:
        """Keep all stages so far durably; raises CampaignFailed if the disk refuses."""
        if self.path is None:
            return
        body = {name: {club: data.decode() for club, data in stage.items()} for name, stage in stages.items()}
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_durably(self.path, json.dumps(body).encode())
        except OSError as error:
            raise CampaignFailed("what came of a masked round could not be kept on disk") from error

    def remove(self) -> None:
        """Forget the round: it is over, and what lifted its masks is of no further use."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)
