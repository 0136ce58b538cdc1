"""A monitor asks the witnesses: what it makes of those that agree, lag, lie, are ahead or hold another history."""

import dataclasses
from collections.abc import Callable

import httpx
import pytest

from audit.entries.events import EventKind
from audit.monitor.alarms import AlarmKind
from audit.monitor.notify import check_json, check_line
from audit.monitor.witness_lookup import WitnessStatus
from audit.tlog.checkpoint import Checkpoint
from audit.tlog.note import sign_note
from audit.tlog.note_keys import Signer
from tests.audit.grown_log import NOW_S, GrownLog, tile_path
from tests.audit.monitor.watched_log import AGE_S, OURS, ShownByWitnesses, Watched, leaf

K = AlarmKind


@pytest.fixture
def ring() -> ShownByWitnesses:
    return ShownByWitnesses()


def watched_with(ring: ShownByWitnesses, size: int) -> Watched:
    watched = Watched(OURS, size, policy=ring.policy, witnesses=ring.lookup())
    watched.serve(size, note=ring.note(OURS, size, by=(0,)))
    return watched


def test_a_quorum_is_asked_for(ring: ShownByWitnesses) -> None:
    watched = watched_with(ring, 700)
    assert watched.alarms() == []
    watched.serve(710)
    assert watched.alarms() == [K.QUORUM_MISSING]
    watched.serve(710, note=ring.note(OURS, 710, by=(1,)))
    assert watched.alarms() == []


def test_an_empty_log_needs_no_witness(ring: ShownByWitnesses) -> None:
    assert Watched(OURS, 0, policy=ring.policy).alarms() == []


def test_a_rollback_without_witnesses_is_called_a_rollback(ring: ShownByWitnesses) -> None:
    watched = watched_with(ring, 700)
    watched.check()
    watched.serve(690)

    assert watched.alarms() == [K.ROLLBACK]


def test_witnesses_that_agree_or_are_behind_are_fine(ring: ShownByWitnesses) -> None:
    watched = watched_with(ring, 700)
    ring.show(0, ring.note(OURS, 700, by=(0,)))
    ring.show(1, ring.note(OURS, 423, by=(1,)))

    check = watched.check()

    assert check.alarms == ()
    assert [view.status for view in check.witnesses] == [WitnessStatus.AGREES, WitnessStatus.BEHIND]


def test_only_witnesses_that_vouch_for_this_size_are_counted(ring: ShownByWitnesses) -> None:
    watched = watched_with(ring, 700)
    ring.show(0, ring.note(OURS, 710, by=(0,)))  # has cosigned the 700 as well
    ring.show(1, ring.note(OURS, 423, by=(1,)))

    check = watched.check()

    line = check_line(check)
    assert "1 of 2 witnesses vouch for this size, w0 has seen 710 already, w1 has seen no more than 423" in line
    assert [one["vouches"] for one in check_json(check, [])["witnesses"]] == [True, False]
    watched.serve(705, note=ring.note(OURS, 705, by=(1,)))
    assert "1 of 2 witnesses vouch" in check_line(watched.check())
    watched.monitor.policy = dataclasses.replace(ring.policy, quorum="none")
    watched.serve(706, note=OURS.note(706))
    assert "0 of 2 witnesses vouch" in check_line(watched.check())
    ring.show(1, ring.note(OURS, 706, by=(1,)))
    assert "1 of 2 witnesses vouch" in check_line(watched.check())


@pytest.mark.parametrize(("behind", "is_late"), [(10, False), (120, False), (140, True), (400, True)])
def test_a_log_that_shows_us_yesterday_while_its_witnesses_go_on_is_an_alarm(
    ring: ShownByWitnesses, behind: int, *, is_late: bool
) -> None:
    """Both grow by an entry a minute; what we are shown was signed just now, and all witnesses saw more just now."""
    watched = Watched(OURS, 700, policy=ring.policy, witnesses=ring.lookup())
    kinds: list[AlarmKind] = []
    for minute in range(0, 200, 10):
        watched.now_s = NOW_S + 60 * minute
        watched.serve(700 + minute, note=ring.note(OURS, 700 + minute, by=(0,), at_s=watched.now_s))
        for number in range(2):
            ring.show(number, ring.note(OURS, 700 + minute + behind, by=(number,), at_s=watched.now_s))
        kinds += watched.alarms()

    assert set(kinds) == ({K.WITNESS_AHEAD} if is_late else set())


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (lambda: httpx.Response(404), WitnessStatus.NOTHING),
        (lambda: httpx.Response(500), WitnessStatus.UNREACHABLE),
        (lambda: httpx.Response(302, headers={"Location": "https://w1.example/"}), WitnessStatus.UNREACHABLE),
        (lambda: httpx.Response(200, content=b"\xff"), WitnessStatus.UNUSABLE),
        (lambda: httpx.Response(200, content=OURS.note(900)), WitnessStatus.UNUSABLE),
        (
            lambda: httpx.Response(200, content=ShownByWitnesses().note(GrownLog.of(9), 9, by=(1,))),
            WitnessStatus.UNUSABLE,
        ),
        (lambda: httpx.Response(200, content=b"a" * 1_100_000), WitnessStatus.UNREACHABLE),
    ],
)
def test_a_witness_that_shows_nothing_of_use_proves_nothing(
    ring: ShownByWitnesses, answer: Callable[[], httpx.Response], status: WitnessStatus
) -> None:
    watched = watched_with(ring, 700)
    ring.shows["w0.example"] = answer

    check = watched.check()

    assert check.alarms == ()
    assert check.witnesses[0].status is status


