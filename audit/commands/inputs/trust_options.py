"""The options by which every command is told which log to read and whom to believe about it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.given_file import read_given

if TYPE_CHECKING:
    from audit.tlog.trust_policy import TrustPolicy


LogAddress = Annotated[str, typer.Argument(metavar="DIR_OR_URL", help="Directory or http(s) address of the log.")]
LogKeys = Annotated[
    list[str] | None,
    typer.Option(
        "--vkey", metavar="KEY", help="A verification key of the log, name+id+key; repeated, each key must have signed."
    ),
]
PolicyFile = Annotated[
    Path | None,
    typer.Option("--policy", metavar="FILE", help="A trust policy (tlog-policy): keys, witnesses and quorum."),
]


def trust_of(vkeys: Sequence[str] | None, policy_file: Path | None) -> "TrustPolicy":
    """Return the policy that the options describe.

    Raises typer.BadParameter (exit code 2) unless exactly one of the two was given, and a child of AuditError for a
    key or a file that is not what it should be.
    """
    from audit.tlog.trust_policy import MAX_BYTES, TrustPolicy, parse_policy

    if vkeys and policy_file:
        raise typer.BadParameter("expected either --vkey or --policy, got both")
    if policy_file:
        return parse_policy(read_given(policy_file, "the trust policy", at_most=MAX_BYTES))
    if not vkeys:
        raise typer.BadParameter("expected the log's key with --vkey, or a trust policy with --policy")
    return TrustPolicy.of_keys(vkeys)
