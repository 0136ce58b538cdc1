"""The token that every form of a session carries: made of the session's id, and useless without it."""

import hashlib
import hmac


def csrf_token(held: str) -> str:
    """Return the token of a session. held: its id, which only the browser has; whoever has it needs no token."""
    return hmac.digest(held.encode(), b"homefield csrf", hashlib.sha256).hex()


def is_own_token(sent: str, held: str | None) -> bool:
    """True if `sent` is the token of the session with this id."""
    return bool(held) and hmac.compare_digest(sent.encode("utf-8", "replace"), csrf_token(held or "").encode())
