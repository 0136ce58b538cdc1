"""What the tests of the witness share: the folder of one that watches the grown log."""

from pathlib import Path

import pytest

from audit.witness.config import add_logs, create_witness, watched_log, write_settings
from audit.witness.store import begin_record
from tests.audit.grown_log import WITNESS, GrownLog

LOG = GrownLog.of(512)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a witness that watches the log."""
    log = watched_log(LOG.vkeys)
    config = add_logs(create_witness(tmp_path / "w1", WITNESS), [log])
    begin_record(tmp_path / "w1", log)
    write_settings(tmp_path / "w1", config)
    return tmp_path / "w1"
