"""A node that dies while brought files wait leaves none of their bytes: in no folder, temporary or not, and no core."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

from tests.privacy.bringing_and_dying import CANARIES, table
from tests.privacy.canaries import Search, needles_of


def test_nothing_of_a_brought_file_is_left_in_any_folder_or_core_dump(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("node", "temporary", "work")]
    for folder in folders:
        folder.mkdir()
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    died = subprocess.run(
        [sys.executable, "-X", "faulthandler=0", "-m", "tests.privacy.bringing_and_dying", str(folders[0])],
        cwd=folders[2],
        env={**os.environ, "TMPDIR": str(folders[1]), "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (hard, hard)),
    )

    *seen, soft_core, hard_core, held = died.stdout.replace("(", "").replace(")", "").replace(",", "").split()
    left = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    search = Search(needles_of(CANARIES))

    assert died.returncode == -signal.SIGABRT, died.stderr
    assert (seen, soft_core, hard_core) == (["True", "True"], "0", "0")  # it was read and shown, and waited
    assert int(held) > 0
    assert search.find(table()[:200].encode())
    assert left
    assert {path: found for path in left if (found := search.find(path.read_bytes()))} == {}
    assert [path for path in left if not path.is_relative_to(folders[0])] == []
