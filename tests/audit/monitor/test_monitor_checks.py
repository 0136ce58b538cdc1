"""A monitor against a log that grows, and against every way in which its files can misbehave."""

import itertools
import random

import pytest

from audit.entries.events import EventKind
from audit.errors import SourceUnavailable
from audit.monitor.alarms import SENTENCES, AlarmKind
from audit.monitor.monitor import ATTEMPTS
from audit.tlog.note import sign_note
from audit.tlog.note_keys import Signer
from tests.audit.grown_log import GrownLog, tile_path
from tests.audit.monitor.watched_log import OURS, Watched, leaf
from tests.scale import scaled

K = AlarmKind


def test_the_first_check_verifies_everything_and_says_that_it_is_the_first() -> None:
    watched = Watched(OURS, 700)

    check = watched.check()

    assert (check.alarms, check.is_first, check.new_entries) == ((), True, 700)
    assert check.checkpoint == OURS.checkpoint(700)
    read = set(watched.source.reads)
    assert read == set(watched.source.files)


@pytest.mark.parametrize(
    "sizes", [[0, 1, 2], [1, 255, 256, 257], [250, 512, 513], [700, 700, 1_300], [0, 0, 1_024, 1_025]]
)
def test_a_growing_log_is_followed_from_where_it_was(sizes: list[int]) -> None:
    watched = Watched(OURS, sizes[0])
    last = 0
    for number, size in enumerate(sizes):
        watched.now_s += 60
        watched.serve(size)
        check = watched.check()
        assert (check.alarms, check.new_entries, check.is_first) == ((), size - last, number == 0)
        assert watched.state is not None
        assert watched.state.checkpoint == OURS.checkpoint(size)
        last = size


def test_only_what_is_new_is_read_again() -> None:
    watched = Watched(OURS, 1_030)
    watched.check()
    watched.source.reads.clear()
    watched.serve(1_040)
    watched.check()

    assert set(watched.source.reads) == {
        "checkpoint",
        tile_path("entries", 4, 16),
        tile_path("0", 4, 16),
        tile_path("1", 0, 4),
    }


def test_partial_tiles_that_gave_way_to_full_ones_are_no_alarm() -> None:
    watched = Watched(OURS, 200)
    watched.check()
    grown = OURS.files(1_300)
    watched.source.files = {**grown, "checkpoint": OURS.note(210)}

    assert watched.alarms() == []


def test_a_log_of_another_format_is_followed_too() -> None:
    watched = Watched(GrownLog.of(600), 300)
    assert watched.alarms() == []
    watched.serve(600)
    assert watched.alarms() == []
    assert watched.state is not None
    assert (watched.state.is_foreign, watched.state.has_heartbeats) == (True, False)


def test_fewer_entries_than_before_are_an_alarm_with_both_checkpoints() -> None:
    watched = Watched(OURS, 700)
    watched.check()
    kept = watched.state
    watched.serve(690)

    check = watched.check()

    (alarm,) = check.alarms
    assert (alarm.kind, alarm.sentence) == (K.ROLLBACK, SENTENCES[K.ROLLBACK])
    assert alarm.evidence == {"shown.note": OURS.note(690), "kept.note": OURS.note(700)}
    assert watched.state == kept
    assert watched.pauses[-(ATTEMPTS - 1) :] == [2.0, 2.0]


def test_an_older_checkpoint_from_a_cache_is_looked_at_again() -> None:
    watched = Watched(OURS, 700)
    watched.check()
    watched.serve(690)
    watched.monitor._pause = lambda _: watched.serve(710)

    assert watched.alarms() == []


def test_one_size_with_two_roots_is_a_split_view() -> None:
    watched, fork = Watched(OURS, 700), GrownLog([*OURS.leaves[:699], leaf(EventKind.INGEST, 9_999)])
    watched.check()
    watched.serve(700, log=fork)

    (alarm,) = watched.check().alarms

    assert alarm.kind == K.SPLIT_VIEW
    assert alarm.evidence == {"shown.note": fork.note(700), "kept.note": OURS.note(700)}


@pytest.mark.parametrize("changed_at", [0, 300, 511, 512, 699])
@pytest.mark.parametrize("size", [701, 800, 1_100])
def test_a_changed_history_is_noticed_wherever_it_was_changed(changed_at: int, size: int) -> None:
    leaves = list(OURS.leaves)
    leaves[changed_at] = leaf(EventKind.INGEST, 9_999)
    watched = Watched(OURS, 700)
    watched.check()
    watched.serve(size, log=GrownLog(leaves))

    assert watched.alarms() == [K.HISTORY_CHANGED]


def test_a_removed_entry_is_noticed() -> None:
    watched = Watched(OURS, 700)
    watched.check()
    watched.serve(800, log=GrownLog([*OURS.leaves[:100], *OURS.leaves[101:]]))

    assert watched.alarms() == [K.HISTORY_CHANGED]


