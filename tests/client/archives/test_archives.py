"""Archives: their files are imported one by one, and one that could do harm is refused before anything is read."""

import gzip
import io
import os
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.biometrics.streams import Stream
from client.errors import NotUsed, UnreadableFile
from client.ingest.archives.members import members
from client.ingest.bounds.archive_limits import ArchiveRefused, UnpackedSize
from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer, ImportResult, find_files
from client.ingest.input_file import InputFile, load
from client.ingest.watch.finished_files import look_into
from client.vault.set_aside import set_aside_files
from client.vault.store import Vault
from policies.vocabulary import AthleteId

SRPE = "end_date_time,activity_names,perceived_exertion,duration_min\n2026-03-0{day}T10:00:00.000Z,[],5,60\n"
Take = Callable[[Path], list[ImportResult]]


@pytest.fixture
def take(vault: Vault, clock: LocalClock, athlete: AthleteId) -> Take:
    """Import one path for the athlete."""
    return Importer(vault, clock, Attribution(athlete)).take


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return found.getvalue()


def srpe(day: int) -> bytes:
    return SRPE.format(day=day).encode()


def saved(folder: Path, data: bytes, name: str = "export.zip") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_the_files_of_an_archive_are_imported_and_reported_one_by_one(tmp_path: Path, take: Take, vault: Vault) -> None:
    inner = zipped({"c.csv": srpe(3)})
    data = {
        "a.csv": srpe(1),
        "deep/b.csv.gz": gzip.compress(srpe(2)),
        "inner.zip": inner,
        "__MACOSX/._a.csv": b"x",
        "notes.csv": b"what\nis this\n",
        "photo.jpg": b"\xff\xd8\xff",
    }

    results = take(saved(tmp_path, zipped(data)))

    assert [(one.file_name, one.status) for one in results] == [
        ("export.zip/a.csv", "stored"),
        ("export.zip/deep/b.csv.gz", "stored"),
        ("export.zip/inner.zip/c.csv", "stored"),
        ("export.zip/notes.csv", "quarantined"),
        ("export.zip/photo.jpg", "skipped"),
    ]
    (athlete,) = [one.athlete for one in vault.athletes()]
    assert len([one for one in vault.read(athlete) if one.stream is Stream.SESSION_RPE]) == 3


def test_a_file_and_its_packed_copy_are_one(tmp_path: Path, take: Take) -> None:
    plain = take(saved(tmp_path, srpe(1), "srpe.csv"))
    again = take(saved(tmp_path, gzip.compress(srpe(1)), "srpe.csv.gz"))

    assert [one.status for one in (*plain, *again)] == ["stored", "skipped"]


def linked() -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        link = zipfile.ZipInfo("b.csv")
        link.external_attr = 0o120777 << 16
        archive.writestr("a.csv", srpe(1))
        archive.writestr(link, "/etc/passwd")
    return found.getvalue()


def nameless() -> bytes:
    """The name of the second file begins with a NUL, where zipfile ends it."""
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.csv", srpe(1))
        archive.writestr("~.csv", srpe(2))
    return found.getvalue().replace(b"~.csv", b"\x00.csv")


def locked() -> bytes:
    data = bytearray(zipped({"a.csv": srpe(1)}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    return bytes(data)


def overlapping() -> bytes:
    """Two entries of the directory that name the same bytes."""
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.csv", srpe(1) * 9)
        archive.filelist.append(archive.filelist[0])
        archive.filelist.append(archive.filelist[0])
    return found.getvalue()


def nested(depth: int) -> bytes:
    data = zipped({"a.csv": srpe(1)})
    for _ in range(depth):
        data = zipped({"more.zip": data})
    return data


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (zipped({"a.csv": srpe(1), "../b.csv": srpe(2)}), "leads out"),
        (zipped({"a.csv": srpe(1), "/etc/b.csv": srpe(2)}), "leads out"),
        (zipped({"a.csv": srpe(1), "x\\..\\..\\b.csv": srpe(2)}), "leads out"),
        (zipped({"a.csv": srpe(1), "C:\\b.csv": srpe(2)}), "leads out"),
        (linked(), "a link"),
        (nameless(), "no name"),
        (locked(), "password"),
        (overlapping(), "over one another"),
        (zipped({"a.csv": srpe(1), "b.csv": b"0" * 2**20}), "200 times"),
        (zipped({f"{n}.csv": b"0" * 60_000 for n in range(40)}), "200 times"),
        (nested(5), "archives in archives"),
        (zipped({"a.csv": srpe(1)})[:-30], "cut off or damaged"),
    ],
)
def test_an_archive_that_could_do_harm_is_refused_whole(
    tmp_path: Path, take: Take, vault: Vault, athlete: AthleteId, data: bytes, said: str
) -> None:
    (result,) = take(saved(tmp_path, data))

    assert (result.status, result.file_name) == ("quarantined", "export.zip")
    assert said in result.reason
    assert vault.read(athlete) == []
    assert [said in one.reason for one in set_aside_files(vault, athlete)] == [True]


def test_what_a_bomb_inside_an_archive_would_hide_is_not_read(tmp_path: Path, take: Take) -> None:
    data = zipped({"a.csv": srpe(1), "b.zip": zipped({"big.csv": b"0" * 2**20}), "c.csv": srpe(3)})

    results = take(saved(tmp_path, data))

    assert [one.status for one in results] == ["stored", "quarantined"]
    assert "200 times" in results[-1].reason


