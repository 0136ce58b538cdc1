"""One program at a time holds a lock file, and a program that dies holds none."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chassis.errors import LockHeld
from chassis.files.lock import exclusive_lock

HOLDING = """
import pathlib, sys
from chassis.files.lock import exclusive_lock
with exclusive_lock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_lock_is_held_by_one_and_free_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with exclusive_lock(path):
        with pytest.raises(LockHeld, match=str(path)), exclusive_lock(path):
            raise AssertionError("two hold it")
        with pytest.raises(LockHeld), exclusive_lock(path):
            raise AssertionError("a refused attempt has freed it")

    with exclusive_lock(path):
        assert path.stat().st_mode & 0o777 == 0o600


def test_an_error_inside_frees_the_lock_and_passes_unchanged(tmp_path: Path) -> None:
    with pytest.raises(BlockingIOError), exclusive_lock(tmp_path / "lock"):
        raise BlockingIOError  # not the lock's own: it must not be taken for one that is held

    with exclusive_lock(tmp_path / "lock"):
        pass


def test_another_process_is_kept_out_until_it_dies(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    command = [sys.executable, "-c", HOLDING, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(LockHeld), exclusive_lock(path):
            raise AssertionError("two hold it")
        os.kill(other.pid, signal.SIGKILL)

    with exclusive_lock(path):
        pass


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), exclusive_lock(tmp_path / "nowhere" / "lock"):
        pass
