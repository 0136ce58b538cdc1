"""Files that a person names: one clear sentence for each way in which one cannot be used, and nothing overwritten."""

from pathlib import Path

import pytest

from chassis.cli.given_file import read_given, write_new
from chassis.errors import AlreadyWritten, UnusableFile


def test_a_file_up_to_the_bound_is_read(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    write_new(path, "{}", "a manifest")

    assert read_given(path, "a manifest", at_most=3) == b"{}\n"
    with pytest.raises(UnusableFile, match=r"expected a manifest of at most 2 bytes; .*plan\.json is longer"):
        read_given(path, "a manifest", at_most=2)


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    for path, why in ((tmp_path, "is a directory"), (tmp_path / "none", "no such file or directory")):
        with pytest.raises(UnusableFile, match=f"expected a signature in {path}, which cannot be read: {why}"):
            read_given(path, "a signature", at_most=9)


def test_nothing_is_overwritten_and_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    path.write_text("mine", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")

    for there in (path, tmp_path / "link"):
        with pytest.raises(AlreadyWritten, match=f"{there} exists already; a signature is never overwritten"):
            write_new(there, "other", "a signature")
    with pytest.raises(UnusableFile, match=r"a signature cannot be written to .*: no such file or directory"):
        write_new(tmp_path / "none" / "x", "text", "a signature")
    assert (path.read_text(encoding="utf-8"), (tmp_path / "elsewhere").exists()) == ("mine", False)
