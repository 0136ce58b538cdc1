"""The text of a one-time sign-in code: 16 signs in groups of four, read aloud and typed without mistakes.

79 random bits, so that a plain hash keeps a code secret in a database and guessing one is hopeless.
"""

import secrets

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0, o, 1, l, i
GROUPS, GROUP = 4, 4
LONGEST_TYPED = 60  # ours: a code with blanks and dashes around its groups is shorter


def new_code() -> str:
    """Return a new code such as "k7fm-2xqa-9hbn-wd4t"."""
    return grouped("".join(secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP)))


def grouped(plain: str) -> str:
    """Return the signs of a code in groups, as it is shown."""
    return "-".join(plain[i : i + GROUP] for i in range(0, len(plain), GROUP))


def plain_signs(typed: str) -> str:
    """Return the signs of a code as somebody typed it: capitals, blanks and dashes make no difference."""
    return "".join(sign for sign in typed[:LONGEST_TYPED].lower() if sign in ALPHABET)
