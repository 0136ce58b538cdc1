"""Clubs that know each other by keys for masks: nobody answers in another's name, and old manifests go on as before."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from models.errors import MasksRefused
from models.masks.club_side import ClubSide
from models.masks.coordinator_side import CoordinatorSide
from models.masks.enrolled_keys import FleetKeys, FleetSigner
from models.masks.key_agreement import RoundSecrets, hash_of_known, seal_keys
from models.masks.masked_round import MaskedRound
from models.masks.messages import AliveList, ConfirmedList, KeyAnnouncement, SealedShares
from models.masks.node_line import (
    fingerprints,
    fleet_part,
    key_for_masks,
    masks_part,
    node_line,
    with_masks_part_of,
)
from models.privacy.discrete_gaussian import add_in_ring
from policies.canonical import sha256_hex
from tests.models.masks.league import MaskedLeague, masked_league, node_key
from tests.models.masks.stepwise import Stepwise


@pytest.fixture
def league() -> MaskedLeague:
    return masked_league(7)  # five are the least that a sum has


def impersonating(league: MaskedLeague, victims: list[str]) -> Stepwise:
    """A round in which the coordinator makes the announcements of `victims` itself, in the roster of all others."""
    step = Stepwise.begin(league).to_keys()
    stranger = FleetSigner(node_key(900))
    for club in victims:
        made = RoundSecrets.fresh().announcement(step.coordinator.round, club, stranger)
        step.coordinator.announced[club] = made  # past its own check: this coordinator wants it so
    return step


def dealt_without(step: Stepwise, victims: list[str]) -> Stepwise:
    """Every club but the victims deals; what is dealt in a victim's name is made up."""
    ask = step.coordinator.ask_shares()
    for club, side in step.clubs.items():
        if club not in victims:
            step.coordinator.add_shares(club, side.share(ask))
    pattern = next(iter(step.coordinator.dealt.values()))
    for club in victims:
        everybody = step.league.clubs
        made_up = {other: "ab" * 148 for other in everybody if other != club}
        changes = {"club": club, "sealed": made_up, "marks": dict.fromkeys(everybody, "0" * 128)}
        step.coordinator.add_shares(club, pattern.model_copy(update=changes))
    return step


# Lines that name a node


def test_a_nodes_line_is_the_openssh_line_with_the_same_key_for_masks_each_time() -> None:
    key = node_key(1)
    openssh = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    line = node_line(key)

    assert line == node_line(key) != node_line(node_key(2))
    assert fleet_part(line) == fleet_part(openssh) == openssh
    assert masks_part(line).public_bytes_raw() == key_for_masks(key).public_key().public_bytes_raw()
    assert masks_part(openssh) is None
    assert len(line) <= 300  # what a coordinator's table holds
    assert [name for name, _ in fingerprints(line)] == ["fleet key", "masks key"]
    assert fingerprints(line)[:1] == fingerprints(openssh)


@pytest.mark.parametrize("comment", ["", "club@laptop", "homefield-masks-", "homefield-masks-" + "0" * 63, "x y"])
def test_any_other_comment_is_no_key_for_masks(comment: str) -> None:
    openssh = fleet_part(node_line(node_key(1)))

    assert masks_part(f"{openssh} {comment}") is None
    assert with_masks_part_of(openssh, f"{openssh} {comment}") == openssh
    assert with_masks_part_of(openssh, f" {node_line(node_key(1))}\n") == node_line(node_key(1))


def test_keys_for_masks_count_only_where_every_club_has_one(league: MaskedLeague) -> None:
    lines = dict(league.manifest.clubs)

    assert FleetKeys(lines).for_masks.keys() == lines.keys()
    assert FleetKeys(lines | {"club-003": fleet_part(lines["club-003"])}).for_masks is None


@pytest.mark.parametrize("known", [True, False])
def test_sums_are_exact_with_keys_for_masks_and_without(known: bool) -> None:
    league = masked_league(6, known=known)
    vectors = league.vectors()

    total = league.rehearsal(masked=["club-002"], reveal=["club-004"]).total(vectors, league.train)

    counted = [vector for club, vector in vectors.items() if club != "club-002"]
    assert total == add_in_ring(counted, league.manifest.modulus_bits)


# A coordinator, or another club, in a club's place


def test_an_announcement_under_another_clubs_key_is_refused_by_the_coordinator(league: MaskedLeague) -> None:
    forged = RoundSecrets.fresh().announcement(
        MaskedRound.of(league.manifest, 1), "club-001", league.signers["club-002"]
    )

    with pytest.raises(MasksRefused, match="enrolled key of club-001"):
        CoordinatorSide(league.manifest, 1, enrolled=league.enrolled).add_keys("club-001", forged)


