"""What a club or the coordinator may try at each stage: refused or left out, and where all open, the cheat is named."""

import json

import pytest

from models.errors import BadWire, MasksLost, MasksRefused
from models.masks.evidence import is_beyond
from models.masks.key_agreement import announced
from models.masks.masked_round import MaskedRound
from models.masks.messages import (
    AskKeys,
    DealtShares,
    KeyAnnouncement,
    SealedShares,
    read_mask_request,
    read_message,
    request_bytes,
)
from models.privacy.contribution import largest_norm, largest_norm_of_sum
from models.privacy.discrete_gaussian import from_ring, noise_share, sensitivity, to_ring
from tests.models.masks.league import masked_league
from tests.models.masks.stepwise import Stepwise


def honest(league) -> dict[str, tuple[int, ...]]:
    """Every club's noise alone."""
    manifest = league.manifest
    bound = sensitivity(manifest.clip_norm, manifest.scale_bits, league.length)
    return {
        club: to_ring(noise_share(league.length, manifest.noise_multiplier, bound, 1), manifest.modulus_bits)
        for club in league.clubs
    }


def far_out(league, times: float = 3.0) -> tuple[int, ...]:
    """A vector that no honest club sends, nor all of them together."""
    value = int(times * largest_norm_of_sum(league.manifest, league.length, league.clubs))
    return to_ring([value] + [0] * (league.length - 1), league.manifest.modulus_bits)


@pytest.fixture
def league():
    return masked_league(4)


def opened(step: Stepwise) -> None:
    evidence = step.coordinator.evidence()
    for club in step.coordinator.alive.alive:
        step.coordinator.add_opened(club, step.clubs[club].open(evidence))


def test_where_the_sum_is_too_large_all_open_and_the_cheat_is_named(league) -> None:
    vectors = honest(league) | {"club-002": far_out(league)}
    step = Stepwise.begin(league, vectors).to_revealed()
    assert is_beyond(step.coordinator.total(), league.manifest, league.clubs)

    opened(step)

    assert {club: step.coordinator.vector_of(club) for club in league.clubs} == vectors
    length = league.length
    norms = {
        club: sum(v * v for v in from_ring(step.coordinator.vector_of(club), league.manifest.modulus_bits)) ** 0.5
        for club in league.clubs
    }
    assert [club for club, norm in norms.items() if norm > largest_norm(league.manifest, length, 80)] == ["club-002"]


def test_vectors_are_opened_too_where_a_club_dropped_out(league) -> None:
    vectors = honest(league) | {"club-002": far_out(league)}
    step = Stepwise.begin(league, vectors).to_revealed(without=["club-000"])

    opened(step)

    assert {club: step.coordinator.vector_of(club) for club in league.clubs[1:]} == {
        club: vectors[club] for club in league.clubs[1:]
    }


def test_an_honest_sum_is_within_the_bound_and_nobody_opens(league) -> None:
    step = Stepwise.begin(league, honest(league)).to_revealed()

    assert not is_beyond(step.coordinator.total(), league.manifest, league.clubs)
    for side in step.clubs.values():
        with pytest.raises(MasksRefused, match="within it"):
            side.open(step.coordinator.evidence())


def test_evidence_over_other_answers_or_secrets_opens_nothing(league) -> None:
    step = Stepwise.begin(league, honest(league)).to_revealed()
    true, side = step.coordinator.evidence(), step.clubs["club-000"]
    forged = true.answers[1].model_copy(update={"values": far_out(league)})

    with pytest.raises(MasksRefused, match="of the list that was agreed to"):
        side.open(true.model_copy(update={"answers": (true.answers[0], forged, *true.answers[2:])}))
    with pytest.raises(MasksRefused, match="the seed that club-001 announced"):
        side.open(true.model_copy(update={"seeds": true.seeds | {"club-001": "00" * 32}}))
    with pytest.raises(MasksRefused, match="seed of every living club"):
        side.open(true.model_copy(update={"seeds": {"club-000": true.seeds["club-000"]}}))


def test_nobody_opens_before_the_sum_is_unmasked(league) -> None:
    step = Stepwise.begin(league, honest(league) | {"club-002": far_out(league)}).to_confirmed()
    other = Stepwise.begin(league, honest(league) | {"club-002": far_out(league)}).to_revealed()

    with pytest.raises(MasksRefused, match="unmasked before"):
        step.clubs["club-000"].open(other.coordinator.evidence())


def test_an_opened_mask_that_is_not_the_announced_one_is_refused(league) -> None:
    step = Stepwise.begin(league, honest(league) | {"club-002": far_out(league)}).to_revealed()
    one = step.clubs["club-001"].open(step.coordinator.evidence())

    with pytest.raises(MasksRefused, match="the mask key that club-001 announced"):
        step.coordinator.add_opened("club-001", one.model_copy(update={"mask_secret": "11" * 32}))


