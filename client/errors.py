"""Errors of the club's node.

ClientError
├── BadNodeSettings       a node folder that is missing, unreadable or already there
│   └── NoLeague          what needs a league, on a node that is linked to none
├── StaffUnavailable      the file of the club's staff cannot be read or written
├── UnknownPerson         nobody of this name is on the staff
├── BadRestRule           a rule of rest days that cannot be
├── BadOwnSetting         an own constant or order of sources that cannot be
├── BadObservation        a value, time or unit that its stream does not allow
├── UnreadableFile        an input file that is not what it should be; it is quarantined with this reason
├── NotUsed               an input file that is well-formed but of a kind no reader takes yet; it is skipped
├── CannotCorrect         an import that cannot be undone, or a reading that cannot be corrected or voided
├── BadHealthRecord       an episode, a stage or a statement that cannot be, or that this person may not make
│   └── BadEpisode        an episode whose days or place cannot be, or that is not there
├── UploadRefused         files that cannot be taken from a form: too many, too large, damaged on the way
├── BadMapping            a mapping file that does not describe a CSV
├── BadForm               a questionnaire that cannot be asked, or is not there
├── AnswerRefused         an answer to a questionnaire that cannot be taken; `code` says why for programs
├── VaultError
│   ├── WrongKey          passphrase or key file that does not open this vault
│   ├── SealBroken        stored bytes that were changed, moved or cut off
│   ├── UnknownAthlete    an athlete that this vault does not hold
│   └── AthleteErased     an athlete whose key was destroyed; nothing can be read again
├── ConsentUnavailable    no fresh answer of the consent service; whoever asked must not use the data
│   ├── ConsentRefused    because it refused what was asked; `status` is its answer's
│   │   ├── NodeKeyNotTaken   because it takes nothing that this node's key signs
│   │   └── AnsweredAlready   because this club has answered the round already, or may have
│   ├── ConsentNotAnswering   because it gave no answer, or that it cannot serve now (HTTP 5xx)
│   ├── ConsentBusy       the service has had too many requests of this club and did nothing
│   └── ClockApart        because this node's clock is further off than is tolerated; the message says by how much
├── NotApproved           a campaign that this club did not approve byte for byte
│   ├── NotBothSigned     because not both organisations signed it
│   └── CampaignTurnedDown    because it rejected the campaign, or revoked its approval
├── KeptOut               a league model that does not follow the one that this node holds; what is in use stays
└── RoundRefused          a training message that does not fit the approved campaign; nothing is computed for it
    └── RecordMissing     because this node lacks the record that a season goes on from; the league sends it again
"""

from typing import ClassVar

from chassis.remote_service import not_answering, nothing_lost


class ClientError(Exception):
    """Base of every error that `client` raises; the message is one sentence a person can act on."""


class BadNodeSettings(ClientError):
    """A node folder that is missing, unreadable or already there."""


class NoLeague(BadNodeSettings):
    """What was asked needs a league, and this node is linked to none; the message says how it is."""

    def __init__(self) -> None:
        super().__init__(
            "this node is linked to no league; get its address, certificate and key from the league's operator and "
            "give them to `homefield-node link` with --coordinator, --ca and --league-key"
        )


class StaffUnavailable(ClientError):
    """The file of the club's staff cannot be read or written; nobody is signed in then."""


class UnknownPerson(ClientError):
    """Nobody of this name is on the staff."""


class BadRestRule(ClientError, ValueError):
    """A rule of rest days that cannot be: an unknown word, or a day that is missing or not needed."""


class BadOwnSetting(ClientError, ValueError):
    """An athlete's own constant, or an order of sources, that cannot be."""


class BadObservation(ClientError, ValueError):
    """A value, time or unit that its stream does not allow; the message never holds the value."""


class UnreadableFile(ClientError):
    """An input file that is not what it should be; the message is the reason kept with the quarantine.

    rows: how many rows were read before it was refused whole, where they were counted.
    is_unknown_table: whether it is a table of a kind that no reader knows, which a mapping may describe.
    """

    rows: int = 0

    def __init__(self, message: str, *, is_unknown_table: bool = False) -> None:
        super().__init__(message)
        self.is_unknown_table = is_unknown_table


class NotUsed(ClientError):
    """A well-formed input file of a kind that no reader takes yet; skipping it is no failure."""


