"""A monitor reads the whole log again: old files that were changed after they were verified come out."""

import dataclasses
import random

import pytest

from audit.monitor.alarms import REREAD_AFTER_S, AlarmKind
from tests.audit.grown_log import tile_path
from tests.audit.monitor.watched_log import OURS, Watched
from tests.scale import scaled

K = AlarmKind
SIZE = 1_100
OLD = [tile_path(level, at, 256) for level in ("entries", "0") for at in range(4)]


def due(watched: Watched) -> None:
    """A day goes by, in which the log has published."""
    watched.now_s += REREAD_AFTER_S
    watched.serve(SIZE + 10)


def flip(watched: Watched, path: str, at: int, bit: int) -> None:
    data = watched.source.files[path]
    watched.source.files[path] = data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


def test_one_changed_byte_in_an_old_file_is_an_alarm_after_a_day_and_on_the_first_check_of_a_watch() -> None:
    seeded, watched = random.Random(5), Watched(OURS, SIZE)
    watched.check()
    good, kept, began = watched.source.files, watched.state, watched.now_s
    due(watched)
    grown = watched.source.files
    for number in range(scaled(40)):
        path = seeded.choice(OLD)
        at, bit = seeded.randrange(len(good[path])), seeded.randrange(8)
        watched.now_s, watched.source.files = began, dict(good)
        flip(watched, path, at, bit)
        assert watched.monitor.check(kept).alarms == (), "nobody has read it since"
        kinds = [alarm.kind for alarm in watched.monitor.check(kept, is_whole=True).alarms]
        watched.now_s, watched.source.files = began + REREAD_AFTER_S, dict(grown)
        flip(watched, path, at, bit)
        later = watched.monitor.check(kept)
        assert (kinds, [alarm.kind for alarm in later.alarms]) == ([K.WRONG_FILE], [K.WRONG_FILE]), (number, path, at)
        assert later.state == kept, "so that the next check reads everything again, too"


def test_an_old_file_that_is_gone_is_an_alarm_after_a_day() -> None:
    watched = Watched(OURS, SIZE)
    watched.check()
    due(watched)
    grown = watched.source.files
    for path in OLD:
        watched.source.files = {name: data for name, data in grown.items() if name != path}
        assert watched.alarms() == [K.MISSING_FILE if "entries" in path else K.WRONG_FILE], path


def test_everything_is_read_once_a_day_and_only_then() -> None:
    watched = Watched(OURS, SIZE)
    watched.check()
    began = watched.now_s
    for number, after_s in enumerate((0, 60, REREAD_AFTER_S - 1)):
        watched.now_s = began + after_s
        watched.serve(SIZE + 10 * number)
        watched.source.reads.clear()
        assert watched.alarms() == []
        assert OLD[0] not in watched.source.reads
        assert watched.state is not None
        assert watched.state.whole_at_s == began
    watched.now_s = began + REREAD_AFTER_S
    watched.serve(SIZE + 30)
    assert watched.check().is_whole
    assert set(OLD) <= set(watched.source.reads)
    assert watched.state.whole_at_s == watched.now_s


@pytest.mark.parametrize("read_at_s", [None, 0, 1 << 52])
def test_a_state_that_does_not_say_when_or_names_a_day_to_come_has_everything_read(read_at_s: int | None) -> None:
    watched = Watched(OURS, SIZE)
    watched.check()
    assert watched.state is not None
    watched.state = dataclasses.replace(watched.state, whole_at_s=read_at_s)
    flip(watched, OLD[2], 40, 0)

    assert watched.alarms() == [K.WRONG_FILE]
