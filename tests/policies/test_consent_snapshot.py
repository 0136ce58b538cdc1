"""The consent snapshot: signed, for one club, for minutes; anything else is the same as none."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from policies.canonical import canonical_bytes
from policies.errors import BadSignature, InvalidInput, OutsideItsTime, PolicyError
from policies.signing import SigningKey
from policies.snapshot import SNAPSHOT_LIFE, ConsentSnapshot, LiveGrant, open_snapshot
from policies.terms.notices import FIRST_NOTICE
from policies.vocabulary import AthleteId, Category, Granularity, OrgId, Purpose, Role

KEY = SigningKey(bytes(range(32)))
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
CLUB, ATHLETE = OrgId("club-a"), AthleteId("ath-0000000000000001")


def grant(category: Category = Category.SLEEP, **changes: object) -> LiveGrant:
    """A coach's live grant of daily figures."""
    fields: dict[str, object] = {
        "athlete": ATHLETE,
        "category": category,
        "purpose": Purpose.TRAINING,
        "recipient_org": CLUB,
        "recipient_role": Role.COACH,
        "max_granularity": Granularity.DAILY,
        "ends": NOW + timedelta(days=30),
    }
    return LiveGrant(**{**fields, **changes})


def snapshot(*grants: LiveGrant, **changes: object) -> ConsentSnapshot:
    """A fresh snapshot of club-a."""
    fields: dict[str, object] = {
        "club": CLUB,
        "issued": NOW,
        "expires": NOW + SNAPSHOT_LIFE,
        "epochs": {ATHLETE: 3},
        "grants": grants or (grant(), grant(Category.HEART)),
    }
    return ConsentSnapshot(**{**fields, **changes})


def opened(data: bytes, **changes: object) -> ConsentSnapshot:
    """Open as club-a, now, under the right key."""
    return open_snapshot(data, KEY.verify_key, **{"club": CLUB, "now": NOW, **changes})


def is_live(of: ConsentSnapshot, *categories: Category, **changes: object) -> bool:
    """Whether the coach of club-a may use daily figures of these categories."""
    question: dict[str, object] = {
        "purpose": Purpose.TRAINING,
        "recipient_org": CLUB,
        "recipient_role": Role.COACH,
        "granularity": Granularity.DAILY,
        "now": NOW,
    }
    return of.is_live(ATHLETE, categories=categories, **{**question, **changes})


def test_a_snapshot_survives_the_wire() -> None:
    assert opened(snapshot().signed(KEY)) == snapshot()


@given(
    st.dictionaries(st.text(min_size=1, max_size=20), st.integers(0, 10**6), max_size=4),
    st.lists(st.tuples(st.sampled_from(Category), st.sampled_from(Granularity), st.sampled_from(Role)), max_size=5),
)
def test_any_snapshot_survives_the_wire(epochs: dict[str, int], grants: list[tuple]) -> None:
    live = tuple(grant(c, max_granularity=g, recipient_role=r) for c, g, r in grants)
    original = snapshot(epochs=epochs) if not live else snapshot(*live, epochs=epochs)

    data = original.signed(KEY)

    assert opened(data) == original
    assert canonical_bytes(json.loads(data)) == data


@pytest.mark.parametrize("after", [SNAPSHOT_LIFE, timedelta(days=1), timedelta(seconds=-60, microseconds=-1)])
def test_a_snapshot_outside_its_time_is_refused(after: timedelta) -> None:
    with pytest.raises(OutsideItsTime, match="fresh") as refused:
        opened(snapshot().signed(KEY), now=NOW + after)

    assert (refused.value.begins, refused.value.ends) == (NOW, NOW + SNAPSHOT_LIFE)


@pytest.mark.parametrize("after_s", [-60, -0.05, 0, 299.999])
def test_a_node_whose_clock_is_a_little_behind_may_use_its_snapshot(after_s: float) -> None:
    now = NOW + timedelta(seconds=after_s)

    assert is_live(opened(snapshot().signed(KEY), now=now), Category.SLEEP, now=now)


def test_another_clubs_snapshot_is_refused() -> None:
    with pytest.raises(BadSignature, match="this club"):
        opened(snapshot(club=OrgId("club-b")).signed(KEY))


def test_a_snapshot_under_another_key_is_refused() -> None:
    with pytest.raises(BadSignature):
        opened(snapshot().signed(SigningKey.generate()))


