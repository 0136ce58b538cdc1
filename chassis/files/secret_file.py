"""Secret files: created for their owner only, refused when any other user of the machine may use them."""

import os
import stat
from pathlib import Path

from chassis.errors import BadSecretFile
from chassis.files.create_file import PRIVATE_FILE_MODE, create_durably

SEED_SIZE = 32
MOST_BYTES = 1_000_000
"""Largest secret file that is read; ours, far above every file the programs write."""
_OPEN_TO_OTHERS = 0o077
_MOST_SEED_BYTES = 2 * SEED_SIZE + 2  # the digits and a line end


def create_secret(path: Path, data: bytes) -> None:
    """Create a secret file of mode 0600, durably; raises AlreadyWritten, or OSError."""
    create_durably(path, data, mode=PRIVATE_FILE_MODE)


def create_seed(path: Path, seed: bytes) -> None:
    """Create the file of a key seed: its bytes as hexadecimal digits on one line; raises AlreadyWritten, or OSError."""
    create_secret(path, seed_text(seed))


def seed_text(seed: bytes) -> bytes:
    """Return the content of a seed's file."""
    return seed.hex().encode() + b"\n"


def read_secret(path: Path, *, most_bytes: int = MOST_BYTES) -> bytes:
    """Return the content of a secret file; raises BadSecretFile.

    Refused are a file that group or others may use, anything but a regular file, an empty file and one of more than
    `most_bytes`. The checks are made on the open file, so that it cannot be exchanged between check and reading.
    """
    try:
        # Non-blocking, because opening a named pipe would wait for somebody to write to it.
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            _check(path, os.fstat(handle), most_bytes)
            with os.fdopen(handle, "rb", closefd=False) as file:
                return file.read(most_bytes)
        finally:
            os.close(handle)
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else type(error).__name__
        raise BadSecretFile(
            f"{path}: expected a secret file, got: {reason}; check the folder, or put the file back from a backup"
        ) from error


def read_seed(path: Path) -> bytes:
    """Return the 32 bytes of a seed's file; raises BadSecretFile."""
    return parse_seed(path, read_secret(path, most_bytes=_MOST_SEED_BYTES))


def parse_seed(path: Path, data: bytes) -> bytes:
    """Return the 32 bytes that `data`, read from `path`, holds as 64 hexadecimal digits; raises BadSecretFile."""
    try:
        seed = bytes.fromhex(data.decode("ascii").strip())
    except ValueError:
        seed = b""  # the parser's own error would name a character of the secret
    if len(seed) != SEED_SIZE:
        raise BadSecretFile(
            f"{path}: expected a key of {2 * SEED_SIZE} hexadecimal digits, got something else; "
            "put it back from a backup"
        )
    return seed


def _check(path: Path, status: os.stat_result, most_bytes: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise BadSecretFile(f"{path}: expected a regular file, got another kind; put the key back from a backup")
    mode = stat.S_IMODE(status.st_mode)
    if mode & _OPEN_TO_OTHERS:
        raise BadSecretFile(
            f"{path}: expected mode {PRIVATE_FILE_MODE:04o}, for its owner only, got {mode:04o}; run: chmod 600 {path}"
        )
    if not 0 < status.st_size <= most_bytes:
        raise BadSecretFile(
            f"{path}: expected 1 to {most_bytes:,} bytes, got {status.st_size:,}; put it back from a backup"
        )