class UploadRefused(ClientError):
    """Files that cannot be taken from a form: too many, too large, damaged on the way. The message is for the page."""


class BadMapping(ClientError, ValueError):
    """A mapping file that does not describe a CSV."""


class BadForm(ClientError, ValueError):
    """A questionnaire that cannot be asked: a file that breaks its rules, a version that is not there."""


class AnswerRefused(ClientError):
    """An answer to a questionnaire that cannot be taken; the message never holds what was answered.

    code: one word for the page that sends it (`client.forms.answers.sending.AnswerRefusal`).
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class CannotCorrect(ClientError):
    """An import that is not there or undone already, or a reading that cannot be corrected or voided."""


class BadHealthRecord(ClientError, ValueError):
    """An episode, a stage or a statement that cannot be, or that this person may not make."""


class BadEpisode(BadHealthRecord):
    """An episode whose days or place cannot be, or that is not there."""


class VaultError(ClientError):
    """Base of the errors of the sealed store."""


class WrongKey(VaultError):
    """The passphrase or key file does not open this vault."""


class SealBroken(VaultError):
    """Stored bytes were changed, moved or cut off; nothing of them is used."""


class UnknownAthlete(VaultError, KeyError):
    """An athlete that this vault does not hold."""

    __str__ = Exception.__str__


class AthleteErased(VaultError):
    """An athlete whose key was destroyed; nothing of theirs can be read again."""


class ConsentUnavailable(ClientError):
    """No fresh answer of the consent service; whoever asked must not use the data."""

    @property
    def what(self) -> str:
        """What came, as a clause, without what to do about it."""
        return str(self)


class ConsentNotAnswering(ConsentUnavailable):
    """The consent service gave no answer, or said that it cannot serve now. status: of that answer (HTTP)."""

    def __init__(self, address: str, status: int | None = None) -> None:
        self._what = not_answering("the consent service", address, status)
        until = "`homefield-node status` says that it answers"
        super().__init__(nothing_lost(self._what, holder="this node", until=until))

    @property
    def what(self) -> str:
        """Which address was asked, and what came."""
        return self._what


class ConsentRefused(ConsentUnavailable):
    """The consent service refused what was asked. status: of its answer (HTTP)."""

    def __init__(self, status: int, why: str = "") -> None:
        super().__init__(why or f"the consent service refused the request (status {status})")
        self.status = status


class AnsweredAlready(ConsentRefused):
    """This club has answered the round with other bytes, or may have; it gets no second answer and stays paid."""

    def __init__(self, status: int) -> None:
        super().__init__(status, f"this club has answered this round (status {status}); no other answer may follow")


class NodeKeyNotTaken(ConsentRefused):
    """The consent service takes nothing that this node's key signs: revoked, replaced, or not registered there."""

    def __init__(self, status: int) -> None:
        why = f"the consent service does not take this node's key (status {status}); it was revoked or replaced, or "
        ask = "is not registered: ask the union's operator, and `homefield-node rotate-key` says what they have to run"
        super().__init__(status, why + ask)


class ClockApart(ConsentUnavailable):
    """This node's clock is further from the consent service's than is tolerated; the message says by how much."""

    is_loggable: ClassVar[bool] = True


class ConsentBusy(ConsentUnavailable):
    """The consent service has had too many requests of this club; `retry_after_s`: when to try again."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"the consent service is busy; try again in {retry_after_s} seconds")
        self.retry_after_s = retry_after_s


class NotApproved(ClientError):
    """A campaign that this club did not approve byte for byte. refusal: why, as the log's closed list names it."""

    def __init__(self, message: str, *, refusal: str = "not_approved") -> None:
        super().__init__(message)
        self.refusal = refusal


class NotBothSigned(NotApproved):
    """A campaign that not both organisations signed."""


class CampaignTurnedDown(NotApproved):
    """A campaign that this club rejected, or whose approval it revoked."""


class KeptOut(ClientError):
    """A league model that does not follow the one that this node holds, or whose weights do not follow from its sums.

    The message holds digits of hashes and names of models, nothing of a person.
    """

    is_loggable: ClassVar[bool] = True


class RoundRefused(ClientError):
    """A training message that does not fit the approved campaign: its time, round, weights or model."""


class RecordMissing(RoundRefused):
    """This node holds no proven record of the exchange that a season goes on from.

    The league reads the name of this class and sends the record again; it tells of no athlete.
    """
