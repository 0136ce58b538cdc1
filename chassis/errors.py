"""Errors of the service chassis.

ChassisError
├── CannotMigrate       a stored schema that this program does not know or cannot change
├── UnusableDatabase    an address that names no database, or one that cannot be reached
├── CannotServe         an address that cannot be had, or a program that does not come up
├── ServiceUnreachable  no answer came from the service that was asked
├── ServiceBusy         the service that was asked has had too many requests
├── UnsoundAnswer       an answer that is too long, or encoded otherwise than was asked
├── UnfilledChart       a chart's specification and the code that fills it in name different values
├── UnsafeChart         an SVG that may not stand in a page
├── BadName             a name that is blank, too long, or holds characters that nobody sees
├── HiddenText          a text from outside with characters that nobody sees
├── RepeatedName        a document of JSON in which an object names a member twice
├── UnusableFile        a file named on the command line that cannot be read, or written, or is too long
├── AlreadyWritten      a file that is written once and is there already
├── CannotBackUp        a backup that could not be made: no recovery key, no program to copy with, no room
├── BadBackup           a backup that does not open, is not whole, or is of another service or program
├── BadSecretFile       a secret file that is missing, open to other users, or not of its form
├── BadPublicUrl        a public address that is not an https address of a host
├── NobodyListens       no program runs over the folder whose socket was asked
├── AnswerLost          the program that was asked ended before it answered
├── KeyNotTaken         the service that was asked does not take the key that signed
├── CommandRefused      the running program refused an operator's command; its own sentence
├── TooManyTries        too many wrong sign-in codes from one address or for one code
└── LockHeld            a lock file that another program holds
"""


class ChassisError(Exception):
    """Base of every error that `chassis` raises."""


class CannotServe(ChassisError):
    """An address that cannot be had, or a program that does not come up."""


class ServiceUnreachable(ChassisError):
    """No answer came from the service that was asked; whether it acted on the request is unknown."""


class ServiceBusy(ChassisError):
    """The service that was asked has had too many requests and did nothing; `retry_after_s`: when to ask again."""

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class UnsoundAnswer(ChassisError):
    """An answer that is too long, or encoded otherwise than was asked; nothing of it is used."""


class UnfilledChart(ChassisError):
    """A chart's specification and the code that fills it in name different values."""


class UnsafeChart(ChassisError):
    """An SVG that may not stand in a page."""


class BadName(ChassisError, ValueError):
    """A name that is blank, too long, or holds characters that nobody sees; the message never holds it."""


class HiddenText(ChassisError, ValueError):
    """A text from outside with characters that nobody sees; the message names the field, never its content."""


class RepeatedName(ChassisError, ValueError):
    """A document of JSON in which an object names a member twice; the message repeats nothing of it."""


class UnusableFile(ChassisError):
    """A file named on the command line that cannot be read or written, or is longer than its kind can be."""


class AlreadyWritten(ChassisError):
    """A file that is written once and is there already."""


class BadSecretFile(ChassisError):
    """A secret file that is missing, open to other users, or not of its form; the message never holds its content."""


class CannotBackUp(ChassisError):
    """A backup that could not be made: no recovery key, no program to copy the database with, or no room."""


class BadBackup(ChassisError):
    """A backup that does not open, is not whole, or is of another service or program; nothing was put back."""


class BadPublicUrl(ChassisError):
    """A public address that is not an https address of a host."""


class NobodyListens(ChassisError):
    """No program runs over the folder whose socket was asked; nothing was done."""


class AnswerLost(ChassisError):
    """The program that was asked ended before it answered; whether it did what was asked is unknown."""


class KeyNotTaken(ChassisError):
    """The service that was asked does not take the key that signed; the message says what to do."""


class CommandRefused(ChassisError):
    """The running program refused an operator's command; the message is its own sentence."""


class TooManyTries(ChassisError):
    """Too many wrong sign-in codes from one address or for one code; `wait_s` says for how many seconds to wait."""

    def __init__(self, *, wait_s: int) -> None:
        super().__init__(f"expected fewer wrong codes, got too many; try again in {wait_s} seconds")
        self.wait_s = wait_s


class LockHeld(ChassisError):
    """A lock file that another program holds."""


class CannotMigrate(ChassisError):
    """A stored schema that this program does not know, or that it cannot change without losing something."""


class UnusableDatabase(ChassisError):
    """An address that names no database this program can speak to, or one that cannot be reached or changed."""
