"""How far a file is read is told while it is read, moves only forwards, and changes nothing of what is read."""

import io
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from client.biometrics.reading_progress import BUFFER, ReadShare, reading_told_to, watched
from client.commands.files.byte_bar import ByteBar
from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.vault.store import Vault
from policies.vocabulary import AthleteId


@given(data=st.binary(max_size=60), acts=st.lists(st.tuples(st.booleans(), st.integers(0, 70)), max_size=8))
def test_a_watched_stream_reads_as_the_stream_itself(data: bytes, acts: list[tuple[bool, int]]) -> None:
    with io.BytesIO(data) as plain, watched(io.BytesIO(data), len(data)) as told:
        for is_seek, number in acts:
            if is_seek:
                assert plain.seek(number) == told.seek(number)
            else:
                assert plain.read(number) == told.read(number)
            assert plain.tell() == told.tell()
        assert (plain.seek(-1, io.SEEK_END) if data else 0) == (told.seek(-1, io.SEEK_END) if data else 0)
        assert plain.read() == told.read()


def test_the_share_moves_at_every_reading_and_never_back() -> None:
    said = list[float]()
    share = ReadShare(said.append)
    with reading_told_to(share):
        for _ in range(3):
            with watched(io.BytesIO(bytes(3 * BUFFER)), 3 * BUFFER) as stream:
                stream.read()

    assert len(said) >= 9
    assert said == sorted(said)
    assert 0 < said[0] < said[-1] < 1


def test_the_bar_of_an_import_moves_within_one_file_and_ends_at_its_size(
    vault: Vault, athlete: AthleteId, tmp_path: Path
) -> None:
    files = [tmp_path / "large.csv", tmp_path / "small.csv", tmp_path / "gone.csv"]
    files[0].write_text("a,b\n" + "1,2\n" * (BUFFER // 2))
    files[1].write_text("a,b\n1,2\n")
    shown = list[tuple[int, int]]()
    bar = ByteBar(lambda done, total: shown.append((done, total)), files)
    importer = Importer(vault, LocalClock(UTC, datetime(2026, 11, 23, tzinfo=UTC)), Attribution(athlete))

    with reading_told_to(bar.told):
        importer.take_files(files, on_file=bar.finish)

    sizes = [files[0].stat().st_size, files[1].stat().st_size]
    done = [one for one, _ in shown]
    assert {total for _, total in shown} == {sum(sizes)}
    assert done == sorted(done)
    assert done[-1] == sum(sizes)
    assert len({one for one in done if one < sizes[0]}) >= 4
