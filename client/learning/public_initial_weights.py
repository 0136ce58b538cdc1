"""What this node's gate said of the public initial weights with private heads: used where no league model is."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from chassis.files.replace_file import replace_durably
from client.adoption import Verdict
from models.features import RECOVERY_SCHEMA
from models.training.initial_weights import initial_weights, weights_sha256

FILE: Final = "public-initial-weights.json"
MODEL: Final = RECOVERY_SCHEMA.model


@dataclass(frozen=True, slots=True)
class PublicWeightsVerdict:
    """The newest verdict on disk; `directory` is the node's folder of models."""

    directory: Path

    def newest(self) -> Verdict | None:
        """Return it; None before the first, for a file that cannot be read, and for weights not installed any more."""
        try:
            found = Verdict.model_validate_json((self.directory / FILE).read_text(encoding="utf-8"))
        except (OSError, ValidationError):
            return None
        return found if (found.model, found.model_id) == (MODEL, installed_sha256()) else None

    def record(self, verdict: Verdict) -> None:
        """Replace it."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_durably(self.directory / FILE, verdict.model_dump_json(indent=2).encode())


def installed_sha256() -> str:
    """What a verdict calls the installed weights."""
    return weights_sha256(initial_weights(MODEL))