def test_too_many_clubs_impersonated_are_refused_before_a_vector_is_computed(league: MaskedLeague) -> None:
    victims = league.clubs[:3]
    step = dealt_without(impersonating(league, victims), victims)
    computed: list[int] = []

    for club in league.clubs[3:]:
        ask = step.coordinator.ask_masked(club, league.train)
        with pytest.raises(MasksRefused, match="expected 5 of 7 clubs whose shares can be read, got 4"):
            step.clubs[club].check_dealt(ask)
        with pytest.raises(MasksRefused, match="whose shares can be read"):
            step.clubs[club].mask(ask, lambda club=club: computed.append(1) or step.vectors[club])
    assert computed == []


def test_a_club_impersonated_cannot_deal_shares_nor_agree_to_a_list(league: MaskedLeague) -> None:
    """The others' sum stands with five of their own in it: as if the victim were away, and no vector is opened."""
    (victim,) = victims = league.clubs[:1]
    step = dealt_without(impersonating(league, victims), victims)
    for club in league.clubs[1:]:
        step.coordinator.add_masked(club, step.answer(club))
    alive = step.coordinator.alive
    words = {club: step.clubs[club].confirm(alive) for club in league.clubs[1:]}

    for club in league.clubs[1:]:
        marks = {other: one.marks[club] for other, one in words.items() if other != club}
        four = dict(list(marks.items())[:3])
        ask = ConfirmedList(manifest_sha256=alive.manifest_sha256, round=1, marks=four | {victim: "0" * 64})
        with pytest.raises(MasksRefused, match="agree to the same list, got 4"):
            step.clubs[club].reveal(ask)
        revealed = step.clubs[club].reveal(ConfirmedList(manifest_sha256=alive.manifest_sha256, round=1, marks=marks))
        assert victim not in revealed.seeds.keys() | revealed.keys.keys()


def test_a_roster_of_two_kinds_is_agreed_to_by_too_few(league: MaskedLeague) -> None:
    """The coordinator shows three clubs its own key in the place of one of the other four."""
    step = Stepwise.begin(league).to_keys()
    true = step.coordinator.ask_shares()
    made = RoundSecrets.fresh().announcement(step.coordinator.round, "club-000", FleetSigner(node_key(900)))
    others = tuple(one for one in true.announcements if one.club != "club-000")
    false = true.model_copy(update={"announcements": (*others, made)})
    cheated = league.clubs[4:]
    dealt = {club: side.share(false if club in cheated else true) for club, side in step.clubs.items()}

    for club in league.clubs:
        sealed = {other: one.sealed[club] for other, one in dealt.items() if other != club}
        ask = step_ask(step, club, sealed)
        with pytest.raises(MasksRefused, match=r"whose shares can be read, got [34]"):
            step.clubs[club].check_dealt(ask)


def step_ask(step: Stepwise, club: str, sealed: dict[str, str]):
    for other in step.league.clubs:  # any shares at all make the coordinator's own form of the request
        if other not in step.coordinator.dealt:
            own = {name: "ab" * 148 for name in step.league.clubs if name != other}
            marks = dict.fromkeys(step.league.clubs, "0" * 128)
            kind = {"manifest_sha256": step.league.manifest.sha256, "round": 1, "club": other}
            roster = step.coordinator.roster.sha256
            step.coordinator.dealt[other] = SealedShares(**kind, roster=roster, sealed=own, marks=marks)
    return step.coordinator.ask_masked(club, step.league.train).model_copy(update={"sealed": sealed})


