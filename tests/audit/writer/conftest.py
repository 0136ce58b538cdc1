"""What the tests of the writer share: leaves to append, whom to trust, and a check of this test's log."""

from collections.abc import Callable
from pathlib import Path

import pytest

from audit.entries.events import Entry
from audit.tlog.note_keys import Signer
from audit.tlog.trust_policy import TrustPolicy
from audit.writer.fsck import FsckReport, fsck


@pytest.fixture
def trust(signer: Signer) -> TrustPolicy:
    return TrustPolicy.of_keys([signer.vkey])


@pytest.fixture
def check(tmp_path: Path, trust: TrustPolicy) -> Callable[..., FsckReport]:
    """Return a function that checks this test's log, without waiting for anybody."""

    def run(**options: object) -> FsckReport:
        return fsck(tmp_path / "log", trust, **{"patience_s": 0.0, **options})  # type: ignore[arg-type]

    return run


@pytest.fixture
def leaves(new_entry: Callable[..., Entry]) -> Callable[[int], list[bytes]]:
    return lambda count: [new_entry().leaf() for _ in range(count)]