@pytest.mark.parametrize("size", [2**20, 2**25])
def test_a_gzip_bomb_is_refused_in_little_memory(tmp_path: Path, take: Take, size: int) -> None:
    path = saved(tmp_path, gzip.compress(b"0" * size), "a.csv.gz")

    tracemalloc.start()
    (result,) = take(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert result.status == "quarantined"
    assert "200 times" in result.reason
    assert peak < size / 4 + 2**21


def test_a_gzip_file_that_is_cut_off_ends_where_its_bytes_end(tmp_path: Path) -> None:
    whole = b"".join(b"%d,%d\n" % (n, n * n) for n in range(3000))
    path = saved(tmp_path, gzip.compress(whole)[:-2000], "a.csv.gz")

    (member,) = members(path)

    assert 0 < len(member.opened().data) < len(whole)
    assert whole.startswith(member.opened().data)


def test_what_stands_behind_a_gzip_file_is_no_part_of_it(tmp_path: Path) -> None:
    parts = gzip.compress(srpe(1)[:50]) + gzip.compress(srpe(1)[50:])

    for behind in (b"\x00" * 512, b"footer", b"\x1f"):
        (member,) = members(saved(tmp_path, parts + behind, "a.csv.gz"))

        assert member.opened().data == srpe(1)


def test_a_way_of_packing_that_is_not_known_is_named(tmp_path: Path, take: Take) -> None:
    data = zipped({"a.csv": srpe(1)})
    for signature, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = data.index(signature) + place
        data = data[:at] + b"\x09\x00" + data[at + 2 :]  # Deflate64, as Windows packs large files

    (result,) = take(saved(tmp_path, data))

    assert "packed in a way that is not read" in result.reason


def test_a_damaged_member_harms_no_other(tmp_path: Path, take: Take) -> None:
    data = bytearray(zipped({"a.csv": srpe(1), "b.csv": srpe(2)}, zipfile.ZIP_STORED))
    data[data.index(b"2026-03-01")] = ord("3")

    assert [one.status for one in take(saved(tmp_path, bytes(data)))] == ["quarantined", "stored"]


def test_of_a_whole_account_only_sessions_and_nights_are_read(tmp_path: Path, take: Take) -> None:
    files = {"activities.csv": b"Activity ID\n1\n", "profile.csv": b"x\n1\n", "activities/1.csv": srpe(1)}

    results = take(saved(tmp_path, zipped(files)))

    assert [one.status for one in results] == ["skipped", "skipped", "stored"]
    assert "Strava" in results[0].reason


def test_an_export_of_a_phone_in_another_language_is_one(tmp_path: Path, take: Take) -> None:
    folder = "apple_health_export"
    records = b'<HealthData><Workout duration="0"/></HealthData>'
    files = {f"{folder}/\u5bfc\u51fa.xml": records, f"{folder}/export_cda.xml": b"<ClinicalDocument/>"}
    route = {f"{folder}/workout-routes/route_1.gpx": b"<gpx/>"}

    found = take(saved(tmp_path, zipped({**files, **route})))

    assert [one.status for one in found] == ["nothing_kept", "skipped", "skipped"]


def test_no_archive_unpacks_to_more_than_four_gibibytes() -> None:
    with pytest.raises(ArchiveRefused, match="4 GiB"):
        UnpackedSize(2**30).take(2**32 + 1)


@given(st.binary(max_size=300), st.integers(0, 400))
def test_broken_archives_are_refused_by_name(noise: bytes, at: int) -> None:
    whole = zipped({"a.csv": srpe(1), "b.csv.gz": gzip.compress(srpe(2))})
    broken = whole[:at] + noise + whole[at + len(noise) :]

    for member in _members_of(broken):
        assert isinstance(member, InputFile | UnreadableFile | NotUsed)


def _members_of(data: bytes) -> Iterator[object]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        for member in members(saved(Path(folder), data)):
            try:
                yield member.opened()
            except (UnreadableFile, NotUsed) as error:
                yield error


def test_a_long_name_in_an_archive_is_shown_with_its_end(tmp_path: Path) -> None:
    path = saved(tmp_path, zipped({"f" * 30_000 + "/" + "n" * 30_000 + ".csv": srpe(6)}))

    (file,) = [one.opened() for one in members(path)]

    assert file.shown.startswith("export.zip/fff")
    assert file.shown.endswith("nnn.csv")
    assert len(file.shown) <= 401


def test_a_file_that_goes_away_between_two_looks_is_one_that_cannot_be_read(
    tmp_path: Path, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, srpe(1), "a.csv")

    def gone_after(path: Path) -> InputFile:
        file = load(path)
        path.unlink()
        return file

    monkeypatch.setattr("client.ingest.archives.members.load", gone_after)
    (result,) = take(path)

    assert (result.status, result.reason) == ("quarantined", "cannot be read from disk")


def test_a_folder_that_goes_away_while_it_is_walked_through_has_no_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        saved(tmp_path / name, srpe(1), "a.csv")
    scan = os.scandir

    def gone_when_scanned(path: Any) -> Any:
        if Path(path).name == "b":
            raise FileNotFoundError(path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", gone_when_scanned)

    assert find_files([tmp_path]) == [tmp_path / "a" / "a.csv"]
    assert set(look_into([tmp_path])) == {tmp_path / "a" / "a.csv"}
