"""`ingest --watch`: finished files are taken, nothing is lost by moving or deleting, what lies there is said."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from client.commands.files.watching import watch
from client.errors import ClientError, ConsentUnavailable
from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.ingest.results.file_answer import FileAnswer, answers
from client.ingest.watch.after_import import AfterImport
from client.ingest.watch.finished_files import FileStamp, FinishedFiles, look_into
from client.vault.store import Vault
from policies.vocabulary import AthleteId

Run = Callable[..., tuple[int, str, str]]
Take = Callable[[Sequence[Path]], list[list[FileAnswer]]]
GOOD = "end_date_time,perceived_exertion,duration_min\n2026-03-02T17:00:00Z,6,60\n"
HALF = GOOD + "soon,7,45\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder to watch."""
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


@pytest.fixture
def take(vault: Vault, athlete: AthleteId, clock: LocalClock) -> Take:
    importer = Importer(vault, clock, Attribution(athlete))
    return lambda paths: [answers(importer.take_files([path])) for path in paths]


def looks(*found: Mapping[str, int]) -> FinishedFiles:
    """One look after another: names and sizes."""
    rounds = iter([{Path(name): FileStamp(size, size, 1) for name, size in one.items()} for one in found])
    return FinishedFiles(lambda: next(rounds))


def watched(
    folder: Path, take: Take, *rounds: Callable[[], object], after: AfterImport = AfterImport.KEEP
) -> list[str]:
    """Watch a folder, doing one thing after each look; two more looks follow. Returns names and statuses."""
    shown: list[str] = []
    waiting = iter([*rounds, lambda: None, lambda: None])

    def pause() -> bool:
        step = next(waiting, None)
        if step is not None:
            step()
        return step is None

    def show(found: list[FileAnswer]) -> None:
        shown.extend(f"{one.first.file_name} {one.status}" for one in found)

    watch([folder], take, after=after, pause=pause, show=show)
    return shown


def test_a_file_is_handed_out_once_when_two_looks_agree_and_again_when_it_grows() -> None:
    finished = looks(
        {"a": 1}, {"a": 2, "b": 5}, {"a": 2, "b": 5}, {"a": 2, "b": 6}, {"a": 2, "b": 6}, {"b": 6}, {"a": 2}
    )

    found = [sorted(map(str, finished.next())) for _ in range(7)]

    assert found == [[], [], ["a", "b"], [], ["b"], [], []]


def test_an_empty_file_is_one_that_is_about_to_be_written() -> None:
    finished = looks({"a": 0}, {"a": 0}, {"a": 9}, {"a": 9})

    assert [len(finished.next()) for _ in range(4)] == [0, 0, 0, 1]


def test_hidden_files_links_and_copies_in_progress_are_not_looked_at(tmp_path: Path) -> None:
    for name in (
        "srpe.csv",
        ".hidden.csv",
        "~$srpe.xlsx",
        "a.csv.part",
        "taken/old.csv",
        ".sync/b.csv",
        "p01/srpe.csv",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(GOOD)
    (tmp_path / "link.csv").symlink_to(tmp_path / "srpe.csv")

    assert [str(path.relative_to(tmp_path)) for path in look_into([tmp_path])] == ["p01/srpe.csv", "srpe.csv"]


@pytest.mark.parametrize(
    ("after", "left"),
    [
        (AfterImport.KEEP, ["good.csv", "half.csv", "other.csv"]),
        (AfterImport.MOVE, ["half.csv", "other.csv", "taken/good.csv"]),
        (AfterImport.DELETE, ["half.csv", "other.csv"]),
    ],
)
def test_only_a_file_that_was_stored_whole_is_moved_or_deleted(
    folder: Path, take: Take, after: AfterImport, left: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in (("good.csv", GOOD), ("half.csv", HALF), ("other.csv", "a,b\n1,2\n")):
        (folder / name).write_text(text)

    shown = watched(folder, take, after=after)

    assert shown == ["good.csv stored", "half.csv skipped", "other.csv quarantined"]
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*.csv")) == left
    said = capsys.readouterr().out.splitlines()
    assert said[-1].startswith(f"{len(left)} files lie in the clear in ")
    assert said[0].startswith(f"Watching {folder}, looked into every 5 seconds")
    assert said[0].endswith("Ctrl-C ends it.")


def test_a_file_moved_under_a_name_that_is_taken_replaces_nothing(folder: Path, take: Take) -> None:
    (folder / "good.csv").write_text(GOOD)

    watched(folder, take, lambda: None, lambda: (folder / "good.csv").write_text(GOOD), after=AfterImport.MOVE)

    assert sorted(path.name for path in (folder / "taken").iterdir()) == ["good (2).csv", "good.csv"]


def test_a_file_that_was_written_to_while_it_was_imported_stays(folder: Path, take: Take) -> None:
    path = folder / "good.csv"
    path.write_text(GOOD)

    def take_slowly(paths: Sequence[Path]) -> list[list[FileAnswer]]:
        found = take(paths)
        with path.open("a") as more:
            more.write("2026-03-03T17:00:00Z,7,45\n")
        return found

    watch([folder], take_slowly, after=AfterImport.DELETE, pause=iter([False, True]).__next__, show=lambda _: None)

    assert path.read_text().endswith("7,45\n")


def test_where_the_log_cannot_take_it_the_files_come_again(
    folder: Path, take: Take, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "good.csv").write_text(GOOD)
    attempts: list[int] = []

    def take_later(paths: Sequence[Path]) -> list[list[FileAnswer]]:
        attempts.append(len(paths))
        if len(attempts) == 1:
            raise ConsentUnavailable("the log cannot take it now")
        return take(paths)

    shown = watched(folder, take_later, lambda: None, after=AfterImport.DELETE)

    assert (attempts, shown) == ([1, 1], ["good.csv stored"])
    assert "nothing was imported at this look" in capsys.readouterr().err
    assert not (folder / "good.csv").exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--after", "move"], "add --watch"),
        (["--watch", "--dry-run"], "without --dry-run"),
    ],
)
def test_options_that_mean_nothing_alone(
    node_of_one: Path, run: Run, tmp_path: Path, options: list[str], says: str
) -> None:
    (tmp_path / "good.csv").write_text(GOOD)

    code, _, err = run("ingest", node_of_one, tmp_path / "good.csv", "--athlete", "7", *options)

    assert (code, says in err) == (1, True)


def test_only_folders_are_watched(folder: Path, take: Take) -> None:
    (folder / "good.csv").write_text(GOOD)

    with pytest.raises(ClientError, match="expected folders to watch"):
        watched(folder / "good.csv", take)
