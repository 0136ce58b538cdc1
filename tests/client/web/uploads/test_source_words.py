"""Every source that a reader names is known to staff by what kind of thing it is, and by nothing else."""

import ast
from pathlib import Path

import client.ingest
from client.ingest.format_registry import READERS
from client.ingest.preview.proposal import APP as MAPPED_BY_A_PERSON
from client.web.uploads.source_words import source_word

OTHER = "another table"


def apps_of_readers() -> set[str]:
    """Every app that stands as a text in a reader."""
    found = set[str]()
    for path in Path(client.ingest.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "app" and isinstance(node.value, ast.Constant):
                found.add(str(node.value.value))
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                names = [one.id for one in node.targets if isinstance(one, ast.Name)]
                found |= {str(node.value.value) for name in names if name.endswith("APP")}
    return found - {MAPPED_BY_A_PERSON}


def test_no_source_of_a_reader_is_another_table_and_none_is_named() -> None:
    apps = apps_of_readers() | {one.name for one in READERS if one.name.startswith(("vald-", "hawkin", "timing-"))}

    assert len(apps) > 30
    assert [app for app in sorted(apps) if source_word(app) == OTHER] == []
    assert [app for app in sorted(apps) if source_word(app) == app] == []
    assert source_word(MAPPED_BY_A_PERSON) == source_word("Weekly sheet of Ada") == OTHER
