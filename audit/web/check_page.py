"""How to check the log without these pages: commands, keys and the trust policy to download."""

from fastapi import Response

from audit.tlog.trust_policy import TrustPolicy
from audit.verification.sources import LogSource
from audit.verification.verify import read_checkpoint
from audit.web.auditor import Auditor
from audit.web.verified.policy_text import write_policy
from audit.web.verified.vouchers import key_line


def check_page(auditor: Auditor) -> Response:
    """Return the page; it verifies nothing itself, so that it is there when the log is not whole."""
    policy = auditor.policy
    return auditor.page(
        "check.html",
        "Check it yourself",
        "/check",
        note=_note(auditor.source),
        keys=[(key_line(log.verifier), log.verifier.vkey) for log in policy.logs],
        keys_title="The key" if len(policy.logs) == 1 else "The keys",
        keys_alone=_keys_alone(policy),
        witnesses=[key_line(witness.verifier) for witness in policy.witnesses],
        says=_says(policy),
        policy=shown_policy(policy),
    )


def keys_text(policy: TrustPolicy) -> str:
    """Return the log's verification keys, one a line."""
    return "".join(f"{log.verifier.vkey}\n" for log in policy.logs)


def policy_bytes(policy: TrustPolicy) -> bytes:
    """Return the policy file; octets that are not UTF-8 are those of the file it was read from."""
    return write_policy(policy).encode("utf-8", "surrogateescape")


def shown_policy(policy: TrustPolicy) -> str:
    """Return the policy as text for a page."""
    return policy_bytes(policy).decode("utf-8", "replace")


def _keys_alone(policy: TrustPolicy) -> str:
    """What a check by the log's keys alone asks for."""
    both = ", so that a checkpoint with one of the signatures is refused" if len(policy.logs) > 1 else ""
    return f"Each key that you name must have signed{both}. Witnesses are not asked for."


def _says(policy: TrustPolicy) -> str:
    """What the trust policy asks for."""
    keys = "key" if len(policy.logs) == 1 else "keys"
    witnesses = ", the witnesses, and how many of them are needed" if policy.witnesses else "; it asks for no witness"
    return f"It says whom to believe: the log’s {keys}{witnesses}."


def _note(source: LogSource) -> str:
    return read_checkpoint(source).decode("utf-8", errors="replace")
