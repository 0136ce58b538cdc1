"""Grants: immutable, bounded in time, monotone in granularity."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.errors import InvalidInput
from policies.grant import LONGEST_CONTRACT_GRANT, LONGEST_GRANT, Cell, Grant, Recipient
from policies.vocabulary import AthleteId, Category, Granularity, OrgId, Purpose, Role

START = datetime(2026, 8, 3, tzinfo=UTC)


def make(**changes: object) -> Grant:
    """A grant of daily sleep figures to a coach for 90 days."""
    purpose = changes.pop("purpose", Purpose.TRAINING)
    cell = Cell(AthleteId("ath-1"), Category.SLEEP, purpose, Recipient(OrgId("club-a"), Role.COACH))
    fields: dict[str, object] = {
        "grant_id": "g-1",
        "cell": cell,
        "max_granularity": Granularity.DAILY,
        "begins": START,
        "ends": START + timedelta(days=90),
        "notice_version": "1",
    }
    return Grant(**{**fields, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"ends": START},
        {"ends": START - timedelta(seconds=1)},
        {"ends": START + LONGEST_GRANT + timedelta(seconds=1)},
        {"purpose": Purpose.CONTRACT, "ends": START + LONGEST_CONTRACT_GRANT + timedelta(seconds=1)},
        {"begins": START.replace(tzinfo=None)},
        {"ends": (START + timedelta(days=1)).replace(tzinfo=None)},
    ],
)
def test_a_grant_ends_within_its_time_or_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        make(**changes)


@given(st.sampled_from(Granularity), st.sampled_from(Granularity))
def test_a_grant_covers_its_granularity_and_everything_less_exposing(most: Granularity, asked: Granularity) -> None:
    covered = make(max_granularity=most).covers(at=START, granularity=asked)

    assert covered is (Granularity.NONE < asked <= most)


@given(st.integers(-10_000_000, 10_000_000))
def test_a_grant_covers_from_its_beginning_until_before_its_end(seconds: int) -> None:
    at = START + timedelta(seconds=seconds)

    assert make().covers(at=at, granularity=Granularity.DAILY) is (START <= at < START + timedelta(days=90))


def test_the_hash_depends_on_every_field() -> None:
    changes = (
        {"grant_id": "g-2"},
        {"purpose": Purpose.CARE},
        {"max_granularity": Granularity.RAW},
        {"begins": START + timedelta(seconds=1)},
        {"ends": START + timedelta(days=91)},
        {"notice_version": "2"},
        {"legal_basis": "contract"},
        {"agreement": "nba-2023"},
    )

    assert len({make().sha256, *(make(**change).sha256 for change in changes)}) == len(changes) + 1


@pytest.mark.parametrize("word", ["", "RAW", "Raw", "raw ", "raw|daily", "*", "5"])
def test_a_word_that_is_no_granularity_is_refused(word: str) -> None:
    with pytest.raises(KeyError):
        Granularity.from_word(word)


def test_granularity_words_read_back() -> None:
    assert [Granularity.from_word(granularity.word) for granularity in Granularity] == list(Granularity)
