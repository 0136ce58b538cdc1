"""The search box: numbers, beginnings of hashes, words; and looking through the files for a bounded time."""

import base64
import contextlib
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from audit.entries.events import EventKind, parse_leaf
from audit.tlog import merkle
from audit.web.entries.filter_form import parse_form
from audit.web.entries.find import find
from audit.web.entries.search_query import NOTHING_SOUGHT, HashPrefix, UnreadableSearch, parse_search

Open = Callable[..., TestClient]


def indices(page: str) -> list[int]:
    return [int(index) for index in re.findall(r'href="/entries/(\d+)">Open', page)]


@given(data=st.binary(min_size=16, max_size=32), length=st.integers(8, 64))
def test_a_hexadecimal_beginning_fits_exactly_the_values_that_begin_so(data: bytes, length: int) -> None:
    text = data.hex()[:length]
    prefixes = parse_search(f"sha256:{text}").prefixes

    assert any(prefix.begins(data) for prefix in prefixes)
    assert not any(prefix.begins(bytes([data[0] ^ 1]) + data[1:]) for prefix in prefixes)


@given(
    data=st.one_of(st.binary(min_size=16, max_size=16), st.binary(min_size=32, max_size=32)), length=st.integers(8, 43)
)
def test_a_base64_beginning_fits_too_also_in_its_safe_alphabet(data: bytes, length: int) -> None:
    plain = base64.b64encode(data).decode().rstrip("=")[:length]
    safe = base64.urlsafe_b64encode(data).decode().rstrip("=")[:length]

    for text in (plain, safe):
        search = parse_search(f"sha256:{text}")
        assert any(prefix.begins(data) for prefix in search.prefixes)


@given(value=st.integers(0, 2**70), bits=st.integers(1, 300), data=st.binary(max_size=33))
def test_prefixes_agree_with_bits_as_text(value: int, bits: int, data: bytes) -> None:
    prefix = HashPrefix(value % 2**bits, bits)
    written = "".join(f"{byte:08b}" for byte in data)

    assert prefix.begins(data) == written.startswith(f"{value % 2**bits:0{bits}b}")


@given(st.text())
def test_whatever_is_typed_is_read_or_refused_by_name(text: str) -> None:
    with contextlib.suppress(UnreadableSearch):
        parse_search(text.strip())


@pytest.mark.parametrize("text", ["48213", "48,213", "#48,213"])
def test_numbers_may_be_written_as_on_the_page(text: str) -> None:
    assert parse_search(text).number == 48213


@pytest.mark.parametrize(
    ("text", "kind", "org", "fits"),
    [
        ("look refused", EventKind.LOOK_REFUSED, "Quiet heron", True),
        ("REFUSE Looks", EventKind.LOOK_REFUSED, "Quiet heron", True),
        ("look refused", EventKind.LOOK_ALLOWED, "Quiet heron", False),
        ("heron refused", EventKind.LOOK_REFUSED, "Quiet heron", True),
        ("heron refused", EventKind.LOOK_REFUSED, "Slate otter", False),
        ("budget", EventKind.ROUND_COMMITTED, "Slate otter", True),
    ],
)
def test_words_fit_sentence_kind_and_organisation(text: str, kind: EventKind, org: str, fits: bool) -> None:
    assert parse_search(text, ["Quiet heron", "Slate otter"]).fits(kind, org) is fits


def test_nothing_typed_seeks_nothing() -> None:
    assert parse_search("") == NOTHING_SOUGHT


@pytest.mark.parametrize("write", [lambda leaf: f"{leaf}", lambda leaf: f"{leaf:,}"])
def test_an_entry_is_found_by_its_number(auditor: Open, busy_log, write: Callable[[int], str]) -> None:
    assert indices(auditor().get("/", params={"q": write(7)}).text) == [7]


def test_an_entry_is_found_by_seal_mark_and_hash_in_both_alphabets(auditor: Open, busy_log) -> None:
    client = auditor()
    leaf = busy_log.leaves[7]
    entry = parse_leaf(leaf)

    for value in (entry.commitment, entry.tag, merkle.leaf_hash(leaf)):
        for text in (value.hex(), value.hex()[:11].upper(), base64.b64encode(value).decode()[:14]):
            assert indices(client.get("/", params={"q": text}).text) == [7], text


def test_a_hash_that_stands_nowhere_gives_an_empty_list(auditor: Open, busy_log) -> None:
    page = auditor().get("/?q=" + "f" * 20).text

    assert "No entry matches" in page
    assert indices(page) == []


def test_a_hash_and_a_filter_narrow_the_list_together(auditor: Open, busy_log) -> None:
    entry = parse_leaf(busy_log.leaves[7])
    client = auditor()

    assert indices(client.get(f"/?q={entry.tag.hex()}&kind={entry.kind}").text) == [7]
    assert indices(client.get(f"/?q={entry.tag.hex()}&kind=rules").text) == []


def test_looking_stops_after_its_time_and_goes_on_from_there(static_log, entry, auditor: Open, watched) -> None:
    static_log.publish([entry() for _ in range(1_000)])
    checked = watched().check()
    wanted = parse_form({"q": parse_leaf(static_log.leaves[3]).tag.hex()}, [])
    ticks = iter(range(100))
    before, steps, found = checked.size, 0, []

    while before:
        part = find(checked, wanted, before=before, limit=26, looks_for_s=0, timer=lambda: next(ticks))
        assert part.searched_from < before
        found, before, steps = [*found, *part.indices], part.searched_from, steps + 1

    assert found == [3]
    assert steps == 4


@pytest.mark.parametrize("text", ["heron refused", "log", "otter", "refused", "campaign refused", "quiet budget"])
def test_a_search_for_words_agrees_with_asking_every_entry(static_log, entry, watched, text: str) -> None:
    orgs = ["Quiet heron", "Slate otter", "Log operator"]
    static_log.publish([entry(kind, org=org) for kind in EventKind for org in orgs])
    checked = watched().check()
    wanted = parse_form({"q": text}, orgs)

    found = find(checked, wanted, before=checked.size, limit=1_000)

    expected = [
        at for at in range(checked.size) if wanted.search.fits(checked.columns.kind(at), checked.columns.org(at))
    ]
    assert list(reversed(found.indices)) == expected
    assert found.total == len(expected) > 0
