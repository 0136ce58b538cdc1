"""Hash chains: whole as written, broken by any change, gap, swap or cut in the middle."""

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.storage.hash_chain import GENESIS, Link, is_whole, link_bytes, link_hash


def chain(values: list[int]) -> list[Link]:
    """A chain over `values`."""
    links: list[Link] = []
    for seq, value in enumerate(values, start=1):
        before = links[-1].hash if links else GENESIS
        body = link_bytes({"seq": seq, "value": value, "prev_hash": before})
        links.append(Link(seq, before, link_hash(body), body))
    return links


def test_the_hash_is_that_of_the_canonical_text() -> None:
    content = {"b": 1, "a": "é"}

    expected = hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())

    assert link_hash(link_bytes(content)) == expected.hexdigest()


@given(st.lists(st.integers(0, 9), max_size=6))
def test_a_chain_is_whole_as_it_was_written(values: list[int]) -> None:
    assert is_whole(chain(values))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6), st.data())
def test_a_changed_value_breaks_it(values: list[int], data: st.DataObject) -> None:
    links = chain(values)
    place = data.draw(st.integers(0, len(links) - 1))
    links[place] = replace(links[place], body=link_bytes({**json.loads(links[place].body), "value": 10}))

    assert not is_whole(links)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_row_that_is_gone_from_the_middle_breaks_it(place: int) -> None:
    links = chain([1, 2, 3, 4])
    del links[place]

    assert not is_whole(links)


def test_swapped_rows_break_it() -> None:
    one, two, three = chain([1, 2, 3])

    assert not is_whole([one, three, two])
