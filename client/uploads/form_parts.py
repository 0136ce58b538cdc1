"""A form with files, taken part by part as it comes: nothing of a file is held in memory or written in the clear.

RFC 7578, parsed by python-multipart. The fields of a form stand before its files, in the order of the page.
"""

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from client.errors import UploadRefused
from client.uploads.limits import MOST_PARTS
from client.uploads.spool import Extent, SpooledUpload

MOST_FIELDS: Final = 8
LARGEST_FIELD: Final = 200  # bytes, ours: a token or the id of an athlete
LONGEST_BOUNDARY: Final = 70  # characters, the most that MIME allows (RFC 7578 §4.1)
LONGEST_NAME: Final = 200  # characters, ours
BROKEN: Final = "this form came damaged; choose the files and send it again"


class FormParts:
    """Writes the files of one form into a spooled upload.

    check_fields: called with the fields before the first byte of a file is taken; what it raises ends the form.
    """

    def __init__(
        self, content_type: str, upload: SpooledUpload, check_fields: Callable[[dict[str, str]], None]
    ) -> None:
        boundary = parse_options_header(content_type)[1].get(b"boundary")
        if not boundary or len(boundary) > LONGEST_BOUNDARY:
            raise UploadRefused(BROKEN)
        self.fields: dict[str, str] = {}
        self.files: list[tuple[str, Extent]] = []
        self.upload, self._check = upload, check_fields
        self._is_checked = self._is_whole = False
        self._header, self._headers = (bytearray(), bytearray()), dict[bytes, bytes]()
        self._field: str | None = None
        self._file: str | None = None
        self._value = bytearray()
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
                "on_header_end": self._end_header,
                "on_headers_finished": self._named,
                "on_part_data": self._data,
                "on_part_end": self._end,
                "on_end": self._finished,
            },
        )

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the body; raises UploadRefused, and what `check_fields` raises."""
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise UploadRefused(BROKEN) from error

    def finish(self) -> None:
        """End the body; raises UploadRefused where it was cut off or holds no file."""
        if not self._is_whole:
            raise UploadRefused(BROKEN)
        self._check_once()
        if not self.files:
            raise UploadRefused("expected at least one file; choose it and send the form again")

    def _begin(self) -> None:
        self._headers, self._field, self._file = {}, None, None
        self._value.clear()

    def _end_header(self) -> None:
        name, value = self._header
        self._headers[bytes(name).lower()] = bytes(value)
        self._header = bytearray(), bytearray()

    def _named(self) -> None:
        kind, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if kind != b"form-data" or b"name" not in options:
            raise UploadRefused(BROKEN)
        if b"filename" in options:
            self._check_once()
            self._file = _base_name(options[b"filename"])
        else:
            self._field = options[b"name"].decode("utf-8", "replace")

    def _check_once(self) -> None:
        if not self._is_checked:
            self._check(self.fields)
            self._is_checked = True

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self.upload.write(data[start:end])
            return
        self._value += data[start:end]
        if len(self._value) > LARGEST_FIELD:
            raise UploadRefused(BROKEN)

    def _end(self) -> None:
        if self._field is not None:
            if len(self.fields) == MOST_FIELDS or self._is_checked:
                raise UploadRefused(BROKEN)
            self.fields[self._field] = bytes(self._value).decode("utf-8", "replace")
            return
        extent = self.upload.end_file()
        if not self._file and not extent.size:
            return  # what browsers send where no file was chosen
        if len(self.files) == MOST_PARTS:
            raise UploadRefused(f"expected at most {MOST_PARTS} files at once; bring a folder as one zip file")
        self.files.append((self._file or "file", extent))

    def _finished(self) -> None:
        self._is_whole = True


def _base_name(sent: bytes) -> str:
    """The name without the folders that stood before it on the sender's machine."""
    return PurePosixPath(sent.decode("utf-8", "replace").replace("\\", "/")).name[:LONGEST_NAME]
