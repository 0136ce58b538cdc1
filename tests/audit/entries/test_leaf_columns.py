"""The fast reader of leaves accepts exactly what the slow one accepts, and keeps exactly what it says."""

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.entries.columns import ColumnWriter, EntryColumns, FieldCount, PublicFields
from audit.entries.events import SIZE_CLASSES, VERSIONS, Entry, EventKind, parse_leaf, split_leaf
from audit.entries.filtering import GROUPS, Filter, kinds_of
from audit.errors import LogCorrupt, MalformedProof
from tests.scale import scaled

ORGS = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters=[chr(code) for code in (*range(32), 127)]),
    min_size=1,
    max_size=60,
)
ENTRIES = st.builds(
    Entry,
    st.sampled_from(EventKind),
    ORGS,
    st.dates(),
    st.one_of(st.just(""), st.text("0123456789abcdef", max_size=64)),
    st.binary(min_size=32, max_size=32),
    st.one_of(st.just(b""), st.binary(min_size=16, max_size=16)),
    st.sampled_from(VERSIONS),
)


def leaf_of(entry: Entry) -> bytes | None:
    try:
        return entry.leaf()
    except MalformedProof:
        return None  # a long name in a wide script: such an entry cannot be written


LEAVES = ENTRIES.map(leaf_of).filter(lambda leaf: leaf is not None)


def is_accepted_slowly(leaf: bytes) -> bool:
    try:
        parse_leaf(leaf)
    except MalformedProof:
        return False
    return True


def is_accepted_fast(leaf: bytes, *, after: Sequence[bytes]) -> bool:
    """Return whether the columns take the leaf as ours, once they have met all parts of those before."""
    writer = ColumnWriter()
    writer.add(list(after), first_index=0)
    try:
        writer.add([leaf], first_index=len(after))
    except LogCorrupt:
        return False
    return len(writer.finish()) == len(after) + 1


@given(LEAVES)
def test_every_leaf_that_can_be_written_is_split(leaf: bytes) -> None:
    """The fast half may refuse nothing that the slow half accepts."""
    assert split_leaf(leaf) is not None
    assert is_accepted_fast(leaf, after=[])


@pytest.mark.slow
@settings(max_examples=scaled(250))
@given(LEAVES, LEAVES, st.data())
def test_fast_and_slow_agree_on_every_changed_leaf(leaf: bytes, other: bytes, data: st.DataObject) -> None:
    changed = bytearray(leaf)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(changed) - 1))
        change = data.draw(st.sampled_from(["set", "insert", "remove", "splice"]))
        if change == "set":
            changed[at] = data.draw(st.one_of(st.integers(0, 255), st.sampled_from(b'"\\ {},:0aF')))
        elif change == "insert":
            changed.insert(at, data.draw(st.sampled_from(b'"\\ {},:0aF')))
        elif change == "remove":
            del changed[at]
        else:
            changed[at:] = other[at:]

    assert is_accepted_fast(bytes(changed), after=[leaf, other]) == is_accepted_slowly(bytes(changed))


@given(LEAVES, LEAVES)
def test_parts_of_two_leaves_make_a_third_one(one: bytes, two: bytes) -> None:
    """The reason why the parts may be believed one by one."""
    first, second = parse_leaf(one), parse_leaf(two)
    mixed = leaf_of(Entry(second.kind, first.org, second.day, first.policy_hash, bytes(32), second.tag))

    assert mixed is None or is_accepted_fast(mixed, after=[one, two])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda leaf: leaf[:-1],
        lambda leaf: leaf + b" ",
        lambda leaf: leaf.rstrip(b" "),
        lambda leaf: leaf.rstrip(b" ").ljust(SIZE_CLASSES[1], b" "),
        lambda leaf: leaf[:-1] + b"\n",
        lambda leaf: leaf.replace(b'"v":2', b'"v":3'),
        lambda leaf: leaf.replace(b'"v":2', b'"v":2.0'),
        lambda leaf: leaf.replace(b'"org":"Quiet', b'"org":"\\u0051uiet'),
        lambda leaf: leaf.replace(b'"org":"Quiet', b'"org":"\\/uiet'),
        lambda leaf: leaf.replace(b"Quiet heron", b"Quiet\xffheron"),
        lambda leaf: leaf.replace(b"2026-11-24", b"2026-02-30"),
        lambda leaf: leaf.replace(b"look_allowed", b"look_allowee"),
        lambda leaf: leaf.upper(),
    ],
)
def test_a_leaf_in_other_bytes_is_refused(new_entry: Callable[..., Entry], spoil: Callable[[bytes], bytes]) -> None:
    leaf = new_entry().leaf()
    spoilt = spoil(leaf)

    assert spoilt != leaf
    assert not is_accepted_slowly(spoilt)
    assert not is_accepted_fast(spoilt, after=[leaf])
    assert not is_accepted_fast(spoilt, after=[])


