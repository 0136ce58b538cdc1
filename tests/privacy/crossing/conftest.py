"""Both tenants, filled once for every crossing of this folder."""

from collections.abc import Iterator

import pytest

from tests.privacy.crossing.tenants import Tenants


@pytest.fixture(scope="session")
def tenants(tmp_path_factory: pytest.TempPathFactory) -> Tenants:
    """Two tenants of every kind on one service, closed."""
    return Tenants.make(tmp_path_factory.mktemp("tenants") / "union")


@pytest.fixture(scope="module")
def patched() -> Iterator[pytest.MonkeyPatch]:
    """Patches that last as long as the tests of a file."""
    with pytest.MonkeyPatch.context() as made:
        yield made
