"""Organisations and members as values: plain, frozen values, never database rows."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from audit.entries.details.codes import FreezeCause
from policies.campaigns.memberships import WHOLE
from policies.signing import VerifyKey
from policies.vocabulary import AthleteId, OrgId

USUAL_OVERLAP_D: Final = 14  # ours: time to restart every program that signs with the former key
MOST_PLAYERS: Final = 150  # ours: a first squad, an under-21 and an academy; fits one message to the service
LARGEST_SHIRT_NO: Final = 999
LONGEST_OVERLAP_D: Final = 90  # ours: a key that somebody may hold should not count for a season


class OrgKind(StrEnum):
    """What an organisation is to the league."""

    CLUB = "club"
    LEAGUE = "league"
    GOVERNING_BODY = "governing_body"
    UNION = "union"


@dataclass(frozen=True, slots=True)
class Org:
    """One registered organisation; `key` signs its requests.

    The union itself has none, and neither has one whose key was revoked.
    """

    org_id: OrgId
    name: str
    kind: OrgKind
    key: VerifyKey | None


@dataclass(frozen=True, slots=True)
class FormerKey:
    """A key that an organisation signed with before. until: when it stops, or stopped, to count beside the present."""

    key_id: str
    until: datetime


@dataclass(frozen=True, slots=True)
class ListedOrg:
    """An organisation as its operator lists it, with its former keys."""

    org: Org
    former_keys: tuple[FormerKey, ...]


@dataclass(frozen=True, slots=True)
class KnownLeague:
    """A registered league as one club sees it. joined: since when the club is in it; None while it is not."""

    league: OrgId
    name: str
    joined: datetime | None


@dataclass(frozen=True, slots=True)
class SecondClub:
    """Where an athlete is at present beside the own club. sixteenths: of the athlete's weight, 1 to 15, held there."""

    club: OrgId
    sixteenths: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Member:
    """One athlete of one club. `epoch` rises with every change of what is shared, except by a release.

    frozen: who has frozen the account; while anybody has, nothing of the athlete is read, trained or released.
    second: None while there is no second club, and where none is asked for.
    """

    athlete: AthleteId
    club: OrgId
    name: str
    shirt_no: int
    is_minor: bool
    epoch: int
    frozen: frozenset[FreezeCause]
    second: SecondClub | None = None

    def is_at(self, club: OrgId) -> bool:
        """True for each club whose athlete this is now."""
        return club == self.club or (self.second is not None and club == self.second.club)

    def weight_at(self, club: OrgId) -> int:
        """The athlete's weight in the sums of one of these clubs, in sixteenths; both together are a whole athlete."""
        if self.second is None:
            return WHOLE
        return self.second.sixteenths if club == self.second.club else WHOLE - self.second.sixteenths

    @property
    def is_frozen(self) -> bool:
        """True while nothing of the athlete may be used."""
        return bool(self.frozen)

    def as_if_unfrozen(self) -> "Member":
        """Return the same athlete for what a freeze must not change, such as which cells a rule closes for good."""
        return replace(self, frozen=frozenset())


def second_club_told(member: Member) -> dict[str, str | int]:
    """The second club of an athlete and both weights as plain JSON; empty text and 0 where there is none."""
    second = member.second
    if second is None:
        return {"club": "", "sixteenths": 0, "own_sixteenths": WHOLE, "until": ""}
    until = "" if second.until is None else second.until.isoformat(timespec="seconds")
    own = member.weight_at(member.club)
    return {"club": second.club, "sixteenths": second.sixteenths, "own_sixteenths": own, "until": until}


@dataclass(frozen=True, slots=True, order=True)
class ListedPlayer:
    """One line of a club's public squad list."""

    shirt_no: int
    name: str


@dataclass(frozen=True, slots=True)
class ListChange:
    """What a new squad list changed: how many lines came, and how many went."""

    added: int
    removed: int
