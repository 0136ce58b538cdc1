"""Who vouches for a checkpoint: the log's keys, and each witness of the policy with what it has countersigned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.tlog.note_keys import Verifier
from audit.tlog.trust_policy import TrustedCheckpoint, TrustPolicy
from chassis.text import listed, moment, moment_of, plural, spelled, thousands

HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class WitnessRow:
    """One witness as the page shows it; state: countersigned, late or unseen. `when` may be empty."""

    name: str
    key_name: str
    state: str
    words: str
    when: str


@dataclass(frozen=True, slots=True)
class Quorum:
    """How many witnesses are needed and in how far that is met; `sentence` says it, `lead` in half a line."""

    sentence: str
    lead: str


def signed_words(trusted: TrustedCheckpoint, policy: TrustPolicy) -> str:
    """Return when and with which of the log's keys a checkpoint was signed, for example "with both keys"."""
    known = [log.verifier for log in policy.logs if log.verifier.name == trusted.checkpoint.origin]
    keys = listed([verifier.algorithm.scheme for verifier in trusted.signed_by])
    at = moment_of(trusted.signed_at_s)
    when = f"{moment(at)}, " if at else ""
    if len(known) == 1:
        return f"{when}with the log’s key ({keys})"
    if len(trusted.signed_by) == len(known):
        return f"{when}with {'both' if len(known) == 2 else f'all {len(known)}'} keys ({keys})"
    return f"{when}with {len(trusted.signed_by)} of {len(known)} keys ({keys})"


def key_line(verifier: Verifier) -> str:
    """Return a key in one line: its kind, its name and its id."""
    return f"{verifier.algorithm.scheme}, {verifier.name}, {verifier.key_id.hex()}"


def witness_rows(
    policy: TrustPolicy, trusted: TrustedCheckpoint, sightings: Mapping[str, int], *, since: datetime
) -> list[WitnessRow]:
    """Return every witness of the policy, in its order.

    sightings: POSIX time of the newest cosignature seen of each. since: when these pages began to look.
    """
    present = {cosignature.witness: cosignature.timestamp_s for cosignature in trusted.cosignatures}
    newest = max([trusted.signed_at_s, *present.values()])
    rows = []
    for witness in policy.witnesses:
        if witness.name in present:
            at = moment_of(present[witness.name])
            state, words = "countersigned", "Countersigned"
            when = _time(at, moment_of(newest)) if at else "no time stated"
        elif witness.name in sightings:
            at = moment_of(sightings[witness.name])
            state, words = "late", _late(newest - sightings[witness.name] if at else 0)
            when = f"last {moment(at)}" if at else "earlier, no time stated"
        else:
            state, words, when = "unseen", "Not seen", f"nothing since {moment(since)}"
        rows.append(WitnessRow(readable(witness.name), witness.verifier.name, state, words, when))
    return rows


def quorum(policy: TrustPolicy, rows: Sequence[WitnessRow]) -> Quorum:
    """Return how many of the witnesses have countersigned, and how many must; the policy has accepted them.

    The two keys of one witness are not two witnesses: they bear one name, and count once.
    """
    needed, _, known = policy.counters(())
    met = len({row.key_name for row in rows if row.state == "countersigned"})
    lead = f"{_number(met)} of {spelled(known)} {'witness' if known == 1 else 'witnesses'} countersigned; "
    if not needed:
        return Quorum("Needed: none, as the policy says.", f"{lead}the policy asks for none.")
    is_are = "is" if needed == 1 else "are"
    at_least = "at least " if _is_nested(policy) else ""
    return Quorum(
        f"Needed: {at_least}{thousands(needed)} of {thousands(known)}. Met.",
        f"{lead}{at_least}{spelled(needed)} {is_are} enough.",
    )


def readable(name: str) -> str:
    """Return a name of the policy for a page: its octets may be anything, and what is not UTF-8 becomes a mark."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _is_nested(policy: TrustPolicy) -> bool:
    group = policy.groups.get(policy.quorum)
    return group is not None and any(member in policy.groups for member in group.members)


def _number(number: int) -> str:
    return spelled(number).capitalize()


def _time(at: datetime, newest: datetime | None) -> str:
    return f"{at:%H:%M}" if newest and at.date() == newest.date() else moment(at)


def _late(seconds: int) -> str:
    hours = round(seconds / HOUR_S)
    if hours < 1:
        return "Late"
    return f"{plural(hours, 'hour', 'hours')} late" if hours < 72 else f"{hours // 24} days late"
