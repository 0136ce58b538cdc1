"""One masked round as everybody knows it before it begins: from the approved manifest, never from a message."""

from dataclasses import dataclass

from models.errors import MasksRefused
from models.privacy.contribution import answer_length
from policies.campaign import CampaignManifest

SECAGG = "secagg-1"
LEAST_CLUBS = 3  # with two each club would know the other's vector from the sum


def threshold_of(clubs: int) -> int:
    """How many of a manifest's clubs lift a mask together, and how many a sum must have at least: two thirds.

    A third may drop out. Two different lists of living clubs are each answered by so many only if a third of the clubs
    answers to both, which no club does that keeps to its first answer.
    """
    return -(-2 * clubs // 3)


@dataclass(frozen=True, slots=True)
class MaskedRound:
    """One round of one campaign. clubs: all of the manifest, in order; a club's place among them is its share's.

    length, modulus_bits: of every vector.
    """

    manifest_sha256: str
    number: int
    clubs: tuple[str, ...]
    modulus_bits: int
    length: int

    @classmethod
    def of(cls, manifest: CampaignManifest, number: int) -> "MaskedRound":
        """The round `number` of a campaign; raises MasksRefused for one whose sums cannot be masked."""
        check_maskable(manifest)
        return cls(
            manifest.sha256, number, tuple(sorted(manifest.clubs)), manifest.modulus_bits, answer_length(manifest)
        )

    @property
    def threshold(self) -> int:
        """How many clubs must be left at every stage."""
        return threshold_of(len(self.clubs))

    def place(self, club: str) -> int:
        """The place of a club's shares, from 1; raises MasksRefused for a club that the manifest does not name."""
        try:
            return self.clubs.index(club) + 1
        except ValueError as error:
            raise MasksRefused("expected clubs that the manifest names, got another") from error

    def check_enough(self, clubs: int, stage: str) -> None:
        """Return if so many clubs are enough; raises MasksRefused otherwise."""
        if clubs < self.threshold:
            raise MasksRefused(f"expected {self.threshold} of {len(self.clubs)} clubs {stage}, got {clubs}")


def check_maskable(manifest: CampaignManifest) -> None:
    """Return if the sums of this campaign can be masked; raises MasksRefused saying what stands against it."""
    if manifest.masking != SECAGG:
        raise MasksRefused(f"expected a campaign whose sums are masked ({SECAGG}), got {manifest.masking!r}")
    if manifest.min_honest_clubs != 1:
        raise MasksRefused("expected all the noise of every club under its mask (h = 1)")
    if len(manifest.clubs) < LEAST_CLUBS:
        raise MasksRefused(f"expected at least {LEAST_CLUBS} clubs where sums are masked, got {len(manifest.clubs)}")


def masked(manifest: CampaignManifest) -> CampaignManifest:
    """Return the same campaign with masked sums; raises MasksRefused if it cannot be."""
    changed = manifest.model_copy(update={"masking": SECAGG})
    check_maskable(changed)
    return changed
