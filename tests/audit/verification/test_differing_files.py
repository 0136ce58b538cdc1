"""What is said of a log with a changed byte: which file was changed, and at which entry."""

import random

import pytest

from audit.errors import LogCorrupt
from audit.monitor.alarms import Misbehaved
from audit.monitor.consistency import ConsistencyCheck, EntryWatch
from audit.tlog.trust_policy import TrustPolicy
from audit.verification.verify import verify_source
from tests.audit.grown_log import GrownLog, ServedFiles, tile_path
from tests.scale import scaled

LOG = GrownLog.of(700)
GOOD = LOG.files()
LENGTH = len(LOG.leaves[100]) + 2
"""Bytes of an entry of three digits with its length."""


def said(files: dict[str, bytes]) -> str:
    """What `verify` says, which is what a monitor that reads everything says, too."""
    with pytest.raises(LogCorrupt) as found:
        verify_source(ServedFiles(files), TrustPolicy.of_keys(LOG.vkeys), patience_s=0)
    with pytest.raises(Misbehaved) as alarm:
        ConsistencyCheck(ServedFiles(files), 0, (), EntryWatch(None)).reach(LOG.checkpoint())
    assert alarm.value.alarm.detail == str(found.value)
    return str(found.value)


def flipped(path: str, *at: int) -> dict[str, bytes]:
    data = bytearray(GOOD[path])
    for place in at:
        data[place] ^= 1
    return {**GOOD, path: bytes(data)}


def test_a_changed_entry_and_a_changed_tile_are_told_apart_with_the_number_of_the_entry() -> None:
    seeded = random.Random(3)
    for _ in range(scaled(30)):
        number = seeded.randrange(256, 700)
        bundle, width = number // 256, 256 if number < 512 else 188
        entries, tile = tile_path("entries", bundle, width), tile_path("0", bundle, width)
        at = (number % 256) * LENGTH + 2 + seeded.randrange(LENGTH - 2)
        assert said(flipped(entries, at)) == (
            f"{entries} was changed at entry {number}; the hashes in {tile} lead to the signed root"
        )
        at = (number % 256) * 32 + seeded.randrange(32)
        assert said(flipped(tile, at)) == f"{tile} was changed at entry {number}; the entries lead to the signed root"


def test_several_changed_entries_are_counted_and_what_nothing_can_tell_is_not_told() -> None:
    entries, tile = tile_path("entries", 1, 256), tile_path("0", 1, 256)
    places = [(number % 256) * LENGTH + 5 for number in (300, 301, 410)]

    assert said(flipped(entries, *places)).startswith(f"{entries} was changed at 3 entries from 300 to 410; ")
    both = {**flipped(entries, places[0]), tile: flipped(tile, (410 % 256) * 32)[tile]}
    assert said(both) == f"{tile} and {entries} contradict each other at 2 entries from 300 to 410"


def test_a_tile_above_names_the_entries_below_it() -> None:
    tile = tile_path("1", 0, 2)

    assert said(flipped(tile, 40)) == f"{tile} does not hold the hashes of entries 256 to 511"
