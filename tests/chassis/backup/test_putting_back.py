"""What a restore replaces is moved aside; what else is there stays; an error in between undoes every move."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from chassis.backup.folder_files import file_names
from chassis.backup.putting_back import Placement

NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)


def fill(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def tree(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_replaced_things_are_moved_aside_and_others_stay(tmp_path: Path) -> None:
    there = fill(tmp_path / "there", database="newer", settings="mine", keys__one="k", log__tile="n")
    back = fill(tmp_path / "back", database="older", settings="theirs", keys__one="k", keys__two="k2", log__tile="o")

    aside = Placement(there, NOW).put(back, replaced=["database", "log", "not-there"], last=["database"])

    assert aside == there / "replaced-20261129T030000Z"
    assert tree(there) == {
        "database": "older",
        "settings": "mine",
        "keys/one": "k",
        "keys/two": "k2",
        "log/tile": "o",
        "replaced-20261129T030000Z/database": "newer",
        "replaced-20261129T030000Z/log/tile": "n",
    }


def test_an_empty_folder_is_filled_and_nothing_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    back = fill(tmp_path / "back", database="older", keys__one="k")
    before = tree(back)

    assert Placement(tmp_path / "there", NOW).put(back, replaced=["database"]) is None
    assert tree(tmp_path / "there") == before


@pytest.mark.parametrize("refused", range(1, 6))
def test_an_error_at_any_move_leaves_everything_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: int
) -> None:
    there = fill(tmp_path / "there", database="newer", log__tile="n")
    back = fill(tmp_path / "back", database="older", log__tile="o", keys__one="k")
    before, moves, rename = (tree(there), tree(back)), [], Path.rename

    def failing(path: Path, target: Path) -> Path:
        moves.append(path)
        if len(moves) == refused:
            raise OSError(28, "no space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)

    with pytest.raises(OSError, match="no space"):
        Placement(there, NOW).put(back, replaced=["database", "log"])

    assert (tree(there), tree(back)) == before


def test_a_folder_is_kept_whole_but_for_what_must_not_be_copied(tmp_path: Path) -> None:
    kept = fill(tmp_path / "x", a_dot_sqlite3="1", keys__one="k", models__m__weights="w", settings="s")
    fill(
        kept,
        **{
            "a_dot_sqlite3-wal": "no",
            "a_dot_sqlite3-shm": "no",
            "_dot_backup__copy": "no",
            "replaced-20261129T030000Z__a_dot_sqlite3": "no",
            "backups__b_dot_tar_dot_age": "no",
            "log__tile": "no",
        },
    )
    (kept / "link").symlink_to(kept / "settings")

    assert list(file_names(kept, without=frozenset({"log"}))) == [
        "a.sqlite3",
        "settings",
        "keys/one",
        "models/m/weights",
    ]
