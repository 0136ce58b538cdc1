"""The frames of a FIT file, also where a definition lacks what `fitdecode` insists on and the file itself is whole.

Written by devices in use: developers' fields without the developer's id, of an unknown type or of a width that does not
fit it; fields of no width; heart rates of a strap without the time that they count from; a length of 0 in the header of
a recording that was never closed.
"""

import io
from collections.abc import Iterator
from typing import Any

import fitdecode
from fitdecode.types import BASE_TYPE_BYTE, BASE_TYPES

_HR = 132  # FIT profile: heart rates that a strap kept
_LENGTH = slice(4, 8)  # FIT protocol: bytes of the body, in the header


def frames_of(data: bytes, *, check_crc: fitdecode.CrcCheck) -> Iterator[Any]:
    """Yield the headers, definitions, messages and checksums of a file; raises what `fitdecode` raises at a defect."""
    with fitdecode.FitReader(
        io.BytesIO(_with_length(data)),
        processor=_Described(),
        check_crc=check_crc,
        error_handling=fitdecode.ErrorHandling.IGNORE,
    ) as frames:  # its warnings would quote the file in the terminal and the node's log
        for frame in frames:
            if isinstance(frame, fitdecode.FitDefinitionMessage):
                _make_readable(frame)
            yield frame


def _with_length(data: bytes) -> bytes:
    """Return the file with a header that says how long it is; 0 stands there until a recorder closes its file."""
    header = data[0] if data else 0
    if data[_LENGTH] != b"\x00" * 4 or len(data) <= header + 2:
        return data
    return data[: _LENGTH.start] + (len(data) - header).to_bytes(4, "little") + data[_LENGTH.stop :]


class _Described(fitdecode.DefaultDataProcessor):  # type: ignore[misc]  # the library has no types
    """Makes the description of a developer's field one that can be taken, before the reader takes it."""

    def process_message_field_description(self, reader: fitdecode.FitReader, message: fitdecode.FitDataMessage) -> None:
        """Know every developer that a field names; a field of an unknown type is one of bytes."""
        developer = message.get_raw_value("developer_data_index", fallback=None)
        nobody = {"dev_data_index": developer, "application_id": None, "fields": {}}
        reader.local_dev_types.setdefault(developer, nobody)
        for one in message.fields:
            if one.name == "fit_base_type_id" and one.raw_value not in BASE_TYPES:
                one.raw_value = BASE_TYPE_BYTE.identifier


def _make_readable(definition: fitdecode.FitDefinitionMessage) -> None:
    """Leave out fields of no width, and read as bytes what does not fit its type: else all that follows is shifted."""
    definition.field_defs = [one for one in definition.field_defs if one.size]
    definition.dev_field_defs = [one for one in definition.dev_field_defs if one.size]
    for one in definition.dev_field_defs:
        if one.size % one.base_type.size:
            one.base_type = BASE_TYPE_BYTE
    if definition.global_mesg_num == _HR:  # its times are not read, and must not stop the reading
        for one in definition.field_defs:
            one.field = None
