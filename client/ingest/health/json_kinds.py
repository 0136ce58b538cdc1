"""Which reader takes a JSON export of a health service, told from its first records or its top-level keys."""

from collections.abc import Callable
from itertools import islice

from client.ingest.health import health_connect
from client.ingest.health.json_record import JsonRecord
from client.ingest.health.services import garmin, oura, polar, suunto, whoop
from client.ingest.input_file import InputFile
from client.ingest.markup.json_stream import JsonObjects, outline_of
from client.ingest.reader import Reader

READERS: tuple[Reader, ...] = (
    health_connect.READER,
    garmin.READER,
    oura.READER,
    whoop.READER,
    polar.SESSION_READER,
    polar.NIGHT_READER,
    suunto.READER,
)
_LOOKED_AT = 20  # ours: records
_BY_RECORD: tuple[tuple[Callable[[JsonRecord], bool], Reader], ...] = (
    (lambda record: bool(health_connect.kind_of(record)), health_connect.READER),
    (whoop.is_whoop, whoop.READER),
    (oura.is_oura, oura.READER),
    (garmin.is_garmin, garmin.READER),
    (polar.is_polar, polar.NIGHT_READER),
)


def reader_of_json(file: InputFile) -> Reader | None:
    """Return the reader of a JSON export, or None where it is none of these."""
    document = _reader_of_document(file)
    if document is not None:
        return document
    records = [JsonRecord(key, values) for key, values in islice(JsonObjects(file), _LOOKED_AT)]
    return next((reader for is_it, reader in _BY_RECORD if any(map(is_it, records))), None)


def _reader_of_document(file: InputFile) -> Reader | None:
    """One session a file is a single object: its keys tell it, not those of the lists in it."""
    if file.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{" or not (
        b"exercises" in file.head or b"DeviceLog" in file.head
    ):
        return None
    document = outline_of(file)
    if document is None:
        return polar.SESSION_READER if b"exportVersion" in file.head else None
    if suunto.is_suunto(document):
        return suunto.READER
    return polar.SESSION_READER if polar.is_polar_session(document) else None
