"""What an existing secure aggregation does and ours must refuse, each as an attack; and a key that lasts a campaign."""

from dataclasses import replace

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from models.errors import MasksRefused
from models.masks import messages
from models.masks.alive import dropped
from models.masks.club_side import ClubSide
from models.masks.coordinator_side import CoordinatorSide
from models.masks.key_agreement import RoundKeys, RoundSecrets, announced
from models.masks.masked_round import MaskedRound
from models.masks.messages import AliveList, AskKeys, ConfirmedList, KeyAnnouncement
from models.masks.unmasking import opened_vector
from tests.models.masks.league import MaskedLeague, masked_league, node_key
from tests.models.masks.stepwise import Stepwise


@pytest.fixture
def league() -> MaskedLeague:
    return masked_league(4)


# 1. A weak generator of masks: test_keystream.py, and here what the coordinator sees.


def test_what_a_coordinator_sees_of_a_vector_is_uniform_over_the_ring() -> None:
    league = masked_league(3, rounds=1)
    same = dict.fromkeys(league.clubs, (5,) * league.length)
    seen = []
    for _ in range(30):
        step = Stepwise.begin(league, same).to_masked()
        seen += [value for one in step.coordinator.answered.values() for value in one.values]

    top = np.array(seen, dtype=np.uint64) >> np.uint64(league.manifest.modulus_bits - 3)
    counts = np.bincount(top.astype(np.int64), minlength=8)
    assert len(set(seen)) == len(seen)
    assert np.abs(counts - len(seen) / 8).max() < 6 * np.sqrt(len(seen) / 8)


# 2. A club that gives away both shares of one peer, and no round of consistency.


def test_a_club_taken_for_alive_is_never_taken_for_dropped_out_afterwards(league: MaskedLeague) -> None:
    step = Stepwise.begin(league).to_confirmed()
    others = league.clubs[1:]
    first = step.coordinator.alive
    for club in others:
        step.clubs[club].reveal(step.coordinator.ask_reveal(club))

    second = first.model_copy(update={"alive": {club: first.alive[club] for club in others}})

    for club in others:
        with pytest.raises(MasksRefused, match="the first answer stands"):
            step.clubs[club].confirm(second)


def test_no_club_reveals_both_shares_of_any_peer() -> None:
    league = masked_league(6)
    step = Stepwise.begin(league).to_revealed(without=league.clubs[:2])

    for one in step.coordinator.revealed.values():
        assert not one.seeds.keys() & one.keys.keys()
        assert set(one.seeds) == set(league.clubs[2:])
        assert set(one.keys) == set(league.clubs[:2])


def test_what_is_asked_to_be_revealed_is_nobodys_choice() -> None:
    assert set(ConfirmedList.model_fields) == {"manifest_sha256", "round", "stage", "marks"}


def test_two_lists_that_split_the_league_are_agreed_to_by_too_few(league: MaskedLeague) -> None:
    """A coordinator tells half of the clubs that the victim is alive, and the other half that it dropped out."""
    step = Stepwise.begin(league).to_masked()
    victim, *others = league.clubs
    whole = step.coordinator.alive
    without = whole.model_copy(update={"alive": {club: whole.alive[club] for club in others}})
    told = {club: whole if place % 2 else without for place, club in enumerate(others)}
    words = {club: step.clubs[club].confirm(told[club]) for club in others}
    words[victim] = step.clubs[victim].confirm(whole)

    for club in others:
        marks = {other: one.marks[club] for other, one in words.items() if other != club and club in one.marks}
        ask = ConfirmedList(manifest_sha256=whole.manifest_sha256, round=1, marks=marks)
        with pytest.raises(MasksRefused, match="that agree to the same list, got 2"):
            step.clubs[club].reveal(ask)


def test_nothing_is_revealed_before_a_list_is_agreed_to(league: MaskedLeague) -> None:
    step = Stepwise.begin(league).to_masked()
    club = league.clubs[0]

    with pytest.raises(MasksRefused, match="agreed to before"):
        step.clubs[club].reveal(ConfirmedList(manifest_sha256=league.manifest.sha256, round=1, marks={}))


def test_marks_that_nobody_made_do_not_count(league: MaskedLeague) -> None:
    step = Stepwise.begin(league).to_confirmed()
    club, *others = league.clubs
    forged = ConfirmedList(manifest_sha256=league.manifest.sha256, round=1, marks=dict.fromkeys(others, "0" * 64))

    with pytest.raises(MasksRefused, match="agree to the same list, got 1"):
        step.clubs[club].reveal(forged)