def test_a_revealed_share_that_was_not_dealt_is_refused(league) -> None:
    step = Stepwise.begin(league).to_confirmed()
    one = step.clubs["club-001"].reveal(step.coordinator.ask_reveal("club-001"))
    seeds = one.seeds | {"club-002": one.seeds["club-003"]}

    with pytest.raises(MasksRefused, match="the shares that were dealt"):
        step.coordinator.add_revealed("club-001", one.model_copy(update={"seeds": seeds}))


def test_a_club_that_dealt_shares_of_no_secret_is_named(league) -> None:
    step = Stepwise.begin(league).to_keys()
    cheat = step.clubs["club-003"]
    cheat._secrets = type(cheat._secrets)(cheat._secrets.mask_key, cheat._secrets.seal_key, bytes(32))
    for club, side in step.clubs.items():
        step.coordinator.add_shares(club, side.share(step.coordinator.ask_shares()))
    for club in league.clubs:
        step.coordinator.add_masked(club, step.answer(club))
    for club in league.clubs:
        step.coordinator.add_confirmation(club, step.clubs[club].confirm(step.coordinator.alive))
    for club in league.clubs:
        step.coordinator.add_revealed(club, step.clubs[club].reveal(step.coordinator.ask_reveal(club)))

    with pytest.raises(MasksLost, match="the shares of club-003 give no secret"):
        step.coordinator.total()


def test_a_share_that_was_changed_on_its_way_is_left_out_and_the_sum_stands(league) -> None:
    step = Stepwise.begin(league).to_shares()
    for club in league.clubs:
        ask = step.coordinator.ask_masked(club, league.train)
        if club == "club-001":
            spoilt = {"club-000": "00" * 148}
            ask = ask.model_copy(update={"sealed": ask.sealed | spoilt})
        step.coordinator.add_masked(club, step.clubs[club].mask(ask, lambda club=club: step.vectors[club]))
    for club in league.clubs:
        step.coordinator.add_confirmation(club, step.clubs[club].confirm(step.coordinator.alive))
    for club in league.clubs:
        step.coordinator.add_revealed(club, step.clubs[club].reveal(step.coordinator.ask_reveal(club)))

    assert "club-000" not in step.coordinator.revealed["club-001"].seeds
    assert step.coordinator.total() == tuple(
        sum(column) % (1 << league.manifest.modulus_bits) for column in zip(*step.vectors.values(), strict=True)
    )


def test_a_list_with_another_vector_than_the_club_sent_is_refused(league) -> None:
    step = Stepwise.begin(league).to_masked()
    whole = step.coordinator.alive

    with pytest.raises(MasksRefused, match="the vector that this club has sent"):
        step.clubs["club-000"].confirm(whole.model_copy(update={"alive": whole.alive | {"club-000": "0" * 64}}))


def test_a_club_that_sent_a_vector_helps_no_list_without_it(league) -> None:
    step = Stepwise.begin(league).to_masked()
    whole = step.coordinator.alive
    others = {club: sent for club, sent in whole.alive.items() if club != "club-000"}

    with pytest.raises(MasksRefused, match="the vector that this club has sent"):
        step.clubs["club-000"].confirm(whole.model_copy(update={"alive": others}))


def test_dealers_that_this_club_has_not_masked_with_are_refused(league) -> None:
    step = Stepwise.begin(league).to_masked()
    whole = step.coordinator.alive

    for dealers in (whole.dealers[1:], (*whole.dealers, "club-009"), (*whole.dealers, "club-001")):
        with pytest.raises(MasksRefused, match="the clubs that dealt shares"):
            step.clubs["club-000"].confirm(whole.model_copy(update={"dealers": dealers}))


def test_a_vector_enters_one_sum_only(league) -> None:
    step = Stepwise.begin(league).to_masked()
    ask = step.coordinator.ask_masked("club-000", league.train)
    other = ask.model_copy(update={"sealed": {club: one for club, one in ask.sealed.items() if club != "club-003"}})

    assert step.clubs["club-000"].mask(ask, list) == step.coordinator.answered["club-000"]
    with pytest.raises(MasksRefused, match="the first answer stands"):
        step.clubs["club-000"].mask(other, lambda: step.vectors["club-000"])


def test_what_stops_the_vector_leaves_the_stage_to_be_asked_again(league) -> None:
    step = Stepwise.begin(league).to_shares()
    ask, side = step.coordinator.ask_masked("club-000", league.train), step.clubs["club-000"]

    def refuses():
        raise ConnectionError

    with pytest.raises(ConnectionError):
        side.mask(ask, refuses)

    assert side.mask(ask, lambda: step.vectors["club-000"]).club == "club-000"


