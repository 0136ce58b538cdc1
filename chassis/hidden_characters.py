"""Characters that are not drawn, or that change how others are: what no text from outside may hold.

They are the Unicode categories Cc, Cf, Cs, Co, Cn, Zl and Zp (control, formatting with the bidirectional and zero-width
ones, surrogates, private, unassigned, separators of lines), and what Unicode calls default ignorable besides.
"""

import unicodedata
from typing import Final

REPLACEMENT: Final = "\ufffd"
_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_IGNORABLE: Final = frozenset(
    map(
        chr,
        (
            *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0),  # joiner, fillers, inherent vowels
            *range(0x180B, 0x1810),  # Mongolian variation selectors
            *range(0xFE00, 0xFE10),  # variation selectors
            *range(0xE0100, 0xE01F0),
        ),
    )
)
"""Default ignorable characters outside these categories (Unicode 15, DerivedCoreProperties)."""


def is_hidden(character: str) -> bool:
    """True for a character that is not drawn, or that changes how others are."""
    return unicodedata.category(character) in _CATEGORIES or character in _IGNORABLE


def has_hidden(text: str) -> bool:
    """True if any character of the text is hidden."""
    return not (text.isascii() and text.isprintable()) and any(map(is_hidden, text))


def cleaned(text: str, *, keeping: str = "") -> str:
    """Return the text with a replacement sign for each hidden character, but for those of `keeping`."""
    if not has_hidden(text):
        return text
    return "".join(REPLACEMENT if is_hidden(one) and one not in keeping else one for one in text)
