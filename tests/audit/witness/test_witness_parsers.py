"""What a witness reads from its folder: what it wrote comes back, and anything else is refused in its own words."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from audit.errors import BrokenState
from audit.tlog.signers import witness_signers
from audit.witness.config import parse_settings, watched_log
from audit.witness.store import parse_record
from tests.audit.grown_log import NOW_S, WITNESS, GrownLog
from tests.scale import fuzzed

LOG = GrownLog.of(5)
SIGNERS = witness_signers(WITNESS, bytes(range(64, 96)))
RECORD = LOG.note(5, signers=[*LOG.signers, *SIGNERS])

SETTINGS_SOUP = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(str.encode),
    st.sampled_from(
        [
            b"{}",
            b"[]",
            b"null",
            b'{"name":""}',
            b'{"name":5}',
            b'{"name":"a b"}',
            b'{"name":"a","logs":[{}]}',
            b'{"name":"a","logs":[{"origin":"x","vkeys":[]}]}',
            b'{"name":"a","more":1}',
            b'{"name":"' + b"a" * 256 + b'"}',
            b'{"name":"' + "ä".encode() * 200 + b'"}',
            b'{"name":"a","name":"b","logs":{}}',
            b'{"name":"a","logs":' + b"[" * 100_000,
        ]
    ),
)
NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="+"), min_size=1, max_size=255)
LOGS = st.fixed_dictionaries({"origin": NAMES, "vkeys": st.lists(NAMES, min_size=1, max_size=16)})
GOOD_SETTINGS = st.fixed_dictionaries({"name": NAMES, "logs": st.lists(LOGS, max_size=3)})


@fuzzed(100)
@given(data=SETTINGS_SOUP)
def test_settings_are_parsed_or_refused_and_nothing_else(data: bytes) -> None:
    try:
        parsed = parse_settings(data)
    except BrokenState:
        return
    assert parse_settings(parsed.model_dump_json().encode()) == parsed


@fuzzed(100)
@given(values=GOOD_SETTINGS, cut=st.integers(0, 10_000))
def test_settings_come_back_as_written_and_never_from_a_part(values: dict[str, object], cut: int) -> None:
    data = json.dumps(values).encode()

    assert parse_settings(data).model_dump() == values
    with pytest.raises(BrokenState):
        parse_settings(data[: cut % len(data)])


@fuzzed(100)
@example(data=RECORD, at=len(RECORD))
@given(
    data=st.one_of(st.binary(max_size=300), st.sampled_from([RECORD, LOG.note(5), LOG.note(5)[:-9]])),
    at=st.integers(0, len(RECORD)),
)
def test_records_are_parsed_or_refused_and_nothing_else(data: bytes, at: int) -> None:
    log = watched_log(LOG.vkeys)
    if data[:at] != RECORD:
        with pytest.raises(BrokenState):
            parse_record(data[:at], log, SIGNERS)
        return
    seen = parse_record(data, log, SIGNERS)
    assert (seen.checkpoint, seen.note, seen.timestamp_s) == (LOG.checkpoint(5), RECORD, NOW_S)


@fuzzed(20)
@given(size=st.integers(0, 5), at_s=st.integers(1, (1 << 63) - 1))
def test_every_record_that_a_witness_signed_comes_back(size: int, at_s: int) -> None:
    note = LOG.note(size, signers=[*LOG.signers, *SIGNERS], at_s=at_s)

    seen = parse_record(note, watched_log(LOG.vkeys), SIGNERS)

    assert (seen.checkpoint, seen.note, seen.timestamp_s) == (LOG.checkpoint(size), note, at_s)
