"""DIR/trust.policy: whom to believe about this log, in the format of C2SP tlog-policy.

`init` writes it with the log's own keys and no witness. The operator adds witnesses by editing it; from the next start
on the log publishes only what the quorum has cosigned. Readers get the same file, best from somebody they trust.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.cosigning.cosigner import by_address
from audit.errors import AuditError
from audit.tlog.trust_policy import MAX_BYTES, TrustPolicy, parse_policy
from chassis.errors import AlreadyWritten
from chassis.files.create_file import create_durably
from consent.errors import InvalidSettings

POLICY_FILE = "trust.policy"

_HEAD = """\
# Whom to believe about the log {origin}: its keys, its witnesses, and how many of them must have countersigned.
# Format: C2SP tlog-policy. Get this file from somebody you trust: whoever can change it decides what you believe.
#
# To ask for witnesses, put lines like these in the place of the line that begins with "quorum", and restart the
# service; each witness must know this log's keys:
#   witness NAME KEY https://its.address
#   group quorum-of-witnesses 2 NAME NAME NAME
#   quorum quorum-of-witnesses
"""


@dataclass(frozen=True, slots=True)
class TrustFile:
    """The policy, and the text it was read from."""

    policy: TrustPolicy
    text: str

    @property
    def asks_witnesses(self) -> bool:
        """True if the policy names a witness that can be asked."""
        return any(witness.url for witness in self.policy.witnesses)


def first_text(vkeys: Sequence[str]) -> str:
    """Return the policy of a log that has no witnesses yet; one of its keys must have signed."""
    origin = vkeys[0].partition("+")[0]
    return _HEAD.format(origin=origin) + "".join(f"log {vkey}\n" for vkey in vkeys) + "quorum none\n"


def write_first(directory: Path, vkeys: Sequence[str]) -> None:
    """Write the policy of a new log; raises InvalidSettings if there is one already."""
    path = directory / POLICY_FILE
    try:
        create_durably(path, first_text(vkeys).encode(), mode=0o644)
    except AlreadyWritten as error:
        raise InvalidSettings(str(error)) from error


def read(directory: Path, vkeys: Sequence[str]) -> TrustFile:
    """Read the policy of a log with these keys; raises InvalidSettings, naming the line where it can.

    A policy that lacks a key of the log, or whose quorum could never be met, would stop every publication.
    """
    path = directory / POLICY_FILE
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        policy, text = parse_policy(data), data.decode()
        by_address(policy)  # raises for an address that no witness may be asked at
    except OSError as error:
        raise InvalidSettings(
            f"expected {path}; put it back from a backup, or save what `homefield-consent keys` prints under its name"
        ) from error
    except (AuditError, UnicodeDecodeError) as error:
        raise InvalidSettings(f"{path}: {error}") from error
    if not set(vkeys) <= {log.verifier.vkey for log in policy.logs}:
        raise InvalidSettings(f"{path}: expected a line `log KEY` for each of this log's {len(vkeys)} keys")
    if not policy.is_met_by(witness.name for witness in policy.witnesses if witness.url):
        raise InvalidSettings(f"{path}: expected enough witnesses with an address to meet the quorum")
    return TrustFile(policy, text)
