"""What a coordinator tells a node of a campaign beside its questions: that it is there to be decided on, or is over."""

from pydantic import BaseModel, ConfigDict, ValidationError

from policies.campaign import SignedManifest
from policies.errors import InvalidInput


class CampaignNotice(BaseModel):
    """Coordinator to node: a signed campaign, and whether the league has ended it before its time.

    Nothing is approved or computed because of it. The two signatures in it count, not who sent it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    signed: SignedManifest
    is_ended: bool

    def as_bytes(self) -> bytes:
        """The transport bytes (JSON, UTF-8)."""
        return self.model_dump_json().encode()


def read_notice(data: bytes) -> CampaignNotice:
    """Parse untrusted bytes from the coordinator; raises InvalidInput."""
    try:
        return CampaignNotice.model_validate_json(data)
    except ValidationError as error:
        raise InvalidInput("expected a notice of a campaign; it is not as it should be") from error
