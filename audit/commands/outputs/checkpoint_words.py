"""What a trusted checkpoint says about itself, in words and as JSON."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from chassis.text import listed

if TYPE_CHECKING:
    from audit.tlog.note_keys import Verifier
    from audit.tlog.trust_policy import TrustedCheckpoint, TrustPolicy


def checkpoint_json(trusted: "TrustedCheckpoint", policy: "TrustPolicy") -> dict[str, object]:
    """Return origin, size, root, who signed, which witnesses and when, and how many of them were needed."""
    checkpoint = trusted.checkpoint
    needed, met, known = policy.counters(cosignature.witness for cosignature in trusted.cosignatures)
    return {
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": checkpoint.root_text,
        "signed_by": [_key_json(verifier) for verifier in trusted.signed_by],
        "cosigned_by": [
            {"witness": cosignature.witness, "time": utc_text(cosignature.timestamp_s)}
            for cosignature in trusted.cosignatures
        ],
        "quorum": {"needed": needed, "met": met, "known": known},
    }


def checkpoint_lines(trusted: "TrustedCheckpoint", policy: "TrustPolicy") -> list[str]:
    """Return the same in lines for a person."""
    checkpoint = trusted.checkpoint
    keys = ", ".join(f"{verifier.algorithm.scheme} {verifier.key_id.hex()}" for verifier in trusted.signed_by)
    return [
        f"Log        {checkpoint.origin}",
        f"Entries    {checkpoint.size:,}",
        f"Root       {checkpoint.root_text}",
        f"Signed by  {keys}",
        f"Witnesses  {witness_words(trusted, policy)}",
    ]


def witness_words(trusted: "TrustedCheckpoint", policy: "TrustPolicy") -> str:
    """Return which witnesses vouch for a checkpoint, when, and how many were needed."""
    needed, _, known = policy.counters(())
    if not known:
        return "none asked for by these keys; a policy file can ask for some (--policy)"
    vouching = [
        f"{cosignature.witness} ({utc_text(cosignature.timestamp_s) or 'no time stated'})"
        for cosignature in trusted.cosignatures
    ]
    return f"{listed(vouching) or 'none'}; at least {needed} of {known} needed"


def utc_text(timestamp_s: int) -> str | None:
    """Return a POSIX time as ISO 8601 in UTC; None for 0, which states no time, and beyond the year 9999."""
    try:
        return datetime.fromtimestamp(timestamp_s, UTC).isoformat() if timestamp_s else None
    except (OverflowError, ValueError, OSError):
        return None


def _key_json(verifier: "Verifier") -> dict[str, str]:
    return {"algorithm": verifier.algorithm.scheme, "key_id": verifier.key_id.hex()}