@pytest.mark.parametrize(
    ("note", "kind"),
    [
        (b"", K.MALFORMED_CHECKPOINT),
        (b"\xff\xfe", K.MALFORMED_CHECKPOINT),
        (b"hello\n", K.MALFORMED_CHECKPOINT),
        (sign_note("log.example/2026\n1\n", [OURS.signers[0]]), K.MALFORMED_CHECKPOINT),
        (sign_note(OURS.checkpoint(9).body, [Signer.generate(OURS.origin)]), K.BAD_SIGNATURE),
        (OURS.note(9, signers=OURS.signers[:1]), K.BAD_SIGNATURE),
        (OURS.note(9).replace(b"\n9\n", b"\n8\n"), K.BAD_SIGNATURE),
        (GrownLog.of(9, origin="other.example").note(), K.BAD_SIGNATURE),
    ],
    ids=itertools.count(),  # the bytes hold fresh signatures, and two processes must name a test alike
)
def test_a_checkpoint_that_cannot_be_believed(note: bytes, kind: AlarmKind) -> None:
    watched = Watched(OURS, 5)
    watched.check()
    kept = watched.state
    watched.source.files["checkpoint"] = note

    check = watched.check()

    assert [alarm.kind for alarm in check.alarms] == [kind]
    assert check.checkpoint is None
    assert watched.state == kept


def test_a_file_that_is_not_handed_out() -> None:
    for path in list(OURS.files(700)):
        watched = Watched(OURS, 700)
        del watched.source.files[path]
        expected = K.MISSING_FILE if path.startswith(("checkpoint", "tile/entries")) else K.WRONG_FILE
        assert watched.alarms() == [expected], path
        assert watched.state is None


def test_a_file_with_one_changed_bit_is_noticed() -> None:
    seeded = random.Random(7)
    for path, data in OURS.files(700).items():
        for at in [0, len(data) - 1, *(seeded.randrange(len(data)) for _ in range(4))]:
            watched = Watched(OURS, 300)
            watched.check()
            watched.serve(700)
            changed = data[:at] + bytes([data[at] ^ 1 << seeded.randrange(8)]) + data[at + 1 :]
            watched.source.files[path] = changed if path != "checkpoint" else OURS.note(700)[:-2] + b"\n"
            kinds = watched.alarms()
            if path.startswith("tile") and path in OURS.files(256):
                assert kinds == [], path  # full when it was verified: nobody reads it again
            else:
                assert len(kinds) == 1, (path, at)


def test_a_fault_of_the_disk_is_not_called_a_changed_history() -> None:
    """One bundle or one tile that does not fit leaves the rest of the tree to prove what happened."""
    for path in (tile_path("entries", 2, 188), tile_path("0", 2, 188), tile_path("1", 0, 2)):
        watched = Watched(OURS, 600)
        watched.check()
        watched.serve(700)
        data = watched.source.files[path]
        watched.source.files[path] = data[:40] + bytes([data[40] ^ 1]) + data[41:]
        (alarm,) = watched.check().alarms
        assert alarm.kind == K.WRONG_FILE, path
        assert path in alarm.detail


def test_an_entry_in_another_format_is_noticed() -> None:
    for at, entry in (
        (600, b"not ours"),
        (699, OURS.leaves[5][:-1]),
        (650, OURS.leaves[3].replace(b"Quiet", b"Qu\xffet")),
    ):
        leaves = [*OURS.leaves[:at], entry, *OURS.leaves[at:]]
        watched = Watched(GrownLog(leaves), 600)
        watched.check()
        watched.serve(701)
        (alarm,) = watched.check().alarms
        assert (alarm.kind, alarm.detail) == (K.MALFORMED_ENTRY, f"entry {at} is not in the log's format")


def test_an_entry_of_ours_in_a_foreign_log_is_noticed() -> None:
    watched = Watched(GrownLog([b"not ours", b"neither", OURS.leaves[0]]), 2)
    watched.check()
    watched.serve(3)

    assert watched.alarms() == [K.MALFORMED_ENTRY]


def test_a_log_that_cannot_be_reached_says_nothing_about_the_log() -> None:
    watched = Watched(OURS, 700)
    watched.check()
    watched.serve(800)
    good = watched.source.read
    for path in (*watched.source.files,):

        def failing(wanted: str, path: str = path) -> bytes | None:
            if wanted == path:
                raise SourceUnavailable("cannot reach the log")
            return good(wanted)

        watched.source.read = failing  # type: ignore[method-assign]
        try:
            assert watched.monitor.check(watched.state).alarms == ()
            assert path not in OURS.files(800) or path in OURS.files(512)
        except SourceUnavailable:
            continue


def test_every_kind_has_its_sentence() -> None:
    assert set(SENTENCES) == set(AlarmKind)
    assert all(text.endswith(".") and "\n" not in text for text in SENTENCES.values())


def test_seeded_tamperings_with_what_is_new_are_all_noticed() -> None:
    seeded, base = random.Random(11), Watched(OURS, 300)
    base.check()
    grown = OURS.files(700)
    fresh = [path for path in grown if path not in OURS.files(256) or path == "checkpoint"]
    for number in range(scaled(100)):
        watched = Watched(OURS, 0)
        watched.state = base.state
        watched.source.files = files = dict(grown)
        path, action = seeded.choice(fresh), seeded.choice(["flip", "delete", "cut", "add", "swap"])
        data, at = files[path], seeded.randrange(len(files[path]))
        other = seeded.choice([one for one in fresh if one != path])
        match action:
            case "flip":
                files[path] = data[:at] + bytes([data[at] ^ 1 << seeded.randrange(8)]) + data[at + 1 :]
            case "delete":
                del files[path]
            case "cut":
                files[path] = data[:at]
            case "add":
                files[path] = data + seeded.randbytes(32)
            case "swap":
                files[path], files[other] = files[other], data

        assert len(watched.alarms()) == 1, (number, path, action)
        assert watched.state == base.state
