"""What somebody may type into the search box: an entry's number, the beginning of a hash, or words of a sentence."""

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from audit.entries.events import EventKind, sentence_of
from audit.entries.filtering import GROUPS
from audit.errors import AuditError
from chassis.text import shortened

LONGEST = 120
"""Characters in a search (our choice): a hash in hexadecimal has 64."""
SHORTEST_HASH = 8
"""Characters of a hash that say enough to look for it (our choice): 32 bits in hexadecimal, 48 in base64."""

_NUMBER = re.compile(r"#?([0-9][0-9,]*)", re.ASCII)
_HEX = re.compile("[0-9a-fA-F]{8,64}", re.ASCII)
_BASE64 = re.compile("[A-Za-z0-9+/_-]{8,43}", re.ASCII)
_WORD = re.compile(r"[^\W_]+")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


class UnreadableSearch(AuditError, ValueError):
    """A search that is no number, no hash and no word that any entry says."""


@dataclass(frozen=True, slots=True)
class HashPrefix:
    """The first `bits` of a hash, commitment or tag, as a number."""

    value: int
    bits: int

    def begins(self, data: bytes) -> bool:
        """Return whether `data` begins with these bits."""
        surplus = len(data) * 8 - self.bits
        return surplus >= 0 and int.from_bytes(data, "big") >> surplus == self.value

    @property
    def whole_bytes(self) -> bytes:
        """The bytes that these bits fill."""
        return (self.value >> self.bits % 8).to_bytes(self.bits // 8, "big")


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: entries that have this number or any of these beginnings, or else all of these words."""

    number: int | None = None
    prefixes: tuple[HashPrefix, ...] = ()
    words: tuple[str, ...] = ()

    def fits(self, kind: EventKind, org: str) -> bool:
        """Return whether the sentence, the groups of the kind or the organisation have a word for each of the words.

        A word stands for every word that begins with it.
        """
        said = _said(kind, org) if self.words else ()
        return all(any(word.startswith(wanted) for word in said) for wanted in self.words)


NOTHING_SOUGHT = Search()


def parse_search(text: str, orgs: Sequence[str] = ()) -> Search:
    """Read what was typed, for a log with these organisations; raises UnreadableSearch, which says what to type."""
    if len(text) > LONGEST:
        raise UnreadableSearch(f"Search for at most {LONGEST} characters; this is {len(text)}.")
    words = _words(text)
    if found := _NUMBER.fullmatch(text):
        digits = found[1].replace(",", "")
        return Search(number=int(digits), prefixes=_hash_prefixes(digits))
    unknown = next((word for word in words if not _is_said(word, orgs)), None)
    if words and unknown is None:
        return Search(words=words)
    if prefixes := _hash_prefixes(text.removeprefix("sha256:").rstrip("=")):
        return Search(prefixes=prefixes)
    if not text:
        return NOTHING_SOUGHT
    raise UnreadableSearch(
        f"No entry says “{shortened(unknown or text)}”. Search for an entry’s number, for {SHORTEST_HASH} or more "
        "characters of a hash, or for words such as “look refused”."
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.casefold() for word in _WORD.findall(text))


def _hash_prefixes(text: str) -> tuple[HashPrefix, ...]:
    """Return what these characters can be the beginning of: hexadecimal, base64, or either."""
    found = []
    if _HEX.fullmatch(text):
        found.append(HashPrefix(int(text, 16), 4 * len(text)))
    if _BASE64.fullmatch(text):
        found.append(_from_base64(text.replace("-", "+").replace("_", "/")))
    return tuple(found)


def _from_base64(text: str) -> HashPrefix:
    value = 0
    for character in text:
        value = value << 6 | _ALPHABET.index(character)
    surplus = max(0, 6 * len(text) - 256) or (6 * len(text) - 128 if len(text) == 22 else 0)
    return HashPrefix(value >> surplus, 6 * len(text) - surplus)


def _is_said(word: str, orgs: Iterable[str]) -> bool:
    return any(said.startswith(word) for kind in EventKind for said in _said(kind, "")) or any(
        said.startswith(word) for org in orgs for said in _words(org)
    )


@functools.lru_cache(maxsize=4096)
def _said(kind: EventKind, org: str) -> tuple[str, ...]:
    labels = " ".join(label for label, kinds in GROUPS.values() if kind in kinds)
    return _words(f"{sentence_of(kind)} {labels} {org}")
