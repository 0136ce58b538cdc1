"""How the portal speaks of the public log: what its checkpoint says, and when a waiting entry will be proven. Pure."""

from datetime import UTC, datetime, timedelta

from chassis.text import counted, moment, plural, sentence
from consent.operations.log_status import LogState

SHORTEST_NAMED = timedelta(minutes=1)  # ours: a time that comes sooner is over before it is read


def waits_for(log: LogState) -> str:
    """Return what follows "Waiting for": a time, or only "the next checkpoint" where that comes at once."""
    return "the next checkpoint" if log.every < SHORTEST_NAMED else f"{log.next_checkpoint.astimezone(UTC):%H:%M} UTC"


def checkpoint_words(log: LogState, now: datetime) -> str:
    """Return the sentence of the foot: how large the log is, of when, and who cosigned it."""
    entries = f"Public log: {plural(log.size, 'entry', 'entries')}."
    of = "" if log.published_at is None else f"Checkpoint of {_when(log.published_at, now)}, "
    unasked = " This service was started without asking whether it is the newest log." if log.is_unasked else ""
    return f"{entries} {sentence(of + _witnessed(log))}{unasked}"


def guards(log: LogState) -> str:
    """Return who would notice if an entry were removed or changed later."""
    if not log.witnesses:
        return "The log is signed and chained, so nobody can remove or change an entry later without it showing."
    who = sentence(counted(log.witnesses, "independent witness", "independent witnesses"))
    verb = "countersigns" if log.witnesses == 1 else "countersign"
    return f"{who} {verb} the log, so nobody can remove or change an entry later without it showing."


def _when(at: datetime, now: datetime) -> str:
    return f"{at.astimezone(UTC):%H:%M} UTC today" if at.date() == now.date() else moment(at)


def _witnessed(log: LogState) -> str:
    if not log.witnesses:
        return "signed by the log; no witness countersigns it yet."
    noun = "witness" if log.witnesses == 1 else "witnesses"
    of = f"countersigned by {log.cosigned} of {log.witnesses} {noun}"
    return f"{of}; {log.needed} {'is' if log.needed == 1 else 'are'} needed."
