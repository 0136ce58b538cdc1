"""What is known of a league along one public axis, and what one more answer adds to it; in fractions, nothing rounded.

A league's mean answers lie off the line that leagues follow on average. How far is the league's own and stays with it,
however often it is asked: counted as fresh noise each time, several exchanges would promise more than they know. So it
is estimated beside the shift, as one unknown that all exchanges share (docs/privacy.md §1.12).
"""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class KnownAxis:
    """Mean and variance of the shift and of the league's distance off the line, and the covariance of the two."""

    shift: Fraction
    variance: Fraction
    off: Fraction
    off_variance: Fraction
    covariance: Fraction = Fraction(0)

    def drifted(self, gained: Fraction, *, most: Fraction) -> "KnownAxis":
        """The same after a while in which the shift gained this variance, but never more than `most` in all."""
        variance = min(self.variance + gained, most)
        return KnownAxis(self.shift, variance, self.off, self.off_variance, self.covariance)

    def answered(self, answer: Fraction, *, shown: Fraction, noise: Fraction) -> "KnownAxis":
        """The same after a mean answer to the question asked at `shift`: minus `shown` of what is left, the distance
        off the line, and noise of a known variance (Kalman 1960).
        """
        toward = self.covariance - shown * self.variance
        aside = self.off_variance - shown * self.covariance
        spread = noise + aside - shown * toward
        surprise = (answer - self.off) / spread
        return KnownAxis(
            shift=self.shift + toward * surprise,
            variance=self.variance - toward * toward / spread,
            off=self.off + aside * surprise,
            off_variance=self.off_variance - aside * aside / spread,
            covariance=self.covariance - toward * aside / spread,
        )
