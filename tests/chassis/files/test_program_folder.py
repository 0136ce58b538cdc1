"""A folder of another program is told by what it is, and not by the settings that its file has or lacks."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

import client.cli
import consent.cli
import server.cli
from chassis.files.program_folder import OWN_SETTING, taken_for_another
from tests.privacy.programs import Programs, set_up

PROGRAMS = {
    "club": (client.cli.app, ["campaign", "list"]),
    "league": (server.cli.app, ["campaign", "list"]),
    "union": (consent.cli.app, ["org", "list"]),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    with pytest.MonkeyPatch.context() as patch:
        made: Programs = set_up(tmp_path_factory.mktemp("folders"), patch)
        made.world.service.close()
        return {"club": made.node, "league": made.league, "union": made.world.service.settings.directory}


@pytest.mark.parametrize("given", OWN_SETTING)
@pytest.mark.parametrize("wanted", OWN_SETTING)
def test_each_program_names_the_folder_and_whose_it_is(folders: dict[str, Path], wanted: str, given: str) -> None:
    app, words = PROGRAMS[wanted]

    answer = CliRunner().invoke(app, [*words, str(folders[given])])

    if wanted == given:
        assert answer.exit_code == 0, answer.exception
    else:
        said = (
            f"expected the folder of {OWN_SETTING[wanted]}, got {folders[given]}, which is that of {OWN_SETTING[given]}"
        )
        assert (answer.exit_code, str(answer.exception)) == (1, said)


@pytest.mark.parametrize("content", [b"{}", b"[]", b"no settings", b'{"club": "club-a", "league": "league"}'])
def test_what_is_nobodys_folder_is_left_to_its_program(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "settings.json").write_bytes(content)

    assert taken_for_another(tmp_path / "settings.json", expected="league") is None
    assert taken_for_another(tmp_path / "nothing.json", expected="league") is None
