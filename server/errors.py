"""Errors of the coordinator.

ServerError
├── BadCoordinatorSettings    a directory that `init` did not make, or a setting outside its range
├── UnknownClub               a club that the operator has not enrolled
├── UnknownModel              a name that is not of one published model
├── CannotGoBack              a model that cannot go back to an earlier version now
├── AlreadyExists             a name or key that is already in use
├── CampaignFailed            a campaign that cannot go on; the message says why, and no weight is published
│   ├── CampaignInterrupted   because the coordinator stops; it can be gone on with
│   └── TooFewClubs           because a round had too few clubs; a season asks it again while its exchange is open
├── ConsentServiceFailed      the consent service did not answer as it must; nothing is shown or continued
│   ├── NothingForThisLeague  it knows no such thing for this league, as of a club that is not in it
│   ├── LeagueKeyNotTaken     it does not take the key that signed for the league
│   └── ConsentDown           it could not be reached, or said that it cannot answer now; asking later may help
│       └── ConsentAskedTooOften  it has had too many requests of the league and did nothing
└── RefusedSum                a club's sum that is not what the campaign asked for
"""

from typing import ClassVar


class ServerError(Exception):
    """Base of every error that `server` raises."""


class BadCoordinatorSettings(ServerError):
    """A directory or setting that is not as `homefield-server init` leaves it."""


class UnknownClub(ServerError):
    """A club that the operator has not enrolled."""


class UnknownModel(ServerError):
    """A name that is not of one published model."""


class CannotGoBack(ServerError):
    """A model that cannot go back to an earlier version now, as while a campaign of it runs."""


class AlreadyExists(ServerError):
    """A name or key that is already in use."""


class CampaignFailed(ServerError):
    """A campaign that cannot go on."""

    is_loggable: ClassVar[bool] = True


class CampaignInterrupted(CampaignFailed):
    """A campaign that stops because the coordinator does; it keeps what it has, and can be gone on with."""


class TooFewClubs(CampaignFailed):
    """A round that too few clubs have answered."""


class ConsentServiceFailed(ServerError):
    """The consent service did not answer as it must; whoever asked shows nothing."""


class NothingForThisLeague(ConsentServiceFailed):
    """The consent service knows no such thing for this league: asking later helps once the club has joined it."""


class LeagueKeyNotTaken(ConsentServiceFailed):
    """The consent service takes nothing that the league's key signs: revoked, replaced, or not registered there."""


class ConsentDown(ConsentServiceFailed):
    """The consent service could not be reached, or said that it cannot answer now."""


class ConsentAskedTooOften(ConsentDown):
    """The consent service has had too many requests of the league; `retry_after_s`: when to ask again."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"the consent service is busy; try again in {retry_after_s} seconds")
        self.retry_after_s = retry_after_s


class RefusedSum(ServerError):
    """A club's sum that is not what the campaign asked for. answer: what its node gave instead, a class of error."""

    is_loggable: ClassVar[bool] = True

    def __init__(self, message: str, *, answer: str = "none") -> None:
        super().__init__(message)
        self.answer = answer