@pytest.mark.parametrize(
    "change",
    [
        {"club": "club-b"},
        {"expires": (NOW + timedelta(days=1)).isoformat()},
        {"epochs": {ATHLETE: 4}},
        {"grants": []},
        {"extra": 1},
    ],
)
def test_no_part_of_a_snapshot_can_be_changed(change: dict[str, object]) -> None:
    outer = json.loads(snapshot().signed(KEY))
    outer["body"].update(change)

    with pytest.raises(BadSignature):
        opened(json.dumps(outer).encode())


def test_a_grant_cannot_be_widened_in_transit() -> None:
    outer = json.loads(snapshot().signed(KEY))
    outer["body"]["grants"][0]["max_granularity"] = "raw"

    with pytest.raises(BadSignature):
        opened(json.dumps(outer).encode())


@given(st.integers(0, 10_000), st.integers(1, 255))
@example(position=-3, change=0x20)  # the last digit of the signature in capitals
def test_one_changed_byte_is_refused_or_means_the_same(position: int, change: int) -> None:
    data = bytearray(snapshot().signed(KEY))
    data[position % len(data)] ^= change

    try:
        result = opened(bytes(data))
    except PolicyError:
        return

    assert result == snapshot()


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"null", b"[]", b'"x"', b"7", b'{"body":{},"signature":"zz"}', b'{"body":1,"signature":""}']
)
def test_what_is_no_snapshot_is_refused(data: bytes) -> None:
    with pytest.raises(PolicyError):
        opened(data)


@pytest.mark.parametrize(
    "change",
    [
        {"grants": [{}]},
        {"grants": 7},
        {"epochs": []},
        {"issued": "yesterday"},
        {"club": None, "issued": None},
        {"grants": [{**json.loads(snapshot().signed(KEY))["body"]["grants"][0], "max_granularity": "RAW"}]},
        {"grants": [{**json.loads(snapshot().signed(KEY))["body"]["grants"][0], "category": "*"}]},
    ],
)
def test_a_well_signed_body_of_another_shape_is_refused(change: dict[str, object]) -> None:
    body = {**json.loads(snapshot().signed(KEY))["body"], **change}
    data = canonical_bytes({"body": body, "signature": KEY.sign(canonical_bytes(body)).hex()})

    with pytest.raises(InvalidInput):
        opened(data)


def test_a_live_grant_covers_what_it_says_and_less() -> None:
    assert is_live(snapshot(), Category.SLEEP)
    assert is_live(snapshot(), Category.SLEEP, Category.HEART)
    assert is_live(snapshot(), Category.SLEEP, granularity=Granularity.COHORT)


@pytest.mark.parametrize(
    "change",
    [
        {"granularity": Granularity.RAW},
        {"purpose": Purpose.CONTRACT},
        {"recipient_role": Role.FRONT_OFFICE},
        {"recipient_org": OrgId("club-b")},
        {"now": NOW + SNAPSHOT_LIFE},
        {"now": NOW - timedelta(seconds=60.001)},
    ],
)
def test_a_live_grant_covers_nothing_else(change: dict[str, object]) -> None:
    assert not is_live(snapshot(), Category.SLEEP, **change)


def test_one_category_without_grant_is_enough_for_no() -> None:
    assert not is_live(snapshot(), Category.SLEEP, Category.INJURY)


def test_asking_for_no_category_is_no() -> None:
    assert not is_live(snapshot())


def test_a_grant_that_ends_inside_the_snapshots_life_ends_there() -> None:
    short = snapshot(grant(ends=NOW + timedelta(minutes=1)))

    assert is_live(short, Category.SLEEP, now=NOW + timedelta(seconds=59))
    assert not is_live(short, Category.SLEEP, now=NOW + timedelta(minutes=1))


def test_another_athletes_grant_does_not_count() -> None:
    other = snapshot(grant(athlete=AthleteId("ath-0000000000000002")))

    assert not is_live(other, Category.SLEEP)


def test_a_notice_is_named_only_where_it_is_not_the_first() -> None:
    plain, later = grant(Category.READINESS), grant(Category.READINESS, notice="2026-12")

    assert b"notice" not in snapshot(plain).signed(KEY)
    assert opened(snapshot(plain).signed(KEY)).grants[0].notice == FIRST_NOTICE
    assert opened(snapshot(later).signed(KEY)).grants == (later,)


@pytest.mark.parametrize("notice", [None, "", 12, "9" * 41, ["2026-12"]])
def test_a_notice_of_another_shape_is_refused(notice: object) -> None:
    body = json.loads(snapshot(grant(Category.READINESS)).signed(KEY))["body"]
    body["grants"][0]["notice"] = notice
    data = canonical_bytes({"body": body, "signature": KEY.sign(canonical_bytes(body)).hex()})

    with pytest.raises(InvalidInput):
        opened(data)