def test_a_sum_spoilt_in_a_clubs_name_opens_no_vector(league: MaskedLeague) -> None:
    """Without a club's help a coordinator opens nothing: at that stage signatures count again."""
    (victim,) = victims = league.clubs[:1]
    step = impersonating(league, victims)
    fake = step.coordinator.announced[victim]
    seed = RoundSecrets.fresh()
    body = fake.model_dump() | {"mask_key": seed.mask_key.public_key().public_bytes_raw().hex()}
    step.coordinator.announced[victim] = KeyAnnouncement.model_validate(body | {"seed_hash": sha256_hex(seed.seed)})
    step = dealt_without(step, victims)
    for club in league.clubs[1:]:
        step.coordinator.add_masked(club, step.answer(club))
    spoilt = step.coordinator.answered["club-001"].model_copy(
        update={"club": victim, "values": (1 << (league.manifest.modulus_bits - 2),) * league.length}
    )
    step.coordinator.add_masked(victim, spoilt)
    alive: AliveList = step.coordinator.alive
    for club in league.clubs[1:]:
        step.coordinator.add_confirmation(club, step.clubs[club].confirm(alive))
    for club in league.clubs[1:]:
        step.coordinator.add_revealed(club, step.clubs[club].reveal(step.coordinator.ask_reveal(club)))
    step.coordinator.__dict__["seeds"] = {victim: seed.seed} | {
        club: step.clubs[club]._secrets.seed for club in league.clubs[1:]
    }

    evidence = step.coordinator.evidence()

    for club in league.clubs[1:]:
        with pytest.raises(MasksRefused, match=f"signature by the enrolled key of {victim}"):
            step.clubs[club].open(evidence)


# What keys of nodes do not open


def test_a_stolen_node_key_opens_no_share_of_a_round_that_is_over(league: MaskedLeague) -> None:
    """Keys for masks say who is who; what was sealed rests on the keys of the round, which nobody has any more."""
    step = Stepwise.begin(league).to_shares()
    first, second = league.clubs[:2]
    roster = step.coordinator.roster
    standing = league.signers[first].shared_with(league.enrolled.for_masks[second])
    used = step.clubs[first]._pairs[second]

    guessed = seal_keys(
        X25519PrivateKey.generate(), first, roster.announcements[second], roster.sha256, standing=standing
    )

    assert (guessed.to_peer, guessed.marking) != (used.to_peer, used.marking)
    own = step.clubs[first]._secrets.seal_key
    assert seal_keys(own, first, roster.announcements[second], roster.sha256, standing=standing) == used
    assert seal_keys(own, first, roster.announcements[second], roster.sha256) != used


def test_keys_of_another_round_or_campaign_are_refused_with_keys_for_masks_too(league: MaskedLeague) -> None:
    other = masked_league(7, campaign_id="another")
    step, old = Stepwise.begin(league).to_keys(), Stepwise.begin(other).to_keys()
    roster = step.coordinator.ask_shares()
    rest = tuple(one for one in roster.announcements if one.club != "club-001")

    with pytest.raises(MasksRefused, match="keys made for this round, got those of another"):
        step.clubs["club-000"].share(
            roster.model_copy(update={"announcements": (*rest, old.coordinator.announced["club-001"])})
        )


def test_the_hash_of_a_roster_moves_with_everything_in_it(league: MaskedLeague) -> None:
    step = Stepwise.begin(league).to_keys()
    of, known = step.coordinator.round, dict(step.coordinator.announced)
    one = known["club-000"]
    changed = [
        known | {"club-000": one.model_copy(update={name: other})}
        for name, other in (
            ("mask_key", "0" * 64),
            ("seal_key", "0" * 64),
            ("seed_hash", "0" * 64),
            ("signature", "0" * 16),
        )
    ]
    fewer = {club: known[club] for club in list(known)[1:]}
    hashes = {hash_of_known(found, of) for found in (known, fewer, *changed)}

    assert len({*hashes, hash_of_known(known, replace(of, number=2))}) == 7


def test_a_key_for_masks_of_low_order_is_refused(league: MaskedLeague) -> None:
    with pytest.raises(MasksRefused, match="low order"):
        league.signers["club-000"].shared_with(X25519PublicKey.from_public_bytes(bytes(32)))


def test_a_club_whose_key_for_masks_was_exchanged_in_the_manifest_reads_nobody(league: MaskedLeague) -> None:
    """Its own node refuses such a manifest at approval; the others could not be talked to in its name either way."""
    false = fleet_part(league.manifest.clubs["club-001"]) + " " + node_line(node_key(900)).split()[-1]
    lines = dict(league.manifest.clubs) | {"club-001": false}
    enrolled = FleetKeys(lines)
    step = Stepwise.begin(league)
    sides = {
        club: ClubSide(league.manifest, 1, club, signer=signer, enrolled=enrolled)
        for club, signer in league.signers.items()
    }
    step = replace(step, clubs=sides).to_shares()
    ask = step.coordinator.ask_masked("club-001", league.train)

    with pytest.raises(MasksRefused, match="whose shares can be read, got 1"):
        step.clubs["club-001"].check_dealt(ask)


def test_no_other_curve_is_taken_for_a_fleet_key() -> None:
    key = generate_private_key(SECP256R1())
    line = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()

    assert masks_part(line) is None
