"""Where the files of a log are read from: a directory, or a web address."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import httpx

from audit.errors import SourceUnavailable
from chassis.http.authorities import authorities

MAX_BYTES = 32 * 1024 * 1024
"""Largest file we accept (our choice): a full bundle of the longest entries has 16.8 MB."""
TIMEOUT_S = 20.0


class LogSource(Protocol):
    """The published files of one log."""

    def read(self, path: str) -> bytes | None:
        """Return the file at this path below the log's prefix, or None if there is none."""

    def paths(self) -> Iterator[str] | None:
        """Yield every path below tile/ that is there, or return None where files cannot be listed."""


class DirectorySource:
    """A log in a local directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def read(self, path: str) -> bytes | None:
        """Return the file, or None if there is none; raises SourceUnavailable if it cannot be read."""
        try:
            return (self.directory / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise SourceUnavailable(f"cannot read {path}: {error.strerror}") from error

    def paths(self) -> Iterator[str]:
        """Yield every path below tile/."""
        top = os.fspath(self.directory / "tile")
        for folder, folders, files in os.walk(top, onerror=_unless_gone):
            folders.sort()
            for name in sorted(files):
                yield f"tile{folder[len(top) :]}/{name}"


def new_client(timeout_s: float = TIMEOUT_S) -> httpx.Client:
    """Return a client for a log at a web address: through the proxy of the environment, if it names one."""
    return httpx.Client(timeout=timeout_s, follow_redirects=False, verify=authorities(of_environment=True))


class HttpSource:
    """A log at a web address; the address is the log's prefix, to which /checkpoint is added."""

    def __init__(self, prefix: str, *, client: httpx.Client | None = None) -> None:
        self._prefix = prefix.rstrip("/")
        self._client = client or new_client()

    def read(self, path: str) -> bytes | None:
        """Return the file, or None on 404 or 410; raises SourceUnavailable for every other answer."""
        try:
            with self._client.stream("GET", f"{self._prefix}/{path}") as response:
                if response.status_code in (404, 410):
                    return None
                if response.status_code != 200:
                    raise SourceUnavailable(f"expected {path} from the log, got status {response.status_code}")
                return _limited(response, path)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SourceUnavailable(f"cannot reach the log for {path}: {type(error).__name__}") from error

    def paths(self) -> None:
        """Return None: a web server lists nothing."""
        return


def open_source(place: str | Path) -> LogSource:
    """Return the source for a directory or an http(s) address; raises SourceUnavailable if it is neither."""
    if isinstance(place, str) and place.startswith(("http://", "https://")):
        return HttpSource(place)
    if not Path(place).is_dir():
        raise SourceUnavailable(f"expected a directory or an http address, got {place}")
    return DirectorySource(Path(place))


def _unless_gone(error: OSError) -> None:
    """Let a folder go that a writer removed while we looked; a folder that nobody may read could hide anything."""
    if not isinstance(error, FileNotFoundError):
        raise SourceUnavailable(f"cannot list {Path(str(error.filename)).name}: {error.strerror}") from error


def _limited(response: httpx.Response, path: str) -> bytes:
    data = bytearray()
    for chunk in response.iter_bytes():
        data += chunk
        if len(data) > MAX_BYTES:
            raise SourceUnavailable(f"expected {path} of at most {MAX_BYTES} bytes")
    return bytes(data)
