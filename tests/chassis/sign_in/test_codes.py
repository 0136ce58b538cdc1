"""One-time codes: one person, once, half an hour; and what a typed code may look like."""

import math
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from chassis.sign_in.code_text import ALPHABET, new_code, plain_signs
from tests.chassis.sign_in.conftest import KIM, ROBIN, Kit


def test_a_code_has_more_than_60_random_bits_and_every_sign_is_as_likely() -> None:
    codes = [new_code() for _ in range(2000)]

    signs = Counter("".join(codes).replace("-", ""))
    expected = 16 * len(codes) / len(ALPHABET)

    assert 16 * math.log2(len(ALPHABET)) > 60
    assert set(signs) == set(ALPHABET)
    assert len(set(codes)) == len(codes)
    # 6 standard deviations of a fair draw: once in a billion runs
    assert all(abs(count - expected) < 6 * math.sqrt(expected) for count in signs.values())


@pytest.mark.parametrize(
    "typed", ["k7fm-2xqa-9hbn-wd4t", " K7FM 2XQA 9HBN WD4T ", "k7fm2xqa9hbnwd4t", "k7fm–2xqa–9hbn–wd4t"]
)
def test_capitals_blanks_and_dashes_make_no_difference(typed: str) -> None:
    assert plain_signs(typed) == "k7fm2xqa9hbnwd4t"


def test_what_is_far_too_long_is_not_looked_at() -> None:
    assert len(plain_signs("a" * 10_000_000)) <= 60


def test_a_code_is_found_for_its_person_and_spent_once(kit: Kit) -> None:
    issued = kit.codes.issue(ROBIN)

    found = kit.codes.find(issued.code.upper())

    assert found is not None
    assert found.person == ROBIN
    assert [kit.codes.spend(found), kit.codes.spend(found)] == [True, False]
    assert kit.codes.find(issued.code) is None


def test_of_many_who_spend_one_code_at_once_one_does(kit: Kit) -> None:
    found = kit.codes.find(kit.codes.issue(ROBIN).code)
    assert found is not None

    with ThreadPoolExecutor(8) as threads:
        spent = list(threads.map(lambda _: kit.codes.spend(found), range(16)))

    assert sum(spent) == 1


def test_a_code_ends_after_half_an_hour_with_the_next_one_and_when_it_is_revoked(kit: Kit) -> None:
    late, other = kit.codes.issue(ROBIN), kit.codes.issue(KIM)
    kit.clock.forward(minutes=30)
    assert kit.codes.find(late.code) is None

    replaced, newest = kit.codes.issue(ROBIN), kit.codes.issue(ROBIN)
    assert kit.codes.find(replaced.code) is None
    assert kit.codes.find(newest.code) is not None

    assert kit.codes.revoke(ROBIN) == 1
    assert kit.codes.find(newest.code) is None
    assert kit.codes.find(other.code) is None


def test_ending_the_codes_of_one_leaves_those_of_another(kit: Kit) -> None:
    kit.codes.issue(ROBIN)
    kept = kit.codes.issue(KIM)

    kit.codes.revoke(ROBIN)

    assert kit.codes.find(kept.code) is not None


@pytest.mark.parametrize("typed", ["", "----", "ÄÖÜ", "\x00", "aaaa-bbbb-cccc-dddd", "'; DROP TABLE staff_code; --"])
def test_whatever_else_is_typed_opens_nothing(kit: Kit, typed: str) -> None:
    kit.codes.issue(ROBIN)

    assert kit.codes.find(typed) is None


def test_no_code_is_stored(kit: Kit) -> None:
    issued = kit.codes.issue(ROBIN)

    stored = kit.bytes_on_disk()

    assert issued.code.encode() not in stored
    assert issued.code.replace("-", "").encode() not in stored
