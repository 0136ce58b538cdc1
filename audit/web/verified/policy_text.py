"""Writes a trust policy as the file that anyone can check a log with (C2SP tlog-policy)."""

from audit.tlog.trust_policy import TrustPolicy


def write_policy(policy: TrustPolicy) -> str:
    """Return the policy as text; `audit.tlog.trust_policy.parse_policy` reads it back.

    That every key of the log must have signed, as with keys given one by one, cannot be said in such a file.
    """
    lines = [_line("log", log.verifier.vkey, log.url) for log in policy.logs]
    lines += [_line("witness", witness.name, witness.verifier.vkey, witness.url) for witness in policy.witnesses]
    lines += [_line("group", name, str(group.needed), *group.members) for name, group in policy.groups.items()]
    return "".join(f"{line}\n" for line in [*lines, _line("quorum", policy.quorum)])


def _line(*words: str | None) -> str:
    return " ".join(word for word in words if word)
