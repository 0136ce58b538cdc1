"""The wheel: every file of our packages and nothing else, and the metadata that pyproject.toml declares.

That each extra alone suffices for its programs is tried in empty environments by `tests/drills/wheels.py`.
"""

import zipfile
from collections.abc import Iterator
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.drills.built_wheel import build_wheel, packaged_files, project

KINDS_OF_DATA = {".conf", ".css", ".csv", ".html", ".js", ".json", ".svg", ".typ"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(build_wheel(tmp_path_factory.mktemp("wheel"))) as opened:
        yield opened


@pytest.fixture
def metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    return Parser().parsestr(wheel.read(name).decode())


def test_it_holds_every_file_of_our_packages_byte_for_byte_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    held = {name: wheel.read(name) for name in wheel.namelist() if ".dist-info/" not in name}

    assert held == packaged_files()


def test_what_is_not_code_is_among_it(wheel: zipfile.ZipFile) -> None:
    held = {Path(name).suffix for name in wheel.namelist() if ".dist-info/" not in name} - {".py"}

    assert held == KINDS_OF_DATA
    assert any("/migrations/versions/" in name for name in wheel.namelist())


def test_the_metadata_names_every_extra_with_its_libraries(metadata: Message) -> None:
    extras = project()["optional-dependencies"]
    told: dict[str, set[str]] = {extra: set() for extra in metadata.get_all("Provides-Extra") or ()}
    for line in metadata.get_all("Requires-Dist") or ():
        found = Requirement(line)
        for extra in told:
            if found.marker is not None and found.marker.evaluate({"extra": extra}):
                told[extra].add(str(Requirement(line.partition(";")[0])))

    assert told == {extra: {str(Requirement(line)) for line in lines} for extra, lines in extras.items()}
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "Apache-2.0"


def test_every_program_has_its_entry_point(wheel: zipfile.ZipFile) -> None:
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/entry_points.txt")]
    lines = wheel.read(name).decode().split()

    assert lines[0] == "[console_scripts]"
    assert "".join(lines[1:]) == "".join(sorted(f"{key}={value}" for key, value in project()["scripts"].items()))
