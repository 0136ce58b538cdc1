"""What each reader knows and drops stands in the documentation as its declaration says."""

import re

from client.ingest.format_registry import READERS
from tests.vectors.make_reader_table import PAGE, renewed


def test_the_documented_readers_are_those_that_are_declared() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert renewed(page) == page, "run: python tests/vectors/make_reader_table.py"


def test_each_reader_has_a_name_of_its_own_one_way_to_read_and_says_all_of_itself() -> None:
    assert len({reader.name for reader in READERS}) == len(READERS)
    for reader in READERS:
        assert (reader.read is None) != (reader.read_many is None), reader.name
        assert all((reader.kind, reader.told_by, reader.gives, reader.drops)), reader.name
        assert not re.search(r"[|\n]", reader.kind + reader.told_by + reader.gives + reader.drops), reader.name
