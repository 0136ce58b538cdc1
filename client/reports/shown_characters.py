"""Texts as the fonts inside typst can show them: a character that none of them has is replaced by a visible substitute.

typst refuses a whole PDF/UA document for one character without a glyph. No table of characters is kept: typst itself
is asked about a text, so that the answer is right for the version in use. Names keep their shirt number beside them.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final

from chassis.hidden_characters import REPLACEMENT, cleaned, is_hidden

SUBSTITUTE: Final = "□"
NOTE: Final = (
    f"{SUBSTITUTE} stands for a character that the fonts of this file do not have. The number before a name tells "
    "whose it is; the page and its JSON have the whole name."
)
_MOST_REMEMBERED: Final = 4096

CanShow = Callable[[str], bool]
"""Says whether the fonts can show a text."""


class ShownCharacters:
    """Replaces what fonts cannot show; what was asked once is remembered."""

    def __init__(self, can_show: CanShow) -> None:
        self._can_show = lru_cache(_MOST_REMEMBERED)(can_show)

    def of(self, texts: Iterable[str]) -> dict[str, str]:
        """Return each of these texts as it can be shown; one that can be is returned as it is."""
        wanted = {text: _drawn(text) for text in dict.fromkeys(texts)}
        if self._can_show("".join(wanted.values())):
            return wanted
        return {text: drawn if self._can_show(drawn) else self._replaced(drawn) for text, drawn in wanted.items()}

    def _replaced(self, text: str) -> str:
        """Replace one by one the characters that cannot be shown; all beyond ASCII, where only together they cannot."""
        shown = "".join(one if one.isascii() or self._can_show(one) else SUBSTITUTE for one in text)
        return shown if self._can_show(shown) else "".join(one if one.isascii() else SUBSTITUTE for one in text)


def _drawn(text: str) -> str:
    """Leave no character that is not drawn: `cleaned` has put another in its place."""
    return "".join(SUBSTITUTE if one == REPLACEMENT or is_hidden(one) else one for one in cleaned(text))
