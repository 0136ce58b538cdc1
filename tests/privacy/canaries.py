"""Canaries: names, ids and values that must not be served, and a search for all their disguises at once."""

import base64
import itertools
import urllib.parse
from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

SHORTEST = 6  # bytes: anything shorter stands in megabytes of hashes by chance
_KEY = 6  # bytes of a needle by which it is looked up
_BITS = 26
_ODD = np.uint64(0x9E3779B97F4A7C15)


def disguises(text: str) -> Iterator[bytes]:
    """Yield the ways in which a text could stand in bytes: plain, cased, escaped, encoded and backwards.

    Of base64 what is the same wherever in a longer text it began: three alignments without their ends.
    """
    plain = text.encode()
    reversed_ = plain[::-1]
    yield from (plain, plain.upper(), plain.lower(), reversed_)
    for data in (plain, reversed_):
        yield from (data.hex().encode(), data.hex().upper().encode())
    for data in (plain, text.encode("utf-16-le")):
        yield from _base64(data)
    yield from (text.encode("utf-16-le"), text.encode("utf-16-be"))
    yield from (urllib.parse.quote(text).encode(), urllib.parse.quote_plus(text).encode())
    yield "".join(f"%{byte:02X}" for byte in plain).encode()
    yield "".join(f"%{byte:02x}" for byte in plain).encode()
    yield ascii(text)[1:-1].encode()  # JSON's escapes


def _base64(data: bytes) -> Iterator[bytes]:
    for before in range(3):
        whole = base64.b64encode(bytes(before) + data + bytes(-(before + len(data)) % 3))
        first = -(-before * 4 // 3) if before else 0
        last = (before + len(data)) * 4 // 3
        yield whole[first:last]
        yield whole[first:last].translate(bytes.maketrans(b"+/", b"-_"))


class Search:
    """Finds any of a great many needles in bytes: the first six bytes of each are looked up at every place.

    A table of 2^26 marks leaves out almost every place; what is left is compared byte for byte.
    """

    def __init__(self, needles: Iterable[bytes]) -> None:
        """Take needles of at least six bytes; raises ValueError for a shorter one, which would prove nothing."""
        self._needles: dict[bytes, list[bytes]] = defaultdict(list)
        for needle in set(needles):
            if len(needle) < SHORTEST:
                raise ValueError(f"expected needles of at least {SHORTEST} bytes")
            self._needles[needle[:_KEY]].append(needle)
        self._marks = np.zeros(1 << _BITS, dtype=bool)
        keys = b"".join(key + bytes(8 - _KEY) for key in self._needles)
        self._marks[_hashes(np.frombuffer(keys, dtype="<u8"))] = True

    def __len__(self) -> int:
        """Number of needles."""
        return sum(len(needles) for needles in self._needles.values())

    def find(self, data: bytes) -> list[bytes]:
        """Return every occurrence of a needle in `data`."""
        found = []
        padded = data + bytes(16)
        for offset in range(8):
            whole = np.frombuffer(padded, dtype="<u8", offset=offset, count=(len(padded) - offset) // 8)
            windows = whole & np.uint64((1 << 8 * _KEY) - 1)
            for place in np.flatnonzero(self._marks[_hashes(windows)]):
                start = offset + 8 * int(place)
                candidates = self._needles.get(data[start : start + _KEY], ())
                found += [needle for needle in candidates if data.startswith(needle, start)]
        return found


def _hashes(windows: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    with np.errstate(over="ignore"):
        return (windows * _ODD) >> np.uint64(64 - _BITS)


def needles_of(texts: Iterable[str]) -> set[bytes]:
    """Every disguise of every text that is long enough to be told from chance."""
    return {needle for needle in itertools.chain(*map(disguises, texts)) if len(needle) >= SHORTEST}
