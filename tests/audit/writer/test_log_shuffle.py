"""The order inside a publication says nothing about the order in which entries came."""

import random
import secrets
from collections import Counter
from collections.abc import Callable
from itertools import pairwise, permutations

import pytest

from audit.writer import sequenced_batches
from audit.writer.log import Log
from audit.writer.sequenced_batches import shuffled

TRIALS = 12_000
MOST_CHI_SQUARED = 83.0
"""For 23 degrees of freedom a uniform order exceeds this once in 10^8 runs (chi-squared distribution)."""


def chi_squared(orders: Counter[tuple[bytes, ...]], kinds: int) -> float:
    expected = TRIALS / kinds
    return sum((count - expected) ** 2 for count in orders.values()) / expected + (kinds - len(orders)) * expected


def test_every_order_is_equally_likely() -> None:
    entries = [b"a", b"b", b"c", b"d"]

    orders = Counter(shuffled(entries) for _ in range(TRIALS))

    assert set(orders) == set(permutations(entries))
    assert chi_squared(orders, 24) < MOST_CHI_SQUARED


def test_the_measure_notices_an_order_that_is_not_uniform() -> None:
    """The classic mistake: each element swapped with any other, which favours some orders."""
    rng, orders = random.Random(5), Counter[tuple[bytes, ...]]()
    for _ in range(TRIALS):
        order = [b"a", b"b", b"c", b"d"]
        for at in range(4):
            other = rng.randrange(4)
            order[at], order[other] = order[other], order[at]
        orders[tuple(order)] += 1

    assert chi_squared(orders, 24) > MOST_CHI_SQUARED


def test_the_generator_is_the_system_s(monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[object] = []

    class Watched(secrets.SystemRandom):
        def __init__(self) -> None:
            super().__init__()
            used.append(self)

    monkeypatch.setattr(sequenced_batches.secrets, "SystemRandom", Watched)

    assert sorted(shuffled([b"a", b"b"])) == [b"a", b"b"]
    assert len(used) == 1
    assert shuffled([b"a", b"b", b"c"], rng=random.Random(1)) == shuffled([b"a", b"b", b"c"], rng=random.Random(1))


def test_a_published_log_keeps_neither_the_order_of_entries_nor_the_place_of_the_heartbeat(
    open_log: Callable[..., Log],
) -> None:
    log = open_log(heartbeat=lambda now: b"beat")
    entries = [b"%03d" % at for at in range(400)]
    for start in range(0, 400, 50):
        log.append_many(entries[start : start + 50])
    log.publish()

    published = [log.leaf(index) for index in range(log.size)]
    assert sorted(published) == sorted([*entries, b"beat"])
    places = [int(leaf) for leaf in published if leaf != b"beat"]
    # Of 400 shuffled entries about one stays where it was, and about half the neighbours are in order.
    assert sum(at == place for at, place in enumerate(places)) < 20
    rising = sum(first < second for first, second in pairwise(places))
    assert 140 < rising < 260
