"""A six-digit PIN that opens one locked session on one device: chosen at sign-in, kept under that session's own id.

The id is in the browser alone, so that whoever reads the stored digest cannot try the million PINs against it.
"""

import hashlib
import hmac

LENGTH = 6
_ROW = "01234567890"


def is_sound_pin(pin: str) -> bool:
    """True for six digits that are not all the same and not counted up or down."""
    if len(pin) != LENGTH or not pin.isascii() or not pin.isdigit():
        return False
    return len(set(pin)) > 1 and pin not in _ROW and pin not in _ROW[::-1]


def pin_digest(pin: str, held: str) -> str:
    """Return what is kept of a PIN. held: the session's id."""
    return hmac.digest(held.encode(), b"homefield pin " + pin.encode(), hashlib.sha256).hex()


def same_pin(kept: str, pin: str, held: str) -> bool:
    """True if `pin` is the one that `kept` was made of; never where none is kept."""
    return bool(kept) and hmac.compare_digest(kept.encode(), pin_digest(pin, held).encode())