def test_a_witness_whose_checkpoint_the_log_did_not_sign_proves_nothing(ring: ShownByWitnesses) -> None:
    watched = watched_with(ring, 700)
    body = Checkpoint(OURS.origin, 900, bytes(32)).body
    ring.show(0, sign_note(body, [Signer.generate(OURS.origin), ring.signers[0]], timestamp_s=NOW_S))

    check = watched.check()

    assert (check.alarms, check.witnesses[0].status) == ((), WitnessStatus.UNUSABLE)


@pytest.mark.parametrize("size", [1, 300, 512, 699, 700])
def test_a_witness_that_holds_another_history_is_a_split_view(ring: ShownByWitnesses, size: int) -> None:
    fork = GrownLog([leaf(EventKind.INGEST, 1), *OURS.leaves[1:]])
    watched = watched_with(ring, 700)
    held = ring.note(fork, size, by=(1,))
    ring.show(1, held)

    (alarm,) = watched.check().alarms

    assert alarm.kind == K.SPLIT_VIEW
    assert alarm.evidence["held-by-witness.note"] == held
    assert alarm.evidence["shown.note"] == watched.source.files["checkpoint"]
    assert watched.state is None


def test_a_damaged_tile_is_not_blamed_on_a_witness(ring: ShownByWitnesses) -> None:
    watched = watched_with(ring, 1_100)
    watched.check()
    ring.show(1, ring.note(OURS, 300, by=(1,)))
    path = tile_path("0", 1, 256)
    watched.source.files[path] = bytes(len(watched.source.files[path]))

    assert watched.alarms() == [K.WRONG_FILE]


def test_a_witness_may_be_ahead_for_a_while_but_not_for_long(ring: ShownByWitnesses) -> None:
    watched = watched_with(ring, 700)
    ring.show(1, ring.note(OURS, 710, by=(1,)))
    check = watched.check()
    assert (check.alarms, check.witnesses[1].status) == ((), WitnessStatus.AHEAD)
    watched.now_s += AGE_S + 1
    watched.serve(709, note=ring.note(OURS, 709, by=(0,), at_s=watched.now_s))
    assert K.WITNESS_AHEAD in watched.alarms()
    watched.serve(710, note=ring.note(OURS, 710, by=(0,), at_s=watched.now_s))
    assert watched.alarms() == []


def test_what_a_witness_saw_ahead_must_come_true(ring: ShownByWitnesses) -> None:
    """The witness is shown one history, we another: it comes out when our log gets as far."""
    fork = GrownLog([*OURS.leaves[:705], leaf(EventKind.INGEST, 1), *OURS.leaves[706:]])
    watched = watched_with(ring, 700)
    held = ring.note(fork, 710, by=(1,))
    ring.show(1, held)
    assert watched.alarms() == []
    ring.shows.clear()  # the witness is gone; what it showed is kept
    watched.serve(720, note=ring.note(OURS, 720, by=(0,)))

    (alarm,) = watched.check().alarms

    assert (alarm.kind, alarm.evidence["held.note"]) == (K.SPLIT_VIEW, held)


def test_two_witnesses_ahead_that_contradict_each_other_are_a_split_view(ring: ShownByWitnesses) -> None:
    fork = GrownLog([*OURS.leaves[:705], leaf(EventKind.INGEST, 1), *OURS.leaves[706:]])
    watched = watched_with(ring, 700)
    ring.show(0, ring.note(OURS, 710, by=(0,)))
    ring.show(1, ring.note(fork, 710, by=(1,)))

    (alarm,) = watched.check().alarms

    assert alarm.kind == K.SPLIT_VIEW
    assert len(alarm.evidence) == 3
