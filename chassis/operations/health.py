"""What a program says of itself: to everybody `ok` or `late`, to its operator whether it is ready and why not."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

IsLate = Callable[[], bool]
FindUnready = Callable[[], "NotReady | None"]


class NotReady(StrEnum):
    """Why a program cannot answer what it is for."""

    DATABASE = "database"
    """Its database cannot be read."""
    LOG = "log"
    """The public log takes no entry."""
    CONSENT = "consent"
    """The consent service gives no snapshot, or no sound answer."""
    KEY = "key"
    """The consent service does not take the key that this program signs with."""
    CLOCK = "clock"
    """This machine's clock is further from another program's than is tolerated."""
    WORKER = "worker"
    """A thread that does the program's work has ended."""
    CERTIFICATE = "certificate"
    """The certificate that it shows to other programs has expired."""
    RECORD = "record"
    """What a witness cosigned cannot be kept or read."""
    SOURCE = "source"
    """The log cannot be reached, or is not whole."""
    CHECKING = "checking"
    """The first verification of the log still runs."""
    FAULT = "fault"
    """Asking ended in an error."""


@dataclass(frozen=True, slots=True)
class ProgramHealth:
    """How one program is asked. is_late: cheap, since strangers call it; find_unready: for the operator alone."""

    is_late: IsLate
    find_unready: FindUnready

    def public(self) -> dict[str, str]:
        """The public answer, of the same shape in every program and without a figure."""
        try:
            is_late = self.is_late()
        except Exception:
            is_late = True
        return {"status": "late" if is_late else "ok"}

    def reason(self) -> NotReady | None:
        """Why the program is not ready; None if it is."""
        try:
            return self.find_unready()
        except Exception:
            return NotReady.FAULT


ALWAYS_WELL = ProgramHealth(lambda: False, lambda: None)
"""Of an application that stands alone, without the threads and lines of its program."""
