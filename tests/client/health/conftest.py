"""Reads exports in Oslo with the reader that their content asks for."""

import json
from zoneinfo import ZoneInfo

import pytest

from client.ingest.clock import LocalClock
from client.ingest.format_registry import reader_for
from client.ingest.input_file import InputFile, Reading
from client.ingest.reader import BY_SCHEMA
from tests.client.health.export_values import Read


@pytest.fixture
def read(clock: LocalClock) -> Read:
    """Read a document (or a text) in Oslo with the reader that its content asks for."""
    oslo = LocalClock(ZoneInfo("Europe/Oslo"), clock.now)

    def read_(document: object) -> tuple[str, Reading]:
        text = document if isinstance(document, str) else json.dumps(document)
        file = InputFile("export", text.encode())
        reader = reader_for(file)
        reading = reader.readings(file, oslo, label=None, nobody="")[""]
        assert BY_SCHEMA in reading.report.notes
        return reader.name, reading

    return read_
