"""What may stand in a signed note and in the name of a key (C2SP signed-note v1.0.0, "Format")."""

import re

from audit.errors import MalformedProof

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# \s is every Unicode space, and U+001C to U+001F, which are control characters and refused anyway.
_BAD_NAME = re.compile(r"[\s+]")


def check_characters(text: str) -> None:
    """Raise MalformedProof for control characters other than newline, and for what UTF-8 cannot hold."""
    if _CONTROL.search(text) or _SURROGATE.search(text):
        raise MalformedProof("expected UTF-8 without control characters other than newline")


def check_text(text: str) -> None:
    """Raise MalformedProof unless this can be the text of a note: it ends with a newline."""
    check_characters(text)
    if not text.endswith("\n"):
        raise MalformedProof("expected a note text that ends with a newline")


def check_name(name: str) -> None:
    """Raise MalformedProof unless a key may be called so: not empty, no Unicode space, no plus sign."""
    check_characters(name)
    if not name or _BAD_NAME.search(name):
        raise MalformedProof("expected a key name without spaces and without +")
