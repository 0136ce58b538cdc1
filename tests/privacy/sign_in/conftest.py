"""Every surface over the programs' own folders; each test gets it opened anew."""

from collections.abc import Iterator
from itertools import product

import pytest

from tests.privacy.programs import Programs, set_up
from tests.privacy.surfaces import SIGNING_IN, Surface, surface

EVERY = (*SIGNING_IN, "auditor")


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    """Union, club and league in their own folders, linked; each surface is opened over them anew."""
    with pytest.MonkeyPatch.context() as patched:
        made = set_up(tmp_path_factory.mktemp("programs"), patched)
        made.world.publish()
        yield made
        made.world.service.close()


@pytest.fixture(params=SIGNING_IN)
def one(request: pytest.FixtureRequest, programs: Programs) -> Surface:
    """A surface that people sign in to, on this machine."""
    return surface(request.param, programs)


@pytest.fixture(params=SIGNING_IN)
def public(request: pytest.FixtureRequest, programs: Programs) -> Surface:
    """A surface that people sign in to, behind its proxy."""
    return surface(request.param, programs, public=True)


@pytest.fixture(params=list(product(EVERY, (False, True))), ids=lambda p: f"{p[0]}, {'public' if p[1] else 'local'}")
def any_surface(request: pytest.FixtureRequest, programs: Programs) -> Surface:
    """Every surface, on this machine and behind its proxy."""
    return surface(request.param[0], programs, public=request.param[1])
