"""Units on the terminal and on pages: no text in curly brackets, which only UCUM writes."""

import pytest

from client.biometrics.streams import SPECS, Stream
from client.biometrics.unit_words import unit_word, with_unit
from client.ingest.results.reasons import in_words
from client.metrics.catalogue import catalogue
from client.web.uploads.stream_words import unit_in_words, value_words


def test_no_unit_of_a_stream_or_metric_is_shown_in_brackets() -> None:
    units = {spec.unit for spec in SPECS.values()} | {metric.unit for metric in catalogue()}
    assert any("{" in unit for unit in units)

    shown = {words for unit in units for words in (unit_word(unit), unit_in_words(unit), with_unit("4", unit))}

    assert not any(sign in words for words in shown for sign in "{}")
    assert {"AU", "4 AU", "4"} <= shown


@pytest.mark.parametrize("stream", [Stream.SESSION_LOAD, Stream.MOOD, Stream.STEPS, Stream.TIME_LOSS])
def test_sentences_about_values_have_none_either(stream: Stream) -> None:
    for words in (in_words({f"dropped:range_{stream.value}": 2}), value_words(stream, 1.0)):
        assert words == words.strip()
        assert "{" not in words
