"""Every range of the stream table says where it comes from, and the documented table is that of the code."""

from pathlib import Path

import pytest

from client.biometrics.stream_spec import Shape
from client.biometrics.streams import SPECS, Stream
from policies.vocabulary import SOURCES
from tests.architecture.citations import Library, faults_in, papers_in, read_library

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def library() -> Library:
    """Headings and sources of our pages."""
    return read_library(ROOT)


@pytest.mark.parametrize("stream", Stream)
def test_every_range_says_its_source_or_that_it_is_ours(stream: Stream, library: Library) -> None:
    source = SPECS[stream].bounds_from
    papers = list(papers_in(source))

    assert source.startswith(("ours: ", "docs/")) or papers
    assert faults_in(source, library) == []
    assert [paper for paper in papers if not library.has_paper(paper)] == []


def test_the_documented_ranges_are_those_of_the_code() -> None:
    page = (ROOT / "docs" / "ingest.md").read_text(encoding="utf-8")
    rows = {
        f"| `{stream.value}` | {spec.unit} | {spec.low:g} | {spec.high:g} | {spec.bounds_from} |"
        for stream, spec in SPECS.items()
        if spec.shape is not Shape.TEXT
    }
    section = page.partition("## 5 ")[2].partition("## 6 ")[0]

    assert {line for line in section.splitlines() if line.startswith("| `")} == rows


def test_every_stream_comes_from_a_source_that_its_category_names() -> None:
    """A decision about a read assumes the worst source of `policies.vocabulary`: no stream may come from elsewhere."""
    strangers = {stream for stream, spec in SPECS.items() if spec.lineage not in SOURCES[spec.category]}

    assert strangers == set()