# 3. Keys that nobody signed, and thresholds that the coordinator chooses.


def test_a_key_that_the_coordinator_put_in_a_clubs_place_is_refused() -> None:
    """By signature, where a manifest names no keys for masks; test_known_nodes.py has what stops it where it does."""
    league = masked_league(4, known=False)
    step = Stepwise.begin(league).to_keys()
    asked, victim = league.clubs[:2]
    own = X25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    swapped = step.coordinator.announced[victim].model_copy(update={"mask_key": own})
    roster = step.coordinator.ask_shares()
    others = tuple(one for one in roster.announcements if one.club != victim)

    with pytest.raises(MasksRefused, match=f"signature by the enrolled key of {victim}"):
        step.clubs[asked].share(roster.model_copy(update={"announcements": (*others, swapped)}))


def test_an_announcement_signed_by_another_key_than_the_manifests_is_refused(league: MaskedLeague) -> None:
    stranger = type(league.signers["club-000"])(node_key(900))
    one_round = MaskedRound.of(league.manifest, 1)
    forged = RoundSecrets.fresh().announcement(one_round, "club-001", stranger)

    with pytest.raises(MasksRefused, match="enrolled key of club-001"):
        CoordinatorSide(league.manifest, 1, enrolled=league.enrolled).add_keys("club-001", forged)


def test_no_message_holds_a_threshold_or_a_number_of_shares() -> None:
    kinds = [kind for kind in vars(messages).values() if isinstance(kind, type) and issubclass(kind, messages.OfRound)]
    fields = {name for kind in kinds for name in kind.model_fields}

    assert len(kinds) > 10
    assert not {name for name in fields if "threshold" in name or "number" in name or "cohort" in name}


@pytest.mark.parametrize("left", [1, 2])
def test_a_roster_below_the_clubs_own_least_cohort_is_refused(league: MaskedLeague, left: int) -> None:
    step = Stepwise.begin(league).to_keys()
    roster = step.coordinator.ask_shares()
    few = roster.model_copy(update={"announcements": roster.announcements[:left]})

    with pytest.raises(MasksRefused, match=f"expected 3 of 4 clubs with keys, got {left}"):
        step.clubs[league.clubs[0]].share(few)


def test_a_list_below_the_clubs_own_least_cohort_is_refused(league: MaskedLeague) -> None:
    step = Stepwise.begin(league).to_masked()
    club = league.clubs[0]
    whole = step.coordinator.alive
    few = whole.model_copy(update={"alive": {name: whole.alive[name] for name in league.clubs[:2]}})

    with pytest.raises(MasksRefused, match="expected 3 of 4 clubs alive, got 2"):
        step.clubs[club].confirm(few)


def test_too_few_dealers_are_refused_before_a_vector_is_computed(league: MaskedLeague) -> None:
    step = Stepwise.begin(league).to_shares()
    club, other, *_ = league.clubs
    ask = step.coordinator.ask_masked(club, league.train)
    computed = []

    with pytest.raises(MasksRefused, match="that dealt shares, got 2"):
        step.clubs[club].mask(
            ask.model_copy(update={"sealed": {other: ask.sealed[other]}}),
            lambda: computed.append(1) or step.vectors[club],
        )
    assert computed == []


def test_a_copy_of_another_clubs_keys_is_refused(league: MaskedLeague) -> None:
    """A club that announced another's mask key as its own would have it put together by dropping out itself."""
    step = Stepwise.begin(league).to_keys()
    first, second = league.clubs[:2]
    body = step.coordinator.announced[first].model_dump(exclude={"signature"}) | {"club": second}
    body["signature"] = league.signers[second].sign(_signed(body)).hex()
    copy = KeyAnnouncement.model_validate(body)
    roster = step.coordinator.ask_shares()
    rest = tuple(one for one in roster.announcements if one.club != second)

    with pytest.raises(MasksRefused, match="keys of its own"):
        step.clubs[first].share(roster.model_copy(update={"announcements": (*rest, copy)}))


def _signed(body):
    return announced(KeyAnnouncement.model_validate(body | {"signature": "00" * 8}))


# 4. Secrets outside the memory of the node's own process.