def test_stages_are_asked_in_order_and_for_this_round(league) -> None:
    step = Stepwise.begin(league).to_shares()
    fresh, ask = Stepwise.begin(league).clubs["club-000"], step.coordinator.ask_masked("club-000", league.train)

    with pytest.raises(MasksRefused, match="shares to be dealt before"):
        fresh.mask(ask, lambda: step.vectors["club-000"])
    with pytest.raises(MasksRefused, match="the keys that this node holds"):
        fresh.share(step.coordinator.ask_shares())
    with pytest.raises(MasksRefused, match="a request for this round"):
        fresh.announce(AskKeys(manifest_sha256="0" * 64, round=1))


@pytest.mark.parametrize(
    "changes", [{"club": "club-001"}, {"round": 2}, {"manifest_sha256": "0" * 64}], ids=["club", "round", "campaign"]
)
def test_answers_of_another_club_round_or_campaign_are_refused(league, changes) -> None:
    step = Stepwise.begin(league).to_keys()
    shares = step.clubs["club-000"].share(step.coordinator.ask_shares()).model_copy(update=changes)

    with pytest.raises(MasksRefused, match="of this campaign, round and club"):
        step.coordinator.add_shares("club-000", shares)


def test_shares_for_some_of_the_roster_are_refused(league) -> None:
    step = Stepwise.begin(league).to_keys()
    shares = step.clubs["club-000"].share(step.coordinator.ask_shares())
    fewer = {club: one for club, one in shares.sealed.items() if club != "club-001"}

    with pytest.raises(MasksRefused, match="every other club of the roster"):
        step.coordinator.add_shares("club-000", shares.model_copy(update={"sealed": fewer}))


def test_a_vector_of_another_length_or_modulus_is_refused(league) -> None:
    step = Stepwise.begin(league).to_shares()
    one = step.answer("club-000")

    for values in (one.values[1:], (2**61, *one.values[1:])):
        with pytest.raises(MasksRefused, match="length and modulus"):
            step.coordinator.add_masked("club-000", one.model_copy(update={"values": values}))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"masking": "none"}, "whose sums are masked"),
        ({"min_honest_clubs": 2}, "all the noise of every club"),
        ({"clubs": {"club-000": "k", "club-001": "k"}}, "at least 3 clubs"),
    ],
)
def test_campaigns_that_cannot_be_masked_are_refused(league, changes, said) -> None:
    with pytest.raises(MasksRefused, match=said):
        MaskedRound.of(league.manifest.model_copy(update=changes), 1)


def test_requests_are_read_as_they_were_written_and_nothing_else_is(league) -> None:
    step = Stepwise.begin(league).to_shares()
    for ask in (step.coordinator.ask_keys(), step.coordinator.ask_shares()):
        assert read_mask_request(request_bytes(ask)) == ask
    dealt = step.coordinator.ask_masked("club-000", league.train)
    read = read_mask_request(request_bytes(dealt))
    assert isinstance(read, DealtShares)
    assert read == dealt

    for data in (b"", b"{}", b'{"ask": {"stage": "open"}}', b"[]", request_bytes(dealt)[:-3]):
        with pytest.raises(BadWire):
            read_mask_request(data)
    with pytest.raises(BadWire, match="expected a KeyAnnouncement"):
        read_message(KeyAnnouncement, b"{}")
    body = step.coordinator.dealt["club-000"].model_dump() | {"heart_rate": 60}
    with pytest.raises(BadWire, match="expected a SealedShares; heart_rate"):
        read_message(SealedShares, json.dumps(body).encode())


def forged(league, step: Stepwise, club: str, **changes: str) -> KeyAnnouncement:
    """An announcement of a club with other keys than it made, signed by its own node."""
    body = step.coordinator.announced[club].model_dump() | changes
    unsigned = KeyAnnouncement.model_validate(body | {"signature": "00" * 8})
    return unsigned.model_copy(update={"signature": league.signers[club].sign(announced(unsigned)).hex()})


def test_a_public_key_of_low_order_is_refused(league) -> None:
    step = Stepwise.begin(league).to_keys()
    signed = forged(league, step, "club-001", seal_key="00" * 32)
    roster = step.coordinator.ask_shares()
    rest = tuple(one for one in roster.announcements if one.club != "club-001")

    with pytest.raises(MasksRefused, match="low order"):
        step.clubs["club-000"].share(roster.model_copy(update={"announcements": (*rest, signed)}))
    with pytest.raises(MasksRefused, match="low order"):
        step.coordinator.add_keys("club-001", signed)


def test_the_keys_of_another_club_cost_the_copier_the_round_and_nobody_else(league) -> None:
    step = Stepwise.begin(league).to_keys()
    copy = forged(league, step, "club-001", mask_key=step.coordinator.announced["club-000"].mask_key)

    with pytest.raises(MasksRefused, match="keys of its own"):
        step.coordinator.add_keys("club-001", copy)
    assert len(step.coordinator.ask_shares().announcements) == 4
