"""What an athlete's own entries say, once every one of them has been checked."""

from pathlib import Path
from typing import TYPE_CHECKING

from audit.commands.outputs.checkpoint_words import checkpoint_json, checkpoint_lines
from audit.commands.outputs.entry_values import entry_json
from chassis.cli.given_file import read_given

if TYPE_CHECKING:
    from audit.tlog.trust_policy import TrustPolicy
    from audit.verification.check_athlete_export import CheckedEntry, CheckedOwn, InLog


def explain_own(bundle: Path, place: str | None, given: "TrustPolicy | None") -> tuple[dict[str, object], list[str]]:
    """Check the file, and against the log at `place` if there is one; return values for a program and lines to read.

    given: whom to believe; by default the file's own policy. Raises a child of AuditError.
    """
    from audit.tlog.trust_policy import parse_policy
    from audit.verification import athlete_export
    from audit.verification.check_athlete_export import check_export, check_in_log
    from audit.verification.sources import open_source
    from chassis.cli.progress import progress_bar

    own = athlete_export.parse_export(read_given(bundle, "the entries", at_most=athlete_export.MAX_BYTES))
    trust = given or parse_policy(own.policy.encode())
    checked = check_export(own, trust)
    in_log = None
    if place is not None:
        with progress_bar("Looking for your entries") as on_progress:
            in_log = check_in_log(checked, open_source(place), trust, on_progress=on_progress)
    return _values(checked, in_log, trust), _lines(checked, in_log, trust, is_own_policy=given is None)


def _lines(checked: "CheckedOwn", in_log: "InLog | None", trust: "TrustPolicy", *, is_own_policy: bool) -> list[str]:
    total, waiting = len(checked.entries), len(checked.entries) - checked.proven
    lines = [line for entry in checked.entries for line in _entry_lines(entry)]
    if in_log is None:
        lines.append(f"All {total:,} entries of the file are right: numbers, tags, proofs and what was sealed.")
        lines.append("That the log holds no other entry of yours was not checked; name the log to check that too.")
    else:
        waiting = total - in_log.found
        published = f"All {total:,} entries are there" if not waiting else f"{in_log.found:,} of {total:,} are there"
        lines.append(f"{published}, none is missing, and the log of {in_log.log.size:,} entries is whole.")
        if in_log.newer:
            lines.append(f"Newer ones that stand there since: {in_log.newer:,}; a new file has them.")
    lines.append(
        f"{total - waiting:,} published, {waiting:,} waiting, {checked.sealed:,} that nobody can open any more."
    )
    trusted = in_log.log.trusted if in_log else checked.trusted
    lines += checkpoint_lines(trusted, trust) if trusted else ["The log was empty when the file was made."]
    if is_own_policy:
        lines.append("Checked with the policy in the file itself; --policy checks with one that you trust.")
    return lines


def _entry_lines(checked: "CheckedEntry") -> list[str]:
    from audit.entries.detail_labels import detail_lines
    from audit.entries.events import sentence

    entry = checked.entry
    state = "waiting" if checked.index is None else f"proven, entry {checked.index:,} of the log"
    head = f"No. {checked.number + 1:,}  {entry.day.isoformat()}  {sentence(entry)} ({entry.org}; {state})"
    if checked.details is None:
        return [head, "  Nobody can open it any more."]
    return [head, *(f"  {line}" for line in detail_lines(checked.details))]


def _values(checked: "CheckedOwn", in_log: "InLog | None", trust: "TrustPolicy") -> dict[str, object]:
    trusted = in_log.log.trusted if in_log else checked.trusted
    return {
        "total": len(checked.entries),
        "proven": checked.proven,
        "sealed": checked.sealed,
        "is_complete": None if in_log is None else True,
        "newer": None if in_log is None else in_log.newer,
        "checkpoint": checkpoint_json(trusted, trust) if trusted else None,
        "entries": [
            {
                "number": entry.number,
                "entry": entry_json(entry.index, entry.entry),
                "details": None if entry.details is None else dict(entry.details),
            }
            for entry in checked.entries
        ],
    }
