"""What an operator's command asks for: one closed list, parsed alike from a command line and from the local channel."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from chassis.names import DisplayName
from chassis.text import shortened
from consent.errors import InvalidChange
from consent.registry.values import LARGEST_SHIRT_NO, MOST_PLAYERS, USUAL_OVERLAP_D, OrgKind
from policies.campaigns.memberships import WHOLE
from policies.vocabulary import ATHLETE_ID

OrgArgumentText = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$")]
KeyText = Annotated[str, Field(max_length=64)]
AthleteArgumentText = Annotated[str, Field(pattern=ATHLETE_ID)]


class _OperatorRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AddOrganisation(_OperatorRequest):
    """Register an organisation, or change its name and key."""

    command: Literal["org add"] = "org add"
    org: OrgArgumentText
    name: DisplayName
    kind: OrgKind
    key: KeyText


class AddOrganisationKey(_OperatorRequest):
    """Have an organisation sign with another key. overlap_d: for how many days the one before counts beside it."""

    command: Literal["org add-key"] = "org add-key"
    org: OrgArgumentText
    key: KeyText
    overlap_d: int = USUAL_OVERLAP_D


class RetireOrganisationKey(_OperatorRequest):
    """End one former key before its time."""

    command: Literal["org retire-key"] = "org retire-key"
    org: OrgArgumentText
    key_id: Annotated[str, Field(max_length=64)]


class RevokeOrganisation(_OperatorRequest):
    """End every key of an organisation at once."""

    command: Literal["org revoke"] = "org revoke"
    org: OrgArgumentText


class PlayerLine(BaseModel):
    """One line of a public squad list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shirt_no: Annotated[int, Field(ge=0, le=LARGEST_SHIRT_NO)]
    name: DisplayName


class ListPlayers(_OperatorRequest):
    """Put a public squad list in place of a club's former one."""

    command: Literal["org set-players"] = "org set-players"
    org: OrgArgumentText
    players: Annotated[tuple[PlayerLine, ...], Field(max_length=MOST_PLAYERS)]


class EraseAthlete(_OperatorRequest):
    """Destroy an athlete's keys."""

    command: Literal["athlete erase"] = "athlete erase"
    athlete: AthleteArgumentText


class FreezeAthlete(_OperatorRequest):
    """Freeze an athlete's account."""

    command: Literal["freeze"] = "freeze"
    athlete: AthleteArgumentText


class UnfreezeAthlete(_OperatorRequest):
    """End what the operator's freeze did."""

    command: Literal["unfreeze"] = "unfreeze"
    athlete: AthleteArgumentText


class SetSecondClub(_OperatorRequest):
    """Have an athlete at a second club, or change weight and end there."""

    command: Literal["athlete second-club set"] = "athlete second-club set"
    athlete: AthleteArgumentText
    club: OrgArgumentText
    sixteenths: Annotated[int, Field(ge=1, lt=WHOLE)]
    until: AwareDatetime | None = None


class EndSecondClub(_OperatorRequest):
    """End an athlete's second membership."""

    command: Literal["athlete second-club end"] = "athlete second-club end"
    athlete: AthleteArgumentText


class ListSessions(_OperatorRequest):
    """List who is signed in to the portal. athlete: only theirs; everybody's if empty."""

    command: Literal["athlete sessions"] = "athlete sessions"
    athlete: AthleteArgumentText | None = None


OperatorRequest = (
    AddOrganisation
    | AddOrganisationKey
    | RetireOrganisationKey
    | RevokeOrganisation
    | ListPlayers
    | EraseAthlete
    | FreezeAthlete
    | UnfreezeAthlete
    | SetSecondClub
    | EndSecondClub
    | ListSessions
)
_REQUEST: TypeAdapter[OperatorRequest] = TypeAdapter(Annotated[OperatorRequest, Field(discriminator="command")])


def read_operator_request(fields: object) -> OperatorRequest:
    """Return the request; raises InvalidChange naming the field that is wrong, and what stood there if it is an id.

    What may be a person's name, and what may be a key, is never repeated.
    """
    try:
        return _REQUEST.validate_python(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        cause = first.get("ctx", {}).get("error")
        field = str(first["loc"][-1]) if first["loc"] else "command"
        wrong = str(cause) if isinstance(cause, ValueError) else f"expected {_EXPECTED.get(field, _OTHER)}"
        got = f", got {shortened(str(first['input']))!r}" if field in _REPEATED else ""
        raise InvalidChange(f"{field}: {wrong}{got}") from error


_REPEATED = frozenset({"org", "key_id"})


_OTHER = "a request that this version of the service knows; use the commands of the same version"
_EXPECTED = {
    "org": "an identifier of 2 to 64 lower-case letters, digits and hyphens",
    "athlete": "an athlete's id as `athlete list` shows it, such as ath-0123456789abcdef",
    "club": "an identifier of 2 to 64 lower-case letters, digits and hyphens",
    "sixteenths": f"a weight of 1 to {WHOLE - 1} sixteenths",
    "until": "a moment with its time zone",
    "key": "a public key of 44 characters (base64), as the organisation's own program printed it",
    "key_id": "the id of a key as `org list` shows it",
    "players": f"at most {MOST_PLAYERS} players",
    "shirt_no": f"a shirt number up to {LARGEST_SHIRT_NO}",
    "kind": f"one of {', '.join(kind.value for kind in OrgKind)}",
}
