"""What a club decided against: campaigns that it rejected, or whose approval it revoked, as statements that it signed.

One file for each campaign. That it is there is enough to refuse every message, whatever it says; its signature is for
whoever reads it later. A campaign that was turned down stays so: the league plans another.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from audit.entries.details.codes import CampaignRefusal
from chassis.files.replace_file import replace_durably
from client.errors import CampaignTurnedDown
from policies.campaign import SignedManifest
from policies.canonical import canonical_bytes
from policies.signing import SigningKey
from policies.vocabulary import OrgId


class Against(StrEnum):
    """How a club turned a campaign down: before it took part, or afterwards."""

    REJECTED = "rejected"
    REVOKED = "revoked"


REFUSALS = {Against.REJECTED: CampaignRefusal.REJECTED, Against.REVOKED: CampaignRefusal.REVOKED}
WORDS = {
    Against.REJECTED: "this club rejected the campaign; the league plans another if it is to be asked again",
    Against.REVOKED: "this club revoked its approval; the league plans another campaign if it is to be asked again",
}


class DecisionFile(BaseModel):
    """One decision as it lies on disk: the manifest, and the club's signature over what it decided about it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    signed: SignedManifest
    club: str
    decision: Against
    decided_at: str
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]

    def statement(self) -> bytes:
        """The bytes that the club signs: never those of the manifest alone, which would be an approval."""
        return statement(self.signed.manifest.sha256, self.club, self.decision, self.decided_at)


def statement(sha256: str, club: str, decision: Against, decided_at: str) -> bytes:
    """Return the canonical bytes of a decision against a campaign."""
    body = {"manifest": sha256, "club": club, "decision": decision.value, "decided_at": decided_at}
    return canonical_bytes({"statement": "homefield-campaign-decision-1", **body})


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions of one node, in a folder of their own."""

    directory: Path
    club: OrgId

    def check(self, sha256: str) -> None:
        """Return if nothing stands against this campaign; raises CampaignTurnedDown otherwise."""
        decision = self.of(sha256)
        if decision is not None:
            raise CampaignTurnedDown(WORDS[decision], refusal=REFUSALS[decision].value)

    def of(self, sha256: str) -> Against | None:
        """Return what was decided against this campaign, None if nothing was. A file that cannot be read counts."""
        path = self._path(sha256)
        if not path.exists():
            return None
        try:
            return DecisionFile.model_validate_json(path.read_bytes()).decision
        except (OSError, ValidationError):
            return Against.REVOKED

    def keep(self, signed: SignedManifest, decision: Against, key: SigningKey, *, now: datetime) -> None:
        """Sign and keep a decision, durably; the first one about a campaign stands."""
        sha256, decided_at = signed.manifest.sha256, now.isoformat()
        if self.of(sha256) is not None:
            return
        stored = DecisionFile(
            signed=signed,
            club=self.club,
            decision=decision,
            decided_at=decided_at,
            signature=key.sign(statement(sha256, self.club, decision, decided_at)).hex(),
        )
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_durably(self._path(sha256), stored.model_dump_json(indent=2).encode())

    def every(self) -> tuple[DecisionFile, ...]:
        """Return every decision that can be read, in the order of the campaigns' hashes."""
        found = []
        for path in sorted(self.directory.glob("*.json")):
            try:
                found.append(DecisionFile.model_validate_json(path.read_bytes()))
            except (OSError, ValidationError):
                continue
        return tuple(found)

    def _path(self, sha256: str) -> Path:
        return self.directory / f"{sha256}.json"
