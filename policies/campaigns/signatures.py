"""Who signs a campaign: the league, and a second organisation that whoever checks names, over the very same bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import ValidationError

from policies.campaign import CampaignManifest, ManifestSignature, SignedManifest
from policies.errors import BadSignature, InvalidInput
from policies.signing import SigningKey, VerifyKey

USUAL_SECOND_SIGNER = "union"
"""The organisation that signs beside the league where nothing else is set: the one that runs the consent service."""


class SignatureProblem(StrEnum):
    """What stands against the signatures of a manifest."""

    NOT_SIGNED = "not_signed"
    ONE_SIGNATURE = "one_signature"
    SAME_SIGNER = "same_signer"
    UNKNOWN_SIGNER = "unknown_signer"


PROBLEM_WORDS = {
    SignatureProblem.NOT_SIGNED: "the league did not sign this campaign",
    SignatureProblem.ONE_SIGNATURE: "expected two signatures, of the league and of a second organisation, and got the "
    "league's alone; the second one signs it too, and the league attaches that with `homefield-server campaign attach`",
    SignatureProblem.SAME_SIGNER: "expected signatures of two organisations, and got two of the league",
    SignatureProblem.UNKNOWN_SIGNER: "expected the second signature of the organisation that is set here, with its key",
}


OTHER_BYTES = "a signature of the right key is there, over other bytes: was the file changed after it was signed?"


class NotCosigned(BadSignature):
    """A manifest that not both organisations have signed; `problem` says what is missing, the message in words.

    is_of_other_bytes: a key that counts is named by a signature that it did not make over this manifest.
    """

    def __init__(self, problem: SignatureProblem, *, is_of_other_bytes: bool = False) -> None:
        words = PROBLEM_WORDS[problem]
        super().__init__(f"{words}; {OTHER_BYTES}" if is_of_other_bytes else words)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class CampaignSigners:
    """Whose signatures a campaign needs. seconds: each organisation that may sign beside the league, and its keys.

    Keys are the present one and those before it that still count.
    """

    league: Sequence[VerifyKey]
    seconds: Mapping[str, Sequence[VerifyKey]]

    def check(self, signed: SignedManifest) -> CampaignManifest:
        """Return the manifest if the league and one second organisation signed exactly its bytes.

        Raises NotCosigned.
        """
        league = signed.manifest.league
        own = [one for one in signed.signatures if one.organisation == league]
        others = [one for one in signed.signatures if one.organisation != league]
        message = signed.manifest.canonical()
        if not any(one.is_by(self.league, message) for one in own):
            raise NotCosigned(SignatureProblem.NOT_SIGNED, is_of_other_bytes=_names(own, self.league))
        if not others:
            raise NotCosigned(SignatureProblem.SAME_SIGNER if own[1:] else SignatureProblem.ONE_SIGNATURE)
        if any(one.is_by(self.league, message) for one in others):
            raise NotCosigned(SignatureProblem.SAME_SIGNER)
        if not any(one.is_by(self.seconds.get(one.organisation, ()), message) for one in others):
            changed = any(_names([one], self.seconds.get(one.organisation, ())) for one in others)
            raise NotCosigned(SignatureProblem.UNKNOWN_SIGNER, is_of_other_bytes=changed)
        return signed.manifest


def _names(signatures: Sequence[ManifestSignature], keys: Sequence[VerifyKey]) -> bool:
    return any(one.key_id == key.key_id for one in signatures for key in keys)


def sign_manifest(manifest: CampaignManifest, *, organisation: str, key: SigningKey) -> ManifestSignature:
    """Sign the manifest's bytes in the name of `organisation`."""
    return ManifestSignature.create(manifest.canonical(), organisation=organisation, key=key)


def parse_signature(data: bytes) -> ManifestSignature:
    """Parse an untrusted signature file; raises InvalidInput naming the field that is wrong, never its content."""
    try:
        parsed = ManifestSignature.model_validate_json(data)
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise InvalidInput(f"expected a signature file; {field or 'the text'} is not as it should be") from error
    if not parsed.key_id:
        raise InvalidInput("expected a signature file; key_id is not as it should be")
    return parsed
