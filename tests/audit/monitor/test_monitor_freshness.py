"""A monitor and time: stale logs, clocks, and checkpoints that somebody kept from earlier."""

import pytest

from audit.entries.events import EventKind
from audit.errors import BrokenState
from audit.monitor.alarms import AlarmKind
from audit.tlog.trust_policy import TrustPolicy
from tests.audit.grown_log import NOW_S, GrownLog
from tests.audit.monitor.watched_log import AGE_S, OURS, Watched, leaf

K = AlarmKind


def test_an_old_signature_is_stale() -> None:
    watched = Watched(OURS, 700)
    watched.check()
    watched.now_s += AGE_S
    assert watched.alarms() == []
    watched.now_s += 1

    (alarm,) = watched.check().alarms

    assert (alarm.kind, alarm.detail) == (K.STALE, f"the newest checkpoint was signed {AGE_S + 1} s ago")


def test_an_old_tree_under_a_new_signature_is_stale() -> None:
    watched = Watched(OURS, 700)
    watched.check()
    watched.now_s += AGE_S + 1
    watched.serve(700)

    (alarm,) = watched.check().alarms

    assert (alarm.kind, alarm.detail) == (K.STALE, f"no new heartbeat for {AGE_S + 1} s")


def test_entries_without_a_heartbeat_are_not_enough_where_heartbeats_are_expected() -> None:
    watched = Watched(OURS, 700)
    watched.check()
    watched.now_s += AGE_S + 1
    watched.serve(705)
    assert watched.alarms() == [K.STALE]
    watched.serve(710)  # the tenth of ten is one
    assert watched.alarms() == []


def test_a_log_that_states_no_time_is_stale_when_it_no_longer_grows() -> None:
    log = GrownLog.of(20)
    watched = Watched(log, 5, policy=TrustPolicy.of_keys(log.vkeys[:1]))

    def serve(size: int) -> None:
        watched.serve(size, note=log.note(size, signers=log.signers[:1]))

    serve(5)
    assert watched.alarms() == []
    watched.now_s += AGE_S + 1
    assert watched.alarms() == [K.STALE]
    serve(6)
    assert watched.alarms() == []


def test_a_time_in_the_future_is_an_alarm_and_proves_nothing() -> None:
    watched = Watched(OURS, 700)
    watched.check()
    watched.source.files["checkpoint"] = OURS.note(700, at_s=NOW_S + 10 * AGE_S)
    assert watched.alarms() == [K.DATED_AHEAD]
    watched.now_s += AGE_S + 1
    assert watched.alarms() == [K.DATED_AHEAD, K.STALE]


@pytest.mark.parametrize(("ahead_s", "words"), [(60, ""), (61, "the monitor's clock is 61 s behind the log's")])
def test_a_checkpoint_may_be_a_minute_ahead_and_beyond_it_the_alarm_says_by_how_much(ahead_s: int, words: str) -> None:
    watched = Watched(OURS, 700)
    watched.check()
    watched.source.files["checkpoint"] = OURS.note(700, at_s=NOW_S + ahead_s)

    said = [alarm.detail for alarm in watched.check().alarms]

    assert len(said) == bool(words)
    assert all(words in one for one in said)


def test_alarms_about_time_do_not_stop_the_log_from_being_followed() -> None:
    watched = Watched(OURS, 700)
    watched.check()
    watched.source.files = OURS.files(750, note=OURS.note(750, at_s=NOW_S + 10 * AGE_S))

    assert watched.alarms() == [K.DATED_AHEAD]
    assert watched.state is not None
    assert watched.state.checkpoint == OURS.checkpoint(750)


def test_a_checkpoint_you_kept_is_met_on_the_first_check() -> None:
    for size in (0, 1, 300, 512, 700):
        assert Watched(OURS, 700, known=OURS.note(size)).alarms() == []
    fork = GrownLog([*OURS.leaves[:99], leaf(EventKind.INGEST, 1), *OURS.leaves[100:]])
    for size in (100, 300, 512, 699):
        watched = Watched(OURS, 700, known=fork.note(size))
        (alarm,) = watched.check().alarms
        assert alarm.kind == K.SPLIT_VIEW
        assert alarm.evidence["known.note"] == fork.note(size)
    assert Watched(OURS, 700, known=fork.note(700)).alarms() == [K.SPLIT_VIEW]
    assert Watched(OURS, 700, known=OURS.note(701)).alarms() == [K.ROLLBACK]
    other = GrownLog.of(5, origin="other.example", seed=bytes(32))
    logs = (*TrustPolicy.of_keys(OURS.vkeys).logs, *TrustPolicy.of_keys(other.vkeys).logs)
    of_another = Watched(OURS, 700, policy=TrustPolicy(logs), known=other.note())
    with pytest.raises(BrokenState, match="expected the log"):
        of_another.check()


def test_a_checkpoint_you_kept_is_compared_also_later() -> None:
    watched = Watched(OURS, 700)
    watched.check()
    fork = GrownLog([*OURS.leaves[:99], leaf(EventKind.INGEST, 1), *OURS.leaves[100:]])
    for note, expected in ((OURS.note(300), []), (fork.note(300), [K.HISTORY_CHANGED])):
        again = Watched(OURS, 710, known=note)
        again.state = watched.state
        assert again.alarms() == expected