def test_no_secret_of_a_club_stands_in_any_message_until_all_agreed(league: MaskedLeague) -> None:
    step = Stepwise.begin(league).to_confirmed()
    sides = step.coordinator
    sent = "".join(
        one.model_dump_json()
        for stage in (sides.announced, sides.dealt, sides.answered, sides.confirmed)
        for one in stage.values()
    )

    for side in step.clubs.values():
        secrets = side._secrets
        assert secrets.seed.hex() not in sent
        assert secrets.mask_secret.hex() not in sent
        assert secrets.seal_key.private_bytes_raw().hex() not in sent
        assert secrets.seed.hex() not in repr(secrets) + repr(side)


def test_erased_secrets_answer_nothing_new_and_repeat_what_was_answered(league: MaskedLeague) -> None:
    step = Stepwise.begin(league).to_masked()
    club = league.clubs[0]
    before = step.answer(club)

    step.clubs[club].erase()

    assert step.answer(club) == before
    with pytest.raises(MasksRefused, match="erased"):
        step.clubs[club].confirm(step.coordinator.alive)


# A key that lasts longer than one exchange.


def test_keys_are_others_in_every_round(league: MaskedLeague) -> None:
    sides = [ClubSide(league.manifest, 1, "club-000", signer=league.signers["club-000"], enrolled=league.enrolled)]
    sides.append(ClubSide(league.manifest, 1, "club-000", signer=league.signers["club-000"], enrolled=league.enrolled))
    ask = AskKeys(manifest_sha256=league.manifest.sha256, round=1)
    first, second = (side.announce(ask) for side in sides)

    assert not {first.mask_key, first.seal_key, first.seed_hash} & {second.mask_key, second.seal_key, second.seed_hash}


def test_keys_of_one_round_are_refused_in_the_next() -> None:
    league = masked_league(4, rounds=2)
    first = Stepwise.begin(league).to_keys()
    old = first.coordinator.announced["club-001"]
    second = Stepwise.begin(replace(league, number=2)).to_keys()
    rest = tuple(one for one in second.coordinator.ask_shares().announcements if one.club != "club-001")
    roster = second.coordinator.ask_shares().model_copy(update={"announcements": (*rest, old)})

    with pytest.raises(MasksRefused, match="keys made for this round, got those of another"):
        second.clubs["club-000"].share(roster)
    with pytest.raises(MasksRefused, match="campaign, round and club"):
        second.coordinator.add_keys("club-001", old)


def test_a_key_for_a_whole_campaign_would_unmask_the_round_before() -> None:
    """The attack that fresh keys stop: a club answers round 1, and drops out of round 2 under the same keys."""
    league = masked_league(4, rounds=2)
    victim = league.clubs[0]
    first = Stepwise.begin(league).to_revealed()
    second = Stepwise.begin(replace(league, number=2)).to_revealed(without=[victim])
    seed, revealed_later = first.coordinator.seeds[victim], second.coordinator.keys[victim]
    vector, roster = first.coordinator.answered[victim].values, first.coordinator.roster
    dealers, of = first.coordinator.dealers, first.coordinator.round

    with pytest.raises(MasksRefused, match="the mask key that club-000 announced"):
        opened_vector(vector, victim, dealers, seed, revealed_later, roster, of)

    lasting = first.clubs[victim]._secrets.mask_secret  # what would have been revealed
    assert opened_vector(vector, victim, dealers, seed, lasting, roster, of) == first.vectors[victim]


def test_a_second_sum_over_other_clubs_would_reveal_the_difference() -> None:
    league = masked_league(4)
    step = Stepwise.begin(league).to_revealed()
    list_before = step.coordinator.alive
    fewer = AliveList.model_validate(
        list_before.model_dump() | {"alive": {club: list_before.alive[club] for club in league.clubs[1:]}}
    )

    assert dropped(fewer) == league.clubs[:1]
    for club in league.clubs[1:]:
        with pytest.raises(MasksRefused, match="the first answer stands"):
            step.clubs[club].confirm(fewer)


def test_the_hash_of_a_roster_binds_every_announcement(league: MaskedLeague) -> None:
    step = Stepwise.begin(league).to_keys()
    one_round = MaskedRound.of(league.manifest, 1)
    announcements = step.coordinator.ask_shares().announcements
    fresh = RoundSecrets.fresh().announcement(one_round, "club-003", league.signers["club-003"])

    before = RoundKeys.checked(announcements, one_round, league.enrolled).sha256
    after = RoundKeys.checked((*announcements[:3], fresh), one_round, league.enrolled).sha256

    assert before != after
