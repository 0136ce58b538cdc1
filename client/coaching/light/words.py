"""What a proposal says to a reader of the light alone: the two mornings that its rule looked at, without a figure.

No kind of evidence is named and none is counted: which it was, and how many, is for readers of those kinds.
"""

from dataclasses import dataclass

from client.coaching.readiness import LIGHT_WORDS, Light


@dataclass(frozen=True, slots=True)
class TwoMornings:
    """The lights of this morning and of the one before."""

    today: Light
    before: Light

    @property
    def sentence(self) -> str:
        """Both, as one sentence."""
        return f"The light was {LIGHT_WORDS[self.before]} yesterday and is {LIGHT_WORDS[self.today]} this morning."

    @property
    def grounds(self) -> str:
        """Why load is lowered. A light is of one morning; the rule also looks at means of several days."""
        is_low = self.today in (Light.AMBER, Light.RED)
        led = "Enough of it is clearly below usual" if is_low else "Over several days enough is clearly below usual"
        return f"{self.sentence} {led} for this proposal."
