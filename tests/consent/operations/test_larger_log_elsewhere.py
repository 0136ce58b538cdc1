"""An older log put back whole contradicts nothing on its own disk: witnesses and published copies know better."""

import shutil
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from consent.errors import StoreUnavailable
from consent.operations.outside_view import OutsideCheck
from consent.service import StartMode, open_service
from consent.settings import ConsentSettings
from consent.web.log_text import checkpoint_words
from tests.consent.league import World
from tests.consent.operations.test_consent_trust import NAMES, Ring, reopened


@pytest.fixture
def ring(tmp_path: Path, lite: World) -> Iterator[Ring]:
    """Three witnesses that watch the small league's log."""
    made = Ring(tmp_path, lite.service.log.vkeys)
    made.start(*NAMES)
    yield made
    made.stop(*NAMES)


def put_back_whole(world: World, copy: Path) -> None:
    """Stop the service and put everything back as it was."""
    world.service.close()
    directory = world.service.settings.directory
    shutil.rmtree(directory)
    shutil.copytree(copy, directory)


def copied(world: World, to: Path) -> Path:
    """Copy the whole folder of the service, which is stopped for that."""
    settings = world.service.settings
    world.service.close()
    shutil.copytree(settings.directory, to)
    world.service = open_service(settings, clock=world.clock)
    return to


def start(world: World, settings: ConsentSettings, outside: OutsideCheck) -> None:
    world.service = open_service(settings, clock=world.clock, mode=StartMode(outside))


def test_a_witness_that_knows_a_larger_log_stops_the_start(lite: World, ring: Ring, tmp_path: Path) -> None:
    reopened(lite, ring.lines)
    lite.publish()
    copy = copied(lite, tmp_path / "copy")
    lite.give(lite.athletes["club-a"][0])
    lite.publish()
    settings = lite.service.settings
    put_back_whole(lite, copy)

    for outside in (OutsideCheck.REQUIRED, OutsideCheck.IF_REACHABLE):
        with pytest.raises(StoreUnavailable, match=r"an older one: it holds \d+ entries, the witness \w+ knows"):
            start(lite, settings, outside)


def test_without_enough_answers_a_start_needs_the_operators_word_and_the_portal_says_so(
    lite: World, ring: Ring
) -> None:
    settings = reopened(lite, ring.lines).settings
    lite.publish()
    lite.service.close()
    ring.stop("gb", "council")

    with pytest.raises(StoreUnavailable, match=r"at least 2 witnesses .* got answers from 1; .* --without-witnesses"):
        start(lite, settings, OutsideCheck.REQUIRED)
    start(lite, settings, OutsideCheck.NONE)

    assert "without asking whether it is the newest log" in checkpoint_words(lite.store.log_state(), lite.clock.now)


def test_the_portal_does_not_say_so_of_a_start_that_asked(lite: World, ring: Ring) -> None:
    reopened(lite, ring.lines)
    lite.publish()

    assert "without asking" not in checkpoint_words(lite.store.log_state(), lite.clock.now)


@pytest.fixture
def published(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A web server that publishes a folder; its address."""
    folder = tmp_path / "public"
    folder.mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_published_copy_that_is_larger_stops_the_start(
    lite: World, published: tuple[Path, str], tmp_path: Path
) -> None:
    folder, address = published
    copy = copied(lite, tmp_path / "copy")
    lite.give(lite.athletes["club-a"][0])
    lite.publish()
    settings = lite.service.settings.model_copy(update={"published_at": address})
    shutil.copytree(settings.log_directory, folder, dirs_exist_ok=True)
    put_back_whole(lite, copy)

    with pytest.raises(StoreUnavailable, match="the address where the log is published knows"):
        start(lite, settings, OutsideCheck.REQUIRED)
    shutil.rmtree(folder)
    start(lite, settings, OutsideCheck.REQUIRED)  # nothing published is nothing larger

    assert lite.service.log.size
