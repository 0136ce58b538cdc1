"""A vault that the tests of one module share; each has athletes of its own."""

from collections.abc import Iterator

import pytest

from client.vault.keys import UnlockKey
from client.vault.store import Vault


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    """An open vault."""
    with Vault.open(tmp_path_factory.mktemp("shared") / "vault", UnlockKey(bytes(32))) as opened:
        yield opened
