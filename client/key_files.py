"""Secret files of a node: written once with mode 0600, refused when anybody else may read them."""

import os
import stat
from pathlib import Path

from client.errors import BadSettings, LooseKeyFile

SECRET_MODE = 0o600
SECRET_FOLDER_MODE = 0o700


def write_secret(path: Path, data: bytes) -> None:
    """Create `path` with mode 0600 and write `data`; raises BadSettings when it exists already.

    The mode is set by the call that creates the file: there is no moment at which others could read it.
    """
    path.parent.mkdir(mode=SECRET_FOLDER_MODE, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, SECRET_MODE)
    except FileExistsError as error:
        raise BadSettings(f"{path} exists already; a key is never overwritten") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def read_secret(path: Path) -> bytes:
    """Return the bytes of a secret file; raises LooseKeyFile unless only its owner may use it."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        data = path.read_bytes()
    except OSError as error:
        raise BadSettings(f"cannot read the key file {path}; is this the node's folder?") from error
    if mode & 0o077:
        raise LooseKeyFile(f"{path} has mode {mode:04o}; expected 0600 (run: chmod 600 {path})")
    return data


def read_seed(path: Path) -> bytes:
    """Return 32 bytes from a key file that holds them as 64 hexadecimal digits."""
    try:
        seed = bytes.fromhex(read_secret(path).decode("ascii").strip())
    except ValueError as error:
        raise BadSettings(f"{path} is not a key of 64 hexadecimal digits") from error
    if len(seed) != 32:
        raise BadSettings(f"{path} is not a key of 64 hexadecimal digits")
    return seed
