"""Models that the league published, as this node received them: verified, kept, and used only by the node's own gate.

Receiving says nothing to the league: the answer is empty, whatever the node later thinks of the model.
"""

import base64
import json
from dataclasses import dataclass
from pathlib import Path

from chassis.files.replace_file import replace_durably
from client.errors import NotApproved, RoundRefused
from client.federation.approval import Approvals
from models.errors import ModelError
from models.registry import OpenedModel, SealedModel, open_sealed_by_any, parse_signed, read_folder
from policies.errors import PolicyError

PARTS = ("record", "weights", "card")


def read_parcel(data: bytes) -> SealedModel:
    """Parse the three byte strings of a published model; raises RoundRefused for anything else."""
    try:
        body = json.loads(data)
        if set(body) != set(PARTS):
            raise RoundRefused("expected a published model and nothing else")
        record, weights, card = (base64.b64decode(body[part], validate=True) for part in PARTS)
        return SealedModel(parse_signed(record), weights, card)
    except (ValueError, TypeError, ModelError) as error:
        raise RoundRefused("expected a published model and nothing else") from error


@dataclass(frozen=True, slots=True)
class ReceivedModels:
    """The node's folder of published models: one folder per version, `<model>.latest` names the newest received."""

    directory: Path
    approvals: Approvals

    def receive(self, data: bytes) -> None:
        """Verify and keep a published model of a campaign that this club approved.

        Raises RoundRefused for bytes that are no model, NotApproved for one that the league did not sign or whose
        campaign this club did not approve.
        """
        sealed = read_parcel(data)
        try:
            opened = open_sealed_by_any(sealed, self.approvals.signers.league)
        except (ModelError, PolicyError) as error:
            raise NotApproved("the league did not sign this model, or it does not fit this node") from error
        self.approvals.approved(opened.record.campaign)
        folder = self.directory / opened.record.sha256
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for part, content in sealed.files().items():
            replace_durably(folder / part, content)
        replace_durably(self.directory / f"{opened.record.model}.latest", opened.record.sha256.encode())

    def latest(self, model: str) -> OpenedModel | None:
        """Return the newest received version of `model`, verified again; None if there is none that is sound."""
        try:
            name = (self.directory / f"{model}.latest").read_text(encoding="ascii").strip()
            opened = open_sealed_by_any(read_folder(self.directory / name), self.approvals.signers.league)
        except (OSError, ValueError, ModelError, PolicyError):
            return None
        return opened if (opened.record.model, opened.record.sha256) == (model, name) else None
