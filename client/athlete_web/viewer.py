"""Who looks at the athlete's own site: one athlete of this node, who sees what is theirs and nothing else."""

from dataclasses import dataclass

from chassis.sign_in.csrf import csrf_token
from client.vault.store import Athlete
from policies.vocabulary import AthleteId


@dataclass(frozen=True, slots=True)
class AthleteViewer:
    """An athlete who is signed in. Every page takes the athlete from here, and none from an address or a form.

    is_on_tablet: on a tablet that several share, where forms are filled in and nothing is shown.
    """

    one: Athlete
    csrf: str
    is_on_tablet: bool = False

    @classmethod
    def of(cls, one: Athlete, held: str, *, is_on_tablet: bool = False) -> "AthleteViewer":
        """Return the viewer of a session. held: its id."""
        return cls(one, csrf_token(held), is_on_tablet)

    @property
    def athlete(self) -> AthleteId:
        """The only athlete whose things this session can name."""
        return self.one.athlete