@given(st.lists(LEAVES, max_size=20), st.integers(1, 7))
def test_the_columns_say_what_the_leaves_say(leaves: list[bytes], at_once: int) -> None:
    writer = ColumnWriter()
    for start in range(0, len(leaves), at_once):
        writer.add(leaves[start : start + at_once], first_index=start)
    columns = writer.finish()

    expected = [PublicFields(entry.kind, entry.org, entry.day, entry.policy_hash) for entry in map(parse_leaf, leaves)]
    assert list(columns) == expected
    assert [columns.kind(i) for i in range(len(leaves))] == [fields.kind for fields in expected]
    assert [columns.org(i) for i in range(len(leaves))] == [fields.org for fields in expected]
    assert [columns.day(i) for i in range(len(leaves))] == [fields.day for fields in expected]
    assert [columns.policy_hash(i) for i in range(len(leaves))] == [fields.policy_hash for fields in expected]


def many(count: int, seed: int = 1) -> EntryColumns:
    rng = random.Random(seed)
    writer = ColumnWriter()
    leaves = [
        Entry(
            rng.choice([EventKind.LOOK_ALLOWED, EventKind.LOOK_REFUSED, EventKind.HEARTBEAT]),
            rng.choice(["Quiet heron", "Slate otter"]),
            date(2026, 11, rng.randrange(1, 29)),
            rng.choice(["", "7f3a9c", "51d0e2"]),
            rng.randbytes(32),
        ).leaf()
        for _ in range(count)
    ]
    writer.add(leaves, first_index=0)
    return writer.finish()


@pytest.mark.parametrize(
    "wanted",
    [
        Filter(),
        Filter(kind="looks"),
        Filter(kind="look_refused", org="Quiet heron"),
        Filter(start=date(2026, 11, 5), end=date(2026, 11, 9)),
        Filter(rules="51"),
        Filter(kind="nonsense"),
        Filter("looks", "Slate otter", date(2026, 11, 5), None, "7f3a9c"),
    ],
)
def test_both_ways_to_select_find_what_the_filter_selects(wanted: Filter) -> None:
    columns = many(500)
    expected = [index for index, fields in enumerate(columns) if wanted.selects(fields)]

    assert list(columns.select_by(wanted)) == expected
    assert list(columns.select(wanted.selects)) == expected


def test_counters_count_every_combination_once() -> None:
    columns = many(500)
    counts = Counter(columns)
    fields = list(columns)

    counters = columns.counters()

    assert {part.fields: part.count for part in counters} == counts
    assert counters == sorted(counters, key=lambda part: part.first_index)
    for part in counters:
        last = len(fields) - 1 - fields[::-1].index(part.fields)
        assert part == FieldCount(part.fields, counts[part.fields], fields.index(part.fields), last)


def test_columns_stay_as_they_are_while_others_go_on_from_them() -> None:
    columns = many(50)
    before = list(columns)
    entry = Entry(EventKind.ERASED, "New finch", date(2027, 1, 1), "abc", bytes(32))

    writer = ColumnWriter(columns)
    writer.add([entry.leaf()], first_index=50)

    assert list(columns) == before
    assert columns.orgs == ("Quiet heron", "Slate otter") or columns.orgs == ("Slate otter", "Quiet heron")
    assert list(writer.finish())[-1] == PublicFields(entry.kind, entry.org, entry.day, entry.policy_hash)


def test_a_leaf_needs_its_members_in_order_and_nothing_else(new_entry: Callable[..., Entry]) -> None:
    value = json.loads(new_entry().leaf())
    for changed in ({**value, "more": 1}, {name: value[name] for name in reversed(value)}, {**value, "tag": None}):
        text = json.dumps(changed, separators=(",", ":")).encode()
        leaf = text.ljust(next(size for size in SIZE_CLASSES if size >= len(text)))

        assert not is_accepted_slowly(leaf)
        assert not is_accepted_fast(leaf, after=[new_entry().leaf()])


def test_every_kind_is_in_a_group_that_a_person_can_choose() -> None:
    assert set().union(*(kinds for _, kinds in GROUPS.values())) == set(EventKind)
    for name, (label, kinds) in GROUPS.items():
        assert label
        assert kinds_of(name) == kinds
    for kind in EventKind:
        assert kind in kinds_of(kind.value)
        # What stands in a leaf must be readable by the fast pattern.
        assert set(kind.value) <= set("abcdefghijklmnopqrstuvwxyz_")
